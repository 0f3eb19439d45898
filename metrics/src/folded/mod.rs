//! Metrics described at run time: one value of each span, folded into the summary, and one statistic of it on a curve. What the value is comes as a function;
//! who writes it down, such as SQL in `pss.toml`, is no business of the core.
//!
//! [`Definition`] says all there is to say; [`Folded`] is the metric made of it. `measured` is how a value becomes the integer that the summary keeps, `shape` which
//! statistic of those is scored, `description` what `pss explain` prints. [`Aggregated`] is of the other kind: a score over the records, which no summary can give.

mod aggregated;
mod definition;
mod description;
mod measured;
mod metric;
mod shape;

pub use aggregated::Aggregated;
pub use definition::{Definition, Measure, ValueOf};
pub use description::ORIGIN;
pub use measured::{Measured, Measures};
pub use metric::Folded;
pub use shape::Shape;
