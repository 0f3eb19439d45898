//! What a body is handed to, and what it may answer.

use pss_integrations::formats::otlp::{Encoding, Signal, Unusable};

/// A body, whole and decompressed.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// What it carries. Never [`Signal::Logs`]: logs are accepted and dropped.
    pub signal: Signal,
    /// How it is encoded.
    pub encoding: Encoding,
    /// An export request, without any frame.
    pub bytes: &'a [u8],
}

/// A body was taken: its emitter is told that it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// Spans and points it held, for [`Counts::records`](crate::Counts::records).
    pub records: u64,
    /// Those of them that could not be used, of which the emitter is told.
    pub unusable: Option<Unusable>,
}

/// Why a body was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is no OTLP; the emitter must not send it again. A fragment such as "is truncated".
    #[error("the body {0}")]
    Malformed(String),
    /// The sink is behind; the emitter is told to come again.
    #[error("the receiver is behind")]
    Busy,
    /// The sink cannot go on, such as with a full disk; the body is lost. A fragment.
    #[error("the receiver failed: {0}")]
    Failed(String),
}

/// The sink as it is kept.
pub(crate) type Sink = dyn Fn(Body<'_>) -> Result<Taken, NotTaken> + Send + Sync;
