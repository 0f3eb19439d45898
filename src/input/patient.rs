//! Reading from what may have nothing to give for a long time: a pipe, a terminal, a FIFO. Waiting for it ends where the user asks for an end.

use std::{
    io::{self, Read},
    os::fd::AsFd,
    sync::atomic::{AtomicBool, Ordering},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

/// How long a signal that came just before waiting began is not noticed.
const GLANCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// A stream that ends when the flag is set, at once also while nothing comes.
pub(super) struct Patient<'a, R> {
    inner: R,
    interrupt: &'a AtomicBool,
}

impl<'a, R> Patient<'a, R> {
    pub(super) fn new(inner: R, interrupt: &'a AtomicBool) -> Patient<'a, R> {
        Patient { inner, interrupt }
    }
}

impl<R: Read + AsFd> Read for Patient<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.interrupt.load(Ordering::Relaxed) {
            let waiting = &mut [PollFd::new(&self.inner, PollFlags::IN)];
            match poll(waiting, Some(&GLANCE)) {
                Ok(0) | Err(Errno::INTR) => {}
                // Whatever else there is, reading says it.
                _ => return self.inner.read(buffer),
            }
        }
        Ok(0)
    }
}
