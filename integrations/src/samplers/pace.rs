//! How often something dear may be done.

use std::time::{Duration, Instant};

use super::clock::thread_on_cpu;

/// Says when work is due again: not before a least interval, and not before its cost is a small part of the time.
#[derive(Debug)]
pub(super) struct Pace {
    least: Duration,
    /// Work that took a time on the processor rests this many times as long.
    rest: u32,
    due: Option<Instant>,
}

/// Work that has begun.
pub(super) struct Begun {
    at: Instant,
    /// Not by the clock: where the measured command leaves no processor free, work lasts long and is no dearer for it.
    on_cpu: Duration,
}

impl Pace {
    /// At once, and then not more often than each `least`, nor for more than a part `1/rest` of one processor.
    pub(super) fn new(least: Duration, rest: u32) -> Pace {
        Pace {
            least,
            rest,
            due: None,
        }
    }

    /// Begins the work, if it is due.
    pub(super) fn begin(&self) -> Option<Begun> {
        let now = Instant::now();
        self.due.is_none_or(|due| now >= due).then(|| Begun {
            at: now,
            on_cpu: thread_on_cpu(),
        })
    }

    /// Notes work that ends now.
    pub(super) fn end(&mut self, begun: &Begun) {
        self.rest_after(begun.at, thread_on_cpu().saturating_sub(begun.on_cpu));
    }

    fn rest_after(&mut self, began: Instant, cost: Duration) {
        // From the beginning, so that what is due with each poll does not slip to every other one.
        self.due = Some(began + self.least.max(cost.saturating_mul(self.rest)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dear_work_rests_longer_than_cheap_work() {
        let mut pace = Pace::new(Duration::from_secs(1), 100);
        assert!(pace.begin().is_some());
        let now = Instant::now();
        pace.rest_after(now, Duration::from_millis(50));
        assert_eq!(pace.due, Some(now + Duration::from_secs(5)));
        pace.rest_after(now, Duration::from_micros(50));
        assert_eq!(pace.due, Some(now + Duration::from_secs(1)));
        assert!(pace.begin().is_none());
    }

    #[test]
    fn time_asleep_costs_nothing() {
        let mut pace = Pace::new(Duration::ZERO, 100);
        let begun = pace.begin().expect("due");
        std::thread::sleep(Duration::from_millis(100));
        pace.end(&begun);
        assert!(pace.begin().is_some());
    }
}
