//! The workers, and what is in flight.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::target::{Fired, Target};

/// A worker waits more than it computes.
const STACK: usize = 256 * 1024;
/// So often is looked whether to stop.
const LOOK: Duration = Duration::from_millis(20);

/// Workers, as many as are in flight at once.
pub(super) struct Crew {
    shared: Arc<Shared>,
    most: usize,
    next: u64,
}

/// Asks what ended.
#[derive(Clone)]
pub(super) struct Clerk(Arc<Shared>);

struct Shared {
    target: Arc<dyn Target>,
    began: Instant,
    state: Mutex<State>,
    work: Condvar,
    calm: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<u64>,
    idle: usize,
    busy: usize,
    flying: BTreeMap<u64, Flight>,
    done: Vec<Sent>,
    most: usize,
    closed: bool,
}

/// An arrival in flight. Times are since the beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flight {
    pub(super) scheduled: Duration,
    /// Nothing while no worker has it.
    pub(super) started: Option<Duration>,
}

/// An arrival that ended.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) scheduled: Duration,
    pub(super) started: Duration,
    pub(super) ended: Duration,
    pub(super) fired: Fired,
}

impl Crew {
    /// Nobody yet; at most so many at once.
    pub(super) fn new(target: Arc<dyn Target>, began: Instant, most: usize) -> Crew {
        Crew {
            shared: Arc::new(Shared {
                target,
                began,
                state: Mutex::default(),
                work: Condvar::new(),
                calm: Condvar::new(),
            }),
            most,
            next: 0,
        }
    }

    /// Takes an arrival, unless too many are in flight.
    pub(super) fn take(&mut self, scheduled: Duration) -> bool {
        let mut state = self.shared.state();
        if state.flying.len() >= self.most {
            return false;
        }
        if state.idle <= state.queue.len() {
            let shared = Arc::clone(&self.shared);
            let started = std::thread::Builder::new()
                .name("arrival".to_owned())
                .stack_size(STACK)
                .spawn(move || shared.work());
            // Where the system gives no more threads, those there are have more to do: arrivals wait, and their latency shows it.
            if started.is_err() && state.flying.is_empty() {
                return false;
            }
        }
        self.next += 1;
        let flight = Flight {
            scheduled,
            started: None,
        };
        state.flying.insert(self.next, flight);
        state.most = state.most.max(state.flying.len());
        state.queue.push_back(self.next);
        drop(state);
        self.shared.work.notify_one();
        true
    }

    /// Who can ask what ended while arrivals are handed out.
    pub(super) fn clerk(&self) -> Clerk {
        Clerk(Arc::clone(&self.shared))
    }

    /// Since the beginning.
    pub(super) fn now(&self) -> Duration {
        self.shared.began.elapsed()
    }

    /// Whether some worker is still at an arrival, abandoned or not.
    pub(super) fn busy(&self) -> bool {
        self.shared.state().busy > 0
    }

    /// Adds to what ended.
    pub(super) fn say(&self, sent: impl Iterator<Item = Sent>) {
        self.shared.state().done.extend(sent);
    }

    /// Waits until nothing is in flight, for so long, or until `stop` says so. Says whether nothing is.
    pub(super) fn calm(&self, limit: Duration, stop: impl Fn() -> bool) -> bool {
        let until = Instant::now() + limit;
        let mut state = self.shared.state();
        while !state.flying.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || stop() {
                return false;
            }
            let waited = self.shared.calm.wait_timeout(state, left.min(LOOK));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// What is in flight, of which nothing will be heard any more.
    pub(super) fn abandon(&self) -> Vec<Flight> {
        let mut state = self.shared.state();
        state.queue.clear();
        std::mem::take(&mut state.flying).into_values().collect()
    }
}

impl Clerk {
    /// What ended since the last time.
    pub(super) fn done(&self) -> Vec<Sent> {
        std::mem::take(&mut self.0.state().done)
    }

    /// Now, and the most that were ever in flight.
    pub(super) fn in_flight(&self) -> (usize, usize) {
        let state = self.0.state();
        (state.flying.len(), state.most)
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // Workers that hang in a target that nothing stops are left behind; they know nobody.
        self.shared.state().closed = true;
        self.shared.work.notify_all();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut state = self.state();
        loop {
            let Some(arrival) = state.queue.pop_front() else {
                if state.closed {
                    return;
                }
                state.idle += 1;
                state = self
                    .work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
                continue;
            };
            let started = self.began.elapsed();
            if let Some(flight) = state.flying.get_mut(&arrival) {
                flight.started = Some(started);
            }
            state.busy += 1;
            drop(state);
            let fired = self.target.fire();
            let ended = self.began.elapsed();
            state = self.state();
            state.busy -= 1;
            // One that was abandoned is told of already.
            if let Some(flight) = state.flying.remove(&arrival) {
                state.done.push(Sent {
                    scheduled: flight.scheduled,
                    started,
                    ended,
                    fired,
                });
                if state.flying.is_empty() {
                    self.calm.notify_all();
                }
            }
        }
    }
}
