//! Plugins that were added, among those that are built in.

use std::{path::Path, sync::Arc};

use pss_metrics::plugin::canonical;
use pss_process::{Installed, ProcessFormat, ProcessMetric, Programs};

use super::{
    host::Starter,
    lock::{Lock, Pinned},
};
use crate::{error::Error, registry::Registry};

/// A plugin of a lock.
pub fn installed(lock: &Path, pinned: &Pinned) -> Installed {
    let path = lock.parent().unwrap_or(Path::new("")).join(&pinned.path);
    Installed {
        // A bare name would be looked for in PATH.
        path: std::path::absolute(&path).unwrap_or_else(|_| path.clone()),
        shown: path.display().to_string(),
        sha256: pinned.sha256.clone(),
        manifest: pinned.manifest.clone(),
        programs: Arc::new(Starter) as Arc<dyn Programs>,
    }
}

/// Puts the metrics and formats of all plugins that were added behind those that are built in. Runs none of them.
///
/// # Errors
/// A lock that cannot be read, and names that are taken.
pub fn join(registry: Registry, lock: &Path) -> Result<Registry, Error> {
    let pinned = Lock::read(lock).map_err(|error| Error::Usage(error.to_string()))?;
    join_all(registry, lock, &pinned)
}

pub(super) fn join_all(
    mut registry: Registry,
    lock: &Path,
    pinned: &Lock,
) -> Result<Registry, Error> {
    for plugin in &pinned.plugins {
        let installed = installed(lock, plugin);
        taken(&registry, &installed).map_err(|why| {
            Error::Usage(format!(
                "{why}; remove it from `{}`, or use a pss without the other",
                lock.display()
            ))
        })?;
        for described in &plugin.manifest.metrics {
            if let Some(metric) = ProcessMetric::new(&installed, described) {
                registry.metrics.push(metric);
            }
        }
        for described in &plugin.manifest.formats {
            registry
                .formats
                .push(ProcessFormat::new(&installed, described));
        }
    }
    registry
        .formats
        .sort_by_key(|format| canonical(format.meta().plugin.name));
    Ok(registry)
}

/// Whether a plugin brings what is there already.
pub(super) fn taken(registry: &Registry, plugin: &Installed) -> Result<(), String> {
    let all = registry.all();
    let metrics = plugin.manifest.metrics.iter().map(|metric| {
        let name = metric.code.to_ascii_lowercase();
        format!("metric:{name}")
    });
    let formats = plugin.manifest.formats.iter();
    let formats = formats.map(|format| format!("format:{}", format.name));
    for id in metrics.chain(formats) {
        if let Some(other) = all
            .iter()
            .find(|meta| canonical(&meta.id()) == canonical(&id))
        {
            return Err(format!(
                "plugin {} brings {id}, which {} brings already",
                plugin.manifest.name, other.origin
            ));
        }
    }
    Ok(())
}
