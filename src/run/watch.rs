//! The thread that polls samplers while a round runs.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use pss_integrations::samplers::Facts;

use super::{
    record::Recorder,
    samplers::Samplers,
    shift::Shift,
    tap::{Look, Tap},
};
use crate::terminal::StatusLine;

/// Between two samples, where the user does not say: a part of the time that has passed, so that a short run has some fifty samples and a long one costs little.
const PART: u32 = 25;
const LEAST: Duration = Duration::from_millis(20);
const MOST: Duration = Duration::from_millis(500);
/// How long the first look waits for samplers to start. Most take far less; a command may take no longer than that.
const AT_ONCE: Duration = Duration::from_millis(2);
/// Between two lines of status, and between two flushes.
const SELDOM: Duration = Duration::from_millis(250);

/// Samplers at work.
pub(super) struct Watch {
    stop: Sender<()>,
    thread: JoinHandle<Seen>,
}

/// What was seen beside the samples.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// What could not be read.
    pub(super) notices: Vec<String>,
    /// What there was nothing to read from, and why.
    pub(super) absent: BTreeSet<String>,
    /// Samplers that were not ready before the command ended.
    pub(super) late: BTreeSet<&'static str>,
    /// Samplers that failed, with the reason.
    pub(super) failed: BTreeSet<String>,
    /// Most memory of one process, in bytes; 0 where none was seen.
    pub(super) memory: u64,
}

/// What they are given.
pub(super) struct Watched {
    pub(super) samplers: Samplers,
    pub(super) recorder: Arc<Recorder>,
    pub(super) interval: Option<Duration>,
    /// Behind the names of entities.
    pub(super) suffix: String,
    pub(super) status: StatusLine,
}

/// Now, in nanoseconds since the epoch.
pub(super) fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
        })
}

impl Watch {
    pub(super) fn start(mut watched: Watched) -> std::io::Result<Watch> {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("samplers".to_owned())
            .spawn(move || {
                let began = Instant::now();
                let (mut before, mut shown, mut memory) = (Look::default(), None, 0);
                let _ = watched.samplers.ready(AT_ONCE);
                loop {
                    let look = watched.poll(false);
                    memory = memory.max(look.memory);
                    if shown.is_none_or(|at: Instant| at.elapsed() >= SELDOM) {
                        watched.recorder.flush();
                        watched.tell(began.elapsed(), &look, &before);
                        (before, shown) = (look, Some(Instant::now()));
                    }
                    let wait = watched
                        .interval
                        .unwrap_or_else(|| (began.elapsed() / PART).clamp(LEAST, MOST));
                    match stopped.recv_timeout(wait) {
                        Err(RecvTimeoutError::Timeout) => {}
                        _ => break,
                    }
                }
                let last = watched.poll(true);
                watched.status.clear();
                Seen {
                    notices: watched.samplers.notices(),
                    absent: watched.samplers.absent(),
                    late: watched.samplers.late(),
                    failed: watched.samplers.failed(),
                    memory: memory.max(last.memory),
                }
            })?;
        Ok(Watch { stop, thread })
    }

    /// Polls for the last time.
    pub(super) fn finish(self) -> Seen {
        drop(self.stop);
        self.thread.join().unwrap_or_else(|_| Seen {
            failed: BTreeSet::from([
                "the thread of the samplers failed; please report it".to_owned()
            ]),
            ..Seen::default()
        })
    }
}

impl Watched {
    fn poll(&mut self, last: bool) -> Look {
        let mut look = Look::default();
        let time = now();
        let Ok(()) = self.recorder.record(|into| {
            let mut shift = Shift {
                into,
                began: 0,
                suffix: &self.suffix,
            };
            let mut tap = Tap {
                into: &mut shift,
                look: &mut look,
            };
            self.samplers.each(|sampler| {
                if last {
                    sampler.finish(time, &mut tap);
                } else {
                    sampler.poll(time, &mut tap);
                }
            });
            Ok::<(), Infallible>(())
        });
        look
    }

    fn tell(&mut self, elapsed: Duration, look: &Look, before: &Look) {
        let facts = self.samplers.facts();
        let Facts { processes, rss, .. } = facts.unwrap_or_default();
        let worst = look
            .worst(before)
            .map_or_else(String::new, |(what, share)| {
                format!(", {what} {:.0} %", 100.0 * share)
            });
        self.status.show(&format!(
            "{:.0} s, {} spans, {processes} processes, {} MB{worst}",
            elapsed.as_secs_f64(),
            self.recorder.spans(),
            rss / 1_000_000,
        ));
    }
}
