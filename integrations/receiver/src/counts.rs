//! What was received, and what was not.

use std::collections::BTreeMap;

use pss_integrations::formats::otlp::Signal;

use crate::Refusal;

/// What was received so far. Every request is in `accepted` or in `refused` once it is done, and only once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections.
    pub connections: u64,
    /// Requests, done or not.
    pub requests: u64,
    /// Accepted bodies by signal; those of logs were dropped.
    pub accepted: BTreeMap<Signal, u64>,
    /// Bytes of the accepted bodies of traces and metrics, decompressed.
    pub bytes: u64,
    /// Records in them, as the sink counted.
    pub records: u64,
    /// Records in them that could not be used.
    pub unusable: u64,
    /// Refused requests and connections by reason; reasons that did not occur are not there.
    pub refused: BTreeMap<Refusal, u64>,
    /// What was handed on, where it was to be.
    pub forwarded: Option<Forwarded>,
}

/// What became of the copies for a collector.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forwarded {
    /// Accepted requests, those of logs included.
    pub requests: u64,
    /// Those that the collector took.
    pub sent: u64,
    /// Those that it refused or did not answer.
    pub failed: u64,
    /// Those that found the queue full.
    pub dropped: u64,
    /// Why the first of those that failed did: a fragment that follows "the collector".
    pub why: Option<String>,
}

impl Forwarded {
    /// Requests that the collector did not take, those that still waited at the end included.
    pub fn unsent(&self) -> u64 {
        self.requests.saturating_sub(self.sent)
    }
}

impl Counts {
    /// Requests that were refused for good. Those that emitters send again are not among them: whether an emitter gave up, only it knows.
    pub fn lost(&self) -> u64 {
        self.refused
            .iter()
            .filter(|(refusal, _)| !refusal.is_retried())
            .map(|(_, count)| count)
            .sum()
    }
}
