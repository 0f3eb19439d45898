//! `pss --version --verbose`: the version, and the set of plugins that this build has.

use std::{ffi::OsString, fmt::Write};

use pss_metrics::{
    folded::ORIGIN,
    plugin::{CONTRACT_VERSION, PluginCrate, PluginMeta},
};

use super::{stdout, warning::warn};
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

/// Prints it. `every_plugin` are those of the crates and of the working folder; what is wrong with the latter hides no other.
///
/// # Errors
/// A registry that is not as it must be, a standard output that cannot be written.
pub(super) fn print(
    crates: &[&'static PluginCrate],
    every_plugin: impl FnOnce() -> Result<Registry, Error>,
) -> Result<(), Error> {
    let overrides = crate::config::overrides(None);
    let built_in = Registry::collect(crates, &overrides)?;
    let all = every_plugin().unwrap_or_else(|error| {
        warn(&format!("{error}; the plugins are shown without it"));
        built_in
    });
    let all = all.all();
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
    let of_crate = |meta: &&PluginMeta| crates.iter().any(|listed| listed.name == meta.origin);
    let mut others: Vec<&PluginMeta> = all.iter().filter(|meta| !of_crate(meta)).collect();
    others.sort_by_key(|meta| (meta.origin, meta.file));
    let of_one = |one: &&PluginMeta, other: &&PluginMeta| {
        (one.origin, one.file) == (other.origin, other.file)
    };
    for group in others.chunk_by(of_one) {
        let _ = match group[0] {
            own if own.origin == ORIGIN => writeln!(text, "{}", own.file),
            program => writeln!(text, "{} {}", program.origin, program.version),
        };
        for meta in group {
            let _ = writeln!(text, "  {} {}", meta.id(), meta.version);
        }
    }
    stdout::text(&text)
}
