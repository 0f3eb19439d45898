//! The report: plain data, versioned, filled once and rendered by every view, so that no two views can disagree.

mod build;
mod compared;
mod data;
mod distribution;
mod explained;
mod gate;
mod hooks;
mod load;
mod names;
mod run;
mod signals;
mod verdict;

pub use build::{Provenance, build};
pub use compared::compared;
pub use data::{
    BadExample, Classification, Distribution, FactorReport, Gate, Generator, InputFile,
    InputReport, MetricReport, OperationReport, Pss, Report, SCHEMA, SeriesReport, SignalReport,
    TimelineReport, Verdict, VerdictOutcome, WorstReport,
};
pub use explained::{Explained, explain};
pub use hooks::HookReport;
pub use load::{FailureReport, LoadReport, TimesReport, WarmupReport};
pub use names::{named, visible};
pub use run::{RoundReport, RunReport, SpreadReport};
