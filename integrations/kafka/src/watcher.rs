//! The thread that looks at the cluster, and the newest of what it saw.

use std::{
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

/// Looks at the cluster until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Told when there is something new, and when something is wanted.
    changed: Condvar,
}

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The newest reading and when it was taken, until it is fetched.
    newest: Option<(Instant, Reading)>,
    /// What had no lag in the last good look.
    pub(crate) without: Vec<String>,
    /// Looks that brought something, and those that did not.
    pub(crate) good: u64,
    /// Looks that failed.
    pub(crate) failed: u64,
    /// Why the last of these did.
    pub(crate) why: String,
    /// Whether the last look failed.
    pub(crate) away: bool,
    hurry: bool,
    stop: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    pub(crate) fn start(client: Client, group: String, topics: &[String]) -> io::Result<Watcher> {
        let shared = Arc::new(Shared::default());
        let (theirs, mut topics) = (Arc::clone(&shared), Topics::new(topics));
        std::thread::Builder::new()
            .name("kafka".to_owned())
            .spawn(move || watch(&theirs, &client, &group, &mut topics))?;
        Ok(Watcher { shared })
    }

    /// A reading that nobody fetched yet, and how old it is.
    pub(crate) fn newest(&self) -> Option<(Duration, Reading)> {
        let newest = self.shared.state().newest.take();
        newest.map(|(taken, reading)| (taken.elapsed(), reading))
    }

    /// Asks for one more look, and awaits it for a time, unless the cluster is away.
    pub(crate) fn look_again(&self, limit: Duration) {
        let mut state = self.shared.state();
        if state.away {
            return;
        }
        let looks = state.good + state.failed;
        state.hurry = true;
        self.shared.changed.notify_all();
        // One look may be under way, which began before it was asked for.
        let waiting = |state: &mut State| state.good + state.failed == looks || state.hurry;
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, limit, waiting);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Tells how things are.
    pub(crate) fn tell<T>(&self, of: impl FnOnce(&State) -> T) -> T {
        of(&self.shared.state())
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
        shared.state().hurry = false;
        let seen = read(client, group, topics);
        // Serves what the client's own threads have to tell; there is no subscription, so that no message comes.
        while client.poll(Duration::ZERO).is_some() {}
        let heard = client.context().take();
        let mut state = shared.state();
        state.away = seen.is_err();
        match seen {
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
        let (state, _) = shared
            .changed
            .wait_timeout_while(state, PAUSE, idle)
            .unwrap_or_else(PoisonError::into_inner);
        if state.stop {
            break;
        }
    }
}
