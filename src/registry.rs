//! All plugins of this build, checked once at start.

use std::collections::BTreeMap;

use pss_integrations::{
    formats::{Format, FormatEntry, formats},
    hooks::{Hook, HookEntry, hooks},
    load::{Load, LoadEntry, loads},
    samplers::{Sampler, SamplerEntry, samplers},
    sources::{Source, SourceEntry, sources},
    views::{View, ViewEntry, views},
};
use pss_metrics::{
    plugin::{PluginCrate, PluginMeta, canonical, check_crates, nearest},
    score::{Metric, MetricEntry, metrics},
};

use crate::{config::Config, error::Error};

/// The plugins by kind, sorted.
#[derive(Clone)]
pub struct Registry {
    /// Metrics in report order.
    pub metrics: Vec<&'static dyn Metric>,
    /// Formats by name.
    pub formats: Vec<&'static dyn Format>,
    /// Samplers by name.
    pub samplers: Vec<&'static dyn Sampler>,
    /// Load shapes by name.
    pub loads: Vec<&'static dyn Load>,
    /// Hooks by name.
    pub hooks: Vec<&'static dyn Hook>,
    /// Sources by name.
    pub sources: Vec<&'static dyn Source>,
    /// Views by name.
    pub views: Vec<&'static dyn View>,
    /// Plugins that registered, and that `[plugins.override]` puts aside for others of their name.
    pub overridden: Vec<PluginMeta>,
    /// Plugins that the configuration switches off, with the place that says so.
    pub disabled: BTreeMap<String, String>,
}

impl Registry {
    /// Collects what registered, and compares it with what the crates promise.
    ///
    /// # Errors
    /// Duplicates that no override settles, plugins whose crate is unknown, crates whose plugins are missing, other contract versions.
    pub fn collect(
        crates: &[&PluginCrate],
        overrides: &BTreeMap<String, String>,
    ) -> Result<Registry, Error> {
        let mut registry = Registry {
            metrics: metrics(crates, overrides).map_err(Error::Registry)?,
            formats: formats(crates, overrides).map_err(Error::Registry)?,
            samplers: samplers(crates, overrides).map_err(Error::Registry)?,
            loads: loads(crates, overrides).map_err(Error::Registry)?,
            hooks: hooks(crates, overrides).map_err(Error::Registry)?,
            sources: sources(crates, overrides).map_err(Error::Registry)?,
            views: views(crates, overrides).map_err(Error::Registry)?,
            disabled: BTreeMap::new(),
            overridden: Vec::new(),
        };
        let registered = registered();
        check_crates(&registered, crates).map_err(Error::Registry)?;
        let kept = registry.all();
        registry.overridden = registered
            .into_iter()
            .filter(|meta| {
                !kept
                    .iter()
                    .any(|kept| kept.id() == meta.id() && kept.origin == meta.origin)
            })
            .collect();
        Ok(registry)
    }

    /// Those that the configuration does not switch off with `enabled = false`. Metrics stay: which of them are scored, the plan says.
    #[must_use]
    pub fn enabled(&self, config: &Config) -> Registry {
        let mut enabled = self.clone();
        let disabled = &mut enabled.disabled;
        let mut is_enabled = |meta: &PluginMeta| {
            let place =
                config.switched_off(&format!("{}s.{}.enabled", meta.kind.name(), meta.name));
            disabled.extend(place.map(|place| (meta.id(), place.to_owned())));
            place.is_none()
        };
        enabled
            .formats
            .retain(|format| is_enabled(&format.meta().plugin));
        enabled
            .samplers
            .retain(|sampler| is_enabled(&sampler.meta().plugin));
        enabled.views.retain(|view| is_enabled(view.meta()));
        enabled.loads.retain(|load| is_enabled(&load.meta().plugin));
        enabled
            .sources
            .retain(|source| is_enabled(&source.meta().plugin));
        enabled
    }

    /// Why a plugin that is there is not used, where the configuration says so.
    pub fn switched_off(&self, id: &str) -> Option<String> {
        let wanted = canonical(id);
        let (id, place) = self
            .disabled
            .iter()
            .find(|(id, _)| canonical(id) == wanted)?;
        Some(format!("{id} is switched off by {place}"))
    }

    /// The ids of all plugins, such as `metric:db`.
    pub fn ids(&self) -> Vec<String> {
        self.all().iter().map(PluginMeta::id).collect()
    }

    /// The format that the user names, if any.
    ///
    /// # Errors
    /// As [`Registry::format`].
    pub fn format_if(&self, name: Option<&str>) -> Result<Option<&'static dyn Format>, Error> {
        name.map(|name| self.format(name)).transpose()
    }

    /// A format by its name, in any case, `-` and `_` alike.
    ///
    /// # Errors
    /// An unknown name, with the nearest known one.
    pub fn format(&self, name: &str) -> Result<&'static dyn Format, Error> {
        let plain = |name: &str| name.to_ascii_lowercase().replace('_', "-");
        let names = || self.formats.iter().map(|format| format.meta().plugin.name);
        self.formats
            .iter()
            .copied()
            .find(|format| plain(format.meta().plugin.name) == plain(name))
            .ok_or_else(|| {
                if let Some(why) = self.switched_off(&format!("format:{name}")) {
                    return Error::Usage(why);
                }
                if let Some(how) = feature_that_brings(&format!("format:{name}")) {
                    return Error::Usage(format!("format {name} is not in this build: {how}"));
                }
                let help = nearest(name, names()).map_or_else(
                    || format!("known: {}", names().collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean {near}?"),
                );
                Error::Usage(format!("--format knows no format {name:?}; {help}"))
            })
    }

    /// Whether this build has a sampler.
    pub fn has_sampler(&self, name: &str) -> bool {
        let mut names = self
            .samplers
            .iter()
            .map(|sampler| sampler.meta().plugin.name);
        names.any(|known| known == name)
    }

    /// What all plugins say of themselves, by kind and name.
    pub fn all(&self) -> Vec<PluginMeta> {
        let mut all: Vec<PluginMeta> = self
            .metrics
            .iter()
            .map(|metric| metric.meta().plugin)
            .collect();
        all.extend(self.formats.iter().map(|format| format.meta().plugin));
        all.extend(self.samplers.iter().map(|sampler| sampler.meta().plugin));
        all.extend(self.loads.iter().map(|load| load.meta().plugin));
        all.extend(self.hooks.iter().map(|hook| hook.meta().plugin));
        all.extend(self.sources.iter().map(|source| source.meta().plugin));
        all.extend(self.views.iter().map(|view| *view.meta()));
        all
    }
}

/// All that registered, whether it is used or not.
fn registered() -> Vec<PluginMeta> {
    let metrics = inventory::iter::<MetricEntry>.into_iter();
    let mut all: Vec<PluginMeta> = metrics.map(|entry| entry.metric.meta().plugin).collect();
    let formats = inventory::iter::<FormatEntry>.into_iter();
    all.extend(formats.map(|entry| entry.format.meta().plugin));
    let samplers = inventory::iter::<SamplerEntry>.into_iter();
    all.extend(samplers.map(|entry| entry.sampler.meta().plugin));
    let loads = inventory::iter::<LoadEntry>.into_iter();
    all.extend(loads.map(|entry| entry.load.meta().plugin));
    let hooks = inventory::iter::<HookEntry>.into_iter();
    all.extend(hooks.map(|entry| entry.hook.meta().plugin));
    let sources = inventory::iter::<SourceEntry>.into_iter();
    all.extend(sources.map(|entry| entry.source.meta().plugin));
    let views = inventory::iter::<ViewEntry>.into_iter();
    all.extend(views.map(|entry| *entry.view.meta()));
    all.sort_by_key(|meta| (meta.kind, meta.name, meta.origin));
    all
}

/// A plugin that a feature of this package brings.
struct Optional {
    id: &'static str,
    /// Endings of its files, where it is a format.
    endings: &'static [&'static str],
    feature: &'static str,
}

/// All that features bring.
const OPTIONAL: &[Optional] = &[
    Optional {
        id: "format:parquet",
        endings: &["parquet", "pq"],
        feature: "columnar",
    },
    Optional {
        id: "format:arrow",
        endings: &["arrow", "ipc", "feather", "arrows"],
        feature: "columnar",
    },
    Optional {
        id: "sampler:kafka",
        endings: &[],
        feature: "kafka",
    },
    Optional {
        id: "source:kafka",
        endings: &[],
        feature: "kafka",
    },
    Optional {
        id: "sampler:gpu",
        endings: &[],
        feature: "gpu",
    },
    Optional {
        id: "hook:webhook",
        endings: &[],
        feature: "http",
    },
    Optional {
        id: "hook:pushgateway",
        endings: &[],
        feature: "http",
    },
    Optional {
        id: "load:sawtooth",
        endings: &[],
        feature: "sample-plugin",
    },
    Optional {
        id: "metric:foobar",
        endings: &[],
        feature: "sample-plugin",
    },
    Optional {
        id: "format:stopwatch",
        endings: &[],
        feature: "sample-plugin",
    },
];

/// How to get a plugin that some feature brings, by its id.
pub fn feature_that_brings(id: &str) -> Option<String> {
    let wanted = canonical(id);
    OPTIONAL
        .iter()
        .find(|optional| canonical(optional.id) == wanted)
        .map(|optional| how(optional.feature))
}

/// How to get the format that a file's name speaks of, where a feature brings it that is not in this build.
pub fn unbuilt_format_of(name: &str) -> Option<String> {
    let (_, ending) = name.rsplit_once('.')?;
    OPTIONAL
        .iter()
        .find(|optional| optional.endings.contains(&ending) && !built(optional.feature))
        .map(|optional| {
            let (_, format) = optional.id.split_once(':').unwrap_or_default();
            format!(
                "format {format} is not in this build: {}",
                how(optional.feature)
            )
        })
}

/// The features of this package, and whether they are in this build.
pub const FEATURES: &[(&str, bool)] = &[
    ("columnar", cfg!(feature = "columnar")),
    ("gpu", cfg!(feature = "gpu")),
    ("history", cfg!(feature = "history")),
    ("http", cfg!(feature = "http")),
    ("kafka", cfg!(feature = "kafka")),
    ("process", cfg!(feature = "process")),
    ("receiver", cfg!(feature = "receiver")),
    ("sample-plugin", cfg!(feature = "sample-plugin")),
    ("sql", cfg!(feature = "sql")),
];

fn built(feature: &str) -> bool {
    FEATURES.contains(&(feature, true))
}

/// The feature that brings a plugin; `None` for what every build has, and for crates of others.
pub fn feature_of(id: &str) -> Option<&'static str> {
    let optional = OPTIONAL.iter().find(|optional| optional.id == id);
    optional.map(|optional| optional.feature)
}

/// How to get what a feature brings.
pub fn how(feature: &str) -> String {
    format!("build pss with `cargo build --release --features {feature}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_features_bring_is_there_exactly_where_they_are() {
        let ids = Registry::collect(crate::PLUGIN_CRATES, &BTreeMap::new())
            .expect("the registry is sound")
            .ids();
        for optional in OPTIONAL {
            assert_eq!(
                ids.iter().any(|id| id == optional.id),
                built(optional.feature),
                "{} by feature {}",
                optional.id,
                optional.feature
            );
        }
    }
}
