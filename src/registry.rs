//! All plugins of this build, checked once at start.

use std::collections::BTreeMap;

use pss_integrations::{
    formats::{Format, formats},
    views::{View, views},
};
use pss_metrics::{
    plugin::{PluginCrate, PluginMeta, check_crates, nearest},
    score::{Metric, metrics},
};

use crate::error::Error;

/// The plugins by kind, sorted.
pub struct Registry {
    /// Metrics in report order.
    pub metrics: Vec<&'static dyn Metric>,
    /// Formats by name.
    pub formats: Vec<&'static dyn Format>,
    /// Views by name.
    pub views: Vec<&'static dyn View>,
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
        let registry = Registry {
            metrics: metrics(crates, overrides).map_err(Error::Registry)?,
            formats: formats(crates, overrides).map_err(Error::Registry)?,
            views: views(crates, overrides).map_err(Error::Registry)?,
        };
        // One that an override put aside did register; it only is not used.
        let promised: Vec<&PluginCrate> = crates.to_vec();
        let mut all = registry.all();
        for (id, origin) in overrides {
            for listed in promised
                .iter()
                .filter(|listed| listed.name != origin && listed.plugins.contains(&id.as_str()))
            {
                if let Some(kept) = all.iter().find(|meta| meta.id() == *id).copied() {
                    all.push(PluginMeta {
                        origin: listed.name,
                        ..kept
                    });
                }
            }
        }
        check_crates(&all, &promised).map_err(Error::Registry)?;
        Ok(registry)
    }

    /// The ids of all plugins, such as `metric:db`.
    pub fn ids(&self) -> Vec<String> {
        self.all().iter().map(PluginMeta::id).collect()
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
                if let Some((_, _, feature)) = UNBUILT
                    .iter()
                    .find(|(known, ..)| plain(known) == plain(name))
                {
                    return Error::Usage(format!(
                        "format {name} is not in this build: {}",
                        how(feature)
                    ));
                }
                let help = nearest(name, names()).map_or_else(
                    || format!("known: {}", names().collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean {near}?"),
                );
                Error::Usage(format!("--format knows no format {name:?}; {help}"))
            })
    }

    /// What all plugins say of themselves, by kind and name.
    pub fn all(&self) -> Vec<PluginMeta> {
        let mut all: Vec<PluginMeta> = self
            .metrics
            .iter()
            .map(|metric| metric.meta().plugin)
            .collect();
        all.extend(self.formats.iter().map(|format| format.meta().plugin));
        all.extend(self.views.iter().map(|view| *view.meta()));
        all
    }
}

/// Formats that a feature brings, with the endings of their files and the feature.
const UNBUILT: &[(&str, &[&str], &str)] = &[
    ("parquet", &["parquet", "pq"], "columnar"),
    ("arrow", &["arrow", "ipc", "feather", "arrows"], "columnar"),
];

/// How to get the format that a file's name speaks of, where a feature brings it that is not in this build.
pub fn unbuilt_format_of(name: &str) -> Option<String> {
    let (_, ending) = name.rsplit_once('.')?;
    UNBUILT
        .iter()
        .find(|(_, endings, feature)| endings.contains(&ending) && !built(feature))
        .map(|(format, _, feature)| {
            format!("format {format} is not in this build: {}", how(feature))
        })
}

fn built(feature: &str) -> bool {
    feature == "columnar" && cfg!(feature = "columnar")
}

/// How to get what a feature brings.
pub fn how(feature: &str) -> String {
    format!("build pss with `cargo build --release --features {feature}`")
}
