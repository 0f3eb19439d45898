//! What a report says of the hooks that were told of a run's phases.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One hook, until the report was made: what it did later is said on standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HookReport {
    /// Its name.
    pub name: String,
    /// Phases that it was told of, and that were done.
    pub told: u64,
    /// Of these, those that failed or took too long.
    pub failed: u64,
    /// Phases that it was not told of, because it was still busy with too many others.
    pub dropped: u64,
    /// The first reasons, with the phase.
    pub failures: Vec<String>,
}
