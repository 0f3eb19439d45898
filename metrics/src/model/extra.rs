//! Further observations of spans that metrics ask for.

use std::sync::Arc;

use super::decided::Decided;

/// Takes a value from a span.
pub type Extract = Arc<dyn Fn(&Decided<'_>) -> Option<u64> + Send + Sync>;

/// An extra observation a metric declares: which value of a span to keep, as an integer of the metric's own unit.
#[derive(Clone)]
pub struct ExtraSpec {
    /// What it is kept under: the metric's code, and, where the definition may differ from run to run, something that tells definitions apart.
    pub key: String,
    /// Whether it reads the identities of spans and traces, which formats may leave unread otherwise.
    pub identities: bool,
    /// The value, or `None` where the span has none.
    pub extract: Extract,
}

impl std::fmt::Debug for ExtraSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExtraSpec")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// One value of an extra observation: the span's row, the extra's index, the value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExtraRow {
    pub(crate) row: u32,
    pub(crate) spec: u16,
    pub(crate) value: u64,
}
