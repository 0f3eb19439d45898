//! One run of a plugin's program: started with its few variables, watched, listened to, ended with all of its group.

use std::{
    collections::VecDeque,
    io::Read,
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    time::Duration,
};

use crate::{
    manifest::PROTOCOL,
    programs::{ALLOWED, Ended, Limits, Program, Programs},
    watchdog::{Watchdog, Watched},
};

/// Bytes of standard error that are kept: the last, which say why.
const STDERR: usize = 32 << 10;
/// Lines of it that are shown.
const LINES: usize = 50;
/// Longest line of it that is shown, in characters.
const LINE: usize = 400;
/// How long a pipe may stay open after the program and its group ended: only a process that left the group can hold it.
const GRACE: Duration = Duration::from_secs(2);

/// A program that runs.
pub(crate) struct Call {
    plugin: String,
    programs: Arc<dyn Programs>,
    program: Box<dyn Program>,
    pub(crate) watchdog: Arc<Watchdog>,
    pub(crate) limits: Limits,
    stderr: Receiver<(Vec<u8>, bool)>,
}

impl Call {
    /// Starts a program.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub(crate) fn start(
        programs: &Arc<dyn Programs>,
        plugin: &str,
        path: &Path,
        arguments: &[&str],
        settings: &str,
    ) -> Result<Call, String> {
        let limits = programs.limits();
        let asked = limits.environment.iter().map(String::as_str);
        let mut environment: Vec<(String, String)> = ALLOWED
            .into_iter()
            .chain(asked)
            .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
            .collect();
        environment.push(("PSS_PROTOCOL".to_owned(), PROTOCOL.to_owned()));
        environment.push(("PSS_SETTINGS".to_owned(), settings.to_owned()));
        let mut program = programs.start(path, arguments, &environment)?;
        let threads = |error| format!("cannot be watched: {error}");
        let watchdog = Watchdog::start(program.group(), limits.timeout).map_err(threads)?;
        let (send, stderr) = channel();
        if let Some(pipe) = program.stderr() {
            std::thread::Builder::new()
                .name("plugin stderr".to_owned())
                .spawn(move || {
                    // Nobody listens any more where the call was given up.
                    let _ = send.send(last(pipe));
                })
                .map_err(threads)?;
        }
        Ok(Call {
            plugin: plugin.to_owned(),
            programs: Arc::clone(programs),
            program,
            watchdog,
            limits,
            stderr,
        })
    }

    /// Its standard input, watched while it is written to.
    pub(crate) fn stdin(&mut self) -> Option<Watched> {
        Some(Watched {
            pipe: self.program.stdin()?,
            watchdog: Arc::clone(&self.watchdog),
        })
    }

    pub(crate) fn stdout(&mut self) -> Option<Box<dyn Read + Send>> {
        self.program.stdout()
    }

    /// From now on its answer is waited for.
    pub(crate) fn waits(&self) {
        self.watchdog.waits();
    }

    /// Waits for its end, and shows what it said.
    ///
    /// # Errors
    /// That it was not well: it took too long, or ended with something else than 0.
    pub(crate) fn end(&mut self) -> Result<(), String> {
        self.watchdog.waits();
        let ended = self.program.wait();
        self.watchdog.over();
        let (said, whole) = self.stderr.recv_timeout(GRACE).unwrap_or_default();
        let lines = lines(&said, whole);
        if !lines.is_empty() {
            self.programs.said(&self.plugin, &lines);
        }
        let last = match lines.last() {
            Some(line) => format!("; it said: {line}"),
            None => String::new(),
        };
        match (ended, self.watchdog.stopped()) {
            // It was at its end already when it was stopped.
            (Ok(Ended::Failed(how)), _) => Err(format!("failed: {how}{last}")),
            (_, Some(why)) => Err(format!("{why}{last}")),
            (Ok(Ended::Well), None) => Ok(()),
            (Ok(Ended::Killed), None) => Err(format!("failed: ended by SIGKILL{last}")),
            (Err(error), None) => Err(format!("cannot be waited for: {error}")),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.watchdog.over();
    }
}

/// What a program answers, gathered on a thread of its own.
pub(crate) struct Answer {
    inbox: Receiver<std::io::Result<Vec<u8>>>,
}

/// Gathers a program's standard output. One that writes more than `limit` is killed.
pub(crate) fn collect(call: &mut Call, limit: u64) -> Result<Answer, String> {
    let (send, inbox) = channel();
    let watchdog = Arc::clone(&call.watchdog);
    let pipe = call.stdout().ok_or("has no standard output")?;
    std::thread::Builder::new()
        .name("plugin answer".to_owned())
        .spawn(move || {
            let mut answer = Vec::new();
            // Kept open until it is stopped: one that finds its pipe closed ends by itself, and says less of why.
            let mut pipe = pipe.take(limit + 1);
            let read = pipe.read_to_end(&mut answer);
            if answer.len() as u64 > limit {
                watchdog.stop(format!(
                    "was stopped: it answered with more than {limit} bytes"
                ));
            }
            let _ = send.send(read.map(|_| answer));
        })
        .map_err(|error| format!("cannot be listened to: {error}"))?;
    Ok(Answer { inbox })
}

impl Answer {
    /// The answer of a program that ended.
    pub(crate) fn take(self) -> Result<Vec<u8>, String> {
        match self.inbox.recv_timeout(GRACE) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(format!("cannot be listened to: {error}")),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(
                "left a process behind that holds its output open; let it end with its children"
                    .to_owned(),
            ),
        }
    }
}

/// Why a program's input could not be written to its end.
pub(crate) fn unread(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        "stopped reading before the end of its input; a plugin reads all of it".to_owned()
    } else {
        format!("cannot be written to: {error}")
    }
}

/// The last bytes of a pipe, read to its end; and whether they are all.
fn last(mut pipe: Box<dyn Read + Send>) -> (Vec<u8>, bool) {
    let mut kept: VecDeque<u8> = VecDeque::new();
    let mut whole = true;
    let mut buffer = [0; 4096];
    while let Ok(read) = pipe.read(&mut buffer) {
        if read == 0 {
            break;
        }
        kept.extend(&buffer[..read]);
        if kept.len() > STDERR {
            kept.drain(..kept.len() - STDERR);
            whole = false;
        }
    }
    (kept.into(), whole)
}

/// Lines as they may be shown: no control characters, which could write over what `pss` says.
fn lines(said: &[u8], whole: bool) -> Vec<String> {
    let text = String::from_utf8_lossy(said);
    let shown = |line: &str| {
        let plain = line.trim_end().chars().filter(|c| !c.is_control());
        plain.take(LINE).collect::<String>()
    };
    let all: Vec<String> = text
        .lines()
        .map(shown)
        .filter(|line| !line.is_empty())
        .collect();
    let skipped = all.len().saturating_sub(LINES);
    if whole && skipped == 0 {
        return all;
    }
    let mut lines = vec!["(what it said before is not shown)".to_owned()];
    lines.extend(all.into_iter().skip(skipped));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_is_shown_without_control_characters() {
        assert_eq!(lines(b"a\x1b[2Jb\r\n\n c\n", true), ["a[2Jb", " c"]);
        let long = "x".repeat(1000);
        assert_eq!(lines(long.as_bytes(), true)[0].len(), LINE);
        let many: String = (0..100).map(|i| format!("{i}\n")).collect();
        let shown = lines(many.as_bytes(), true);
        assert_eq!(shown.len(), LINES + 1);
        assert_eq!(shown.last().map(String::as_str), Some("99"));
        assert!(shown[0].contains("not shown"));
    }

    #[test]
    fn only_the_last_bytes_are_kept() {
        let (kept, whole) = last(Box::new(std::io::repeat(b'x').take(100_000)));
        assert_eq!((kept.len(), whole), (STDERR, false));
        let (kept, whole) = last(Box::new(std::io::Cursor::new(b"why".to_vec())));
        assert_eq!((kept, whole), (b"why".to_vec(), true));
    }
}
