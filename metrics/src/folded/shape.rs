//! Which statistic of the values is scored, and by which curve.

use super::measured::{Measures, share};
use crate::{
    score::{Curve, GroupView, Over},
    stats::{LEVEL_MIN_SPANS, dispersion, level, weight},
    summary::Histogram,
};

/// The statistic of an operation's values, with its control points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// How much values differ: as `disp` of TIME.
    Dispersion(Curve),
    /// How much their level moves during the run: as `lev` of TIME.
    Level(Curve),
    /// The share of yes.
    Ratio(Curve),
    /// A quantile, 0 to 1, in the unit of the values.
    Quantile(f64, Curve),
    /// The mean, in the unit of the values.
    Mean(Curve),
}

impl Shape {
    /// The name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Dispersion(_) => "dispersion",
            Shape::Level(_) => "level",
            Shape::Ratio(_) => "ratio",
            Shape::Quantile(..) => "quantile",
            Shape::Mean(_) => "mean",
        }
    }

    /// The control points that `disp` and `lev` of TIME have; the others have a unit of the user's own, and no points fit all of those.
    pub fn usual(name: &str) -> Option<(f64, f64)> {
        match name {
            "dispersion" => Some((0.50, 1.25)),
            "level" => Some((0.20, 0.50)),
            _ => None,
        }
    }

    /// Its control points.
    pub fn curve(self) -> Curve {
        match self {
            Shape::Dispersion(curve)
            | Shape::Level(curve)
            | Shape::Ratio(curve)
            | Shape::Quantile(_, curve)
            | Shape::Mean(curve) => curve,
        }
    }

    /// What it measures, in words.
    pub(super) fn what(self) -> String {
        match self {
            Shape::Dispersion(_) => "dispersion of the values of an operation: sqrt((s^2 + t^2)/2), s = ln(q75/q25)/1.349, t = (mean of ln x over the largest 5 % - ln q50)/2.0627; sigma, for a log-normal".to_owned(),
            Shape::Level(_) => "movement of the level of an operation's values over 8 blocks of time, in ln units, beyond what chance gives".to_owned(),
            Shape::Ratio(_) => "share of an operation's spans for which it holds".to_owned(),
            Shape::Quantile(q, _) => format!("the {q} quantile of an operation's values, within 2 %"),
            Shape::Mean(_) => "mean of an operation's values, within 1 %".to_owned(),
        }
    }

    /// How operations are put together.
    pub(super) fn over(self) -> Over {
        match self {
            Shape::Level(_) => Over::Worst,
            Shape::Dispersion(_) | Shape::Ratio(_) | Shape::Quantile(..) | Shape::Mean(_) => {
                Over::Mean
            }
        }
    }

    /// Least values of an operation.
    pub(super) fn least(self, group: &GroupView<'_>) -> u64 {
        match self {
            Shape::Level(_) => LEVEL_MIN_SPANS,
            Shape::Dispersion(_) | Shape::Ratio(_) | Shape::Quantile(..) | Shape::Mean(_) => {
                group.minimum()
            }
        }
    }

    /// What an operation counts: where values have a size, as in TIME, n times the root of the median; else n.
    pub(super) fn weight(self, values: &Histogram) -> Option<f64> {
        match self {
            Shape::Dispersion(_) | Shape::Level(_) => weight(values),
            Shape::Ratio(_) | Shape::Quantile(..) | Shape::Mean(_) => Some(values.n() as f64),
        }
    }

    /// The statistic of an operation; `None` where there is none, as of a level within one window.
    pub(super) fn of(
        self,
        group: &GroupView<'_>,
        key: &str,
        measures: Measures,
        values: &Histogram,
    ) -> Option<f64> {
        match self {
            Shape::Dispersion(_) => dispersion(values),
            Shape::Level(_) => level(group.extra_level_blocks(key)),
            Shape::Ratio(_) => share(values),
            Shape::Quantile(q, _) => Some(values.quantile(q)? / measures.units()),
            Shape::Mean(_) => Some(values.mean()? / measures.units()),
        }
    }
}
