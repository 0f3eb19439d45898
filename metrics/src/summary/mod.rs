//! What is kept of a trace: a small, additive, integer-only summary.
//!
//! Everything in it is an integer and every cap is a function of the *set* of records, so merging summaries equals summarising all inputs together, exactly and
//! in any order.

mod counts;
mod encode;
mod facts;
mod grid;
mod group;
mod histogram;
mod merge;
mod names;
mod series;
mod summariser;
mod tags;
mod windows;

pub use counts::Counts;
pub use encode::{EncodeError, FORMAT_VERSION};
pub use facts::Facts;
pub use grid::{BUCKETS, Grid};
pub use group::{Cell, Group, GroupKey};
pub use histogram::{Histogram, ShareHistogram};
pub use merge::Summary;
pub use series::{CounterCell, Entity, GaugeCell, Series, SeriesCell};
pub use summariser::Summariser;
pub use tags::OTHER_TAG;
pub use windows::{GROUP_WINDOWS, SERIES_WINDOWS, TICK, WindowSet};
