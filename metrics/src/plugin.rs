//! What all kinds of plugin share: what they say of themselves, how they are named, sorted and found.

mod caught;
mod parameter;

use std::{collections::BTreeMap, fmt};

pub use caught::{caught, heard};
pub use parameter::{Parameter, ParameterType, ParameterValue, WrongSetting};

/// The kinds of plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PluginKind {
    /// Scores a summary.
    Metric,
    /// Reads or writes trace files.
    Format,
    /// Samples a running program.
    Sampler,
    /// Reads messages that lie elsewhere than in files.
    Source,
    /// Shapes load.
    Load,
    /// Is told of run phases.
    Hook,
    /// Renders a report.
    View,
}

impl PluginKind {
    /// The name before the colon in `metric:db`.
    pub fn name(self) -> &'static str {
        match self {
            PluginKind::Metric => "metric",
            PluginKind::Format => "format",
            PluginKind::Sampler => "sampler",
            PluginKind::Source => "source",
            PluginKind::Load => "load",
            PluginKind::Hook => "hook",
            PluginKind::View => "view",
        }
    }
}

/// Version of the contracts between `pss` and its plugins. A plugin built against another one is refused by name.
pub const CONTRACT_VERSION: u32 = 1;

/// What a plugin says of itself. Made by [`plugin_meta!`](crate::plugin_meta), which fills in where it stands.
#[derive(Debug, Clone, Copy)]
pub struct PluginMeta {
    /// Kind.
    pub kind: PluginKind,
    /// Name within the kind: lower case, letters, digits and `-`.
    pub name: &'static str,
    /// Version of the plugin.
    pub version: &'static str,
    /// One line on what it does.
    pub description: &'static str,
    /// The crate it comes from.
    pub origin: &'static str,
    /// Source file of its declaration.
    pub file: &'static str,
    /// Line of its declaration; 0 for a program, which is the whole file.
    pub line: u32,
    /// [`CONTRACT_VERSION`] of the crate it was built against.
    pub contract: u32,
    /// What a user may set of it, beyond what all plugins of its kind have.
    pub parameters: &'static [Parameter],
}

/// Declares a [`PluginMeta`] with the calling crate's name and version and the place of the call; last, and only where there are some, its parameters.
#[macro_export]
macro_rules! plugin_meta {
    ($kind:ident, $name:expr, $description:expr) => {
        $crate::plugin_meta!($kind, $name, $description, &[])
    };
    ($kind:ident, $name:expr, $description:expr, $parameters:expr) => {
        $crate::plugin::PluginMeta {
            kind: $crate::plugin::PluginKind::$kind,
            name: $name,
            version: env!("CARGO_PKG_VERSION"),
            description: $description,
            origin: env!("CARGO_PKG_NAME"),
            file: file!(),
            line: line!(),
            contract: $crate::plugin::CONTRACT_VERSION,
            parameters: $parameters,
        }
    };
}

impl PluginMeta {
    /// `kind:name`.
    pub fn id(&self) -> String {
        format!("{}:{}", self.kind.name(), self.name)
    }

    /// Whether it is a program of its own, described by its manifest.
    pub fn is_program(&self) -> bool {
        self.line == 0
    }
}

impl fmt::Display for PluginMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{} from {} {} ({}:{})",
            self.kind.name(),
            self.name,
            self.origin,
            self.version,
            self.file,
            self.line
        )
    }
}

/// A crate that brings plugins. `pss` names each in its link list, because a crate that is linked but never named loses its registrations without a word.
#[derive(Debug, Clone, Copy)]
pub struct PluginCrate {
    /// Name of the crate.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Contract it was built against.
    pub contract: u32,
    /// Ids (`metric:foobar`) of the plugins it brings; compared with what was registered.
    pub plugins: &'static [&'static str],
}

/// Declares a [`PluginCrate`] with the calling crate's name and version.
///
/// A crate outside this repository says which contract it was written for. It then does not compile against a `pss-metrics` with another one:
///
/// ```compile_fail
/// const PLUGIN_CRATE: pss_metrics::plugin::PluginCrate = pss_metrics::plugin_crate!(contract 0: "metric:mine");
/// ```
///
/// ```
/// const PLUGIN_CRATE: pss_metrics::plugin::PluginCrate = pss_metrics::plugin_crate!(contract 1: "metric:mine");
/// assert_eq!(PLUGIN_CRATE.plugins, ["metric:mine"]);
/// ```
#[macro_export]
macro_rules! plugin_crate {
    (contract $contract:literal: $($id:literal),* $(,)?) => {{
        const {
            assert!(
                $contract == $crate::plugin::CONTRACT_VERSION,
                concat!(
                    env!("CARGO_PKG_NAME"),
                    " was written for plugin contract ", stringify!($contract),
                    ", and this pss-metrics has another: look in its changelog for what changed, or depend on a pss-metrics with that contract"
                )
            );
        }
        $crate::plugin_crate!($($id),*)
    }};
    ($($id:literal),* $(,)?) => {
        $crate::plugin::PluginCrate {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            contract: $crate::plugin::CONTRACT_VERSION,
            plugins: &[$($id),*],
        }
    };
}

/// Why the registry is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Two plugins under one name.
    #[error(
        "two plugins are named `{id}`: one from {first}, one from {second}; remove one, or choose with `[plugins.override]` in pss.toml: \"{id}\" = \"{crate_name}\""
    )]
    Duplicate {
        /// `kind:name`.
        id: String,
        /// Where the first stands.
        first: String,
        /// Where the second stands.
        second: String,
        /// A crate to choose.
        crate_name: String,
    },
    /// A crate of the link list whose plugins are not there.
    #[error(
        "crate `{name}` {version} is linked but its plugin `{id}` did not register: two versions of pss-metrics may be in the build (`cargo tree -d`); build {name} against the pss-metrics of this pss"
    )]
    Missing {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// The plugin.
        id: String,
    },
    /// A plugin that registered without its crate in the link list.
    #[error(
        "plugin {plugin} registered, but its crate is not in the list of plugin crates this pss was built with; add `&{crate_path}::PLUGIN_CRATE` to the list"
    )]
    Unlisted {
        /// The plugin and where it stands.
        plugin: String,
        /// The crate as a Rust path.
        crate_path: String,
    },
    /// Built against another contract.
    #[error(
        "{what} was built against plugin contract {found}, and this pss has contract {CONTRACT_VERSION}; {}",
        if *found < CONTRACT_VERSION {
            "update it to a version for this contract, or build it against the pss-metrics of this pss"
        } else {
            "update pss to a version with that contract"
        }
    )]
    Contract {
        /// The plugin or crate.
        what: String,
        /// Its contract.
        found: u32,
    },
}

/// The form in which names are compared: lower case, `_` as `-`.
pub fn canonical(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace('_', "-")
}

/// Sorts plugins by name, refuses duplicates unless `overrides` (id -> crate) picks one, and checks the result against the crates that should have brought them.
///
/// `inventory` yields entries in an order that differs between builds and loses those of a crate nobody names; this is the guard against both.
///
/// # Errors
/// All that is wrong, not just the first.
pub fn resolve<'a, T>(
    entries: impl IntoIterator<Item = &'a T>,
    meta: impl Fn(&T) -> PluginMeta,
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'a T>, Vec<RegistryError>> {
    let mut errors = Vec::new();
    let mut all: Vec<&T> = entries.into_iter().collect();
    all.sort_by_key(|entry| {
        let meta = meta(entry);
        (canonical(meta.name), meta.origin, meta.file, meta.line)
    });
    let mut kept: Vec<&T> = Vec::new();
    for entry in all {
        let meta_entry = meta(entry);
        if meta_entry.contract != CONTRACT_VERSION {
            errors.push(RegistryError::Contract {
                what: meta_entry.to_string(),
                found: meta_entry.contract,
            });
        }
        if !crates.iter().any(|listed| listed.name == meta_entry.origin) {
            errors.push(RegistryError::Unlisted {
                plugin: meta_entry.to_string(),
                crate_path: meta_entry.origin.replace('-', "_"),
            });
        }
        match kept.last().copied() {
            Some(before) if canonical(meta(before).name) == canonical(meta_entry.name) => {
                let chosen = overrides.get(&meta_entry.id());
                match chosen {
                    Some(origin)
                        if *origin == meta_entry.origin && meta(before).origin != *origin =>
                    {
                        kept.pop();
                        kept.push(entry);
                    }
                    Some(origin)
                        if *origin == meta(before).origin && meta_entry.origin != *origin => {}
                    _ => errors.push(RegistryError::Duplicate {
                        id: meta_entry.id(),
                        first: meta(before).to_string(),
                        second: meta_entry.to_string(),
                        crate_name: meta_entry.origin.to_owned(),
                    }),
                }
            }
            _ => kept.push(entry),
        }
    }
    if errors.is_empty() {
        Ok(kept)
    } else {
        Err(errors)
    }
}

/// Checks that every plugin the crates of the link list promise is among those registered, over all kinds.
///
/// # Errors
/// Each missing plugin and each crate of another contract.
pub fn check_crates(
    registered: &[PluginMeta],
    crates: &[&PluginCrate],
) -> Result<(), Vec<RegistryError>> {
    let mut errors = Vec::new();
    for listed in crates {
        if listed.contract != CONTRACT_VERSION {
            errors.push(RegistryError::Contract {
                what: format!("crate `{}` {}", listed.name, listed.version),
                found: listed.contract,
            });
        }
        for id in listed.plugins {
            if !registered
                .iter()
                .any(|meta| meta.origin == listed.name && canonical(&meta.id()) == canonical(id))
            {
                errors.push(RegistryError::Missing {
                    name: listed.name.to_owned(),
                    version: listed.version.to_owned(),
                    id: (*id).to_owned(),
                });
            }
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// The valid name nearest to a wrong one, if any is near enough to be what was meant.
pub fn nearest<'a>(wrong: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = canonical(wrong);
    valid
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&wrong, &canonical(name)), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().max(wrong.len()) / 3)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Entry(PluginMeta);

    fn meta(name: &'static str, origin: &'static str) -> PluginMeta {
        PluginMeta {
            name,
            origin,
            ..plugin_meta!(Metric, "x", "for tests")
        }
    }

    const HERE: PluginCrate = PluginCrate {
        name: "here",
        version: "1",
        contract: CONTRACT_VERSION,
        plugins: &["metric:a"],
    };
    const THERE: PluginCrate = PluginCrate {
        name: "there",
        version: "1",
        contract: CONTRACT_VERSION,
        plugins: &["metric:b"],
    };

    fn names(entries: &[&Entry]) -> Vec<&'static str> {
        entries.iter().map(|entry| entry.0.origin).collect()
    }

    #[test]
    fn duplicates_name_both_places_unless_one_is_chosen() {
        let entries = [
            Entry(meta("my_metric", "here")),
            Entry(meta("My-Metric", "there")),
        ];
        let none = BTreeMap::new();
        let errors =
            resolve(&entries, |entry| entry.0, &[&HERE, &THERE], &none).expect_err("duplicate");
        assert!(
            errors[0].to_string().contains("from here")
                && errors[0].to_string().contains("from there"),
            "{}",
            errors[0]
        );
        for chosen in ["here", "there"] {
            let overrides = entries
                .iter()
                .map(|entry| (entry.0.id(), chosen.to_owned()))
                .collect();
            assert_eq!(
                names(
                    &resolve(&entries, |entry| entry.0, &[&HERE, &THERE], &overrides)
                        .expect("one chosen")
                ),
                [chosen]
            );
        }
    }

    #[test]
    fn order_is_by_name_and_strangers_are_refused() {
        let entries = [Entry(meta("b", "there")), Entry(meta("a", "here"))];
        let none = BTreeMap::new();
        assert_eq!(
            names(&resolve(&entries, |entry| entry.0, &[&HERE, &THERE], &none).expect("fine")),
            ["here", "there"]
        );
        let errors = resolve(&entries, |entry| entry.0, &[&HERE], &none).expect_err("unlisted");
        assert!(matches!(errors[0], RegistryError::Unlisted { .. }));
    }

    #[test]
    fn forgotten_plugins_and_old_contracts_are_named() {
        let errors =
            check_crates(&[meta("a", "here")], &[&HERE, &THERE]).expect_err("b is missing");
        assert_eq!(errors.len(), 1);
        assert!(errors[0].to_string().contains("metric:b"));
        let old = PluginCrate {
            contract: 0,
            ..HERE
        };
        let errors = check_crates(&[meta("a", "here")], &[&old]).expect_err("old contract");
        assert!(errors[0].to_string().contains("contract 0"));
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_not() {
        assert_eq!(nearest("KAFAK", ["KAFKA", "DB", "IO"]), Some("KAFKA"));
        assert_eq!(nearest("zzzzzz", ["KAFKA", "DB", "IO"]), None);
    }
}
