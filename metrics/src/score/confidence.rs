//! How far a score can be trusted, in words.

use crate::summary::Summary;

/// How far.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing speaks against it.
    Normal,
    /// At least one reason speaks against it.
    Low,
}

/// A level and its reasons.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Confidence {
    /// How far the score can be trusted.
    pub level: Level,
    /// Why not further.
    pub reasons: Vec<String>,
}

/// Fewer spans are few.
const SPANS: u64 = 1000;
/// Fewer windows show little of time.
const WINDOWS: usize = 8;
/// A wider half interval is wide.
const HALF_WIDTH: f64 = 0.05;

/// Confidence in a score with the given half width of its interval (0..1), over spans of which `covered` lie in scored groups.
pub(crate) fn confidence(summary: &Summary, half_width: Option<f64>, covered: u64) -> Confidence {
    let spans = summary.facts().spans;
    let mut reasons = Vec::new();
    if spans < SPANS {
        reasons.push(format!("only {spans} spans, fewer than {SPANS}"));
    }
    if summary.windows().len() < WINDOWS {
        reasons.push(match summary.windows().len() {
            0 => {
                "no record has a time, so nothing can be said of changes during the run".to_owned()
            }
            windows => format!("only {windows} time windows hold spans, fewer than {WINDOWS}"),
        });
    }
    match half_width {
        Some(half) if half > HALF_WIDTH => reasons.push(format!(
            "the interval is wide: +-{:.0} points",
            100.0 * half
        )),
        Some(_) => {}
        None => reasons.push("no interval: too few blocks of time".to_owned()),
    }
    if spans > 0 && covered * 2 < spans {
        reasons.push(format!(
            "operations with enough spans to be scored hold only {:.0} % of all spans",
            100.0 * covered as f64 / spans as f64
        ));
    }
    Confidence {
        level: if reasons.is_empty() {
            Level::Normal
        } else {
            Level::Low
        },
        reasons,
    }
}
