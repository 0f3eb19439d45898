//! Who has the terminal.

use std::fs::File;

use nix::{
    errno::Errno,
    sys::signal::{SigSet, Signal, kill, killpg},
    unistd::{Pid, getpgrp, getpid, tcgetpgrp, tcsetpgrp},
};

/// The terminal that `pss` was started from.
#[derive(Debug)]
pub(super) struct Foreground {
    terminal: Option<File>,
}

impl Foreground {
    pub(super) fn new() -> Foreground {
        let terminal = File::options().read(true).write(true).open("/dev/tty");
        Foreground {
            terminal: terminal.ok(),
        }
    }

    /// Hands the terminal to a group, which may have been stopped because it wanted it before. Only what `pss` has can be handed on: a shell may have put it into the
    /// background, before or between two commands.
    pub(super) fn give(&self, group: Pid) {
        if self.belongs_to(getpgrp()) && self.set(group) {
            let _ = killpg(group, Signal::SIGCONT);
        }
    }

    /// Takes the terminal back from a group, or from one that it left behind.
    pub(super) fn take(&self, group: Pid) {
        let nobody =
            |holder: Pid| holder.as_raw() <= 0 || killpg(holder, None) == Err(Errno::ESRCH);
        if self
            .holder()
            .is_some_and(|holder| holder == group || nobody(holder))
        {
            self.set(getpgrp());
        }
    }

    /// Whether a group is the one whose keys the terminal hears.
    pub(super) fn belongs_to(&self, group: Pid) -> bool {
        self.holder() == Some(group)
    }

    /// A signal stopped the command: stops with it, so that the shell is asked what to do, and goes on with it.
    pub(super) fn stopped(&self, group: Pid, by: i32) {
        let held = self.belongs_to(group);
        let by_terminal =
            [Signal::SIGTSTP, Signal::SIGTTIN, Signal::SIGTTOU].map(|stop| stop as i32);
        if by_terminal.contains(&by) && self.terminal.is_some() {
            self.take(group);
            // As the terminal would have: with a script around `pss`, and to no effect where no shell could let it go on.
            let _ = killpg(getpgrp(), Signal::SIGTSTP);
        } else if held {
            self.take(group);
            let _ = kill(getpid(), Signal::SIGSTOP);
        } else {
            // Whoever stopped it lets it go on.
            return;
        }
        // Here the shell let it go on: in the foreground, or behind it.
        if self.belongs_to(getpgrp()) {
            self.set(group);
        }
        let _ = killpg(group, Signal::SIGCONT);
    }

    fn holder(&self) -> Option<Pid> {
        tcgetpgrp(self.terminal.as_ref()?).ok()
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
