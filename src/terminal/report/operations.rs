//! The operations that cost most points.

use std::fmt::Write;

use comfy_table::ColumnConstraint;
use pss_metrics::report::{OperationReport, Report};

use super::{
    super::{
        numbers::{count, seconds},
        style::Look,
    },
    names::named,
    table::{align_right, points, table},
};

pub(super) fn operations(out: &mut String, report: &Report, look: &Look) {
    let costly: Vec<&OperationReport> = report
        .operations
        .iter()
        .filter(|operation| operation.points > 0.005)
        .collect();
    if costly.is_empty() {
        return;
    }
    line!(out);
    line!(
        out,
        "{}",
        look.paint(look.styles.heading, "operations that cost most points")
    );
    let mut table = table(
        look,
        &["lost", "operation", "kind", "n", "errors", "median", "q99"],
    );
    for operation in costly {
        let time = |value: Option<f64>| value.map_or("-".to_owned(), seconds);
        table.add_row([
            points(operation.points),
            named(&operation.service, &operation.operation),
            operation.category.name().to_owned(),
            count(operation.n),
            count(operation.errors),
            time(operation.q50),
            time(operation.q99),
        ]);
    }
    for column in [0, 3, 4, 5, 6] {
        align_right(&mut table, column);
        if let Some(column) = table.column_mut(column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    line!(out, "{}", table.trim_fmt());
}
