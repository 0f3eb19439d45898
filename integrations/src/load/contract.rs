//! The contract of a load shape.

use std::{collections::BTreeMap, fmt::Debug};

use pss_metrics::plugin::{PluginCrate, PluginMeta, RegistryError, resolve};

use super::build::Asked;
use crate::fields::{Fields, Parameter};

/// What a load shape says of itself.
#[derive(Debug, Clone, Copy)]
pub struct LoadMeta {
    /// Name, version, origin.
    pub plugin: PluginMeta,
    /// Its settings; those that all shapes share (`shape`, `rate`, `duration` ..) left out.
    pub parameters: &'static [Parameter],
    /// Its rate over time, as a formula or in words.
    pub rate: &'static str,
    /// Settings that build one, as they stand in `[run.load]`.
    pub example: &'static str,
}

/// A load shape.
pub trait Load: Sync {
    /// Its description.
    fn meta(&self) -> &'static LoadMeta;

    /// Builds one from its settings and what is asked of it. What is wrong is told to the settings, all of it; the caller looks for fields that nobody knows.
    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>>;
}

/// A rate over time, with its integral. Times are seconds from the beginning.
///
/// Schedules are the same on any machine, so what is computed here must be: sums, products and square roots are exact everywhere, and whatever else is needed
/// comes from `libm` and not from the platform.
pub trait Shape: Debug + Send + Sync {
    /// When it ends; infinite where it goes on.
    fn length(&self) -> f64;

    /// Arrivals a second at a time.
    fn rate(&self, at: f64) -> f64;

    /// Arrivals that are expected until a time: the integral of the rate, which never falls.
    fn expected(&self, until: f64) -> f64;

    /// The earliest time after which more than so many are expected: the inverse of the integral, behind whatever has no rate; by bisection where a shape knows no
    /// better.
    fn when(&self, expected: f64) -> f64 {
        let (mut low, mut high) = (0.0, self.length());
        if !high.is_finite() {
            high = 1.0;
            while self.expected(high) <= expected && high < 1e12 {
                high *= 2.0;
            }
        }
        if self.expected(low) > expected {
            return low;
        }
        if self.expected(high) <= expected {
            return high;
        }
        loop {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                return high;
            }
            if self.expected(middle) <= expected {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
}

/// A registered load shape.
#[derive(Clone, Copy)]
pub struct LoadEntry {
    /// The shape.
    pub load: &'static dyn Load,
}

inventory::collect!(LoadEntry);

/// All registered load shapes by name.
///
/// # Errors
/// Duplicates, strangers, contract mismatches; see [`resolve`].
pub fn loads(
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'static dyn Load>, Vec<RegistryError>> {
    let kept = resolve(
        inventory::iter::<LoadEntry>,
        |entry| entry.load.meta().plugin,
        crates,
        overrides,
    )?;
    Ok(kept.into_iter().map(|entry| entry.load).collect())
}
