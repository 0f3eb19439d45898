//! The thread that looks at the cluster, and the newest of what it saw. It outlives a round, so that the next one finds a client that is connected.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rdkafka::consumer::Consumer;

use crate::{
    client::Client,
    reading::{Reading, Topics, read, told},
};

/// Between two looks. Lag moves by the second; brokers are others' and not to be troubled.
const PAUSE: Duration = Duration::from_millis(250);

/// A watcher, by what the user said of it.
type Kept = (BTreeMap<String, String>, Arc<Watcher>);

/// The watcher of the last round. One is enough: all rounds of a run say the same.
static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

/// Looks at the cluster, while a round is on, until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    shared: Arc<Shared>,
}

/// A round of a watcher.
#[derive(Debug)]
pub(crate) struct Watching {
    watcher: Arc<Watcher>,
    /// Looks before it.
    good: u64,
    failed: u64,
}

/// What a round saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// What had no lag in the last good look.
    pub(crate) without: Vec<String>,
    /// Looks.
    pub(crate) looks: u64,
    /// Those of them that failed.
    pub(crate) failed: u64,
    /// Why the last of these did.
    pub(crate) why: String,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Told when there is something new, and when something is wanted.
    changed: Condvar,
}

/// What is known.
#[derive(Debug, Default)]
struct State {
    /// The newest reading and when it was taken, until it is fetched.
    newest: Option<(Instant, Reading)>,
    /// What had no lag in the last good look.
    without: Vec<String>,
    /// Looks that brought something, and those that did not.
    good: u64,
    failed: u64,
    /// Why the last of these did.
    why: String,
    /// Whether the last look failed.
    away: bool,
    /// Rounds that are on. Without one nobody is asked.
    rounds: u32,
    /// How many rounds there were.
    round: u64,
    hurry: bool,
    stop: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// The one that is kept for these settings, or a new one.
    ///
    /// # Errors
    /// Those of `new`.
    pub(crate) fn kept<E>(
        settings: &BTreeMap<String, String>,
        new: impl FnOnce() -> Result<Watcher, E>,
    ) -> Result<Arc<Watcher>, E> {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, watcher)) = &*kept
            && of == settings
        {
            return Ok(Arc::clone(watcher));
        }
        let watcher = Arc::new(new()?);
        *kept = Some((settings.clone(), Arc::clone(&watcher)));
        Ok(watcher)
    }

    pub(crate) fn start(client: Client, group: String, topics: &[String]) -> io::Result<Watcher> {
        let shared = Arc::new(Shared::default());
        let (theirs, mut topics) = (Arc::clone(&shared), Topics::new(topics));
        std::thread::Builder::new()
            .name("kafka".to_owned())
            .spawn(move || watch(&theirs, &client, &group, &mut topics))?;
        Ok(Watcher { shared })
    }

    /// A round begins, with a look.
    pub(crate) fn watching(self: &Arc<Watcher>) -> Watching {
        let mut state = self.shared.state();
        // What was seen before is none of this round's.
        state.newest = None;
        state.rounds += 1;
        state.round += 1;
        state.hurry = true;
        self.shared.changed.notify_all();
        Watching {
            watcher: Arc::clone(self),
            good: state.good,
            failed: state.failed,
        }
    }
}

impl Watching {
    /// A reading that nobody fetched yet, and how old it is.
    pub(crate) fn newest(&self) -> Option<(Duration, Reading)> {
        let newest = self.watcher.shared.state().newest.take();
        newest.map(|(taken, reading)| (taken.elapsed(), reading))
    }

    /// Asks for one more look, and awaits it for a time, unless the cluster is away.
    pub(crate) fn look_again(&self, limit: Duration) {
        let shared = &self.watcher.shared;
        let mut state = shared.state();
        if state.away {
            return;
        }
        let looks = state.good + state.failed;
        state.hurry = true;
        shared.changed.notify_all();
        // One look may be under way, which began before it was asked for.
        let waiting = |state: &mut State| state.good + state.failed == looks || state.hurry;
        let waited = shared.changed.wait_timeout_while(state, limit, waiting);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether no look of this round brought anything yet.
    pub(crate) fn is_blind(&self) -> bool {
        self.watcher.shared.state().good == self.good
    }

    /// What this round saw.
    pub(crate) fn told(&self) -> Told {
        let state = self.watcher.shared.state();
        let failed = state.failed - self.failed;
        Told {
            without: if state.good > self.good {
                state.without.clone()
            } else {
                Vec::new()
            },
            looks: state.good - self.good + failed,
            failed,
            why: state.why.clone(),
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.watcher.shared.state().rounds -= 1;
    }
}

impl Drop for Watcher {
    // The thread ends after its look. Nobody waits for it: with brokers that are away that takes seconds.
    fn drop(&mut self) {
        self.shared.state().stop = true;
        self.shared.changed.notify_all();
    }
}

fn watch(shared: &Shared, client: &Client, group: &str, topics: &mut Topics) {
    loop {
        let resting = |state: &mut State| state.rounds == 0 && !state.stop;
        let mut state = shared
            .changed
            .wait_while(shared.state(), resting)
            .unwrap_or_else(PoisonError::into_inner);
        if state.stop {
            break;
        }
        state.hurry = false;
        let round = state.round;
        drop(state);
        let seen = read(client, group, topics);
        // Serves what the client's own threads have to tell; there is no subscription, so that no message comes.
        while client.poll(Duration::ZERO).is_some() {}
        let heard = client.context().take();
        let mut state = shared.state();
        state.away = seen.is_err();
        match seen {
            // It began in a round that is over.
            _ if state.round != round => {}
            Ok(reading) => {
                state.good += 1;
                state.without = reading.without.iter().cloned().collect();
                state.newest = Some((Instant::now(), reading));
            }
            Err(error) => {
                state.failed += 1;
                state.why = match heard {
                    Some(heard) => format!("{} ({heard})", told(&error)),
                    None => told(&error),
                };
            }
        }
        shared.changed.notify_all();
        let idle = |state: &mut State| !state.stop && !state.hurry;
        let waited = shared.changed.wait_timeout_while(state, PAUSE, idle);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}
