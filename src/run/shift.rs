//! Times that count from a program's start, as dates; entities of one round among several.

use pss_metrics::model::{Intake, Sample, Span};

/// The year 1990: nothing that is measured now is older, and no uptime is longer.
const DATES: i64 = 631_152_000_000_000_000;

/// Records of a file that a round wrote.
pub(super) struct Shift<'a> {
    pub(super) into: &'a mut (dyn Intake + Send),
    /// When the round began, in nanoseconds since the epoch.
    pub(super) began: i64,
    /// What is put behind the entities of samples.
    pub(super) suffix: &'a str,
}

impl Shift<'_> {
    fn date(&self, time: Option<i64>) -> Option<i64> {
        time.map(|time| {
            if time < DATES {
                self.began.saturating_add(time)
            } else {
                time
            }
        })
    }
}

impl Intake for Shift<'_> {
    fn span(&mut self, span: &Span<'_>) {
        self.into.span(&Span {
            start: self.date(span.start),
            ..*span
        });
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        let time = self.date(sample.time);
        if self.suffix.is_empty() {
            return self.into.sample(&Sample { time, ..*sample });
        }
        let entity = format!("{}{}", sample.entity, self.suffix);
        self.into.sample(&Sample {
            time,
            entity: &entity,
            ..*sample
        });
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.into.skipped(what, count);
    }
}
