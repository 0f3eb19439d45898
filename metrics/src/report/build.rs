//! Fills a report from what was scored.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    data::{
        BadExample, Classification, FactorReport, Generator, InputFile, InputReport, MetricReport,
        OperationReport, Pss, Report, SCHEMA, TimelineReport, WorstReport,
    },
    distribution::distribution,
    gate::{metric_gate, run_gate},
    signals::signals,
    verdict::verdict,
};
use crate::{
    score::{Outcome, Plan, Planned, Scored, ScoredMetric, Subject, subjects, worst},
    summary::{Grid, GroupKey, Histogram, Summary},
};

/// What the core cannot know of itself: names of inputs and of the program.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// Each input.
    pub files: Vec<InputFile>,
    /// Whether reading was stopped before the end.
    pub partial: bool,
    /// What the user should know, such as a truncated file.
    pub notices: Vec<String>,
    /// Name, version and profile of the program.
    pub generator: Generator,
    /// Operations shown.
    pub top: usize,
}

/// Fills a report.
pub fn build(summary: &Summary, plan: &Plan, scored: &Scored, provenance: Provenance) -> Report {
    let keys: Vec<&GroupKey> = summary.groups().map(|(key, _)| key).collect();
    let warnings = warnings(summary, &provenance);
    let metrics: Vec<MetricReport> = plan
        .metrics
        .iter()
        .zip(&scored.metrics)
        .map(|(planned, metric)| metric_report(planned, metric, &keys))
        .collect();
    let codes = |with: bool| {
        metrics
            .iter()
            .filter(|metric| metric.score.is_some() == with)
            .map(|metric| metric.code.clone())
            .collect()
    };
    let serious: Vec<String> = if provenance.partial {
        vec!["reading was stopped before the end: the report is partial".to_owned()]
    } else {
        Vec::new()
    };
    Report {
        schema: SCHEMA.to_owned(),
        pss: Pss {
            score: scored.pss.map(|score| 100.0 * score),
            low: scored.interval.map(|interval| 100.0 * interval.low),
            high: scored.interval.map(|interval| 100.0 * interval.high),
            band: scored.pss.map(|score| band(100.0 * score).to_owned()),
            confidence: scored.confidence.clone(),
            complete: scored.complete,
            incomplete: scored.incomplete.clone(),
            with_data: codes(true),
            without_data: codes(false),
            gate: run_gate(scored, plan),
        },
        verdict: verdict(scored, plan, &serious),
        operations: operations(summary, plan, scored, provenance.top),
        timeline: TimelineReport {
            windows: scored.timeline.moments.clone(),
            worst: scored.timeline.worst,
            first_bad: scored.timeline.first_bad,
            burst: scored.timeline.burst,
        },
        signals: signals(summary),
        input: input(summary, &provenance),
        run: None,
        warnings,
        metrics,
        generator: provenance.generator,
        compare: None,
    }
}

/// Lighthouse's cuts at 50 and 90, with one between.
fn band(score: f64) -> &'static str {
    match score {
        90.0.. => "excellent",
        75.0.. => "good",
        50.0.. => "fair",
        _ => "poor",
    }
}

fn metric_report(planned: &Planned, metric: &ScoredMetric, keys: &[&GroupKey]) -> MetricReport {
    let meta = planned.metric.meta();
    let mut report = MetricReport {
        code: meta.code.to_owned(),
        name: meta.question.to_owned(),
        weight: planned.weight,
        score: metric.outcome.score(),
        low: metric.interval.map(|interval| interval.low),
        high: metric.interval.map(|interval| interval.high),
        points: metric.points,
        n: 0,
        no_data: None,
        failed: None,
        needs: meta.needs.to_owned(),
        flags: Vec::new(),
        gate: metric_gate(planned, metric),
        factors: Vec::new(),
        worst: worst(&metric.outcome, metric.points)
            .into_iter()
            .map(|share| worst_report(&share.subject, share.score, share.points, share.n, keys))
            .collect(),
    };
    match &metric.outcome {
        Outcome::Scored {
            n, factors, flags, ..
        } => {
            report.n = *n;
            report.flags = flags.iter().map(ToString::to_string).collect();
            report.factors = factors
                .iter()
                .map(|factor| {
                    let described = &meta.factors[factor.factor];
                    let curve = meta.curve(factor.factor, &planned.settings);
                    FactorReport {
                        name: described.name.to_owned(),
                        value: factor.value,
                        unit: described.unit.to_owned(),
                        score: factor.score,
                        good: curve.good,
                        mid: curve.mid,
                        exponent: factor.exponent,
                    }
                })
                .collect();
        }
        Outcome::NoData(reason) => report.no_data = Some(reason.clone()),
        Outcome::Failed(reason) => report.failed = Some(reason.clone()),
    }
    report
}

fn worst_report(
    subject: &Subject,
    score: f64,
    points: f64,
    n: u64,
    keys: &[&GroupKey],
) -> WorstReport {
    let (service, operation, entity) = match subject {
        Subject::Run => (None, None, None),
        Subject::Group(at) => (
            keys.get(*at).map(|key| key.service.to_string()),
            keys.get(*at).map(|key| key.operation.to_string()),
            None,
        ),
        Subject::Operation(service, operation) => {
            (Some(service.to_string()), Some(operation.to_string()), None)
        }
        Subject::Service(service) => (Some(service.to_string()), None, None),
        Subject::Entity(entity) => (None, None, Some(entity.to_string())),
    };
    WorstReport {
        service,
        operation,
        entity,
        score,
        points,
        n,
    }
}

/// All groups with the points they lost over all metrics, the dearest first. Where nothing was lost, the one with most spans first.
fn operations(summary: &Summary, plan: &Plan, scored: &Scored, top: usize) -> Vec<OperationReport> {
    let mut points: Vec<f64> = vec![0.0; summary.groups().count()];
    let mut by_operation: BTreeMap<(Arc<str>, Arc<str>), f64> = BTreeMap::new();
    for (_, metric) in plan.metrics.iter().zip(&scored.metrics) {
        for share in subjects(&metric.outcome, metric.points) {
            match share.subject {
                Subject::Group(at) => points[at] += share.points,
                Subject::Operation(service, operation) => {
                    *by_operation.entry((service, operation)).or_default() += share.points
                }
                Subject::Run | Subject::Service(_) | Subject::Entity(_) => {}
            }
        }
    }
    let mut all: Vec<OperationReport> = summary
        .groups()
        .zip(points)
        .map(|((key, group), mut points)| {
            // A cache's points belong to an operation whatever its category; the first group of that name shows them.
            points += by_operation
                .remove(&(Arc::from(&*key.service), Arc::from(&*key.operation)))
                .unwrap_or(0.0);
            let mut durations = Histogram::default();
            let (mut n, mut errors) = (0, 0);
            for (_, cell) in group.timed().chain(group.untimed()) {
                n += cell.n;
                errors += cell.errors;
                durations.merge(&cell.durations);
            }
            let seconds = |q| durations.quantile(q).map(|value| value * 1e-9);
            OperationReport {
                service: key.service.to_string(),
                operation: key.operation.to_string(),
                category: key.category,
                n,
                errors,
                q50: seconds(0.5),
                q99: seconds(0.99),
                points,
                durations: distribution(&durations),
            }
        })
        .collect();
    all.sort_by(|a, b| b.points.total_cmp(&a.points).then(b.n.cmp(&a.n)));
    all.truncate(top);
    all
}

fn input(summary: &Summary, provenance: &Provenance) -> InputReport {
    let facts = summary.facts();
    let share = |n: u64| {
        if facts.spans == 0 {
            0.0
        } else {
            n as f64 / facts.spans as f64
        }
    };
    InputReport {
        files: provenance.files.clone(),
        records: provenance.files.iter().map(|file| file.records).sum(),
        spans: facts.spans,
        samples: facts.samples,
        bad_records: facts.bad,
        bad: facts
            .bad_examples
            .iter()
            .map(|bad| BadExample {
                file: bad.file.clone(),
                line: bad.line,
                reason: bad.reason.clone(),
            })
            .collect(),
        start: facts.time.map(|(first, _)| first as f64 * 1e-9),
        end: facts.time.map(|(_, last)| last as f64 * 1e-9),
        untimed: facts.untimed_spans,
        partial: provenance.partial,
        classified: Classification {
            attribute: share(facts.by_attribute),
            name: share(facts.by_name),
            nothing: share(facts.by_nothing),
        },
        unknown_fields: facts.unknown_fields.iter().cloned().collect(),
    }
}

/// Where histograms of durations end, in seconds.
const LONGEST: f64 = 1e7;

/// Spans that are as long as a histogram goes, or longer.
fn too_long(summary: &Summary) -> u64 {
    let last = Grid::get().bucket((LONGEST * 1e9) as u64);
    let cells = summary
        .groups()
        .flat_map(|(_, group)| group.timed().chain(group.untimed()));
    let ends = cells.flat_map(|(_, cell)| {
        let from_the_end = cell.durations.iter().rev();
        from_the_end.take_while(|(bucket, _)| *bucket >= last)
    });
    ends.map(|(_, n)| n).sum()
}

fn warnings(summary: &Summary, provenance: &Provenance) -> Vec<String> {
    let facts = summary.facts();
    let mut warnings = provenance.notices.clone();
    if facts.zero_durations > 0 {
        warnings.push(format!("{} spans have a duration of zero and count as one nanosecond: is the clock too coarse?", facts.zero_durations));
    }
    let too_long = too_long(summary);
    if too_long > 0 {
        warnings.push(format!("{too_long} spans take {LONGEST:.0} s or longer, 115 days, and count as that long: are their durations in nanoseconds or milliseconds? They are seconds here"));
    }
    if summary.groups().any(|(_, group)| group.tags_overflowed()) {
        warnings.push(
            "some operations have more than 64 branch tags: the others count as one".to_owned(),
        );
    }
    if facts.untimed_spans > 0 && facts.untimed_spans < facts.spans {
        warnings.push(format!(
            "{} of {} spans have no time: they count everywhere but in what changes over time",
            facts.untimed_spans, facts.spans
        ));
    }
    if summary.names_coarsened() {
        warnings.push("there are more than 10 000 operations: the names of the services with most were made coarser; use names without parameters".to_owned());
    }
    if let Some((first, last)) = facts.time
        && (i128::from(last) - i128::from(first)) > 366 * 86_400 * 1_000_000_000
    {
        warnings.push("times lie more than a year apart: is one of the clocks wrong?".to_owned());
    }
    warnings
}
