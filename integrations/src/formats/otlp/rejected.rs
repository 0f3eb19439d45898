//! Records that could not be used, although what they stood in could be read: one bad span does not take the others with it.

/// The first reason, and how many there are.
#[derive(Debug, Default)]
pub(in crate::formats) struct Rejected(Option<(String, u64)>);

impl Rejected {
    pub(in crate::formats) fn note(&mut self, reason: String) {
        match &mut self.0 {
            Some((_, count)) => *count += 1,
            first => *first = Some((reason, 1)),
        }
    }

    pub(super) fn take(&mut self) -> Option<(String, u64)> {
        self.0.take()
    }

    /// The outcome of what was read since it was last asked for.
    pub(in crate::formats) fn outcome(&mut self) -> Result<(), String> {
        match self.0.take() {
            None => Ok(()),
            Some((reason, 1)) => Err(format!("holds a record that cannot be used: {reason}")),
            Some((reason, count)) => Err(format!(
                "holds {count} records that cannot be used, the first: {reason}"
            )),
        }
    }
}
