//! What a format plugin answers with: read on a thread of its own, so that a process that was left behind with the pipe in its hands holds nobody up.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    time::{Duration, Instant},
};

use crate::watchdog::Watchdog;

/// Bytes read at once.
const CHUNK: usize = 256 << 10;
/// Chunks that may wait.
const WAITING: usize = 4;
/// How often it is looked whether the program was stopped.
const LOOK: Duration = Duration::from_millis(100);
/// How long a pipe may stay open after that.
const GRACE: Duration = Duration::from_secs(2);

/// A program's standard output, up to a limit.
pub(crate) struct Output {
    inbox: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
    left: u64,
    limit: u64,
    ended: bool,
    watchdog: Arc<Watchdog>,
}

impl Output {
    /// Whether all of it was read: the program closed it, most likely by its end.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    pub(crate) fn new(
        mut pipe: Box<dyn Read + Send>,
        limit: u64,
        watchdog: Arc<Watchdog>,
    ) -> Result<Output, String> {
        let (send, inbox) = sync_channel(WAITING);
        std::thread::Builder::new()
            .name("plugin output".to_owned())
            .spawn(move || {
                loop {
                    let mut chunk = vec![0; CHUNK];
                    let read = pipe.read(&mut chunk).map(|read| {
                        chunk.truncate(read);
                        chunk
                    });
                    let last = !matches!(&read, Ok(chunk) if !chunk.is_empty());
                    if send.send(read).is_err() || last {
                        break;
                    }
                }
            })
            .map_err(|error| format!("cannot be listened to: {error}"))?;
        Ok(Output {
            inbox,
            chunk: Vec::new(),
            at: 0,
            left: limit,
            limit,
            ended: false,
            watchdog,
        })
    }

    fn next(&self) -> io::Result<Vec<u8>> {
        let mut stopped: Option<Instant> = None;
        loop {
            match self.inbox.recv_timeout(LOOK) {
                Ok(chunk) => return chunk,
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
                Err(RecvTimeoutError::Timeout) if self.watchdog.stopped().is_some() => {
                    if stopped.get_or_insert_with(Instant::now).elapsed() > GRACE {
                        return Err(io::Error::other(
                            "it left a process behind that holds its output open",
                        ));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            self.chunk = self.next()?;
            self.at = 0;
            self.ended = self.chunk.is_empty();
            self.watchdog.progressed();
            self.left = match self.left.checked_sub(self.chunk.len() as u64) {
                Some(left) => left,
                None => {
                    return Err(io::Error::other(format!(
                        "it answered with more than {} bytes, the `output_limit` in [plugins] of pss.toml",
                        self.limit
                    )));
                }
            };
        }
        let most = buffer.len().min(self.chunk.len() - self.at);
        buffer[..most].copy_from_slice(&self.chunk[self.at..self.at + most]);
        self.at += most;
        Ok(most)
    }
}
