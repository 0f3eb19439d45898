//! The contract of a hook.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc, time::Duration};

use pss_metrics::plugin::{PluginCrate, PluginMeta, RegistryError, resolve};

use super::event::Event;
use crate::fields::{Fields, Parameter};

/// What a hook says of itself.
#[derive(Debug, Clone, Copy)]
pub struct HookMeta {
    /// Name, version, origin.
    pub plugin: PluginMeta,
    /// Its settings, those of `config`.
    pub parameters: &'static [Parameter],
    /// What it does when it is told.
    pub does: &'static str,
    /// An entry of `[[hooks]]`.
    pub example: &'static str,
}

/// What surrounds a hook: what it may not do itself.
pub trait Around: Debug + Send + Sync {
    /// Runs a program with further variables of the environment and this to read, for at most so long.
    ///
    /// # Errors
    /// How it failed.
    fn run(
        &self,
        words: &[String],
        variables: &[(&str, String)],
        input: &[u8],
        limit: Duration,
    ) -> Result<(), String>;

    /// Appends to a file, or says a line on standard error where none is named.
    ///
    /// # Errors
    /// What the system says.
    fn append(&self, file: Option<&str>, line: &str) -> Result<(), String>;
}

/// A hook.
pub trait Hook: Sync {
    /// Its description.
    fn meta(&self) -> &'static HookMeta;

    /// Builds one from its settings. What is wrong is told to the settings, all of it; the caller looks for fields that nobody knows.
    fn build(&self, settings: &Fields<'_>, around: &Arc<dyn Around>) -> Option<Box<dyn Telling>>;
}

/// A hook at work, on a thread of its own.
pub trait Telling: Debug + Send {
    /// Told of a phase. It should be done within the limit; where it is not, the run goes on, and says so.
    ///
    /// # Errors
    /// How it failed: a fragment without secrets.
    fn tell(&mut self, event: &Event, limit: Duration) -> Result<(), String>;
}

/// A registered hook.
#[derive(Clone, Copy)]
pub struct HookEntry {
    /// The hook.
    pub hook: &'static dyn Hook,
}

inventory::collect!(HookEntry);

/// All registered hooks by name.
///
/// # Errors
/// Duplicates, strangers, contract mismatches; see [`resolve`].
pub fn hooks(
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'static dyn Hook>, Vec<RegistryError>> {
    let kept = resolve(
        inventory::iter::<HookEntry>,
        |entry| entry.hook.meta().plugin,
        crates,
        overrides,
    )?;
    Ok(kept.into_iter().map(|entry| entry.hook).collect())
}
