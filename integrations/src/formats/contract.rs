//! The contract of a format.

use std::collections::BTreeMap;

use pss_metrics::{
    model::Batch,
    plugin::{PluginCrate, PluginMeta, RegistryError, resolve},
};

/// What a format says of itself.
#[derive(Debug, Clone, Copy)]
pub struct FormatMeta {
    /// Name, version, origin.
    pub plugin: PluginMeta,
    /// File name extensions, without the dot.
    pub extensions: &'static [&'static str],
    /// Media types.
    pub media_types: &'static [&'static str],
    /// What it maps to what.
    pub mapping: &'static str,
}

/// How records lie in a stream of bytes, so that it can be cut into blocks that are decoded on all cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One record a line.
    Lines,
    /// The elements of a JSON array, whose first byte after the opening bracket is at this place.
    Array(usize),
}

/// A format that reads records one by one.
pub trait Format: Sync {
    /// Its description.
    fn meta(&self) -> &'static FormatMeta;

    /// Whether the first bytes (after decompression, up to a block) look like this format, and how its records lie.
    fn sniff(&self, head: &[u8]) -> Option<Layout>;

    /// A decoder for one worker.
    fn decoder(&self) -> Box<dyn Decoder>;
}

/// Decodes records; one per worker.
pub trait Decoder: Send {
    /// Decodes one record, valid UTF-8, and pushes what it holds. The reason says what is wrong with a record that cannot be used.
    ///
    /// # Errors
    /// The reason, without the record's place, which the caller knows.
    fn decode(&mut self, record: &str, batch: &mut Batch) -> Result<(), String>;

    /// Takes the names of unknown fields met so far.
    fn take_unknown_fields(&mut self) -> Vec<String>;
}

/// A registered format.
#[derive(Clone, Copy)]
pub struct FormatEntry {
    /// The format.
    pub format: &'static dyn Format,
}

inventory::collect!(FormatEntry);

/// All registered formats by name.
///
/// # Errors
/// Duplicates, strangers, contract mismatches; see [`resolve`].
pub fn formats(
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'static dyn Format>, Vec<RegistryError>> {
    let kept = resolve(
        inventory::iter::<FormatEntry>,
        |entry| entry.format.meta().plugin,
        crates,
        overrides,
    )?;
    Ok(kept.into_iter().map(|entry| entry.format).collect())
}
