//! What all commands of one `pss` share.

use std::{
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use nix::unistd::Pid;

use super::{
    ended::Ended,
    foreground::Foreground,
    guard::Guard,
    keeper::{Event, Keeper},
    launch::{Launch, StartError},
    running::Running,
    swarm::Swarm,
};

/// Starts commands, one at a time.
#[derive(Debug)]
pub struct Host {
    pub(super) keeper: Keeper,
    pub(super) foreground: Foreground,
    guard: Arc<Mutex<Option<Guard>>>,
}

impl Host {
    /// From now on signals are handed on, and processes that lose their parent are left to `pss`.
    ///
    /// # Errors
    /// What the system says about threads and signals.
    pub fn new() -> std::io::Result<Host> {
        #[cfg(target_os = "linux")]
        let _ = nix::sys::prctl::set_child_subreaper(true);
        Ok(Host {
            keeper: Keeper::start()?,
            foreground: Foreground::new(),
            guard: Arc::new(Mutex::new(Guard::start())),
        })
    }

    /// Starts a command, which may run for at most `limit`.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub fn start(
        &mut self,
        launch: &Launch,
        limit: Option<Duration>,
    ) -> Result<Running<'_>, StartError> {
        self.begin(launch, |group| Event::Began(group, limit))
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// Why it cannot be started, or awaited.
    pub fn run(&mut self, launch: &Launch) -> Result<Ended, StartError> {
        self.start(launch, None)?.await_end()
    }

    /// Runs what clears up after another to its end, also where `pss` was asked to stop meanwhile. Asked once more it is stopped.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub fn clear_up(&mut self, launch: &Launch) -> Result<Ended, StartError> {
        self.begin(launch, Event::Clearing)?.await_end()
    }

    /// What starts many commands at once.
    pub fn swarm(&self) -> Swarm {
        Swarm::new(Arc::clone(&self.guard))
    }

    /// Whether `pss` was asked to stop: by a signal, or because the terminal's Ctrl-C ended a command.
    pub fn interrupted(&self) -> bool {
        self.keeper.found.interrupted.load(Ordering::Relaxed)
    }

    /// Starts nothing more: a signal that asks to stop now ends `pss`, as it ends any program. Says whether one came before.
    pub fn close(self) -> bool {
        self.keeper.close()
    }

    fn begin(
        &mut self,
        launch: &Launch,
        event: impl FnOnce(Pid) -> Event,
    ) -> Result<Running<'_>, StartError> {
        self.keeper.found.timed_out.store(false, Ordering::Relaxed);
        let began = Instant::now();
        let child = launch.start()?;
        let group = Pid::from_raw(child.id().cast_signed());
        self.guarded(|guard| guard.watch(group));
        self.keeper.tell(event(group));
        self.foreground.give(group);
        Ok(Running::new(self, child, group, began))
    }

    pub(super) fn over(&mut self, group: Pid) {
        self.keeper.tell(Event::Over);
        self.foreground.take(group);
        self.guarded(|guard| guard.forget(group));
    }

    fn guarded(&self, tell: impl FnOnce(&mut Guard)) {
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guard) = guard.as_mut() {
            tell(guard);
        }
    }
}
