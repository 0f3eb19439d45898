//! Views of a report: one file each, none decides anything.
//!
//! A view takes a [`Report`](pss_metrics::report::Report) and nothing else, so no two of them can disagree. Text from outside is escaped by each in the way of its
//! form; numbers that people read come from [`numbers`]. What is absent is shown as `n/a` with its reason, or left out with a marker where only numbers can stand.

mod contract;
pub mod csv;
pub mod github;
pub mod github_output;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod names;
pub mod numbers;
pub mod openmetrics;
mod run_figures;
pub mod svg;

pub use contract::{View, ViewEntry, views};
