//! What is kept of a trace.
use crate::model::{Bad, Batch};

/// Gathers batches into a summary. (The whole implementation lands next; the signatures are final.)
#[derive(Debug, Default)]
pub struct Summariser {
    spans: u64,
}

/// What is kept of all inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Spans seen.
    pub spans: u64,
}

impl Summariser {
    /// Folds the batch's records and empties it.
    pub fn fold(&mut self, batch: &mut Batch) {
        self.spans += batch.spans().len() as u64;
        batch.clear();
    }
    /// Counts a bad record; the first few (smallest file and line) are kept as examples.
    pub fn bad(&mut self, bad: Bad) {
        drop(bad);
    }
    /// Counts a record that was a JSON object but held nothing to score.
    pub fn unknown_field(&mut self, name: &str) {
        let _ = name;
    }
    /// Adds a whole summary, as if its inputs had been folded here.
    pub fn absorb(&mut self, other: Summary) {
        self.spans += other.spans;
    }
    /// The summary in its canonical form.
    pub fn finish(self) -> Summary {
        Summary { spans: self.spans }
    }
}
