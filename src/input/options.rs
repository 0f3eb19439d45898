//! How to read, and who is told how far it is.

use std::sync::{Arc, atomic::AtomicBool};

use pss_integrations::formats::{Format, InputSettings};
use pss_metrics::{
    model::{ExtraSpec, Naming, OwnRules},
    score::Watch,
};

use super::{observe::Observing, select::Selection, split::BLOCK};

/// How to read.
#[derive(Clone)]
pub struct ReadOptions<'a> {
    /// Decoding threads.
    pub threads: usize,
    /// Formats to choose from.
    pub formats: &'a [&'static dyn Format],
    /// The format that the user says all inputs are in.
    pub format: Option<&'static dyn Format>,
    /// What the user says of the inputs.
    pub settings: &'a InputSettings,
    /// The user's own rules for categories.
    pub rules: Arc<OwnRules>,
    /// How the user names operations; by the span's name where nothing is said.
    pub naming: Option<Arc<Naming>>,
    /// Which records are asked for.
    pub selection: Arc<Selection>,
    /// Extra observations to keep.
    pub extras: &'a [ExtraSpec],
    /// Metrics that watch the raw records.
    pub observers: &'a [Observing<'a>],
    /// Their readings: [`read`](super::read) begins and ends them.
    pub watches: &'a [Box<dyn Watch + 'a>],
    /// Longest record in bytes; longer ones are bad.
    pub record_limit: usize,
    /// Bytes cut off at once, more only where one record is longer: [`BLOCK`](super::BLOCK) unless there is a reason.
    pub block: usize,
    /// Set when the user asks to stop; what was read until then is returned.
    pub interrupt: &'a AtomicBool,
}

/// Longest record: no span comes near it, and one that does would cost its length in memory.
const RECORD_LIMIT: usize = 64 << 20;

impl<'a> ReadOptions<'a> {
    /// Everything there is, in whatever format it is, on all cores.
    pub fn new(
        formats: &'a [&'static dyn Format],
        settings: &'a InputSettings,
        interrupt: &'a AtomicBool,
    ) -> ReadOptions<'a> {
        ReadOptions {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            formats,
            format: None,
            settings,
            rules: Arc::default(),
            naming: None,
            selection: Arc::default(),
            extras: &[],
            observers: &[],
            watches: &[],
            record_limit: RECORD_LIMIT,
            block: BLOCK,
            interrupt,
        }
    }
}

/// Told how far reading is.
pub trait Progress: Sync {
    /// Bytes read so far of those known, over all inputs.
    fn advance(&self, bytes: u64);
    /// Bytes known in advance; nothing where an input is a stream, which may have any length.
    fn total(&self, bytes: Option<u64>);
}

/// Tells nobody.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: u64) {}
    fn total(&self, _: Option<u64>) {}
}
