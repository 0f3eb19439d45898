//! Runs that are kept: an SQLite file with, for each run, its summary, the headline of its report, and what it was a run of.
//!
//! One run is one transaction, written ahead (WAL) and flushed before `pss` says so: writers queue behind each other, and one that is killed leaves nothing of
//! its run. The order of runs is that in which they were added. Numbers that are asked for over many runs stand in tables of their own, so that they outlive
//! the form of summaries; the summary is what comparisons read.

mod add;
mod entry;
mod error;
mod find;
mod git;
mod migrations;
mod open;
mod place;
mod prune;
mod trend;
mod wanted;

pub use add::{NewRun, pack, unpack};
pub use entry::{Entry, Headline, MetricFigure, OperationFigure};
pub use error::HistoryError;
pub use find::Filter;
pub use git::{GitFacts, git_facts};
pub use open::Store;
pub use place::{Place, place};
pub use trend::{Series, Shift, Trend, trend};
pub use wanted::Wanted;
