//! A factor's curve from value to score, with the point of this run.

use pss_metrics::{report::FactorReport, score::Curve};

use super::{grade, number::at};

/// The plot, in a figure of 260 by 132.
const LEFT: f64 = 30.0;
const RIGHT: f64 = 250.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 104.0;
const STEPS: u32 = 48;

/// A drawn curve.
pub(super) struct Drawn {
    pub(super) path: String,
    pub(super) area: String,
    pub(super) good: String,
    pub(super) mid: String,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) grade: &'static str,
    /// Whether the value lies outside the plot.
    pub(super) beyond: bool,
}

/// The curve of a factor; `None` where its control points make none.
pub(super) fn curve(factor: &FactorReport) -> Option<Drawn> {
    let (good, mid) = (factor.good, factor.mid);
    if !(good > 0.0 && mid > good && mid.is_finite() && factor.value.is_finite()) {
        return None;
    }
    // Both control points and the value, unless that would press the curve flat.
    let end = (2.0 * mid).max((1.15 * factor.value).min(4.0 * mid));
    let x = |value: f64| LEFT + (RIGHT - LEFT) * (value / end).clamp(0.0, 1.0);
    let y = |score: f64| BOTTOM - (BOTTOM - TOP) * score.clamp(0.0, 1.0);
    let shape = Curve {
        good,
        mid,
        exponent: factor.exponent,
    };
    let mut path = String::new();
    for step in 0..=STEPS {
        let value = end * f64::from(step) / f64::from(STEPS);
        path.push(if step == 0 { 'M' } else { 'L' });
        path.push_str(&format!("{} {}", at(x(value)), at(y(shape.at(value)))));
    }
    Some(Drawn {
        area: format!("{path}L{RIGHT} {BOTTOM}L{LEFT} {BOTTOM}z"),
        path,
        good: at(x(good)),
        mid: at(x(mid)),
        x: at(x(factor.value)),
        y: at(y(factor.score)),
        grade: grade(factor.score),
        beyond: factor.value > end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(value: f64, good: f64, mid: f64) -> FactorReport {
        FactorReport {
            name: "disp".to_owned(),
            value,
            unit: String::new(),
            score: 0.5,
            good,
            mid,
            exponent: 1.0,
        }
    }

    #[test]
    fn the_run_lies_on_its_curve_and_inside_the_plot() {
        let drawn = curve(&factor(1.25, 0.5, 1.25)).expect("a curve");
        assert_eq!((drawn.x.as_str(), drawn.y.as_str()), ("140", "58"));
        assert_eq!(drawn.mid, drawn.x);
        assert!(curve(&factor(1e9, 0.5, 1.25)).expect("a curve").beyond);
        assert!(curve(&factor(1.0, 0.0, 0.0)).is_none());
        assert!(curve(&factor(f64::NAN, 0.5, 1.0)).is_none());
    }
}
