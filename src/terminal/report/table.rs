//! Tables of the report.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, TableStyle, Width};

use super::super::style::Look;

pub(in crate::terminal) fn table(look: &Look, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(look.width as u16);
    table.set_header(header.iter().map(|name| look.paint(look.styles.dim, name)));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    if let Some(first) = table.column_mut(0) {
        first.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(7)));
    }
    table
}

pub(in crate::terminal) fn align_right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

pub(super) fn points(points: f64) -> String {
    if points < 0.05 {
        "0".to_owned()
    } else {
        format!("{points:.1}")
    }
}
