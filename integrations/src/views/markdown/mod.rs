//! Markdown: what a step summary, a merge request or a wiki shows.

mod compared;
mod escape;
mod run;

use std::io;

use pss_metrics::{
    plugin::PluginMeta,
    plugin_meta,
    report::{MetricReport, Report},
    score::Level,
};

use self::{
    escape::{code, text},
    run::run,
};
use super::{
    contract::{View, ViewEntry},
    names::{named, subject, visible},
    numbers::{clock, count, or_na, percent, points, seconds, span, value},
};

static META: PluginMeta = plugin_meta!(
    View,
    "markdown",
    "the report as Markdown with sections that fold, within a step summary's 1 MiB"
);

/// Bytes that rows may fill. GitHub refuses a step summary above 1 MiB; the rest is left for other parts of the step.
const LIMIT: usize = 1_000_000;

/// The view.
#[derive(Debug)]
pub struct Markdown;

inventory::submit! { ViewEntry { view: &Markdown } }

impl View for Markdown {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::default();
        match &report.compare {
            Some(compare) => {
                compared::title(&mut page, compare);
                verdict(&mut page, report);
                compared::sides(&mut page, compare);
                headline(&mut page, report);
            }
            None => {
                headline(&mut page, report);
                verdict(&mut page, report);
            }
        }
        run(&mut page, report);
        metrics(&mut page, report);
        operations(&mut page, report);
        timeline(&mut page, report);
        no_data(&mut page, report);
        input(&mut page, report);
        page.end(report);
        out.write_all(page.text.as_bytes())
    }
}

/// What is written so far.
#[derive(Default)]
struct Page {
    text: String,
    left_out: usize,
}

impl Page {
    /// A line of the frame: short, and always written.
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A line of which there may be many: written while there is room.
    fn row(&mut self, row: &str) {
        if self.text.len() + row.len() < LIMIT {
            self.line(row);
        } else {
            self.left_out += 1;
        }
    }

    fn folded(&mut self, title: &str, open: bool, fill: impl FnOnce(&mut Page)) {
        let open = if open { " open" } else { "" };
        self.line(&format!("<details{open}><summary>{title}</summary>\n"));
        fill(self);
        self.line("\n</details>\n");
    }

    fn end(&mut self, report: &Report) {
        if self.left_out > 0 {
            let left_out = count(self.left_out as u64);
            self.line(&format!(
                "{left_out} lines did not fit here; the JSON report has them.\n"
            ));
        }
        let made = &report.generator;
        self.line(&format!(
            "<sub>{} {}, profile {}</sub>",
            text(&made.name),
            text(&made.version),
            text(&made.profile)
        ));
    }
}

fn headline(page: &mut Page, report: &Report) {
    let pss = &report.pss;
    page.line(&match pss.score {
        Some(score) => {
            let interval = match (pss.low, pss.high) {
                (Some(low), Some(high)) => format!(" ({low:.1} to {high:.1} within this run)"),
                _ => String::new(),
            };
            let band = pss.band.as_deref().unwrap_or_default();
            format!(
                "### Program Stability Score {score:.1}{interval}, {}\n",
                text(band)
            )
        }
        None => "### Program Stability Score n/a: no metric has enough data\n".to_owned(),
    });
}

fn verdict(page: &mut Page, report: &Report) {
    let pss = &report.pss;
    let duration = match (report.input.start, report.input.end) {
        (Some(start), Some(end)) => format!(" · {}", span(end - start)),
        _ => String::new(),
    };
    let gate = match pss.gate {
        Some(gate) => format!(" · threshold {}", gate.least),
        None => String::new(),
    };
    page.line(&format!(
        "Verdict **{}**{gate} · {} of {} metrics have data · {} spans{duration} · confidence {}\n",
        report.verdict.outcome.name(),
        pss.with_data.len(),
        report.metrics.len(),
        count(report.input.spans),
        if pss.confidence.level == Level::Low {
            "low"
        } else {
            "normal"
        },
    ));
    for reason in &report.verdict.reasons {
        page.row(&format!("- {}", text(reason)));
    }
    if !report.verdict.reasons.is_empty() {
        page.line("");
    }
}

fn metrics(page: &mut Page, report: &Report) {
    page.line("| metric | score | lost | n | values | most of it |");
    page.line("|---|--:|--:|--:|---|---|");
    for metric in &report.metrics {
        let mut values: Vec<String> = metric
            .factors
            .iter()
            .map(|factor| {
                format!(
                    "{} {}",
                    text(&factor.name),
                    text(&value(factor.value, &factor.unit))
                )
            })
            .collect();
        values.extend(metric.flags.iter().map(|flag| format!("({})", text(flag))));
        if let Some(reason) = why_not(metric) {
            values.push(format!("*{}*", text(&reason)));
        }
        let worst = metric.worst.first().filter(|worst| worst.points >= 0.05);
        page.row(&format!(
            "| **{}** | {} | {} | {} | {} | {} |",
            text(&metric.code),
            or_na(metric.score, |score| format!("{score:.2}")),
            if metric.score.is_some() {
                points(metric.points)
            } else {
                String::new()
            },
            count(metric.n),
            values.join(", "),
            worst.map_or_else(String::new, |worst| format!(
                "{} ({})",
                code(&subject(worst)),
                points(worst.points)
            )),
        ));
    }
    page.line("");
}

fn why_not(metric: &MetricReport) -> Option<String> {
    metric
        .failed
        .as_ref()
        .map(|reason| format!("failed: {reason}"))
        .or_else(|| metric.no_data.clone())
}

fn operations(page: &mut Page, report: &Report) {
    if report.operations.is_empty() {
        return;
    }
    page.folded("Operations that cost most points", true, |page| {
        page.line("| lost | operation | kind | n | errors | median | q99 |");
        page.line("|--:|---|---|--:|--:|--:|--:|");
        for operation in &report.operations {
            page.row(&format!(
                "| {} | {} | {} | {} | {} | {} | {} |",
                points(operation.points),
                code(&named(&operation.service, &operation.operation)),
                operation.category.name(),
                count(operation.n),
                count(operation.errors),
                or_na(operation.q50, seconds),
                or_na(operation.q99, seconds),
            ));
        }
    });
}

fn timeline(page: &mut Page, report: &Report) {
    let timeline = &report.timeline;
    let Some(first) = timeline.windows.first() else {
        return;
    };
    let title = format!(
        "Over time, {} a window (UTC), {} of windows bad",
        seconds(first.seconds),
        percent(timeline.burst)
    );
    page.folded(&title, false, |page| {
        page.line("| from | score | spans | |");
        page.line("|---|--:|--:|---|");
        for (at, window) in timeline.windows.iter().enumerate() {
            let mut remarks = Vec::new();
            if timeline.worst == Some(at) {
                remarks.push("worst");
            }
            if timeline.first_bad == Some(at) {
                remarks.push("first bad");
            }
            if window.score.is_none() {
                remarks.push("too few spans");
            }
            page.row(&format!(
                "| {} | {} | {} | {} |",
                clock(window.start as f64 * 1e-9),
                or_na(window.score, |score| format!("{score:.1}")),
                count(window.n),
                remarks.join(", "),
            ));
        }
    });
}

fn no_data(page: &mut Page, report: &Report) {
    let without: Vec<(&MetricReport, String)> = report
        .metrics
        .iter()
        .filter_map(|metric| Some((metric, why_not(metric)?)))
        .collect();
    if without.is_empty() {
        return;
    }
    page.folded("No data, and what would bring it", false, |page| {
        for (metric, reason) in without {
            page.row(&format!(
                "- **{}**: {}: {}",
                text(&metric.code),
                text(&reason),
                text(&metric.needs)
            ));
        }
    });
}

fn input(page: &mut Page, report: &Report) {
    let input = &report.input;
    page.folded("What was read", false, |page| {
        page.line(&format!(
            "{} records, {} spans, {} samples, {} bad. The kind of work was told by attributes for {} of spans, by words of names for {}, not at all for {}.\n",
            count(input.records),
            count(input.spans),
            count(input.samples),
            count(input.bad_records),
            percent(input.classified.attribute),
            percent(input.classified.name),
            percent(input.classified.nothing),
        ));
        page.line("| file | format | records | spans | samples | bad |");
        page.line("|---|---|--:|--:|--:|--:|");
        for file in &input.files {
            let packed = if file.compression == "none" {
                String::new()
            } else {
                format!(", {}", text(&file.compression))
            };
            page.row(&format!(
                "| {} | {}{packed} | {} | {} | {} | {} |",
                code(&visible(&file.name)),
                text(&file.format),
                count(file.records),
                count(file.spans),
                count(file.samples),
                count(file.bad_records),
            ));
        }
        page.line("");
        for bad in &input.bad {
            page.row(&format!(
                "- bad record {}: {}",
                code(&format!("{}:{}", visible(&bad.file), bad.line)),
                text(&bad.reason)
            ));
        }
        if !input.unknown_fields.is_empty() {
            let fields: Vec<String> = input.unknown_fields.iter().map(|field| code(&visible(field))).collect();
            page.row(&format!("- fields nobody reads: {}", fields.join(", ")));
        }
        for warning in &report.warnings {
            page.row(&format!("- note: {}", text(warning)));
        }
    });
}
