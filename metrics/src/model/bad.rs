//! Records that could not be used.

use serde::{Deserialize, Serialize};

/// A record that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bad {
    /// The input it stands in.
    pub file: String,
    /// Its line (JSON lines) or its number among the records (arrays), counted from 1.
    pub line: u64,
    /// Why it could not be used.
    pub reason: String,
}
