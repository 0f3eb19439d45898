//! Columnar files through polars: Parquet and Arrow IPC, read and written; and SQL over records.
//!
//! Which column is what, and the schema that is written, is the business of `pss_integrations::formats::table`. Here columns become cells and records become
//! columns: `values` holds a piece of a table as typed columns, which `frame` takes from polars, with `words` for text that many rows have; `rows` builds a frame from records and `writer` writes them, `parquet` and `arrow` are the formats, of which Parquet reads the pages of plain columns itself, `hands` shares a file's work among threads, `judged` tells a column of the wrong kind, and `messages` looks a file over before it is read, as `parquet::pages` does. [`figures`] writes tables that
//! hold no records, such as the runs of a history.
//!
//! Everything is behind the feature `polars`, which the feature `columnar` of `pss` switches on; `sql` behind a feature of its own name.

#[cfg(feature = "polars")]
pub mod arrow;
#[cfg(feature = "polars")]
pub mod figures;
#[cfg(feature = "polars")]
mod frame;
#[cfg(feature = "polars")]
mod hands;
#[cfg(feature = "polars")]
mod judged;
#[cfg(feature = "polars")]
mod messages;
#[cfg(feature = "polars")]
pub mod parquet;
#[cfg(feature = "polars")]
mod rows;
#[cfg(feature = "sql")]
pub mod sql;
#[cfg(feature = "polars")]
mod values;
#[cfg(feature = "polars")]
mod words;
#[cfg(feature = "polars")]
mod writer;

#[cfg(feature = "polars")]
use pss_metrics::{plugin::PluginCrate, plugin_crate};

/// What this crate brings.
#[cfg(feature = "polars")]
pub const PLUGIN_CRATE: PluginCrate = plugin_crate!("format:arrow", "format:parquet");
