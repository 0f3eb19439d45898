//! A command that runs.

use std::{
    io,
    process::Child,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use rustix::{
    io::Errno,
    process::{WaitId, WaitIdOptions, waitid},
};
use wait4::Wait4;

use super::{
    ended::{Ended, Status},
    host::Host,
    launch::StartError,
};

/// A command that runs. Dropped before its end, it and its group are killed.
#[derive(Debug)]
pub struct Running<'a> {
    host: &'a mut Host,
    /// Until it is reaped.
    child: Option<Child>,
    group: Pid,
    began: Instant,
    wall: Option<Duration>,
}

impl<'a> Running<'a> {
    pub(super) fn new(host: &'a mut Host, child: Child, group: Pid, began: Instant) -> Running<'a> {
        Running {
            host,
            child: Some(child),
            group,
            began,
            wall: None,
        }
    }

    /// Its process id, which is that of its group too.
    pub fn id(&self) -> u32 {
        self.group.as_raw().cast_unsigned()
    }

    /// Waits until it ends. It is a zombie then, of which the system can still be asked.
    ///
    /// # Errors
    /// What the system says.
    pub fn ends(&mut self) -> io::Result<()> {
        loop {
            let Some(leader) = rustix::process::Pid::from_raw(self.group.as_raw()) else {
                return Err(io::ErrorKind::NotFound.into());
            };
            let flags = WaitIdOptions::EXITED | WaitIdOptions::STOPPED;
            match waitid(WaitId::Pid(leader), flags | WaitIdOptions::NOWAIT) {
                Ok(Some(status)) if status.stopped() => {
                    // Taken now, so that it is not told again.
                    let _ = waitid(WaitId::Pid(leader), WaitIdOptions::STOPPED);
                    let by = status.stopping_signal().unwrap_or_default();
                    self.host.foreground.stopped(self.group, by);
                }
                Ok(_) => {
                    self.wall = Some(self.began.elapsed());
                    return Ok(());
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Takes what the system counted for it. The rest of its group is left alone.
    ///
    /// # Errors
    /// What the system says.
    pub fn reap(mut self) -> io::Result<Ended> {
        let child = self.child.take().ok_or(io::ErrorKind::NotFound)?;
        let used = child.wait4()?;
        let wall = self.wall.unwrap_or_else(|| self.began.elapsed());
        let status = Status::of(used.status);
        let found = &self.host.keeper.found;
        let timed_out = found.timed_out.swap(false, Ordering::Relaxed);
        // Ctrl-C and Ctrl-\ reach only the group that has the terminal; many a program turns them into the code that a shell would give it.
        let asked = [Signal::SIGINT, Signal::SIGQUIT].map(|signal| signal as i32);
        let by_keys = self.host.foreground.belongs_to(self.group)
            && asked.contains(&(i32::from(status.shell_code()) - 128));
        if (status == Status::Signal(Signal::SIGINT as i32) || by_keys) && !timed_out {
            found.interrupted.store(true, Ordering::Relaxed);
        }
        self.host.over(self.group);
        Ok(Ended {
            status,
            wall,
            cpu: used.rusage.utime + used.rusage.stime,
            peak: Some(used.rusage.maxrss).filter(|peak| *peak > own_peak()),
            timed_out,
        })
    }
}

impl Running<'_> {
    /// Waits for its end and takes what was counted.
    pub(super) fn await_end(mut self) -> Result<Ended, StartError> {
        let failed = |error: io::Error| StartError {
            command: "the command".to_owned(),
            why: error.to_string(),
        };
        self.ends().map_err(failed)?;
        self.reap().map_err(failed)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = killpg(self.group, Signal::SIGKILL);
            let _ = child.wait();
            self.host.over(self.group);
        }
    }
}

/// Most resident memory that `pss` had, in bytes; 0 where the system does not tell.
fn own_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok())
        .map_or(0, |kibibytes: u64| kibibytes * 1024)
}
