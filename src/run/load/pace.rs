//! Hands out arrivals at their times.

use std::time::Duration;

/// What to do with arrivals whose time is long over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum WhenBehind {
    /// Start them at once; their latency counts from when they should have been.
    #[default]
    Keep,
    /// Leave them out, and count them.
    Skip,
    /// Move them and all later ones.
    Reset,
}

/// So late is behind. What a busy scheduler takes is less; a machine that slept, or has nothing to spare, takes more.
const BEHIND: Duration = Duration::from_millis(100);
/// The longest nap: so often is looked whether to stop.
const NAP: Duration = Duration::from_millis(20);

/// What time it is since the beginning, and waiting.
pub(super) trait Clock {
    fn now(&self) -> Duration;
    fn nap(&self, length: Duration);
}

/// How handing out went.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Paced {
    /// Arrivals whose time came.
    pub(super) planned: u64,
    pub(super) skipped: u64,
    pub(super) moved: Duration,
    /// Whether it was stopped before all were handed out.
    pub(super) stopped: bool,
}

/// Hands out each start at its time, until `stop` says so.
pub(super) fn pace(
    starts: impl Iterator<Item = Duration>,
    behind: WhenBehind,
    clock: &impl Clock,
    stop: impl Fn() -> bool,
    mut send: impl FnMut(Duration),
) -> Paced {
    let mut paced = Paced::default();
    for start in starts {
        let mut at = start + paced.moved;
        let mut now = clock.now();
        while now < at {
            clock.nap((at - now).min(NAP));
            if stop() {
                break;
            }
            now = clock.now();
        }
        if stop() {
            paced.stopped = true;
            return paced;
        }
        paced.planned += 1;
        let late = now.saturating_sub(at);
        if late > BEHIND {
            match behind {
                WhenBehind::Keep => {}
                WhenBehind::Skip => {
                    paced.skipped += 1;
                    continue;
                }
                WhenBehind::Reset => {
                    paced.moved += late;
                    at += late;
                }
            }
        }
        send(at);
    }
    paced
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A clock that stands still for two seconds when one is over, as a machine that slept.
    struct Slept(Cell<Duration>);

    impl Clock for Slept {
        fn now(&self) -> Duration {
            self.0.get()
        }

        fn nap(&self, length: Duration) {
            let before = self.0.get();
            let slept =
                before < Duration::from_secs(1) && before + length >= Duration::from_secs(1);
            let more = if slept {
                Duration::from_secs(2)
            } else {
                Duration::ZERO
            };
            self.0.set(before + length + more);
        }
    }

    fn starts() -> impl Iterator<Item = Duration> {
        (0..40).map(|k| Duration::from_millis(100 * k))
    }

    fn paced(behind: WhenBehind) -> (Paced, Vec<(u128, u128)>) {
        let clock = Slept(Cell::new(Duration::ZERO));
        let mut sent = Vec::new();
        let paced = pace(
            starts(),
            behind,
            &clock,
            || false,
            |at| {
                sent.push((at.as_millis(), clock.now().as_millis()));
            },
        );
        (paced, sent)
    }

    #[test]
    fn what_is_behind_is_kept_skipped_or_moved() {
        let (kept, sent) = paced(WhenBehind::Keep);
        assert_eq!((kept.planned, kept.skipped, sent.len()), (40, 0, 40));
        // Twenty at once, each still scheduled when it should have been.
        assert_eq!(sent[11], (1100, 3000));
        assert_eq!(sent[29], (2900, 3000));
        assert_eq!(sent[39], (3900, 3900));

        let (skipped, sent) = paced(WhenBehind::Skip);
        // Those of 1.0 to 2.8 s; 2.9 s is a tenth of a second late, and that is not behind.
        assert_eq!((skipped.planned, skipped.skipped, sent.len()), (40, 19, 21));
        assert!(sent.iter().all(|(at, now)| now - at <= 100));

        let (moved, sent) = paced(WhenBehind::Reset);
        assert_eq!((moved.moved, sent.len()), (Duration::from_secs(2), 40));
        assert_eq!(sent[39], (5900, 5900));
    }

    #[test]
    fn it_stops_within_a_nap() {
        let clock = Slept(Cell::new(Duration::ZERO));
        let stop = || clock.now() >= Duration::from_millis(450);
        let mut sent = 0;
        let paced = pace(starts(), WhenBehind::Keep, &clock, stop, |_| sent += 1);
        assert!(
            paced.stopped && sent == 5 && paced.planned == 5,
            "{paced:?}"
        );
        assert!(clock.now() <= Duration::from_millis(470));
    }
}
