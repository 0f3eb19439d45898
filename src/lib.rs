//! The shell of `pss`: arguments, files, terminal. Nothing here decides a score.
//!
//! Data walks one way: **bytes -> records -> summary -> outcomes -> report -> views.** [`input`] opens, decompresses and cuts streams and hands records to a
//! format of `pss-integrations`; what formats push is folded into a summary by `pss-metrics`, which also scores it and fills the report; [`terminal`] and the
//! views of `pss-integrations` render that. [`cli`] has one file per command, [`config`] one per concern of `pss.toml`.
//!
//! Crates point one way: `pss -> pss-integrations -> pss-metrics`.
//!
//! # Plugins
//! Plugins register at compile time through `inventory`, which loses entries silently when a crate is linked but never named. So [`PLUGIN_CRATES`] names every
//! crate that brings some: a missing crate is a compile error, and at start the registry is compared with what the crates promise. A crate joins either by a
//! cargo feature of this package and a line in that list, or in a build of one's own that calls [`main_with`].

pub mod cli;
pub mod config;
pub mod error;
pub mod exit;
pub mod files;
pub mod input;
pub mod registry;
pub mod terminal;

use std::process::ExitCode;

use pss_metrics::plugin::PluginCrate;

/// The crates that bring plugins to this build.
pub const PLUGIN_CRATES: &[&PluginCrate] = &[
    &pss_metrics::builtin::PLUGIN_CRATE,
    &pss_integrations::PLUGIN_CRATE,
    #[cfg(feature = "sample-plugin")]
    &pss_sample_plugin::PLUGIN_CRATE,
];

/// Runs `pss` with plugin crates beyond its own: the `main` of a custom build is `fn main() -> ExitCode { pss::main_with(&[&my_plugins::PLUGIN_CRATE]) }`.
pub fn main_with(more: &[&'static PluginCrate]) -> ExitCode {
    let crates: Vec<&'static PluginCrate> = PLUGIN_CRATES
        .iter()
        .copied()
        .chain(more.iter().copied())
        .collect();
    ExitCode::from(cli::run(&crates).code())
}
