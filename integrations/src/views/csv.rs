//! CSV: every number of the report on a line of its own, for spreadsheets and scripts.

mod compared;

use std::io;

use pss_metrics::{plugin::PluginMeta, plugin_meta, report::Report};

use super::{
    contract::{View, ViewEntry},
    run_figures::figures,
};

static META: PluginMeta = plugin_meta!(
    View,
    "csv",
    "every number of the report on a line of its own: kind, metric, item, names, field, value, unit, reason"
);

/// The view.
#[derive(Debug)]
pub struct Csv;

inventory::submit! { ViewEntry { view: &Csv } }

const COLUMNS: [&str; 10] = [
    "kind",
    "metric",
    "item",
    "service",
    "operation",
    "entity",
    "field",
    "value",
    "unit",
    "reason",
];

impl View for Csv {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut lines = Lines(csv::Writer::from_writer(out));
        lines.0.write_record(COLUMNS)?;
        run(&mut lines, report)?;
        command(&mut lines, report)?;
        if let Some(compare) = &report.compare {
            compared::put(&mut lines, compare)?;
        }
        metrics(&mut lines, report)?;
        operations(&mut lines, report)?;
        timeline(&mut lines, report)?;
        input(&mut lines, report)?;
        lines.0.flush()
    }
}

/// What a line is about.
#[derive(Default, Clone, Copy)]
struct About<'a> {
    kind: &'a str,
    metric: &'a str,
    item: &'a str,
    service: &'a str,
    operation: &'a str,
    entity: &'a str,
    /// Why values are absent.
    reason: &'a str,
}

struct Lines<W: io::Write>(csv::Writer<W>);

impl<W: io::Write> Lines<W> {
    fn put(
        &mut self,
        about: About<'_>,
        field: &str,
        value: Option<String>,
        unit: &str,
    ) -> io::Result<()> {
        let reason = if value.is_none() { about.reason } else { "" };
        let texts = [
            about.kind,
            about.metric,
            about.item,
            about.service,
            about.operation,
            about.entity,
            field,
        ];
        let mut record: Vec<String> = texts.map(inert).to_vec();
        record.extend([value.unwrap_or_default(), inert(unit), inert(reason)]);
        Ok(self.0.write_record(record)?)
    }

    fn number(
        &mut self,
        about: About<'_>,
        field: &str,
        value: Option<f64>,
        unit: &str,
    ) -> io::Result<()> {
        self.put(about, field, value.map(|value| value.to_string()), unit)
    }

    fn count(&mut self, about: About<'_>, field: &str, n: u64) -> io::Result<()> {
        self.put(about, field, Some(n.to_string()), "")
    }
}

/// A text that no spreadsheet takes for a formula.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn run<W: io::Write>(lines: &mut Lines<W>, report: &Report) -> io::Result<()> {
    let pss = &report.pss;
    let about = About {
        kind: "run",
        reason: "no metric has enough data",
        ..About::default()
    };
    lines.number(about, "score", pss.score, "points")?;
    let about = About {
        reason: "no interval",
        ..about
    };
    lines.number(about, "low", pss.low, "points")?;
    lines.number(about, "high", pss.high, "points")?;
    if let Some(gate) = pss.gate {
        lines.number(about, "fail_under", Some(gate.least), "points")?;
    }
    let reasons = report.verdict.reasons.join("; ");
    let record = [
        "verdict",
        "",
        report.verdict.outcome.name(),
        "",
        "",
        "",
        "",
        "",
        "",
        &inert(&reasons),
    ];
    Ok(lines.0.write_record(record)?)
}

/// Rounds, or load.
fn command<W: io::Write>(lines: &mut Lines<W>, report: &Report) -> io::Result<()> {
    for figure in report.run.iter().flat_map(figures) {
        let about = About {
            kind: figure.of,
            ..About::default()
        };
        lines.number(about, figure.name, Some(figure.value), figure.unit)?;
    }
    Ok(())
}

fn metrics<W: io::Write>(lines: &mut Lines<W>, report: &Report) -> io::Result<()> {
    for metric in &report.metrics {
        let reason = metric
            .failed
            .as_deref()
            .or(metric.no_data.as_deref())
            .unwrap_or("no interval");
        let about = About {
            kind: "metric",
            metric: &metric.code,
            reason,
            ..About::default()
        };
        lines.number(about, "score", metric.score, "")?;
        lines.number(about, "low", metric.low, "")?;
        lines.number(about, "high", metric.high, "")?;
        lines.number(
            about,
            "points",
            metric.score.map(|_| metric.points),
            "points",
        )?;
        lines.number(about, "weight", Some(metric.weight), "")?;
        lines.count(about, "n", metric.n)?;
        if let Some(gate) = metric.gate {
            lines.number(about, "min_score", Some(gate.least), "")?;
        }
        for factor in &metric.factors {
            let about = About {
                kind: "factor",
                item: &factor.name,
                ..about
            };
            lines.number(about, "value", Some(factor.value), &factor.unit)?;
            lines.number(about, "score", Some(factor.score), "")?;
            lines.number(about, "good", Some(factor.good), &factor.unit)?;
            lines.number(about, "mid", Some(factor.mid), &factor.unit)?;
            lines.number(about, "exponent", Some(factor.exponent), "")?;
        }
        for worst in &metric.worst {
            let about = About {
                kind: "worst",
                service: worst.service.as_deref().unwrap_or_default(),
                operation: worst.operation.as_deref().unwrap_or_default(),
                entity: worst.entity.as_deref().unwrap_or_default(),
                ..about
            };
            lines.number(about, "score", Some(worst.score), "")?;
            lines.number(about, "points", Some(worst.points), "points")?;
            lines.count(about, "n", worst.n)?;
        }
    }
    Ok(())
}

fn operations<W: io::Write>(lines: &mut Lines<W>, report: &Report) -> io::Result<()> {
    for operation in &report.operations {
        let about = About {
            kind: "operation",
            item: operation.category.name(),
            service: &operation.service,
            operation: &operation.operation,
            reason: "no span that did not fail has a duration",
            ..About::default()
        };
        lines.number(about, "points", Some(operation.points), "points")?;
        lines.count(about, "n", operation.n)?;
        lines.count(about, "errors", operation.errors)?;
        lines.number(about, "q50", operation.q50, "s")?;
        lines.number(about, "q99", operation.q99, "s")?;
    }
    Ok(())
}

fn timeline<W: io::Write>(lines: &mut Lines<W>, report: &Report) -> io::Result<()> {
    for window in &report.timeline.windows {
        let start = window.start.to_string();
        let about = About {
            kind: "window",
            item: &start,
            reason: "too few spans",
            ..About::default()
        };
        lines.number(about, "score", window.score, "points")?;
        lines.count(about, "n", window.n)?;
        lines.number(about, "length", Some(window.seconds), "s")?;
    }
    Ok(())
}

fn input<W: io::Write>(lines: &mut Lines<W>, report: &Report) -> io::Result<()> {
    let input = &report.input;
    let about = About {
        kind: "input",
        reason: "no record has a time",
        ..About::default()
    };
    lines.number(about, "start", input.start, "s")?;
    lines.number(about, "end", input.end, "s")?;
    for (field, share) in [
        ("classified_by_attribute", input.classified.attribute),
        ("classified_by_name", input.classified.name),
        ("classified_by_nothing", input.classified.nothing),
    ] {
        lines.number(about, field, Some(share), "")?;
    }
    for (field, n) in [
        ("records", input.records),
        ("spans", input.spans),
        ("samples", input.samples),
        ("bad_records", input.bad_records),
        ("untimed", input.untimed),
    ] {
        lines.count(about, field, n)?;
    }
    for file in &input.files {
        let about = About {
            kind: "file",
            item: &file.name,
            ..about
        };
        for (field, n) in [
            ("bytes", file.bytes),
            ("records", file.records),
            ("bad_records", file.bad_records),
            ("spans", file.spans),
            ("samples", file.samples),
        ] {
            lines.count(about, field, n)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_formula() {
        assert_eq!(inert("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(inert("GET /"), "GET /");
    }
}
