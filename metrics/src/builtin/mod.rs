//! The built-in metrics, one file each, all of the same shape: what it asks, its description, its function, helpers, tests.

mod durations;
mod memory;

pub mod branch;
pub mod cache;
pub mod conc;
pub mod db;
pub mod err;
pub mod gc;
pub mod gpu;
pub mod io;
pub mod kafka;
pub mod mem;
pub mod net;
pub mod starve;
pub mod time;

use crate::{plugin::PluginCrate, plugin_crate};

/// What this crate brings.
pub const PLUGIN_CRATE: PluginCrate = plugin_crate!(
    "metric:time",
    "metric:db",
    "metric:net",
    "metric:io",
    "metric:conc",
    "metric:err",
    "metric:branch",
    "metric:cache",
    "metric:mem",
    "metric:gc",
    "metric:starve",
    "metric:kafka",
    "metric:gpu",
);
