//! A program beside the run: given something to read, and stopped when its time is over.

use std::{
    collections::BTreeSet,
    io::Write,
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use super::ended::Status;

/// Between two looks whether it ended.
const LOOK: Duration = Duration::from_millis(5);
/// How long one that was killed may take to be gone.
const REAPING: Duration = Duration::from_millis(500);

/// Groups that run, and whether more may.
struct Beside {
    groups: BTreeSet<Pid>,
    stopped: bool,
}

static BESIDE: Mutex<Beside> = Mutex::new(Beside {
    groups: BTreeSet::new(),
    stopped: false,
});

/// Whether `pss` does nothing but wait for them.
static AWAITED: AtomicBool = AtomicBool::new(false);
/// Whether the user asked meanwhile to wait no longer.
static HURRIED: AtomicBool = AtomicBool::new(false);

fn beside() -> MutexGuard<'static, Beside> {
    BESIDE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops all programs that run beside, with what they started, and lets no more start: `pss` is about to end.
pub fn stop_asides() {
    let mut running = beside();
    running.stopped = true;
    for group in &running.groups {
        let _ = killpg(*group, Signal::SIGKILL);
    }
    drop(running);
    // Whoever started them reaps them: else they would stay in the list of processes where nobody does.
    let until = Instant::now() + REAPING;
    while !beside().groups.is_empty() && Instant::now() < until {
        std::thread::sleep(LOOK);
    }
}

/// While this lives, a first request to stop does not end `pss`: see [`hurried`].
#[derive(Debug)]
pub struct Awaiting(());

impl Awaiting {
    /// From now on `pss` does nothing but wait for programs beside.
    pub fn begin() -> Awaiting {
        AWAITED.store(true, Ordering::SeqCst);
        Awaiting(())
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        AWAITED.store(false, Ordering::SeqCst);
    }
}

/// Whether the user asked to wait no longer.
pub fn hurried() -> bool {
    HURRIED.load(Ordering::SeqCst)
}

/// Says whether a request to stop is one to wait no longer: the first while `pss` waits.
pub(super) fn hurry() -> bool {
    AWAITED.load(Ordering::SeqCst) && !HURRIED.swap(true, Ordering::SeqCst)
}

/// Runs a program with further variables and this to read, in a process group of its own. What it prints is dropped; its complaints are those of `pss`.
///
/// # Errors
/// That it cannot be started, failed, or was stopped after `limit`.
pub fn aside(
    words: &[String],
    variables: &[(&str, String)],
    input: &[u8],
    limit: Duration,
) -> Result<(), String> {
    let (program, arguments) = words.split_first().ok_or("there is no program")?;
    let began = Instant::now();
    let mut running = beside();
    if running.stopped {
        return Err(format!(
            "`{program}` was not started, as the run was stopped"
        ));
    }
    let mut child = Command::new(program)
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    let group = Pid::from_raw(child.id().cast_signed());
    running.groups.insert(group);
    drop(running);
    // One that does not read is stopped like any other, so it must not hold whoever writes.
    if let Some(mut pipe) = child.stdin.take() {
        let input = input.to_vec();
        let _ = std::thread::Builder::new().spawn(move || {
            let _ = pipe.write_all(&input);
        });
    }
    loop {
        // Held while it is reaped: from then on its number may be another's.
        let mut running = beside();
        let ended = child.try_wait();
        if !matches!(ended, Ok(None)) {
            running.groups.remove(&group);
        }
        drop(running);
        match ended {
            Ok(Some(status)) => {
                let status = Status::of(status);
                return if status.success() {
                    Ok(())
                } else {
                    Err(format!("`{program}` failed: {status}"))
                };
            }
            Ok(None) if began.elapsed() < limit => std::thread::sleep(LOOK),
            Ok(None) => {
                let mut running = beside();
                let _ = killpg(group, Signal::SIGKILL);
                let _ = child.wait();
                running.groups.remove(&group);
                return Err(format!(
                    "`{program}` was stopped after {:.3} s",
                    limit.as_secs_f64()
                ));
            }
            Err(error) => return Err(format!("`{program}` cannot be awaited: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(line: &str, limit: u64) -> Result<(), String> {
        let words = ["/bin/sh", "-c", line].map(str::to_owned);
        let variables = [("PSS_PHASE", "load_start".to_owned())];
        aside(&words, &variables, b"{}\n", Duration::from_millis(limit))
    }

    #[test]
    fn it_reads_what_it_is_given() {
        let line = "read line && test \"$line\" = '{}' && test $PSS_PHASE = load_start";
        assert_eq!(shell(line, 10_000), Ok(()));
    }

    #[test]
    fn failures_and_hangs_are_told() {
        let told = shell("exit 3", 10_000).expect_err("it fails");
        assert!(told.contains("exit code 3"), "{told}");
        let began = Instant::now();
        let told = shell("sleep 30 & sleep 30", 200).expect_err("it hangs");
        assert!(told.contains("stopped after 0.200 s"), "{told}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
