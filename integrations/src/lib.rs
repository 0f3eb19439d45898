//! The contracts of `pss` towards the outside world, and their light built-ins.
//!
//! [`formats`] reads records into batches and knows nothing of scores; [`views`] renders a report and decides nothing.
//!
//! To add a format: one file in `formats` with an implementation of [`formats::Format`] and `inventory::submit! { FormatEntry { format: &YourFormat } }`.

pub mod formats;
pub mod views;

use pss_metrics::{plugin::PluginCrate, plugin_crate};

/// What this crate brings.
pub const PLUGIN_CRATE: PluginCrate = plugin_crate!(
    "format:chrome",
    "format:csv",
    "format:datadog",
    "format:gc-log",
    "format:gctrace",
    "format:gpu-csv",
    "format:jaeger",
    "format:native",
    "format:otlp",
    "format:otlp-protobuf",
    "format:prometheus",
    "format:xray",
    "format:zipkin",
    "view:json"
);
