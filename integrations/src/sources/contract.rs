//! The contract of a source.

use std::{collections::BTreeMap, fmt, time::Duration};

use pss_metrics::plugin::{PluginCrate, PluginMeta, RegistryError, resolve};

/// What a source says of itself.
#[derive(Debug, Clone, Copy)]
pub struct SourceMeta {
    /// Name, version, origin. The name is the scheme of its addresses: `kafka` reads `kafka://..`.
    pub plugin: PluginMeta,
    /// How its addresses look.
    pub address: &'static str,
    /// What must be there.
    pub needs: &'static str,
    /// What it reads in which order, and what a message is.
    pub mapping: &'static str,
}

/// What is asked of a source.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The address behind `scheme://`.
    pub address: &'a str,
    /// What the user says to it: texts by key.
    pub settings: &'a BTreeMap<String, String>,
    /// How long to go on with what comes; up to the end there is now where nothing is said.
    pub follow: Option<Duration>,
}

impl fmt::Debug for Asked<'_> {
    // Values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("address", &self.address)
            .field("settings", &self.settings.keys())
            .field("follow", &self.follow)
            .finish()
    }
}

/// One message: a record, several as lines or as a list, or an OTLP request.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The part of the source that it lies in, such as a partition.
    pub part: u32,
    /// Its number in that part, as the source counts.
    pub number: u64,
    /// What it holds, decompressed.
    pub bytes: &'a [u8],
}

/// Takes messages.
pub trait Take {
    /// One message. Those of a part come in their order.
    fn message(&mut self, message: Message<'_>);

    /// Something the user should know, as a fragment that follows the address.
    fn notice(&mut self, text: String);

    /// Whether the user asked to stop. To be asked several times a second, also while nothing comes.
    fn interrupted(&self) -> bool;
}

/// A source.
pub trait Source: Sync {
    /// Its description.
    fn meta(&self) -> &'static SourceMeta;

    /// Whether an address and settings can be used, before anything is asked of anybody.
    ///
    /// # Errors
    /// Why not: [`SourceError::Settings`].
    fn check(&self, asked: &Asked<'_>) -> Result<(), SourceError>;

    /// Reads all messages, in memory that does not grow with their number. Nothing is written to where they lie.
    ///
    /// # Errors
    /// What keeps it from beginning, or from reaching the end.
    fn read(&self, asked: &Asked<'_>, into: &mut dyn Take) -> Result<(), SourceError>;
}

/// Why a source cannot be read, or not to its end. Fragments, never with a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Address or settings cannot be used.
    #[error("{0}")]
    Settings(String),
    /// Nobody is there, or it is not there, or may not be read.
    #[error("{0}")]
    Away(String),
    /// It broke off; what came before stays.
    #[error("{0}")]
    Lost(String),
}

/// A registered source.
#[derive(Clone, Copy)]
pub struct SourceEntry {
    /// The source.
    pub source: &'static dyn Source,
}

inventory::collect!(SourceEntry);

/// All registered sources by name.
///
/// # Errors
/// Duplicates, strangers, contract mismatches; see [`resolve`].
pub fn sources(
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'static dyn Source>, Vec<RegistryError>> {
    let kept = resolve(
        inventory::iter::<SourceEntry>,
        |entry| entry.source.meta().plugin,
        crates,
        overrides,
    )?;
    Ok(kept.into_iter().map(|entry| entry.source).collect())
}
