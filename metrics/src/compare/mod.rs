//! Comparing runs: did the head get worse than the base, where, and is that more than noise?
//!
//! A score of one run has no reference level; comparing gives it one. Four things are kept apart: the [`regression`](Comparison::regression) score says how
//! different the head is, beyond what samples of this size differ by; the [metric gate](MetricChange) and the [operation gate](OperationChange) say which
//! differences chance does not explain; [`causes`](Comparison::causes) puts those in words, the surest and largest first, and what [another explains](crate::score::Metric::explained_by)
//! behind that one; the verdict is [policy](Policy), and says so.
//!
//! Everything reads summaries alone. Base runs may come in any order; what is said of them together is read from their exact merge.

mod causes;
mod comparison;
mod data;
mod explained;
mod failures;
mod machine;
mod metric_gate;
mod operation_gate;
mod pairs;
mod regression;
mod verdict;

pub use comparison::{Comparison, compare};
pub use data::{
    Cause, CauseKind, Change, Direction, MetricChange, OperationChange, Quantity, RegressionPart,
    RunFacts, Strangers,
};
pub use machine::{MACHINE_KEYS, SESSION, UNKNOWN};
pub use metric_gate::WHOLE;
pub use verdict::{Policy, SESSIONS_WANTED, judge};
