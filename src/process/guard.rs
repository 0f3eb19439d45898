//! A process that outlives `pss`, should that be killed, and stops what it had started.

use std::{
    collections::BTreeSet,
    fmt::Display,
    io::{BufRead, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

/// The hidden command that the guard is started as.
pub const COMMAND: &str = "__guard";

/// By this variable a command and all that it starts are known again, wherever they went meanwhile.
const MARK: &str = "PSS_RUN_ID";

/// How long they have to end by themselves.
const GRACE: Duration = Duration::from_millis(500);

/// The variable that marks what this `pss` starts, and its value, which no other has.
pub(super) fn mark() -> (&'static str, &'static str) {
    static OURS: OnceLock<String> = OnceLock::new();
    let ours = OURS.get_or_init(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_nanos());
        format!("{}-{now}", std::process::id())
    });
    (MARK, ours)
}

/// The guard's end in `pss`. It is told which groups run; when its pipe closes without a farewell, it stops them, and whatever else bears the mark.
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
        let mut guard = Guard { child, pipe };
        guard.tell('=', mark().1);
        Some(guard)
    }

    pub(super) fn watch(&mut self, group: Pid) {
        self.tell('+', group);
    }

    pub(super) fn forget(&mut self, group: Pid) {
        self.tell('-', group);
    }

    fn tell(&mut self, what: char, whom: impl Display) {
        if let Some(pipe) = &mut self.pipe {
            // A guard that is gone guards nothing.
            let _ = writeln!(pipe, "{what}{whom}").and_then(|()| pipe.flush());
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.child.wait();
    }
}

/// The guard itself: reads which groups run until its input ends, and stops those that still do, with what left them.
pub fn run(input: impl BufRead) {
    let mut groups = BTreeSet::new();
    let mut mark = None;
    for line in input.lines().map_while(Result::ok) {
        if let Some(group) = line.strip_prefix('+').and_then(|text| text.parse().ok()) {
            groups.insert(group);
        } else if let Some(group) = line.strip_prefix('-').and_then(|text| text.parse().ok()) {
            groups.remove(&group);
        } else if let Some(text) = line.strip_prefix('=') {
            mark = Some(format!("{MARK}={text}"));
        }
    }
    let stop = |signal: Signal| {
        let there = |group: &&i32| **group > 1 && killpg(Pid::from_raw(**group), signal).is_ok();
        let marked = mark.as_deref().map_or_else(Vec::new, marked);
        let left = marked.iter().filter(|pid| kill(**pid, signal).is_ok());
        groups.iter().filter(there).count() + left.count()
    };
    if stop(Signal::SIGTERM) > 0 {
        std::thread::sleep(GRACE);
        stop(Signal::SIGKILL);
    }
}

/// Processes that began with a variable. Those of other users keep theirs to themselves, and could not be stopped.
fn marked(mark: &str) -> Vec<Pid> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pid = |name: std::ffi::OsString| name.to_str()?.parse().ok().map(Pid::from_raw);
    processes
        .filter_map(|process| {
            let pid = pid(process.file_name())?;
            let environment = std::fs::read(process.path().join("environ")).ok()?;
            let mut variables = environment.split(|byte| *byte == 0);
            variables.any(|set| set == mark.as_bytes()).then_some(pid)
        })
        .collect()
}
