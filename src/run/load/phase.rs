//! One phase: a schedule against a target.

use std::{
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, channel},
    },
    time::{Duration, Instant},
};

use pss_integrations::load::Schedule;

use super::{
    crew::{Crew, Flight, Sent},
    pace::{Clock, Paced, WhenBehind, pace},
    tally::Tally,
    target::{Fired, Target},
};
use crate::{
    run::{record::Recorder, watch::now},
    terminal::StatusLine,
};

/// Between two batches that are recorded, and two looks at what takes too long.
const BATCH: Duration = Duration::from_millis(50);
/// Between two lines of status.
const STATUS: u32 = 5;
/// How long what was asked to stop may take.
const STOPPING: Duration = Duration::from_secs(2);

/// What a phase needs.
pub(super) struct Phase<'a> {
    pub(super) name: &'static str,
    pub(super) schedule: &'a Schedule,
    pub(super) target: &'a Arc<dyn Target>,
    pub(super) recorder: &'a Recorder,
    pub(super) behind: WhenBehind,
    pub(super) max_in_flight: usize,
    pub(super) grace: Duration,
    pub(super) status: bool,
}

/// What came of it.
pub(super) struct Passed {
    pub(super) paced: Paced,
    pub(super) tally: Tally,
    pub(super) dropped: u64,
    pub(super) unfinished: u64,
    pub(super) in_flight: usize,
}

/// What was in flight at the end.
#[derive(Default)]
struct Left {
    n: u64,
    /// Of these, what the user stopped.
    cut_off: Vec<Flight>,
}

struct Since(Instant);

impl Clock for Since {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn nap(&self, length: Duration) {
        std::thread::sleep(length);
    }
}

impl Phase<'_> {
    /// Runs it to its end, or until `stop` says so. `sent` is called when the last arrival was handed out.
    pub(super) fn run(
        &self,
        stop: &(dyn Fn() -> bool + Sync),
        sent: impl FnOnce(),
    ) -> std::io::Result<Passed> {
        let (epoch, began) = (now(), Instant::now());
        let mut crew = Crew::new(Arc::clone(self.target), began, self.max_in_flight);
        let mut dropped = 0;
        let mut tally = Tally::default();
        let mut left = Left::default();
        // The crew is shared between the pacer, which hands it arrivals, and the clerk, which asks it what ended.
        let (asks, asked) = channel::<()>();
        let names = self.target.names();
        let (clerk, last) = (crew.clerk(), crew.clerk());
        let paced = std::thread::scope(|scope| {
            let tally = &mut tally;
            let recording = std::thread::Builder::new()
                .name("clerk".to_owned())
                .spawn_scoped(scope, move || {
                    let mut status = StatusLine::new(self.status);
                    for turn in 0_u32.. {
                        let last = asked.recv_timeout(BATCH) == Err(RecvTimeoutError::Disconnected);
                        self.target.sweep();
                        tally.add(&clerk.done(), epoch, names, self.recorder);
                        if last {
                            break;
                        }
                        if turn % STATUS == 0 {
                            self.recorder.flush();
                            status.show(&format!(
                                "{} {:.0} s, {} started, {} failed, {} in flight",
                                self.name,
                                began.elapsed().as_secs_f64(),
                                tally.started,
                                tally.failed,
                                clerk.in_flight().0
                            ));
                        }
                    }
                    status.clear();
                })?;
            precise();
            let paced = pace(
                self.schedule.starts(),
                self.behind,
                &Since(began),
                stop,
                |scheduled| {
                    if !crew.take(scheduled) {
                        dropped += 1;
                    }
                },
            );
            sent();
            if !crew.calm(self.grace, stop) {
                left = self.end(&crew, stop());
            }
            drop(asks);
            // A clerk that panics takes what it had not counted yet with it.
            let _ = recording.join();
            Ok::<Paced, std::io::Error>(paced)
        })?;
        tally.add(&last.done(), epoch, names, self.recorder);
        tally.cut_off(&left.cut_off);
        Ok(Passed {
            paced,
            tally,
            dropped,
            unfinished: left.n,
            in_flight: last.in_flight().1,
        })
    }

    /// Stops what is in flight, and says how much that was. It counts as started and failed, unless it was the user who stopped it.
    fn end(&self, crew: &Crew, interrupted: bool) -> Left {
        let flights = crew.abandon();
        let ended = crew.now();
        self.target.stop(false);
        let until = Instant::now() + STOPPING;
        while crew.busy() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.target.stop(true);
        let n = flights.len() as u64;
        if interrupted {
            return Left {
                n,
                cut_off: flights,
            };
        }
        crew.say(flights.into_iter().map(|flight| Sent {
            scheduled: flight.scheduled,
            started: flight.started.unwrap_or(ended),
            ended,
            fired: Fired {
                failed: Some("it did not end before the grace was over".to_owned()),
                ..Fired::default()
            },
        }));
        Left {
            n,
            cut_off: Vec::new(),
        }
    }
}

/// The kernel wakes sleepers up to 50 microseconds late, to wake several at once; one that paces is better woken alone.
#[cfg(target_os = "linux")]
fn precise() {
    let _ = nix::sys::prctl::set_timerslack(1);
}

#[cfg(not(target_os = "linux"))]
fn precise() {}
