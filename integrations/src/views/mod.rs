//! Views of a report: one file each, none decides anything.

mod contract;
pub mod json;

pub use contract::{View, ViewEntry, views};
