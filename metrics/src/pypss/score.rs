//! From columns to the score PyPSS prints.

use thiserror::Error;

use super::{
    five_pillars, records::Records, rounding::to_cents, rounding::to_points, settings::Settings,
    seven_metrics,
};

/// Codes of the seven metrics, in the order PyPSS adds them up.
pub(super) const METRIC_CODES: [&str; 7] = ["IO", "DB", "GC", "CACHE", "STARVE", "NET", "KAFKA"];

/// How many metrics count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `pypss-core`: the five pillars, which is what the command line of PyPSS prints.
    Core,
    /// `pypss`: the five pillars and all seven metrics it ships as plugins.
    Full,
}

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricScore {
    /// Our code: TIME, MEM, ERR, BRANCH, CONC, IO ..
    pub code: &'static str,
    /// The name under which PyPSS prints it: `timing_stability` .., `IO` ..
    pub key: &'static str,
    /// The unrounded value. Pillars may leave 0..1 (negative durations), the seven metrics may not.
    pub raw: f64,
    /// The value as PyPSS prints it, two decimals.
    pub printed: f64,
    /// Its weight, as set.
    pub weight: f64,
    /// How many values it was computed from.
    pub n: usize,
}

/// A score.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// The whole number PyPSS prints, 0..=100.
    pub pss: u8,
    /// The weighted mean before clamping and rounding; a score of 1 is 100 points.
    pub raw: f64,
    /// The metrics in the order of PyPSS.
    pub metrics: Vec<MetricScore>,
}

/// Why there is no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScoreError {
    /// The arithmetic left the range of numbers, where PyPSS itself stops with an exception.
    #[error("{code} is no finite number: a value or a setting is beyond what pypss can compute")]
    NotFinite {
        /// The metric, or PSS.
        code: &'static str,
    },
}

/// Scores records as PyPSS 1.3.1 does (on Python 3.8 to 3.11; from 3.12 on `sum` rounds differently, which matters only for a mean within one unit in the
/// last place of a threshold).
///
/// Without any trace and any lag, [`Profile::Core`] prints 0 for everything, while [`Profile::Full`] prints 100, as PyPSS does.
///
/// # Errors
/// Where PyPSS would stop with an exception: overflow of a pillar, values that are not finite.
pub fn score(
    records: &Records,
    settings: &Settings,
    profile: Profile,
) -> Result<Scores, ScoreError> {
    let pillars = five_pillars::all(records, settings);
    let metrics = match profile {
        Profile::Core => Vec::new(),
        Profile::Full => seven_metrics::all(records, settings),
    };
    let mut metrics: Vec<MetricScore> = pillars.into_iter().chain(metrics).collect();
    if let Some(MetricScore { code, .. }) = metrics.iter().find(|metric| !metric.raw.is_finite()) {
        return Err(ScoreError::NotFinite { code });
    }
    let mut raw: f64 = metrics.iter().fold(0.0, |sum, m| sum + m.weight * m.raw);
    let weights = metrics.iter().fold(0.0, |sum, metric| sum + metric.weight);
    if weights > 0.0 {
        raw /= weights;
    }
    if !raw.is_finite() {
        return Err(ScoreError::NotFinite { code: "PSS" });
    }
    let nothing =
        profile == Profile::Core && records.durations.is_empty() && records.lags.is_empty();
    if nothing {
        for metric in &mut metrics {
            metric.printed = 0.0;
        }
    }
    Ok(Scores {
        pss: if nothing { 0 } else { to_points(raw) },
        raw,
        metrics,
    })
}

/// `exp(-sensitivity * unsteadiness)`, the one curve of PyPSS.
pub(super) fn decay(unsteadiness: f64, sensitivity: f64) -> f64 {
    libm::exp(-sensitivity * unsteadiness)
}

/// A metric with its printed form.
pub(super) fn scored(
    (code, key): (&'static str, &'static str),
    raw: f64,
    weight: f64,
    n: usize,
) -> MetricScore {
    MetricScore {
        code,
        key,
        raw,
        printed: to_cents(raw),
        weight,
        n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pypss::Record;

    // What is expected is what PyPSS 1.3.1 prints for the same records and settings.

    fn three() -> Records {
        let mut records = Records::new();
        for (duration, wait, memory, name, tag, error) in [
            (0.01, 0.002, 100.0, "get", "a", false),
            (0.02, 0.01, 110.0, "post", "b", true),
            (0.04, 0.03, 120.0, "sql", "a", false),
        ] {
            records.push(&Record {
                duration,
                wait,
                memory,
                name,
                tag,
                error,
                ..Record::default()
            });
        }
        records
    }

    fn printed(scores: &Scores) -> Vec<f64> {
        scores.metrics.iter().map(|metric| metric.printed).collect()
    }

    #[test]
    fn three_traces() {
        let scores = score(&three(), &Settings::default(), Profile::Full).unwrap();
        assert_eq!(scores.pss, 54);
        let metrics = [
            0.1, 0.7, 0.38, 0.08, 0.13, 0.32, 1.0, 1.0, 1.0, 1.0, 0.39, 1.0,
        ];
        assert_eq!(printed(&scores), metrics);
    }

    #[test]
    fn settings_count() {
        let mut settings = Settings::default();
        for (key, value) in [
            ("alpha", 0.5),
            ("w_ms", 0.0),
            ("custom_metric_weights_IO", 2.0),
            ("score_latency_tail_percentile", 49.0),
        ] {
            settings.set(key, value).unwrap();
        }
        let scores = score(&three(), &settings, Profile::Full).unwrap();
        assert_eq!(scores.pss, 74);
        let metrics = [
            0.72, 0.7, 0.38, 0.08, 0.6, 0.75, 1.0, 1.0, 1.0, 1.0, 0.79, 1.0,
        ];
        assert_eq!(printed(&scores), metrics);
    }

    #[test]
    fn an_empty_run_is_0_alone_and_100_with_plugins() {
        let scores = |profile| score(&Records::new(), &Settings::default(), profile).unwrap();
        let (core, full) = (scores(Profile::Core), scores(Profile::Full));
        assert_eq!((core.pss, printed(&core)), (0, vec![0.0; 5]));
        assert_eq!((full.pss, printed(&full)), (100, vec![1.0; 12]));
    }

    #[test]
    fn where_pypss_overflows_there_is_an_error() {
        let mut records = Records::new();
        for duration in [-1.0, 1.0, -1e-3] {
            records.push(&Record {
                duration,
                ..Record::default()
            });
        }
        let error = score(&records, &Settings::default(), Profile::Core).unwrap_err();
        assert_eq!(error, ScoreError::NotFinite { code: "TIME" });
    }
}
