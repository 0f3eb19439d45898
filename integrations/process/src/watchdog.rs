//! Kills a program that neither reads, nor writes, nor ends while it is waited for.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::programs::Group;

/// Watches one program. What waits for the user's own input, or for the reader of the answer, is not held against it.
pub(crate) struct Watchdog {
    state: Mutex<State>,
    changed: Condvar,
    group: Arc<dyn Group>,
    timeout: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// Since when it is waited for.
    since: Option<Instant>,
    over: bool,
    /// Why it was stopped.
    stopped: Option<String>,
}

impl Watchdog {
    /// Begins to watch, on a thread of its own.
    pub(crate) fn start(group: Arc<dyn Group>, timeout: Duration) -> io::Result<Arc<Watchdog>> {
        let watchdog = Arc::new(Watchdog {
            state: Mutex::default(),
            changed: Condvar::new(),
            group,
            timeout,
        });
        let watching = Arc::clone(&watchdog);
        std::thread::Builder::new()
            .name("plugin watchdog".to_owned())
            .spawn(move || watching.watch())?;
        Ok(watchdog)
    }

    /// From now on it is waited for, or still is and made progress.
    pub(crate) fn waits(&self) {
        self.lock().since = Some(Instant::now());
        self.changed.notify_all();
    }

    /// Nobody waits for it.
    pub(crate) fn rests(&self) {
        self.lock().since = None;
    }

    /// It did something; where nobody waits for it, that changes nothing.
    pub(crate) fn progressed(&self) {
        let mut state = self.lock();
        if state.since.is_some() {
            state.since = Some(Instant::now());
        }
    }

    /// It ended, or nobody cares any more.
    pub(crate) fn over(&self) {
        self.lock().over = true;
        self.changed.notify_all();
    }

    /// Kills it, for a reason; the first counts.
    pub(crate) fn stop(&self, why: String) {
        self.lock().stopped.get_or_insert(why);
        self.group.kill();
    }

    /// Why it was stopped, if it was.
    pub(crate) fn stopped(&self) -> Option<String> {
        self.lock().stopped.clone()
    }

    fn watch(&self) {
        let mut state = self.lock();
        while !state.over {
            let Some(since) = state.since else {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = (since + self.timeout).saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(state);
                self.stop(format!(
                    "was stopped: it neither took its input nor answered for {:?}, the `timeout` in [plugins] of pss.toml",
                    self.timeout
                ));
                return;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A program's standard input, under watch while it is written to.
pub(crate) struct Watched {
    pub(crate) pipe: Box<dyn Write + Send>,
    pub(crate) watchdog: Arc<Watchdog>,
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.watchdog.waits();
        let written = self.pipe.write(bytes);
        self.watchdog.rests();
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }
}
