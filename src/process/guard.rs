//! A process that outlives `pss`, should that be killed, and stops what it had started.

use std::{
    collections::BTreeSet,
    io::{BufRead, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// The hidden command that the guard is started as.
pub const COMMAND: &str = "__guard";

/// How long groups have to end by themselves.
const GRACE: Duration = Duration::from_millis(500);

/// The guard's end in `pss`. It is told which groups run; when its pipe closes without a farewell, it stops them.
#[derive(Debug)]
pub(super) struct Guard {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Guard {
    /// Starts a guard. Without one, a `pss` that is killed leaves its command running, and that is all.
    pub(super) fn start() -> Option<Guard> {
        let mut child = Command::new(std::env::current_exe().ok()?)
            .arg(COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Not in the group that a terminal's Ctrl-C reaches.
            .process_group(0)
            .spawn()
            .ok()?;
        let pipe = child.stdin.take();
        Some(Guard { child, pipe })
    }

    pub(super) fn watch(&mut self, group: Pid) {
        self.tell('+', group);
    }

    pub(super) fn forget(&mut self, group: Pid) {
        self.tell('-', group);
    }

    fn tell(&mut self, what: char, group: Pid) {
        if let Some(pipe) = &mut self.pipe {
            // A guard that is gone guards nothing.
            let _ = writeln!(pipe, "{what}{group}").and_then(|()| pipe.flush());
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.child.wait();
    }
}

/// The guard itself: reads which groups run until its input ends, and stops those that still do.
pub fn run(input: impl BufRead) {
    let mut groups = BTreeSet::new();
    for line in input.lines().map_while(Result::ok) {
        if let Some(group) = line.strip_prefix('+').and_then(|text| text.parse().ok()) {
            groups.insert(group);
        } else if let Some(group) = line.strip_prefix('-').and_then(|text| text.parse().ok()) {
            groups.remove(&group);
        }
    }
    let alive = |groups: &BTreeSet<i32>, signal: Option<Signal>| {
        let there = |group: &&i32| **group > 1 && killpg(Pid::from_raw(**group), signal).is_ok();
        groups.iter().filter(there).count()
    };
    if alive(&groups, Some(Signal::SIGTERM)) > 0 {
        std::thread::sleep(GRACE);
        alive(&groups, Some(Signal::SIGKILL));
    }
}
