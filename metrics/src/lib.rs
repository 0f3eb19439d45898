//! The pure core of `pss`: what is kept of a trace, and how it is scored. No files, clocks, threads or terminal: the same input gives the same score.
//!
//! Data walks one way. [`model`] says what a span and a sample are; formats push them into a [`model::Batch`], which interns names, templates operations and
//! decides categories. A [`summary::Summariser`] folds batches into a [`summary::Summary`], which is all integers, so that summaries merge exactly in any order.
//! The metrics in [`builtin`] read a [`score::SummaryView`] through the building blocks of [`stats`]; [`score::score`] runs them by a plan, finds intervals by
//! leaving out blocks of time, and says which operation cost how many points. [`compare`] holds one run against others and says what got worse beyond noise.
//!
//! To add a metric: one file in `builtin` (or in a crate of its own) with a static [`score::MetricMeta`], an implementation of [`score::Metric`] and
//! `inventory::submit! { MetricEntry { metric: &YourMetric } }`; one `mod` line; its tests, of which [`conformance::check_metric`] is the first. A metric may also be
//! [`folded`] from a function of one span that is known only at run time.

pub mod builtin;
pub mod compare;
pub mod conformance;
pub mod each;
pub mod folded;
pub mod joined;
pub mod model;
pub mod plugin;
pub mod pypss;
pub mod reference;
pub mod report;
pub mod score;
pub mod stats;
pub mod summary;
