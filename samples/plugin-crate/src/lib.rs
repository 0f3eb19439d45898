//! A third-party crate that brings a metric, a format and a load shape. Each needs a static description, its functions, and one line that registers it; a build of `pss` names
//! them by [`PLUGIN_CRATE`].

mod foobar;
mod sawtooth;
mod stopwatch;

pub use foobar::Foobar;
pub use sawtooth::Sawtooth;
pub use stopwatch::Stopwatch;

/// What this crate brings; a build of `pss` lists it, so that forgetting it is an error and not a silent loss.
pub const PLUGIN_CRATE: pss_metrics::plugin::PluginCrate =
    pss_metrics::plugin_crate!(contract 1: "format:stopwatch", "load:sawtooth", "metric:foobar");
