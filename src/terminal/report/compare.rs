//! How a run compares with others: what got worse, metrics and operations of both sides, what only one side has.

use std::fmt::Write;

use comfy_table::ColumnConstraint;
use pss_metrics::{
    compare::{
        Change, Comparison, Direction, MetricChange, OperationChange, Quantity, RunFacts, Strangers,
    },
    report::{Report, VerdictOutcome},
};

use super::{
    super::{
        numbers::{count, seconds},
        style::Look,
    },
    names::named,
    table::{align_right, points, table},
    wrap::{painted, wrapped},
};

/// Operations listed that only one side has.
const STRANGERS: usize = 8;
/// From this width on, numbers of spans and errors find room beside the rest.
const WIDE: usize = 100;
/// Causes listed.
const CAUSES: usize = 12;

pub(super) fn compare(out: &mut String, report: &Report, comparison: &Comparison, look: &Look) {
    headline(out, report, comparison, look);
    causes(out, comparison, look);
    metrics(out, comparison, look);
    operations(out, comparison, look);
    strangers(out, "only in the head", &comparison.new, look);
    strangers(out, "only in the base", &comparison.vanished, look);
    runs(out, comparison, look);
}

fn headline(out: &mut String, report: &Report, comparison: &Comparison, look: &Look) {
    let dot = if look.unicode { "·" } else { "|" };
    let title = look.paint(look.styles.heading, "Regression");
    match comparison.regression {
        Some(points) => {
            let style = look.styles.of(1.0 - points / 100.0);
            let parts: Vec<String> = comparison
                .parts
                .iter()
                .map(|part| match part.score {
                    Some(_) => format!("{} {:.1}", part.name, part.points),
                    None => format!("{} n/a", part.name),
                })
                .collect();
            painted(
                out,
                &format!(
                    "{title}  {} of 100: {} (0 is no change beyond noise, either way)",
                    look.paint(style, &format!("{points:.1}")),
                    parts.join(", ")
                ),
                12,
                look.width,
            );
        }
        None => line!(
            out,
            "{title}  n/a: no operation has enough spans on both sides"
        ),
    }
    let style = match report.verdict.outcome {
        VerdictOutcome::Pass => look.styles.good,
        VerdictOutcome::Warn | VerdictOutcome::Inconclusive => look.styles.fair,
        VerdictOutcome::Fail => look.styles.bad,
    };
    let bases = comparison.runs.iter().filter(|run| run.side == "base");
    let (n, spans) = bases.fold((0, 0), |(n, spans), run| (n + 1, spans + run.spans));
    painted(
        out,
        &format!(
            "verdict {} {dot} {} {dot} {n} base {} with {} spans {dot} head with {} spans",
            look.paint(style, report.verdict.outcome.name()),
            if comparison.regressed {
                "regressed"
            } else {
                "not regressed"
            },
            if n == 1 { "run" } else { "runs" },
            count(spans),
            count(report.input.spans),
        ),
        2,
        look.width,
    );
    for reason in &report.verdict.reasons {
        wrapped(out, &format!("- {reason}"), 2, look.width);
    }
}

fn causes(out: &mut String, comparison: &Comparison, look: &Look) {
    if comparison.causes.is_empty() {
        return;
    }
    line!(out);
    line!(
        out,
        "{}",
        look.paint(
            look.styles.heading,
            "what got worse, surest and largest first"
        )
    );
    for cause in comparison.causes.iter().take(CAUSES) {
        wrapped(out, &format!("- {}", cause.text), 2, look.width);
    }
    if comparison.causes.len() > CAUSES {
        line!(out, "  and {} more", comparison.causes.len() - CAUSES);
    }
}

fn paint(look: &Look, direction: Direction, text: &str) -> String {
    let style = match direction {
        Direction::Worse => look.styles.bad,
        Direction::Better => look.styles.good,
        Direction::Same => return text.to_owned(),
    };
    look.paint(style, text)
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Worse => "worse",
        Direction::Better => "better",
        Direction::Same => "",
    }
}

fn share(q: f64) -> String {
    if q < 0.001 {
        "<.001".to_owned()
    } else {
        format!("{q:.3}").trim_start_matches('0').to_owned()
    }
}

fn metrics(out: &mut String, comparison: &Comparison, look: &Look) {
    let known: Vec<&MetricChange> = comparison
        .metrics
        .iter()
        .filter(|change| change.delta.is_some())
        .collect();
    if known.is_empty() {
        return;
    }
    line!(out);
    let mut table = table(look, &["metric", "base", "head", "change", "95 %", "q", ""]);
    for change in known {
        let value = |value: Option<f64>, sign: bool| match (value, change.code == "PSS") {
            (None, _) => "-".to_owned(),
            (Some(value), true) if sign => format!("{:+.1}", 100.0 * value),
            (Some(value), true) => format!("{:.1}", 100.0 * value),
            (Some(value), false) if sign => format!("{value:+.2}"),
            (Some(value), false) => format!("{value:.2}"),
        };
        let between = match (change.low, change.high) {
            (Some(_), Some(_)) => {
                format!("{}..{}", value(change.low, true), value(change.high, true))
            }
            _ => "-".to_owned(),
        };
        let note = change.no_test.as_deref().unwrap_or(word(change.direction));
        table.add_row([
            change.code.clone(),
            value(change.base, false),
            value(change.head, false),
            paint(look, change.direction, &value(change.delta, true)),
            between,
            change.q.map_or("-".to_owned(), share),
            paint(look, change.direction, note),
        ]);
    }
    for column in [1, 2, 3, 4, 5] {
        align_right(&mut table, column);
    }
    line!(out, "{}", table.trim_fmt());
}

fn operations(out: &mut String, comparison: &Comparison, look: &Look) {
    if comparison.operations.is_empty() {
        return;
    }
    line!(out);
    line!(
        out,
        "{}",
        look.paint(look.styles.heading, "operations, what changed first")
    );
    let wide = look.width >= WIDE;
    let header = [
        "points",
        "operation",
        "n",
        "errors",
        "median",
        "change",
        "q",
        "",
    ];
    let shown = |at: usize| wide || !(2..4).contains(&at);
    let header: Vec<&str> = (0..)
        .zip(header)
        .filter(|(at, _)| shown(*at))
        .map(|(_, name)| name)
        .collect();
    let mut table = table(look, &header);
    for operation in &comparison.operations {
        let (text, q, direction) = told(operation);
        let both = |base: String, head: String| format!("{base} > {head}");
        let cells = [
            points(operation.points),
            named(&operation.service, &operation.operation),
            both(count(operation.n_base), count(operation.n_head)),
            both(count(operation.errors_base), count(operation.errors_head)),
            both(
                operation.q50_base.map_or("-".to_owned(), seconds),
                operation.q50_head.map_or("-".to_owned(), seconds),
            ),
            text,
            q,
            paint(look, direction, word(direction)),
        ];
        table.add_row(
            (0..)
                .zip(cells)
                .filter(|(at, _)| shown(*at))
                .map(|(_, cell)| cell),
        );
    }
    for at in (0..header.len()).filter(|at| *at != 1) {
        if at + 1 < header.len() {
            align_right(&mut table, at);
        }
        if let Some(column) = table.column_mut(at) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    line!(out, "{}", table.trim_fmt());
}

/// The change to tell of an operation: the surest that was found, else that of the median.
fn told(operation: &OperationChange) -> (String, String, Direction) {
    let found = operation
        .changes
        .iter()
        .filter(|change| change.direction != Direction::Same)
        .min_by(|a, b| a.p.total_cmp(&b.p));
    let Some(change) = found.or(operation.changes.first()) else {
        return ("-".to_owned(), "-".to_owned(), Direction::Same);
    };
    let text = |change: &Change| match change.quantity {
        Quantity::Median => format!("{:+.0} %", 100.0 * change.change),
        Quantity::Q90 => format!("q90 {:+.0} %", 100.0 * change.change),
        Quantity::Errors => format!("errors x {:.1}", 1.0 + change.change),
    };
    (text(change), share(change.q), change.direction)
}

fn strangers(out: &mut String, title: &str, list: &[Strangers], look: &Look) {
    if list.is_empty() {
        return;
    }
    let names: Vec<String> = list
        .iter()
        .take(STRANGERS)
        .map(|one| format!("{} ({})", named(&one.service, &one.operation), count(one.n)))
        .collect();
    let more = match list.len().saturating_sub(STRANGERS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    line!(out);
    wrapped(
        out,
        &format!(
            "{} {}{more}",
            look.paint(look.styles.heading, title),
            names.join(", ")
        ),
        5,
        look.width,
    );
}

fn runs(out: &mut String, comparison: &Comparison, look: &Look) {
    line!(out);
    for run in &comparison.runs {
        let sources = match run.sources.as_slice() {
            [] => "(no name)".to_owned(),
            [one] => one.clone(),
            [one, more @ ..] => format!("{one} and {} more", more.len()),
        };
        wrapped(
            out,
            &format!(
                "{} {sources}: {} spans, session {}, machine {}",
                look.paint(look.styles.heading, &run.side),
                count(run.spans),
                run.session,
                machine(run)
            ),
            5,
            look.width,
        );
    }
}

fn machine(run: &RunFacts) -> String {
    let known = |key: &str| run.machine.get(key).filter(|value| *value != "unknown");
    match (known("cpu.model"), known("cpu.cores")) {
        (None, None) => "unknown".to_owned(),
        (model, cores) => format!(
            "{} x {}",
            cores.map_or("?", String::as_str),
            model.map_or("?", String::as_str)
        ),
    }
}
