//! A third-party crate that brings a metric. All it needs is a static description, one pure function, one line that registers it, and [`PLUGIN_CRATE`] by which a
//! build of `pss` names it.

mod foobar;

pub use foobar::Foobar;

/// What this crate brings; a build of `pss` lists it, so that forgetting it is an error and not a silent loss.
pub const PLUGIN_CRATE: pss_metrics::plugin::PluginCrate =
    pss_metrics::plugin_crate!("metric:foobar");
