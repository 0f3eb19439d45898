//! `pss analyze FILES --self-time`: what only whole traces tell, instead of scoring.

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};
use pss_metrics::{
    joined::{Joined, Traces},
    report::{named, visible},
};

use super::{stdout, warning::warn};
use crate::{
    error::Error,
    exit::Exit,
    input::{Place, Progress, ReadOptions, pass},
};

pub(super) fn run(
    places: &[Place],
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
    top: usize,
) -> Result<Exit, Error> {
    let mut traces = Traces::default();
    let passed = pass(places, options, progress, &mut traces)?;
    for notice in &passed.notices {
        warn(notice);
    }
    let joined = traces.join();
    if joined.spans == 0 {
        return Err(Error::Usage(format!(
            "none of the {} spans has a trace id, a span id, a start and a duration, which joining needs",
            joined.all_spans
        )));
    }
    stdout::text(&text(&joined, top))?;
    Ok(Exit::Done)
}

fn text(joined: &Joined, top: usize) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([
        "operation",
        "n",
        "own time",
        "share",
        "critical",
        "orphans",
        "waits most for",
    ]);
    let own: f64 = joined
        .operations
        .iter()
        .map(|operation| operation.own_seconds)
        .sum();
    let percent = |part: f64, of: f64| {
        if of > 0.0 {
            format!("{:.1} %", 100.0 * part / of)
        } else {
            "-".to_owned()
        }
    };
    for operation in joined.operations.iter().take(top) {
        table.add_row([
            visible(&named(&operation.service, &operation.operation)),
            operation.n.to_string(),
            format!("{:.3} s", operation.own_seconds),
            percent(operation.own_seconds, own),
            percent(operation.critical_seconds, joined.seconds),
            operation.orphans.to_string(),
            operation
                .waits_for
                .as_ref()
                .map_or_else(String::new, |(service, name, share)| {
                    format!(
                        "{} ({:.0} %)",
                        visible(&named(service, name)),
                        100.0 * share
                    )
                }),
        ]);
    }
    for column in 1..=5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let kept = if joined.share < 1.0 {
        format!(
            ", {:.3} % of all traces, picked by their ids so that memory stays bounded",
            100.0 * joined.share
        )
    } else {
        String::new()
    };
    let loose = if joined.loose > 0 {
        format!(
            "; {} spans without ids, a start or a duration cannot be joined",
            joined.loose
        )
    } else {
        String::new()
    };
    let orphans: u64 = joined
        .operations
        .iter()
        .map(|operation| operation.orphans)
        .sum();
    format!(
        "{}\n\nseen: {} traces with {} of {} spans{kept}{loose}; {orphans} spans name a parent that is not there\n",
        table.trim_fmt(),
        joined.traces,
        joined.spans,
        joined.all_spans,
    )
}
