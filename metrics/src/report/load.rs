//! What a report says of the load that a run was under.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::Histogram;

/// Load, as it was asked for and as it came. Warm-up is in none of the numbers but its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadReport {
    /// The shape of the rate.
    pub shape: String,
    /// How arrivals lay around it.
    pub arrivals: String,
    /// Which of all such schedules it was.
    pub seed: u64,
    /// Seconds in which arrivals were asked for.
    pub seconds: f64,
    /// Arrivals of the schedule, as far as it came.
    pub planned: u64,
    /// Of these, those that were started.
    pub started: u64,
    /// Those that were not, because too many were in flight.
    pub dropped: u64,
    /// Those that were not, because the generator was behind and was told to skip.
    pub skipped: u64,
    /// Started ones that failed, unfinished ones among them.
    pub failed: u64,
    /// Started ones that were still in flight when the grace was over, or when the user stopped the run; those did not fail.
    pub unfinished: u64,
    /// Seconds by which the schedule was moved, because the generator was behind and was told to reset.
    pub moved_seconds: f64,
    /// Arrivals a second, as asked for.
    pub asked_rate: f64,
    /// Arrivals a second, as started.
    pub achieved_rate: f64,
    /// Most at once.
    pub in_flight: u64,
    /// More than these were never in flight.
    pub max_in_flight: u64,
    /// From the scheduled start to the end: what is scored.
    pub latency: Option<TimesReport>,
    /// From the actual start to the end.
    pub service: Option<TimesReport>,
    /// From the scheduled start to the actual one: the generator's own jitter.
    pub delay: Option<TimesReport>,
    /// Why arrivals failed, by number.
    pub failures: Vec<FailureReport>,
    /// The phase before, of which nothing was scored.
    pub warmup: Option<WarmupReport>,
}

/// How times are spread, in seconds, within 2 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimesReport {
    /// Half are shorter.
    pub p50: f64,
    /// Nine in ten are shorter.
    pub p90: f64,
    /// All but one in a hundred are shorter.
    pub p99: f64,
    /// All but one in a thousand are shorter.
    pub p999: f64,
    /// The longest.
    pub most: f64,
}

/// One way to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailureReport {
    /// What happened.
    pub what: String,
    /// How often.
    pub n: u64,
}

/// The phase before load counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WarmupReport {
    /// How long.
    pub seconds: f64,
    /// Arrivals that were started.
    pub started: u64,
    /// Of these, those that failed.
    pub failed: u64,
}

/// Below this share of the asked rate the load was not what it should have been.
const ENOUGH: f64 = 0.95;

impl TimesReport {
    /// Of nanoseconds.
    pub fn of(times: &Histogram) -> Option<TimesReport> {
        let at = |q: f64| times.quantile(q).map(|nanoseconds| nanoseconds * 1e-9);
        Some(TimesReport {
            p50: at(0.5)?,
            p90: at(0.9)?,
            p99: at(0.99)?,
            p999: at(0.999)?,
            most: at(1.0)?,
        })
    }
}

impl LoadReport {
    /// Whether the asked rate was not reached.
    pub fn fell_short(&self) -> bool {
        self.achieved_rate < ENOUGH * self.asked_rate
    }

    /// What the user should know of it.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.fell_short() {
            warnings.push(format!(
                "the load was {:.1} arrivals a second, {:.0} % of the {:.1} that were asked for: this says little of the target at the rate that was meant; ask for less, or generate it from a machine that has more to spare",
                self.achieved_rate,
                100.0 * self.achieved_rate / self.asked_rate,
                self.asked_rate
            ));
        }
        if self.dropped > 0 {
            warnings.push(format!(
                "{} of {} arrivals were dropped, because {} were in flight: they are in no score; the target does not keep up, or --max-in-flight is too low for its latency",
                self.dropped, self.planned, self.max_in_flight
            ));
        }
        if self.skipped > 0 {
            warnings.push(format!(
                "{} of {} arrivals were skipped, because the generator was behind: this machine has too little to spare",
                self.skipped, self.planned
            ));
        }
        if self.moved_seconds > 0.0 {
            warnings.push(format!(
                "the schedule was moved by {:.3} s, because the generator was behind: latencies count from the moved starts",
                self.moved_seconds
            ));
        }
        if self.unfinished > 0 {
            warnings.push(format!(
                "{} arrivals did not end before the grace was over, and count as failed; --grace gives them longer",
                self.unfinished
            ));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(achieved_rate: f64) -> LoadReport {
        LoadReport {
            shape: "constant".to_owned(),
            arrivals: "even".to_owned(),
            seed: 1,
            seconds: 10.0,
            planned: 1000,
            started: 1000,
            dropped: 0,
            skipped: 0,
            failed: 0,
            unfinished: 0,
            moved_seconds: 0.0,
            asked_rate: 100.0,
            achieved_rate,
            in_flight: 3,
            max_in_flight: 256,
            latency: None,
            service: None,
            delay: None,
            failures: Vec::new(),
            warmup: None,
        }
    }

    #[test]
    fn too_little_load_warns_and_enough_does_not() {
        assert!(load(95.0).warnings().is_empty());
        let told = load(94.9).warnings();
        assert!(
            told.len() == 1 && told[0].contains("94.9 arrivals a second"),
            "{told:?}"
        );
        let lost = LoadReport {
            dropped: 7,
            skipped: 2,
            unfinished: 1,
            moved_seconds: 0.5,
            ..load(100.0)
        };
        assert_eq!(lost.warnings().len(), 4);
    }
}
