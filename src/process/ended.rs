//! How a process ended.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus, time::Duration};

/// The status of a process that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It ended by itself, with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

impl Status {
    /// Whether all was well.
    pub fn success(self) -> bool {
        self == Status::Code(0)
    }

    /// The code that a shell would give it.
    pub fn shell_code(self) -> u8 {
        let code = match self {
            Status::Code(code) => code,
            Status::Signal(signal) => 128 + signal,
        };
        u8::try_from(code & 0xff).unwrap_or(u8::MAX)
    }

    pub(super) fn of(status: ExitStatus) -> Status {
        match (status.code(), status.signal()) {
            (Some(code), _) => Status::Code(code),
            (None, signal) => Status::Signal(signal.unwrap_or(0)),
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Status::Code(code) => write!(f, "exit code {code}"),
            Status::Signal(signal) => match signal_hook::low_level::signal_name(*signal) {
                Some(name) => write!(f, "ended by {name}"),
                None => write!(f, "ended by signal {signal}"),
            },
        }
    }
}

/// A process that ended, with what the kernel counted for it and those of its children that it waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub status: Status,
    /// From its start to its end.
    pub wall: Duration,
    /// Time on processors.
    pub cpu: Duration,
    /// Most resident memory that one of them had, in bytes. Nothing where it was less than `pss` itself has: a process begins as a copy of the one that starts it,
    /// and the kernel counts that too.
    pub peak: Option<u64>,
    /// Whether it was stopped because its time was over.
    pub timed_out: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_of_a_shell() {
        assert_eq!(Status::Code(3).shell_code(), 3);
        assert_eq!(Status::Signal(9).shell_code(), 137);
        assert_eq!(Status::Signal(15).to_string(), "ended by SIGTERM");
        assert_eq!(Status::Code(0).to_string(), "exit code 0");
        assert!(Status::Code(0).success() && !Status::Signal(2).success());
    }
}
