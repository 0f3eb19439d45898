//! An answer as a table to read.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};
use pss_columnar::sql::{Answer, Value};
use pss_metrics::report::visible;

use super::{super::warning::warn, json};
use crate::terminal::Look;

/// Most rows: nobody reads more, and laying them out needs them all at once.
const ROWS: usize = 1000;
/// Width that a column needs to be of use.
const NARROWEST: usize = 10;

pub(super) fn write(answer: &Answer, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_width(look.width as u16);
    let names = answer.names();
    // Columns of a few letters each are worse than lines that the terminal wraps.
    table.set_content_arrangement(if names.len() * NARROWEST > look.width {
        ContentArrangement::Disabled
    } else {
        ContentArrangement::Dynamic
    });
    table.set_header(
        names
            .iter()
            .map(|name| look.paint(look.styles.dim, &visible(name))),
    );
    for row in 0..answer.height().min(ROWS) {
        table.add_row(answer.row(row).map(cell));
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if answer.is_number(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    if answer.height() > ROWS {
        warn(&format!(
            "{} of {} rows are shown; --to csv writes all, LIMIT asks for fewer",
            ROWS,
            answer.height()
        ));
    }
    Ok(())
}

fn cell(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Float(value) => float(value),
        Value::Text(text) => visible(&text),
        value => visible(&match json::value(value) {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        }),
    }
}

/// Six decimals, or six digits where those would say nothing.
fn float(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let text = match value.abs() {
        1e15.. => return format!("{value:e}"),
        1.0.. => format!("{value:.6}"),
        1e-9.. => {
            let zeros = -value.abs().log10().floor() as usize;
            format!("{value:.*}", zeros + 5)
        }
        _ => return format!("{value:.5e}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_well() {
        for (value, text) in [
            (0.0, "0"),
            (0.012, "0.012"),
            (1.0 / 3.0, "0.333333"),
            (1_772_442_000.25, "1772442000.25"),
            (-2.5e-5, "-0.000025"),
            (1.5e-12, "1.50000e-12"),
            (2e300, "2e300"),
            (f64::INFINITY, "inf"),
            (12.0, "12"),
        ] {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn control_characters_are_not_visible() {
        assert_eq!(visible("a\u{1b}[31mb\n"), "a?[31mb?");
    }
}
