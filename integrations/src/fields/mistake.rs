//! What is wrong with settings, and where.

use std::cell::RefCell;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {what}")]
pub struct Mistake {
    /// The field, such as `load.components[1].weight`.
    pub path: String,
    /// What is wrong with it and how to mend it, as a fragment behind the path. It never holds a value, which may be a secret.
    pub what: String,
}

/// All mistakes that were found.
#[derive(Debug, Default)]
pub struct Mistakes(RefCell<Vec<Mistake>>);

impl Mistakes {
    /// Adds one.
    pub fn add(&self, path: impl Into<String>, what: impl Into<String>) {
        self.0.borrow_mut().push(Mistake {
            path: path.into(),
            what: what.into(),
        });
    }

    /// All, in the order in which they were found.
    pub fn into_list(self) -> Vec<Mistake> {
        self.0.into_inner()
    }
}
