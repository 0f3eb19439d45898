//! Who has the terminal.

use std::fs::File;

use nix::{
    sys::signal::{SigSet, Signal, kill, killpg},
    unistd::{Pid, getpgrp, getpid, tcgetpgrp, tcsetpgrp},
};

/// The terminal that `pss` was started from, where it was in its foreground.
#[derive(Debug)]
pub(super) struct Foreground {
    terminal: Option<File>,
}

impl Foreground {
    pub(super) fn new() -> Foreground {
        let terminal = File::options()
            .read(true)
            .write(true)
            .open("/dev/tty")
            .ok()
            .filter(|terminal| tcgetpgrp(terminal) == Ok(getpgrp()));
        Foreground { terminal }
    }

    /// Hands the terminal to a group, which may have been stopped because it wanted it before.
    pub(super) fn give(&self, group: Pid) {
        if self.set(group) {
            let _ = killpg(group, Signal::SIGCONT);
        }
    }

    /// Takes the terminal back.
    pub(super) fn take(&self) {
        self.set(getpgrp());
    }

    /// The command was stopped, by Ctrl-Z or by itself: stops with it, so that the shell is asked what to do, and goes on with it.
    pub(super) fn stopped(&self, group: Pid) {
        if self.terminal.is_none() {
            return;
        }
        self.take();
        let _ = kill(getpid(), Signal::SIGSTOP);
        // Here the shell let it go on: in the foreground, or behind it.
        let ours = |terminal: &File| tcgetpgrp(terminal) == Ok(getpgrp());
        if self.terminal.as_ref().is_some_and(ours) {
            self.set(group);
        }
        let _ = killpg(group, Signal::SIGCONT);
    }

    fn set(&self, group: Pid) -> bool {
        let Some(terminal) = &self.terminal else {
            return false;
        };
        // Whoever is in the background and takes the terminal is stopped by this signal.
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGTTOU);
        let was_blocked = blocked.thread_block().is_ok();
        let done = tcsetpgrp(terminal, group).is_ok();
        if was_blocked {
            let _ = blocked.thread_unblock();
        }
        done
    }
}
