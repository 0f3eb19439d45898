//! The metrics: the points they lost on one bar, each with its factors, and those without data.

use pss_metrics::report::{MetricReport, Report};

use super::{
    super::{
        names::{sentence, subject, visible},
        numbers::{points, value},
    },
    curve::{self, curve},
    grade,
    number::{Number, at},
};

/// Metrics unfolded from the start: those that lost as many points.
const UNFOLDED: f64 = 1.0;

/// The points lost, as parts of one bar.
pub(super) struct Lost {
    pub(super) all: Number,
    pub(super) parts: Vec<Part>,
}

pub(super) struct Part {
    pub(super) code: String,
    pub(super) points: Number,
    pub(super) x: String,
    pub(super) width: String,
    pub(super) shade: usize,
}

pub(super) struct Metric {
    pub(super) id: String,
    pub(super) code: String,
    pub(super) question: String,
    pub(super) score: Number,
    pub(super) low: Number,
    pub(super) high: Number,
    pub(super) interval: bool,
    pub(super) grade: &'static str,
    pub(super) bar: String,
    pub(super) low_at: String,
    pub(super) span_at: String,
    pub(super) weight: Number,
    pub(super) points: Number,
    pub(super) n: Number,
    pub(super) threshold: Option<(Number, bool)>,
    pub(super) flags: Vec<String>,
    pub(super) factors: Vec<Factor>,
    pub(super) worst: Vec<Worst>,
    pub(super) open: bool,
}

pub(super) struct Factor {
    pub(super) name: String,
    pub(super) value: Number,
    pub(super) plain: String,
    pub(super) score: Number,
    pub(super) good: Number,
    pub(super) mid: Number,
    pub(super) exponent: Number,
    pub(super) curve: Option<curve::Drawn>,
    pub(super) end: bool,
}

pub(super) struct Worst {
    pub(super) name: String,
    pub(super) score: Number,
    pub(super) points: Number,
    pub(super) n: Number,
}

pub(super) struct Absent {
    pub(super) code: String,
    pub(super) question: String,
    pub(super) failed: bool,
    pub(super) reason: String,
    /// Parts of a sentence, and whether each is code.
    pub(super) needs: Vec<(String, bool)>,
}

pub(super) fn lost(report: &Report) -> Option<Lost> {
    let mut dear: Vec<&MetricReport> = report
        .metrics
        .iter()
        .filter(|metric| metric.points >= 0.05)
        .collect();
    dear.sort_by(|a, b| b.points.total_cmp(&a.points));
    let all: f64 = dear.iter().map(|metric| metric.points).sum();
    if all <= 0.0 {
        return None;
    }
    let mut from = 0.0;
    let parts = dear
        .iter()
        .enumerate()
        .map(|(shade, metric)| {
            let width = 1000.0 * metric.points / all;
            let part = Part {
                code: visible(&metric.code),
                points: Number::new(metric.points, points),
                x: at(from),
                width: at((width - 3.0).max(1.0)),
                shade: shade.min(5),
            };
            from += width;
            part
        })
        .collect();
    Some(Lost {
        all: Number::new(report.pss.score.map(|score| 100.0 - score), points),
        parts,
    })
}

pub(super) fn metric_of(place: usize, metric: &MetricReport) -> Option<Metric> {
    let score = metric.score?;
    let hundredth = |score: f64| format!("{score:.2}");
    let low = metric.low.unwrap_or(score).clamp(0.0, 1.0);
    let high = metric.high.unwrap_or(score).clamp(low, 1.0);
    Some(Metric {
        // A plugin's code may hold anything; a place may not.
        id: format!("metric-{place}"),
        code: visible(&metric.code),
        question: sentence(&metric.name),
        score: Number::new(score, hundredth),
        low: Number::new(metric.low, hundredth),
        high: Number::new(metric.high, hundredth),
        interval: metric.low.is_some() && metric.high.is_some(),
        grade: grade(score),
        bar: at(100.0 * score.clamp(0.0, 1.0)),
        low_at: at(100.0 * low),
        span_at: at((100.0 * (high - low)).max(0.5)),
        weight: Number::new(metric.weight, hundredth),
        points: Number::new(metric.points, points),
        n: Number::count(metric.n),
        threshold: metric
            .gate
            .map(|gate| (Number::new(gate.least, |least| least.to_string()), gate.met)),
        flags: metric.flags.iter().map(|flag| sentence(flag)).collect(),
        factors: metric
            .factors
            .iter()
            .map(|factor| {
                let shown = |number: f64| value(number, &factor.unit);
                let drawn = curve(factor);
                Factor {
                    name: visible(&factor.name),
                    value: Number::new(factor.value, shown),
                    plain: value(factor.value, &factor.unit),
                    score: Number::new(factor.score, hundredth),
                    good: Number::new(factor.good, shown),
                    mid: Number::new(factor.mid, shown),
                    exponent: Number::new(factor.exponent, |power| format!("{power:.2}")),
                    end: drawn.as_ref().is_some_and(|drawn| drawn.beyond),
                    curve: drawn,
                }
            })
            .collect(),
        worst: metric
            .worst
            .iter()
            .map(|worst| Worst {
                name: subject(worst),
                score: Number::new(worst.score, hundredth),
                points: Number::new(worst.points, points),
                n: Number::count(worst.n),
            })
            .collect(),
        open: metric.points >= UNFOLDED,
    })
}

pub(super) fn absent(metric: &MetricReport) -> Option<Absent> {
    if metric.score.is_some() {
        return None;
    }
    let reason = metric.failed.as_ref().or(metric.no_data.as_ref());
    Some(Absent {
        code: visible(&metric.code),
        question: sentence(&metric.name),
        failed: metric.failed.is_some(),
        reason: reason.map_or_else(|| "n/a".to_owned(), |reason| sentence(reason)),
        needs: sentence(&metric.needs)
            .split('`')
            .enumerate()
            .map(|(place, part)| (part.to_owned(), place % 2 == 1))
            .filter(|(part, _)| !part.is_empty())
            .collect(),
    })
}
