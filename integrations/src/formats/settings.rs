//! What the user says of the inputs.

use std::collections::BTreeMap;

/// What `[input]` and `[formats.NAME]` of pss.toml say.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct InputSettings {
    /// Which column of a table is what, by the field's name.
    pub columns: BTreeMap<String, Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// Its unit, where it is a time: `s`, `ms`, `us`, `ns` or `rfc3339`.
    pub unit: Option<String>,
}
