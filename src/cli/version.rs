//! `pss --version --verbose`: the version, and the set of plugins that this build has.

use std::{ffi::OsString, fmt::Write};

use pss_metrics::plugin::{CONTRACT_VERSION, PluginCrate};

use super::stdout;
use crate::{
    error::Error,
    registry::{FEATURES, Registry},
};

/// Whether that is asked for, and nothing else.
pub(super) fn asked(words: &[OsString]) -> bool {
    let mut flags = words.iter().skip(1).map(|word| word.to_string_lossy());
    let version = |flag: &str| flag == "--version" || flag == "-V";
    words.len() == 3
        && flags.clone().any(|flag| version(&flag))
        && flags.any(|flag| flag == "--verbose")
}

/// Prints it.
///
/// # Errors
/// A registry that is not as it must be, a standard output that cannot be written.
pub(super) fn print(crates: &[&'static PluginCrate]) -> Result<(), Error> {
    let overrides = crate::config::overrides(None);
    let registry = Registry::collect(crates, &overrides)?;
    let all = registry.all();
    let mut text = format!(
        "pss {}\nplugin contract {CONTRACT_VERSION}\nfeatures {}\n",
        env!("CARGO_PKG_VERSION"),
        FEATURES
            .iter()
            .filter(|(_, built)| *built)
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", "),
    );
    for listed in crates {
        let _ = writeln!(text, "{} {}", listed.name, listed.version);
        for meta in all.iter().filter(|meta| meta.origin == listed.name) {
            let _ = writeln!(text, "  {} {}", meta.id(), meta.version);
        }
    }
    stdout::text(&text)
}
