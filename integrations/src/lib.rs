//! The contracts of `pss` towards the outside world, and their light built-ins.
//!
//! [`formats`] hands records on, to whatever takes them, and knows nothing of scores; [`views`] renders a report and decides nothing.
//!
//! # Formats
//! A format looks at the first bytes of a stream ([`formats::Head`]) and says how sure it is that they are its own; a format that is sure comes before one that is
//! not, and a name decides only between equals. Then it says how it reads ([`formats::Reading`]): record by record, cut at their bounds and decoded on all cores;
//! as a stream from beginning to end, where records lean on those before them; or by seeking in a file. What it reads it pushes into an
//! [`Intake`](pss_metrics::model::Intake): a summary, a table, another file. What formats share lies beside them: `json` (a strict scanner, the outline of a head,
//! values pulled out of a stream), [`formats::table`] (which column is what), [`formats::signals`] (which metric is which signal).
//!
//! To add a format: one file in `formats` with an implementation of [`formats::Format`] and `inventory::submit! { FormatEntry { format: &YourFormat } }`, and its
//! name in [`PLUGIN_CRATE`]; its tests go to `tests/formats`.
//!
//! # SQL
//! [`sql_tables`] says which tables and columns a query sees; `pss-columnar` fills them.

pub mod formats;
pub mod sql_tables;
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
