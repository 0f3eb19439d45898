//! A thread beside a running command: hands signals on to it, and stops it when its time is over.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use signal_hook::{consts, iterator::Signals, low_level::emulate_default_handler};

use super::aside::{hurry, stop_asides};

/// Signals that ask `pss` to stop.
const STOP: [i32; 4] = [
    consts::SIGINT,
    consts::SIGTERM,
    consts::SIGHUP,
    consts::SIGQUIT,
];
/// Signals that mean something to the command alone.
const OTHERS: [i32; 5] = [
    consts::SIGUSR1,
    consts::SIGUSR2,
    consts::SIGALRM,
    consts::SIGCONT,
    consts::SIGWINCH,
];
/// How long a command that was asked to stop may take.
const GRACE: Duration = Duration::from_secs(5);

/// What happens.
pub(super) enum Event {
    /// A signal came to `pss`.
    Signal(i32),
    /// A command runs as this group, for at most so long.
    Began(Pid, Option<Duration>),
    /// What clears up after a command runs as this group: a stop that was asked for before is none of its.
    Clearing(Pid),
    /// It ended.
    Over,
    /// Whoever waits here knows that all before was heard.
    Heard(Sender<()>),
}

/// What the thread found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// `pss` was asked to stop.
    pub(super) interrupted: AtomicBool,
    /// The command's time was over.
    pub(super) timed_out: AtomicBool,
}

/// The thread's other end.
#[derive(Debug)]
pub(super) struct Keeper {
    events: Sender<Event>,
    pub(super) found: Arc<Found>,
    /// Whether signals mean what they mean to any program. Held while one is told, so that none falls between.
    closed: Arc<Mutex<bool>>,
}

impl Keeper {
    /// Listens for signals from now on.
    pub(super) fn start() -> std::io::Result<Keeper> {
        let (events, inbox) = channel();
        let found = Arc::new(Found::default());
        let mut signals = Signals::new(STOP.iter().chain(&OTHERS))?;
        let told = events.clone();
        let closed = Arc::new(Mutex::new(false));
        let over = Arc::clone(&closed);
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                for signal in signals.forever() {
                    let over = over.lock().unwrap_or_else(PoisonError::into_inner);
                    if *over {
                        if STOP.contains(&signal) {
                            if hurry() {
                                continue;
                            }
                            // Nobody is left to stop them afterwards.
                            stop_asides();
                        }
                        // Handlers stay registered, so that nothing else would act on it.
                        let _ = emulate_default_handler(signal);
                    } else if told.send(Event::Signal(signal)).is_err() {
                        break;
                    }
                }
            })?;
        let notes = Arc::clone(&found);
        std::thread::Builder::new()
            .name("keeper".to_owned())
            .spawn(move || keep(&inbox, &notes))?;
        Ok(Keeper {
            events,
            found,
            closed,
        })
    }

    /// From now on a signal that asks to stop ends `pss`. Says whether one came before.
    pub(super) fn close(&self) -> bool {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        let (heard, all) = channel();
        self.tell(Event::Heard(heard));
        // Fails only where the thread is gone, which heard all then.
        let _ = all.recv();
        self.found.interrupted.load(Ordering::Relaxed)
    }

    pub(super) fn tell(&self, event: Event) {
        // The thread ends with the program only.
        let _ = self.events.send(event);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.close();
    }
}

/// A command under watch.
struct Watch {
    group: Pid,
    /// When to ask it to stop.
    ask: Option<Instant>,
    /// When to make it.
    kill: Option<Instant>,
}

fn keep(inbox: &Receiver<Event>, found: &Found) {
    let mut watch: Option<Watch> = None;
    let mut asked = Signal::SIGTERM;
    loop {
        let due = watch
            .as_ref()
            .and_then(|watch| [watch.ask, watch.kill].into_iter().flatten().min());
        let event = match due {
            Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match event {
            Ok(Event::Began(group, limit)) => {
                watch = Some(Watch {
                    group,
                    ask: limit.map(|limit| Instant::now() + limit),
                    kill: None,
                });
                // Asked to stop between two commands, or before this one was known to have begun: it hears what it would have heard.
                if found.interrupted.load(Ordering::Relaxed) {
                    ask(watch.as_mut(), asked);
                }
            }
            Ok(Event::Clearing(group)) => {
                watch = Some(Watch {
                    group,
                    ask: None,
                    kill: None,
                });
            }
            Ok(Event::Over) => watch = None,
            Ok(Event::Heard(waits)) => drop(waits),
            Ok(Event::Signal(signal)) => {
                let Ok(signal) = Signal::try_from(signal) else {
                    continue;
                };
                if !STOP.contains(&(signal as i32)) {
                    if let Some(watch) = &watch {
                        let _ = killpg(watch.group, signal);
                    }
                    continue;
                }
                // Who asks twice has waited long enough.
                let again = found.interrupted.swap(true, Ordering::Relaxed);
                asked = signal;
                ask(watch.as_mut(), if again { Signal::SIGKILL } else { signal });
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some(watch) = &mut watch {
                    let now = Instant::now();
                    if watch.kill.is_some_and(|kill| now >= kill) {
                        let _ = killpg(watch.group, Signal::SIGKILL);
                        watch.kill = None;
                    } else if watch.ask.is_some_and(|ask| now >= ask) {
                        found.timed_out.store(true, Ordering::Relaxed);
                        ask(Some(watch), Signal::SIGTERM);
                    }
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Asks a command to stop, and remembers to make it.
fn ask(watch: Option<&mut Watch>, signal: Signal) {
    if let Some(watch) = watch {
        let _ = killpg(watch.group, signal);
        // One that is stopped hears nothing until it goes on.
        let _ = killpg(watch.group, Signal::SIGCONT);
        watch.ask = None;
        watch.kill = Some(Instant::now() + GRACE);
    }
}
