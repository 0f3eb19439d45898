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
    match summary.windows().len() {
        // Windows hold spans; samples alone have times of their own.
        0 if spans == 0 && summary.facts().time.is_some() => {}
        0 => reasons.push(
            "no record has a time, so nothing can be said of changes during the run".to_owned(),
        ),
        windows if windows < WINDOWS => reasons.push(format!(
            "only {windows} time windows hold spans, fewer than {WINDOWS}"
        )),
        _ => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Batch, Sample, Signal, Span},
        summary::Summariser,
    };

    fn reasons(fill: impl FnOnce(&mut Batch)) -> Vec<String> {
        let (mut batch, mut summariser) = (Batch::default(), Summariser::new(&[]));
        fill(&mut batch);
        summariser.fold(&mut batch);
        confidence(&summariser.finish(), None, 0).reasons
    }

    fn untimed(reasons: &[String]) -> bool {
        reasons.iter().any(|reason| reason.contains("has a time"))
    }

    #[test]
    fn samples_alone_have_times_of_their_own() {
        let pause = |time| Sample {
            signal: Signal::GC_PAUSE,
            entity: "",
            time,
            value: 7,
        };
        let timed = reasons(|batch| batch.push_sample(&pause(Some(1_000_000_000))));
        assert!(!untimed(&timed), "{timed:?}");
        let without = reasons(|batch| batch.push_sample(&pause(None)));
        assert!(untimed(&without), "{without:?}");
        let spans = reasons(|batch| {
            batch.push_sample(&pause(Some(1_000_000_000)));
            batch.push_span(&Span {
                name: Some("x"),
                duration: Some(1),
                ..Span::default()
            });
        });
        assert!(untimed(&spans), "{spans:?}");
    }
}
