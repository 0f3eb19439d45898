//! The gauge: an arc of two thirds of a circle, with the interval on its outside.

use pss_metrics::report::Pss;

use super::number::at;

/// Middle of a figure 240 wide.
const MIDDLE: f64 = 120.0;
const RADIUS: f64 = 92.0;
const OUTSIDE: f64 = 108.0;
/// Where 0 stands, in degrees against the clock from three o'clock, and how far 100 is from it.
const START: f64 = 210.0;
const SWEEP: f64 = 240.0;

/// Paths of the gauge.
pub(super) struct Gauge {
    pub(super) track: String,
    pub(super) score: Option<String>,
    pub(super) interval: Option<String>,
    /// Bounds of the bands: two ends of a short line, and where the number stands.
    pub(super) bounds: Vec<Bound>,
}

pub(super) struct Bound {
    pub(super) line: String,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) label: u32,
}

impl Gauge {
    pub(super) fn of(pss: &Pss) -> Gauge {
        Gauge {
            track: arc(RADIUS, 0.0, 100.0),
            score: pss.score.map(|score| arc(RADIUS, 0.0, score)),
            interval: match (pss.low, pss.high) {
                (Some(low), Some(high)) => Some(arc(OUTSIDE, low, high)),
                _ => None,
            },
            bounds: [50, 75, 90].map(bound).into(),
        }
    }
}

fn bound(label: u32) -> Bound {
    let score = f64::from(label);
    let (x, y) = point(RADIUS - 17.0, score);
    let (x1, y1) = point(RADIUS - 7.0, score);
    let (x2, y2) = point(RADIUS + 7.0, score);
    Bound {
        line: format!("M{} {}L{} {}", at(x1), at(y1), at(x2), at(y2)),
        x: at(x),
        y: at(y + 3.5),
        label,
    }
}

fn point(radius: f64, score: f64) -> (f64, f64) {
    let angle = (START - SWEEP * score.clamp(0.0, 100.0) / 100.0).to_radians();
    (MIDDLE + radius * angle.cos(), MIDDLE - radius * angle.sin())
}

fn arc(radius: f64, from: f64, to: f64) -> String {
    // An arc without length is not drawn at all; a score of 0 is a dot.
    let to = to.max(from + 0.1);
    let (x1, y1) = point(radius, from);
    let (x2, y2) = point(radius, to);
    let large = u8::from(SWEEP * (to - from) / 100.0 > 180.0);
    format!(
        "M{} {}A{radius} {radius} 0 {large} 1 {} {}",
        at(x1),
        at(y1),
        at(x2),
        at(y2)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_stand_where_they_should() {
        assert_eq!(arc(100.0, 0.0, 50.0), "M33.4 170A100 100 0 0 1 120 20");
        assert!(arc(100.0, 0.0, 100.0).contains(" 1 1 206.6 170"));
    }
}
