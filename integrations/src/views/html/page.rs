//! What the template is filled with.

use askama::Template;
use pss_metrics::{
    report::{InputFile, OperationReport, Report, VerdictOutcome},
    score::Level,
};

use super::{
    super::{
        names::{named, sentence, visible},
        numbers::{clock, or_na, percent, points, seconds, span},
    },
    Allowed,
    compared::Compared,
    gauge::Gauge,
    grade,
    load::Load,
    metrics::{Absent, Lost, Metric, absent, lost, metric_of},
    number::{Number, left_out},
    ridge::{self, ridges},
    rounds::Rounds,
    signals::{Lanes, lanes},
    timeline::{self, Axis},
};

/// The page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    style: Allowed,
    script: Allowed,
    title: String,
    score: Number,
    low: Number,
    high: Number,
    interval: bool,
    band: String,
    grade: &'static str,
    gauge: Gauge,
    gauge_label: String,
    verdict: &'static str,
    verdict_grade: &'static str,
    reasons: Vec<String>,
    threshold: Option<Number>,
    with_data: usize,
    metric_count: usize,
    records: Number,
    spans: Number,
    samples: Number,
    bad_records: Number,
    untimed: Option<Number>,
    duration: Option<String>,
    from: Option<String>,
    confidence_low: bool,
    confidence: Vec<String>,
    partial: bool,
    warnings: Vec<String>,
    compared: Option<Compared>,
    rounds: Option<Rounds>,
    load: Option<Load>,
    lost: Option<Lost>,
    metrics: Vec<Metric>,
    absent: Vec<Absent>,
    timeline: Option<Timeline>,
    lanes: Option<Lanes>,
    /// Places and widths of bad windows.
    shaded: Vec<(String, String)>,
    ticks: Vec<String>,
    ridges: Option<ridge::Ridges>,
    operations: Vec<Operation>,
    operations_left_out: Option<String>,
    files: Vec<File>,
    files_left_out: Option<String>,
    shares: Option<Shares>,
    bad: Vec<Bad>,
    unknown_fields: Vec<String>,
    generator: String,
    profile: String,
    schema: String,
}

struct Timeline {
    drawn: Option<timeline::Drawn>,
    label: String,
    summary: String,
    /// Windows with a score.
    scored: usize,
    /// The share of bad windows, where there are any.
    burst: Option<Number>,
    rows: Vec<Window>,
}

struct Window {
    from: String,
    score: Number,
    n: Number,
    remark: String,
}

struct Operation {
    service: String,
    name: String,
    full: String,
    category: &'static str,
    points: Number,
    n: Number,
    errors: Number,
    q50: Number,
    q99: Number,
}

struct File {
    name: String,
    form: String,
    bytes: Number,
    records: Number,
    spans: Number,
    samples: Number,
    bad: Number,
    skipped: String,
}

struct Shares {
    attribute: Number,
    name: Number,
    nothing: Number,
}

struct Bad {
    place: String,
    reason: String,
}

impl Page {
    /// The page, with at most so many rows of what may be many.
    pub(super) fn of(report: &Report, rows: usize) -> Page {
        let pss = &report.pss;
        let input = &report.input;
        let score = or_na(pss.score, |score| format!("{score:.1}"));
        let band = sentence(pss.band.as_deref().unwrap_or("no metric has enough data"));
        let source = match input.files.as_slice() {
            [one] => visible(&one.name),
            many => format!("{} files", many.len()),
        };
        let tenth = |score: f64| format!("{score:.1}");
        let axis = Axis::of(&report.timeline, &report.signals);
        let bad = timeline::bad(&report.timeline);
        Page {
            style: Allowed::new(include_str!("page.css").to_owned()),
            script: Allowed::new(include_str!("page.js").to_owned()),
            title: format!("PSS {score}, {band}: {source}"),
            gauge: Gauge::of(pss),
            gauge_label: match (pss.score, pss.low, pss.high) {
                (Some(_), Some(low), Some(high)) => {
                    format!("{score} of 100, {low:.1} to {high:.1} within this run")
                }
                (Some(_), ..) => format!("{score} of 100"),
                (None, ..) => "n/a".to_owned(),
            },
            score: Number::new(pss.score, tenth),
            low: Number::new(pss.low, tenth),
            high: Number::new(pss.high, tenth),
            interval: pss.low.is_some() && pss.high.is_some(),
            grade: pss.score.map_or("none", |score| grade(score / 100.0)),
            band,
            verdict: report.verdict.outcome.name(),
            verdict_grade: match report.verdict.outcome {
                VerdictOutcome::Pass => "good",
                VerdictOutcome::Warn | VerdictOutcome::Inconclusive => "fair",
                VerdictOutcome::Fail => "poor",
            },
            reasons: sentences(&report.verdict.reasons),
            threshold: pss
                .gate
                .map(|gate| Number::new(gate.least, |least| least.to_string())),
            with_data: pss.with_data.len(),
            metric_count: report.metrics.len(),
            records: Number::count(input.records),
            spans: Number::count(input.spans),
            samples: Number::count(input.samples),
            bad_records: Number::count(input.bad_records),
            untimed: (input.untimed > 0).then(|| Number::count(input.untimed)),
            duration: input
                .start
                .zip(input.end)
                .map(|(start, end)| span(end - start)),
            from: input.start.and_then(moment),
            confidence_low: pss.confidence.level == Level::Low,
            confidence: sentences(&pss.confidence.reasons),
            partial: input.partial,
            warnings: sentences(&report.warnings),
            compared: Compared::of(report, rows),
            rounds: Rounds::of(report),
            load: Load::of(report),
            lost: lost(report),
            metrics: report
                .metrics
                .iter()
                .enumerate()
                .filter_map(|(place, metric)| metric_of(place, metric))
                .collect(),
            absent: report.metrics.iter().filter_map(absent).collect(),
            timeline: axis.and_then(|axis| timeline_of(report, &bad, &axis)),
            lanes: axis.and_then(|axis| lanes(&report.signals, &axis)),
            shaded: axis.map_or_else(Vec::new, |axis| {
                timeline::shaded(&report.timeline, &bad, &axis)
            }),
            ticks: axis.map_or_else(Vec::new, |axis| axis.ticks()),
            ridges: ridges(&report.operations[..rows.min(report.operations.len())]),
            operations: report.operations.iter().take(rows).map(operation).collect(),
            operations_left_out: left_out(report.operations.len(), rows),
            files: input.files.iter().take(rows).map(file).collect(),
            files_left_out: left_out(input.files.len(), rows),
            shares: (input.spans > 0).then(|| Shares {
                attribute: Number::new(input.classified.attribute, percent),
                name: Number::new(input.classified.name, percent),
                nothing: Number::new(input.classified.nothing, percent),
            }),
            bad: input
                .bad
                .iter()
                .map(|bad| Bad {
                    place: format!("{}:{}", visible(&bad.file), bad.line),
                    reason: sentence(&bad.reason),
                })
                .collect(),
            unknown_fields: input
                .unknown_fields
                .iter()
                .map(|field| visible(field))
                .collect(),
            generator: format!("{} {}", report.generator.name, report.generator.version),
            profile: report.generator.profile.clone(),
            schema: report.schema.clone(),
        }
    }
}

fn timeline_of(report: &Report, bad: &[bool], axis: &Axis) -> Option<Timeline> {
    let timeline = &report.timeline;
    let first = timeline.windows.first()?;
    let scored = timeline
        .windows
        .iter()
        .filter(|window| window.score.is_some())
        .count();
    let time = |place: usize| {
        timeline
            .windows
            .get(place)
            .map_or_else(String::new, |window| clock(window.start as f64 * 1e-9))
    };
    let worst = timeline.worst.map_or_else(String::new, |place| {
        let score = timeline.windows.get(place).and_then(|window| window.score);
        format!(
            "; the worst, from {}, scores {}",
            time(place),
            or_na(score, |s| format!("{s:.1}"))
        )
    });
    Some(Timeline {
        drawn: timeline::drawn(timeline, bad, axis),
        scored,
        label: format!("score of {scored} windows over time{worst}"),
        summary: format!(
            "{} windows of {}{worst}",
            timeline.windows.len(),
            seconds(first.seconds)
        ),
        burst: (timeline.burst > 0.0).then(|| Number::new(timeline.burst, percent)),
        rows: timeline
            .windows
            .iter()
            .enumerate()
            .map(|(place, window)| {
                let mut remarks = Vec::new();
                if timeline.worst == Some(place) {
                    remarks.push("worst");
                }
                if bad[place] {
                    remarks.push("bad");
                }
                if window.score.is_none() {
                    remarks.push("too few spans");
                }
                Window {
                    from: time(place),
                    score: Number::new(window.score, |score| format!("{score:.1}")),
                    n: Number::count(window.n),
                    remark: remarks.join(", "),
                }
            })
            .collect(),
    })
}

fn operation(operation: &OperationReport) -> Operation {
    Operation {
        service: visible(&operation.service),
        name: visible(&operation.operation),
        full: named(&operation.service, &operation.operation),
        category: operation.category.name(),
        points: Number::new(operation.points, points),
        n: Number::count(operation.n),
        errors: Number::count(operation.errors),
        q50: Number::new(operation.q50, seconds),
        q99: Number::new(operation.q99, seconds),
    }
}

fn file(file: &InputFile) -> File {
    let skipped: Vec<String> = file
        .skipped
        .iter()
        .map(|(what, n)| format!("{n} {}", visible(what)))
        .collect();
    File {
        name: visible(&file.name),
        form: if file.compression == "none" {
            visible(&file.format)
        } else {
            format!("{}, {}", visible(&file.format), visible(&file.compression))
        },
        bytes: Number::count(file.bytes),
        records: Number::count(file.records),
        spans: Number::count(file.spans),
        samples: Number::count(file.samples),
        bad: Number::count(file.bad_records),
        skipped: skipped.join(", "),
    }
}

fn sentences(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| sentence(text)).collect()
}

/// A date and time, UTC.
fn moment(seconds: f64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds.floor() as i64).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
