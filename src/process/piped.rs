//! Programs whose three streams are pipes of `pss`: plugins. Each leads a process group of its own, of which nothing is left once it ended.

use std::{
    io::{self, Read, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, killpg},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::Pid,
};
use pss_process::{Ended, Group, Program};

use super::{ended::Status, guard::Guard, launch::why, program::find};

/// Starts a program with exactly these variables.
///
/// # Errors
/// Why it cannot be started, and how to mend it.
pub fn start_piped(
    program: &Path,
    arguments: &[&str],
    environment: &[(String, String)],
) -> Result<Box<dyn Program>, String> {
    find(program.as_os_str())?;
    let child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("cannot be started: {}", why(&error)))?;
    let group = Arc::new(PipedGroup {
        group: Pid::from_raw(child.id().cast_signed()),
        over: Mutex::new(false),
    });
    told(|guard| guard.watch(group.group));
    Ok(Box::new(Piped { child, group }))
}

/// The guard of all plugins, started with the first: should `pss` be killed, none of them goes on.
fn told(tell: impl FnOnce(&mut Guard)) {
    static GUARD: OnceLock<Mutex<Option<Guard>>> = OnceLock::new();
    let guard = GUARD.get_or_init(|| Mutex::new(Guard::start()));
    if let Some(guard) = guard
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_mut()
    {
        tell(guard);
    }
}

struct Piped {
    child: Child,
    group: Arc<PipedGroup>,
}

impl Program for Piped {
    fn stdin(&mut self) -> Option<Box<dyn Write + Send>> {
        Some(Box::new(self.child.stdin.take()?))
    }

    fn stdout(&mut self) -> Option<Box<dyn Read + Send>> {
        Some(Box::new(self.child.stdout.take()?))
    }

    fn stderr(&mut self) -> Option<Box<dyn Read + Send>> {
        Some(Box::new(self.child.stderr.take()?))
    }

    fn group(&self) -> Arc<dyn Group> {
        Arc::clone(&self.group) as Arc<dyn Group>
    }

    fn wait(&mut self) -> io::Result<Ended> {
        // It stays a zombie, so that its group cannot be another's while the rest of it is killed.
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while let Err(error) = waitid(Id::Pid(self.group.group), flags) {
            if error != Errno::EINTR {
                return Err(error.into());
            }
        }
        Ok(match self.group.end(&mut self.child)? {
            Status::Code(0) => Ended::Well,
            Status::Signal(signal) if signal == Signal::SIGKILL as i32 => Ended::Killed,
            status => Ended::Failed(status.to_string()),
        })
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        // What it reaps was told, or nobody asks.
        let _ = self.group.end(&mut self.child);
    }
}

struct PipedGroup {
    group: Pid,
    /// Whether it was reaped: from then on the number may be another's.
    over: Mutex<bool>,
}

impl PipedGroup {
    fn over(&self) -> MutexGuard<'_, bool> {
        self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills what is left, and reaps its leader.
    fn end(&self, child: &mut Child) -> io::Result<Status> {
        let mut over = self.over();
        if !*over {
            let _ = killpg(self.group, Signal::SIGKILL);
            told(|guard| guard.forget(self.group));
        }
        let status = child.wait()?;
        *over = true;
        Ok(Status::of(status))
    }
}

impl Group for PipedGroup {
    fn kill(&self) {
        let over = self.over();
        if !*over {
            let _ = killpg(self.group, Signal::SIGKILL);
        }
    }
}
