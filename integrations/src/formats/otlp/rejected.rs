//! Records that could not be used, although what they stood in could be read: one bad span does not take the others with it.

use super::super::contract::Sink;

/// Different reasons that are kept. What is wrong with more of them counts under the last.
const REASONS: usize = 64;

/// The reasons in the order in which they were met, each with how often.
#[derive(Debug, Default)]
pub(in crate::formats) struct Rejected(Vec<(String, u64)>);

impl Rejected {
    pub(in crate::formats) fn note(&mut self, reason: String) {
        let full = self.0.len() == REASONS;
        let known = self.0.iter().position(|(known, _)| *known == reason);
        match known.or(full.then_some(REASONS - 1)) {
            Some(at) => self.0[at].1 += 1,
            None => self.0.push((reason, 1)),
        }
    }

    /// What was noted since it was last taken.
    pub(in crate::formats) fn take(&mut self) -> Rejected {
        std::mem::take(self)
    }

    /// How many, and why not the first; nothing where there are none.
    pub(super) fn summed(&self) -> Option<(u64, &str)> {
        let (first, _) = self.0.first()?;
        Some((self.0.iter().map(|(_, count)| count).sum(), first))
    }

    /// Hands on why each cannot be used, as a fragment that follows the place of what it stands in.
    pub(in crate::formats) fn each(&self, mut with: impl FnMut(String)) {
        for (reason, count) in &self.0 {
            for _ in 0..*count {
                with(format!("holds a record that cannot be used: {reason}"));
            }
        }
    }

    /// Says more of where they stand: behind each reason.
    pub(in crate::formats) fn behind(&mut self, more: &str) {
        for (reason, _) in &mut self.0 {
            reason.push_str(more);
        }
    }

    /// Tells a sink of a record of which this was noted: of each part that cannot be used, else that it is good.
    pub(in crate::formats) fn record(
        &mut self,
        place: u64,
        read: Result<(), String>,
        sink: &mut dyn Sink,
    ) {
        let parts = self.take();
        parts.each(|reason| sink.record(place, Err(reason)));
        if read.is_err() || parts.0.is_empty() {
            sink.record(place, read);
        }
    }
}
