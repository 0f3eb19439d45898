//! SQL over spans and samples.
//!
//! A [`Query`] is made from text: `guard` parses it with polars' own parser and refuses all that is not a reading of the two tables, before polars sees it; a plan
//! over empty tables then finds unknown columns before a file is read. [`Tables`] takes records and keeps them as columns, in memory. [`Query::run`] brings both
//! together; the [`Answer`] is cells for whoever prints, or a Parquet file. `blame` finds the place in the text that an error speaks of.
//!
//! For metrics without Rust, [`measure`] is SQL over one span, and an [`Aggregate`] one number over all of them.

mod aggregate;
mod aggregate_metric;
mod answer;
mod blame;
mod guard;
pub mod measure;
mod query;
mod samples;
mod spans;
mod tables;
mod words;

pub use aggregate::Aggregate;
pub use aggregate_metric::AggregateMetric;
pub use answer::{Answer, Value};
pub use query::{Query, QueryError};
pub use tables::Tables;
