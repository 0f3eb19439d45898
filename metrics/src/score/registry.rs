//! The registered metrics, sorted and checked.

use std::collections::BTreeMap;

use super::metric::{Metric, MetricEntry};
use crate::plugin::{PluginCrate, RegistryError, resolve};

/// Order of the built-in metrics in reports: by default weight, then as the reference lists them. Others follow by name.
const ORDER: [&str; 13] = [
    "TIME", "DB", "NET", "IO", "CONC", "ERR", "BRANCH", "CACHE", "MEM", "GC", "STARVE", "KAFKA",
    "GPU",
];

/// All registered metrics in report order.
///
/// # Errors
/// Duplicates, strangers, contract mismatches; see [`resolve`].
pub fn metrics(
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'static dyn Metric>, Vec<RegistryError>> {
    let mut kept: Vec<&'static dyn Metric> = resolve(
        inventory::iter::<MetricEntry>,
        |entry| entry.metric.meta().plugin,
        crates,
        overrides,
    )?
    .into_iter()
    .map(|entry| entry.metric)
    .collect();
    kept.sort_by_key(|metric| {
        ORDER
            .iter()
            .position(|code| *code == metric.meta().code)
            .unwrap_or(ORDER.len())
    });
    Ok(kept)
}
