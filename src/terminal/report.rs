//! A report in text.

use std::fmt::Write;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, TableStyle, Width};
use pss_metrics::{
    report::{InputFile, MetricReport, OperationReport, Report, VerdictOutcome, WorstReport},
    score::Level,
};

use super::{
    bar::{bar, sparkline},
    numbers::{clock, count, seconds, span, value},
    style::Look,
};

/// The report for a terminal.
pub fn render(report: &Report, look: &Look) -> String {
    let mut out = String::new();
    headline(&mut out, report, look);
    metrics(&mut out, report, look);
    operations(&mut out, report, look);
    timeline(&mut out, report, look);
    no_data(&mut out, report, look);
    input(&mut out, report, look);
    next(&mut out, report, look);
    out
}

/// Writing to a string cannot fail.
macro_rules! line {
    ($out:expr) => { $out.push('\n') };
    ($out:expr, $($format:tt)*) => {{
        let _ = writeln!($out, $($format)*);
    }};
}

fn headline(out: &mut String, report: &Report, look: &Look) {
    let pss = &report.pss;
    let dot = if look.unicode { "·" } else { "|" };
    match pss.score {
        Some(score) => {
            let style = look.styles.of(score / 100.0);
            let interval = match (pss.low, pss.high) {
                (Some(low), Some(high)) => format!(" ({low:.1} to {high:.1} within this run)"),
                _ => String::new(),
            };
            let title = look.paint(look.styles.heading, "Program Stability Score");
            line!(
                out,
                "{title}  {}{interval}  {}",
                look.paint(style, &format!("{score:.1}")),
                pss.band.as_deref().unwrap_or_default()
            );
            line!(
                out,
                "{}",
                look.paint(style, &bar(score / 100.0, look.width.min(80), look.unicode))
            );
        }
        None => line!(
            out,
            "{}  n/a: no metric has enough data",
            look.paint(look.styles.heading, "Program Stability Score")
        ),
    }
    let verdict = match report.verdict.outcome {
        VerdictOutcome::Pass => look.styles.good,
        VerdictOutcome::Warn | VerdictOutcome::Inconclusive => look.styles.fair,
        VerdictOutcome::Fail => look.styles.bad,
    };
    let duration = match (report.input.start, report.input.end) {
        (Some(start), Some(end)) => format!(" {dot} {}", span(end - start)),
        _ => String::new(),
    };
    let confidence = if pss.confidence.level == Level::Low {
        "low"
    } else {
        "normal"
    };
    line!(
        out,
        "verdict {} {dot} {} of {} metrics have data {dot} {} spans{duration} {dot} confidence {confidence}",
        look.paint(verdict, report.verdict.outcome.name()),
        pss.with_data.len(),
        report.metrics.len(),
        count(report.input.spans),
    );
    for reason in &report.verdict.reasons {
        wrapped(out, &format!("- {reason}"), 2, look.width);
    }
}

fn metrics(out: &mut String, report: &Report, look: &Look) {
    let scored: Vec<&MetricReport> = report
        .metrics
        .iter()
        .filter(|metric| metric.score.is_some())
        .collect();
    if scored.is_empty() {
        return;
    }
    line!(out);
    let bar_width = if look.width >= 110 { 20 } else { 10 };
    let mut table = table(look, &["metric", "score", "", "lost", "n", "values"]);
    for metric in scored {
        let score = metric.score.unwrap_or_default();
        let style = look.styles.of(score);
        let mut values: Vec<String> = metric
            .factors
            .iter()
            .map(|factor| format!("{} {}", factor.name, value(factor.value, &factor.unit)))
            .collect();
        values.extend(metric.flags.iter().map(|flag| format!("({flag})")));
        table.add_row([
            metric.code.clone(),
            look.paint(style, &format!("{score:.2}")),
            look.paint(style, &bar(score, bar_width, look.unicode)),
            points(metric.points),
            count(metric.n),
            values.join(", "),
        ]);
        if let Some(worst) = metric.worst.first().filter(|worst| worst.points >= 0.05) {
            let more = look.paint(look.styles.dim, &format!("most of it: {}", subject(worst)));
            table.add_row([
                String::new(),
                String::new(),
                String::new(),
                points(worst.points),
                String::new(),
                more,
            ]);
        }
    }
    for column in [1, 3, 4] {
        align_right(&mut table, column);
    }
    line!(out, "{}", table.trim_fmt());
}

fn operations(out: &mut String, report: &Report, look: &Look) {
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

fn timeline(out: &mut String, report: &Report, look: &Look) {
    let windows = &report.timeline.windows;
    let scores: Vec<Option<f64>> = windows.iter().map(|window| window.score).collect();
    if scores.iter().flatten().count() < 2 {
        return;
    }
    line!(out);
    let at = |place: usize| {
        windows
            .get(place)
            .map(|window| clock(window.start as f64 * 1e-9))
            .unwrap_or_default()
    };
    line!(
        out,
        "{}  {} {} {}  (UTC, {} a window)",
        look.paint(look.styles.heading, "over time"),
        at(0),
        sparkline(&scores, look.unicode),
        at(windows.len() - 1),
        seconds(windows[0].seconds),
    );
    if let Some(worst) = report.timeline.worst
        && let Some(score) = scores[worst]
    {
        let burst = match report.timeline.first_bad {
            Some(first) => format!(
                "; {:.0} % of windows lie more than 15 points below the median, the first at {}",
                100.0 * report.timeline.burst,
                at(first)
            ),
            None => String::new(),
        };
        wrapped(
            out,
            &format!("worst window: {} with {score:.1}{burst}", at(worst)),
            11,
            look.width,
        );
    }
}

fn no_data(out: &mut String, report: &Report, look: &Look) {
    let without: Vec<&MetricReport> = report
        .metrics
        .iter()
        .filter(|metric| metric.score.is_none())
        .collect();
    if without.is_empty() {
        return;
    }
    line!(out);
    line!(
        out,
        "{}",
        look.paint(look.styles.heading, "no data, and what would bring it")
    );
    for metric in without {
        let reason = metric
            .failed
            .as_ref()
            .map(|reason| format!("failed: {reason}"))
            .or_else(|| metric.no_data.clone())
            .unwrap_or_default();
        wrapped(
            out,
            &format!("{:<7} {reason}: {}", metric.code, metric.needs),
            10,
            look.width,
        );
    }
}

/// Inputs listed one by one.
const FILES: usize = 12;

fn input(out: &mut String, report: &Report, look: &Look) {
    let input = &report.input;
    line!(out);
    let form = |file: &InputFile| {
        if file.compression == "none" {
            format!("({})", file.format)
        } else {
            format!("({}, {})", file.format, file.compression)
        }
    };
    let files = match input.files.as_slice() {
        [one] => format!("{} {}", one.name, form(one)),
        many => format!("{} files", many.len()),
    };
    let share = input.classified;
    line!(
        out,
        "{} {files}: {} records, {} spans, {} samples, {} bad",
        look.paint(look.styles.heading, "read"),
        count(input.records),
        count(input.spans),
        count(input.samples),
        count(input.bad_records)
    );
    if input.files.len() > 1 {
        for file in input.files.iter().take(FILES) {
            wrapped(
                out,
                &format!(
                    "{} {}: {} spans, {} samples, {} bad",
                    file.name,
                    form(file),
                    count(file.spans),
                    count(file.samples),
                    count(file.bad_records)
                ),
                5,
                look.width,
            );
        }
        if input.files.len() > FILES {
            line!(out, "  and {} more", input.files.len() - FILES);
        }
    }
    if share.attribute + share.name + share.nothing > 0.0 {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        wrapped(
            out,
            &format!(
                "kind of work told by attributes for {} of spans, by words of names for {}, not at all for {}",
                percent(share.attribute),
                percent(share.name),
                percent(share.nothing)
            ),
            5,
            look.width,
        );
    }
    for bad in input.bad.iter().take(5) {
        wrapped(
            out,
            &format!("bad record {}:{}: {}", bad.file, bad.line, bad.reason),
            5,
            look.width,
        );
    }
    if !input.unknown_fields.is_empty() {
        wrapped(
            out,
            &format!("fields nobody reads: {}", input.unknown_fields.join(", ")),
            5,
            look.width,
        );
    }
    for warning in &report.warnings {
        wrapped(out, &format!("note: {warning}"), 5, look.width);
    }
}

fn next(out: &mut String, report: &Report, look: &Look) {
    let worst = report
        .metrics
        .iter()
        .filter(|metric| metric.points > 0.05)
        .max_by(|a, b| a.points.total_cmp(&b.points));
    let Some(metric) = worst else { return };
    line!(out);
    wrapped(
        out,
        &format!(
            "{} `pss explain {}` says what {} measures and what to do about it",
            look.paint(look.styles.heading, "next"),
            metric.code,
            metric.code
        ),
        5,
        look.width,
    );
}

fn table(look: &Look, header: &[&str]) -> Table {
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

fn align_right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn points(points: f64) -> String {
    if points < 0.05 {
        "0".to_owned()
    } else {
        format!("{points:.1}")
    }
}

fn named(service: &str, operation: &str) -> String {
    let visible: String = if service.is_empty() {
        operation.to_owned()
    } else {
        format!("{service}/{operation}")
    };
    // A name is data: control characters must not reach the terminal.
    visible
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

fn subject(worst: &WorstReport) -> String {
    match (&worst.service, &worst.operation, &worst.entity) {
        (Some(service), Some(operation), _) => named(service, operation),
        (Some(service), None, _) => named(
            "",
            if service.is_empty() {
                "(no service)"
            } else {
                service
            },
        ),
        (None, _, Some(entity)) => named("", entity),
        (None, ..) => "the whole run".to_owned(),
    }
}

/// Words wrapped to the width, lines after the first indented.
fn wrapped(out: &mut String, text: &str, indent: usize, width: usize) {
    let mut column = 0;
    for (at, word) in text.split(' ').enumerate() {
        let length = unicode_width::UnicodeWidthStr::width(word);
        if at > 0 && column + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if at > 0 {
            out.push(' ');
            column += 1;
        }
        out.extend(word.chars().map(|c| {
            if c.is_control() && c != '\u{1b}' {
                '?'
            } else {
                c
            }
        }));
        column += length;
    }
    out.push('\n');
}
