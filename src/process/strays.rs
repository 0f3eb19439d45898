//! Processes that outlived the command that started them.

use std::time::{Duration, Instant};

use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, kill, killpg},
        wait::{WaitPidFlag, waitpid},
    },
    unistd::Pid,
};

/// How long they have to end by themselves.
const GRACE: Duration = Duration::from_secs(2);

/// Stops what is left of a command's group, and those of its descendants that left it. Says how many there were.
pub fn stop_strays(group: u32, descendants: &[u32]) -> usize {
    let group = Pid::from_raw(group.cast_signed());
    let mut left: Vec<Pid> = descendants
        .iter()
        .map(|pid| Pid::from_raw(pid.cast_signed()))
        .filter(|pid| *pid != group && alive(*pid))
        .collect();
    let in_group = killpg(group, None).is_ok();
    let count = left.len().max(usize::from(in_group));
    if count == 0 {
        return 0;
    }
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let _ = killpg(group, signal);
        for pid in &left {
            let _ = kill(*pid, signal);
        }
        let deadline = Instant::now() + GRACE;
        loop {
            // Those left to us are ours to reap; others their parents reap.
            reap(group);
            left.retain(|pid| alive(*pid));
            if left.is_empty() && killpg(group, None).is_err() {
                return count;
            }
            if Instant::now() >= deadline {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    count
}

/// Reaps whoever of a group ended and is ours.
fn reap(group: Pid) {
    let anyone = Pid::from_raw(-group.as_raw());
    while let Ok(status) = waitpid(anyone, Some(WaitPidFlag::WNOHANG)) {
        if status.pid().is_none() {
            break;
        }
    }
}

/// Whether a process lives; one of ours that ended is reaped.
fn alive(pid: Pid) -> bool {
    match waitpid(pid, Some(WaitPidFlag::WNOHANG)) {
        Ok(status) => status.pid().is_none(),
        Err(Errno::ECHILD) => kill(pid, None).is_ok(),
        Err(_) => false,
    }
}
