//! One point of a metric, and what was added since the one before.

use pss_metrics::model::Attribute;

use super::exponential::Exponential;

/// One point of a metric.
#[derive(Debug, Clone)]
pub struct Point<'a> {
    /// Name of the metric, as its exporter spells it.
    pub name: &'a str,
    /// Its unit, where the format says one: `s`, `ms`, `By`, `1`, `%` ..; empty is the usual one of the metric.
    pub unit: &'a str,
    /// Attributes or labels of the point.
    pub attributes: &'a [Attribute<'a>],
    /// What the point was measured on, where its attributes do not say: a process.
    pub process: &'a str,
    /// When, in nanoseconds since the epoch.
    pub time: Option<i64>,
    /// The value.
    pub value: PointValue,
    /// Whether the value counts from the start of the process rather than from the point before.
    pub cumulative: bool,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum PointValue {
    /// A single one.
    Number(f64),
    /// A histogram: upper bounds of all buckets but the last, and counts of all of them.
    Histogram {
        /// Upper bounds.
        bounds: Vec<f64>,
        /// Counts, one more than the bounds.
        counts: Vec<u64>,
        /// Sum of the observations.
        sum: Option<f64>,
    },
    /// A histogram whose buckets grow by a constant factor.
    Exponential(Exponential),
    /// Only count and sum of the observations.
    Total {
        /// Count.
        count: u64,
        /// Sum.
        sum: f64,
    },
}

impl Point<'_> {
    /// The value of a metric that has a single one, a total perhaps.
    ///
    /// # Errors
    /// It is a distribution.
    pub(super) fn number(&self, expected: &str) -> Result<f64, String> {
        match self.value {
            PointValue::Number(value) => Ok(value),
            _ => Err(format!(
                "`{}` is a distribution, expected {expected}",
                self.name
            )),
        }
    }

    /// What tells its series from others.
    pub(super) fn series(&self, entity: &str) -> String {
        let mut labels: Vec<String> = self
            .attributes
            .iter()
            .map(|attribute| format!("{}={:?}", attribute.key, attribute.value))
            .collect();
        labels.sort();
        format!("{}\u{0}{entity}\u{0}{}", self.name, labels.join("\u{0}"))
    }
}

impl PointValue {
    /// What was added since an earlier point of a series that counts from its start. Where less is there than before, the count was reset: all of it is new.
    pub(super) fn since(&self, before: &PointValue) -> PointValue {
        match (self, before) {
            (PointValue::Number(now), PointValue::Number(was)) => {
                PointValue::Number(if now >= was { now - was } else { *now })
            }
            (
                PointValue::Total { count, sum },
                PointValue::Total {
                    count: was,
                    sum: was_sum,
                },
            ) if count >= was => PointValue::Total {
                count: count - was,
                sum: (sum - was_sum).max(0.0),
            },
            (
                PointValue::Histogram {
                    bounds,
                    counts,
                    sum,
                },
                PointValue::Histogram {
                    bounds: was_bounds,
                    counts: was,
                    sum: was_sum,
                },
            ) if bounds == was_bounds
                && counts.len() == was.len()
                && counts.iter().zip(was).all(|(now, was)| now >= was) =>
            {
                PointValue::Histogram {
                    bounds: bounds.clone(),
                    counts: counts.iter().zip(was).map(|(now, was)| now - was).collect(),
                    sum: sum.zip(*was_sum).map(|(now, was)| (now - was).max(0.0)),
                }
            }
            (PointValue::Exponential(now), PointValue::Exponential(was)) => {
                PointValue::Exponential(now.since(was).unwrap_or_else(|| now.clone()))
            }
            (now, _) => now.clone(),
        }
    }
}
