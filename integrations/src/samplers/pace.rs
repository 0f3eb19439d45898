//! How often something dear may be done.

use std::time::{Duration, Instant};

/// Work that took a time is not repeated before this many times as long has passed: it costs at most a hundredth of one processor, however large the machine.
const REST: u32 = 100;

/// Says when work is due again.
#[derive(Debug)]
pub(super) struct Pace {
    least: Duration,
    due: Option<Instant>,
}

impl Pace {
    /// At once, and then not more often than each `least`.
    pub(super) fn new(least: Duration) -> Pace {
        Pace { least, due: None }
    }

    /// Whether the work is due.
    pub(super) fn is_due(&self) -> bool {
        self.due.is_none_or(|due| Instant::now() >= due)
    }

    /// Notes work that began at `start` and is done now.
    pub(super) fn done_since(&mut self, start: Instant) {
        let now = Instant::now();
        let rest = now.saturating_duration_since(start).saturating_mul(REST);
        // From the start, so that work each `least` of a steady poll does not slip to every other one.
        self.due = Some((start + self.least).max(now + rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dear_work_rests_a_hundred_times_as_long() {
        let mut pace = Pace::new(Duration::ZERO);
        assert!(pace.is_due());
        pace.done_since(Instant::now() - Duration::from_millis(50));
        assert!(!pace.is_due());
        assert!(
            pace.due
                .is_some_and(|due| due > Instant::now() + Duration::from_secs(4))
        );
    }

    #[test]
    fn cheap_work_keeps_its_interval() {
        let mut pace = Pace::new(Duration::from_secs(1));
        pace.done_since(Instant::now() - Duration::from_micros(10));
        assert!(!pace.is_due());
        pace.due = Some(Instant::now());
        assert!(pace.is_due());
    }
}
