//! What a receiver is bounded by.

use std::time::Duration;

use crate::Collector;

/// Bounds. The defaults fit a run on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Longest body in bytes, before and after inflating; a longer one is refused.
    pub largest_body: usize,
    /// Bytes of all bodies in memory together; whoever comes when they are used up is told to come again.
    pub pending_bytes: usize,
    /// Bodies that may wait for the sink; whoever comes when they do is told to come again.
    pub queue: usize,
    /// Threads that inflate bodies and call the sink. With one, the sink sees bodies one after the other.
    pub workers: usize,
    /// Connections open at once; more are closed at once.
    pub connections: usize,
    /// How long a body may take to arrive.
    pub request_timeout: Duration,
    /// How long a connection of HTTP/1.1 may stay without a whole head of a request. Metrics are sent once a minute by default, so this must be longer.
    pub idle_timeout: Duration,
    /// Where all that is taken is sent as well.
    pub tee: Option<Collector>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            largest_body: 64 << 20,
            pending_bytes: 256 << 20,
            queue: 256,
            workers: 2,
            connections: 1024,
            // The time after which SDKs give up on an export.
            request_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(300),
            tee: None,
        }
    }
}
