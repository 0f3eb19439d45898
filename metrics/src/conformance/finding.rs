//! What is wrong with a plugin.

use std::fmt;

/// One thing that a plugin must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What it asks, as a sentence about the plugin.
    pub asks: &'static str,
}

/// A rule that a plugin does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// What was found, as a fragment.
    pub what: String,
}

impl Finding {
    /// A finding.
    pub fn new(rule: &'static str, what: impl Into<String>) -> Finding {
        Finding {
            rule,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)
    }
}
