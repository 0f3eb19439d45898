//! What is common to metrics whose score is one number over the records themselves, as of a query: no summary can give it.

use super::description::describe_aggregated;
use crate::score::{MetricMeta, Outcome};

/// What the user says of such a metric.
#[derive(Debug, Clone)]
pub struct Aggregated {
    /// Its code, in capitals.
    pub code: String,
    /// The question it asks.
    pub question: String,
    /// Its weight where nothing else is said.
    pub weight: f64,
    /// The file that defines it, and the line.
    pub place: (String, u32),
    /// How it is defined, for the description.
    pub definition: String,
    /// Whether what lies outside 0 to 1 counts as the nearer of both.
    pub clamp: bool,
}

impl Aggregated {
    /// The description, which is never freed.
    pub fn describe(&self) -> &'static MetricMeta {
        describe_aggregated(self)
    }

    /// The outcome of what was found over `n` spans: null is no data, and what is no score is a failure.
    pub fn outcome(&self, found: Option<f64>, n: u64) -> Outcome {
        let Some(score) = found else {
            return Outcome::NoData(if n == 0 {
                "`where` takes no span".to_owned()
            } else {
                format!("`score` is null over {n} spans")
            });
        };
        let scored = |score| Outcome::Scored {
            score,
            n,
            factors: Vec::new(),
            parts: Vec::new(),
            flags: Vec::new(),
        };
        if (0.0..=1.0).contains(&score) {
            scored(score)
        } else if self.clamp && !score.is_nan() {
            scored(score.clamp(0.0, 1.0)).flagged("clamped")
        } else {
            Outcome::Failed(format!(
                "`score` is {score}, and a score lies between 0 and 1: mend it, or write clamp = true"
            ))
        }
    }

    /// The outcome where only a summary is there.
    pub fn unseen() -> Outcome {
        Outcome::NoData(
            "`score` is over the records themselves, which a summary (.pss) and a comparison do not have; `value` with `shape` is kept in summaries".to_owned(),
        )
    }
}
