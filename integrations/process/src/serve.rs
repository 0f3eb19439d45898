//! A metric of Rust as a plugin of its own: the same description, settings and arithmetic, in another process.
//!
//! ```no_run
//! # use pss_metrics::score::{Metric, MetricMeta, Outcome, Settings, SummaryView};
//! # struct Steady;
//! # impl Metric for Steady {
//! #     fn meta(&self) -> &'static MetricMeta { unimplemented!() }
//! #     fn score(&self, _: &SummaryView<'_>, _: &Settings) -> Outcome { unimplemented!() }
//! # }
//! fn main() -> std::process::ExitCode {
//!     pss_process::serve::metric(&Steady).run()
//! }
//! ```

use std::{
    io::{self, Read, Write},
    process::ExitCode,
};

use pss_integrations::{
    formats::Sink,
    sql_tables::{SAMPLES, SPANS, SqlTable},
};
use pss_metrics::{
    model::{Batch, Category, Intake, OwnOutcomes, OwnRule, OwnRules, Sample, Span},
    score::{Curve, Metric, Outcome, Settings, SummaryView, Totals},
    summary::Summariser,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, FactorAnswer},
    manifest::{FactorManifest, Manifest, MetricManifest, PROTOCOL},
    rows::{CATEGORY, From},
    stream,
};

/// What a metric can read of spans: all but what follows from the rest.
const OF_SPANS: [&str; 16] = [
    "service",
    "operation",
    "category",
    "kind",
    "tag",
    "start",
    "duration",
    "cpu",
    "wait",
    "lock_wait",
    "memory",
    "error",
    "cache_hit",
    "trace_id",
    "span_id",
    "parent_span_id",
];
/// The same of samples.
const OF_SAMPLES: [&str; 4] = ["signal", "entity", "time", "value"];

/// A plugin with one metric.
pub struct Plugin {
    metric: &'static dyn Metric,
    code: &'static str,
    table: &'static SqlTable,
    columns: Vec<String>,
}

/// A plugin with a metric that reads spans, all columns of them.
///
/// Attributes of records do not reach a plugin, so that a metric with [`extras`](Metric::extras) finds none of those.
pub fn metric(metric: &'static dyn Metric) -> Plugin {
    Plugin {
        metric,
        code: metric.meta().code,
        table: &SPANS,
        columns: OF_SPANS.map(str::to_owned).to_vec(),
    }
}

impl Plugin {
    /// It reads samples, and not spans.
    #[must_use]
    pub fn samples(self) -> Plugin {
        Plugin {
            table: &SAMPLES,
            columns: OF_SAMPLES.map(str::to_owned).to_vec(),
            ..self
        }
    }

    /// It needs only these columns: what is not sent costs nothing. Leave `service`, `operation` and `category` out only where the metric does not look at groups,
    /// `start` only where it does not look at time, and `trace_id` only where all records have a time.
    #[must_use]
    pub fn columns(self, columns: &[&str]) -> Plugin {
        Plugin {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            ..self
        }
    }

    /// Under another code, so that it can stand beside the metric itself.
    #[must_use]
    pub fn code(self, code: &'static str) -> Plugin {
        Plugin { code, ..self }
    }

    /// Does what the arguments of this process ask for: `describe`, or `metric CODE`.
    pub fn run(self) -> ExitCode {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = match words[..] {
            ["describe"] => serde_json::to_string(&self.manifest()),
            ["metric", code] if code == self.code => {
                let settings = std::env::var("PSS_SETTINGS").unwrap_or_default();
                serde_json::to_string(&self.answer(&mut io::stdin().lock(), &settings))
            }
            _ => {
                return said(&format!(
                    "asked for {words:?}; it knows describe, and metric {}",
                    self.code
                ));
            }
        };
        let written = answer
            .map_err(io::Error::from)
            .and_then(|answer| writeln!(io::stdout().lock(), "{answer}"));
        match written {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => said(&format!("cannot answer: {error}")),
        }
    }

    /// What it says of itself.
    pub fn manifest(&self) -> Manifest {
        let meta = self.metric.meta();
        let factors = meta.factors.iter().map(|factor| FactorManifest {
            name: factor.name.to_owned(),
            what: factor.what.to_owned(),
            unit: factor.unit.to_owned(),
            good: factor.curve.good,
            mid: factor.curve.mid,
            exponent: factor.curve.exponent,
        });
        Manifest {
            protocol: PROTOCOL.to_owned(),
            name: self.code.to_ascii_lowercase().replace('_', "-"),
            version: meta.plugin.version.to_owned(),
            description: meta.plugin.description.to_owned(),
            metrics: vec![MetricManifest {
                code: self.code.to_owned(),
                question: meta.question.to_owned(),
                weight: meta.weight,
                table: self.table.name.to_owned(),
                columns: self.columns.clone(),
                needs: meta.needs.to_owned(),
                minimum: meta.minimum.to_owned(),
                limits: meta.limits.to_owned(),
                advice: meta.advice.to_owned(),
                factors: factors.collect(),
            }],
            formats: Vec::new(),
        }
    }

    /// Scores what `pss` sends, with the control points that it says.
    pub fn answer(&self, input: &mut dyn Read, settings: &str) -> Answer {
        match self.outcome(input, settings) {
            Ok(Outcome::Scored {
                score,
                n,
                factors,
                flags,
                ..
            }) => Answer {
                score: Some(score),
                n: Some(n),
                factors: factors
                    .iter()
                    .map(|factor| FactorAnswer {
                        name: self.metric.meta().factors[factor.factor].name.to_owned(),
                        value: factor.value,
                        score: Some(factor.score),
                        exponent: Some(factor.exponent),
                    })
                    .collect(),
                details: flags.iter().map(ToString::to_string).collect(),
                ..Answer::default()
            },
            Ok(Outcome::NoData(reason)) => Answer {
                no_data: Some(reason),
                ..Answer::default()
            },
            Ok(Outcome::Failed(reason)) | Err(reason) => Answer {
                failed: Some(reason),
                ..Answer::default()
            },
        }
    }

    fn outcome(&self, input: &mut dyn Read, settings: &str) -> Result<Outcome, String> {
        let settings = read_settings(settings)?;
        let extras = self.metric.extras();
        let mut folding = Folding {
            batch: Batch::new(extras.clone()).with_rules(decided().into()),
            summariser: Summariser::new(&extras),
            wrong: None,
        };
        let mut place = 0;
        stream::read(input, From::Pss, &mut |layout, batch| {
            layout.push(batch, &mut folding, &mut place);
            match folding.wrong.take() {
                Some(why) => Err(format!("sent a record that {why}")),
                None => Ok(()),
            }
        })
        .map_err(|why| format!("pss {why}"))?;
        if !folding.batch.is_empty() {
            folding.summariser.fold(&mut folding.batch);
        }
        let summary = folding.summariser.finish();
        let totals = Totals::of(&summary);
        let view = SummaryView::whole(&summary, &totals);
        Ok(self.metric.score(&view, &settings))
    }
}

/// Says on standard error why nothing is answered.
fn said(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr().lock(), "{why}");
    ExitCode::from(2)
}

#[derive(Deserialize)]
struct Points {
    good: f64,
    mid: f64,
    exponent: f64,
}

fn read_settings(text: &str) -> Result<Settings, String> {
    let mut settings = Settings::default();
    if text.is_empty() {
        return Ok(settings);
    }
    let points: std::collections::BTreeMap<String, Points> = serde_json::from_str(text)
        .map_err(|error| format!("PSS_SETTINGS cannot be read: {error}"))?;
    for (factor, points) in points {
        let curve = Curve {
            good: points.good,
            mid: points.mid,
            exponent: points.exponent,
        };
        settings
            .set(&factor, curve)
            .map_err(|error| format!("PSS_SETTINGS of {factor}: {error}"))?;
    }
    Ok(settings)
}

/// Rules by which every span is of the category that `pss` decided.
fn decided() -> OwnRules {
    let rule = |category: Category| OwnRule {
        category,
        attributes: vec![format!("{CATEGORY}={}", category.name())],
        words: Vec::new(),
        source: PROTOCOL.to_owned(),
    };
    OwnRules(Category::ALL.map(rule).to_vec(), OwnOutcomes::default())
}

/// Folds records into a summary, as `pss` itself does.
struct Folding {
    batch: Batch,
    summariser: Summariser,
    wrong: Option<String>,
}

impl Intake for Folding {
    fn span(&mut self, span: &Span<'_>) {
        self.batch.span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.batch.sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.batch.skipped(what, count);
    }
}

impl Sink for Folding {
    fn record(&mut self, _: u64, outcome: Result<(), String>) {
        if let Err(why) = outcome {
            self.wrong.get_or_insert(why);
        }
        if self.batch.is_full() {
            self.summariser.fold(&mut self.batch);
        }
    }

    fn notice(&mut self, _: String) {}

    fn interrupted(&self) -> bool {
        false
    }
}
