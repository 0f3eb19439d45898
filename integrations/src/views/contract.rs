//! The contract of a view.

use std::{collections::BTreeMap, io};

use pss_metrics::{
    plugin::{PluginCrate, PluginMeta, RegistryError, resolve},
    report::Report,
};

/// Renders a report.
pub trait View: Sync {
    /// Its description.
    fn meta(&self) -> &'static PluginMeta;

    /// Writes the report.
    ///
    /// # Errors
    /// What the writer says.
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()>;
}

/// A registered view.
#[derive(Clone, Copy)]
pub struct ViewEntry {
    /// The view.
    pub view: &'static dyn View,
}

inventory::collect!(ViewEntry);

/// All registered views by name.
///
/// # Errors
/// Duplicates, strangers, contract mismatches; see [`resolve`].
pub fn views(
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'static dyn View>, Vec<RegistryError>> {
    Ok(resolve(
        inventory::iter::<ViewEntry>,
        |entry| *entry.view.meta(),
        crates,
        overrides,
    )?
    .into_iter()
    .map(|entry| entry.view)
    .collect())
}
