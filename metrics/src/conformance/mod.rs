//! Whether a plugin keeps its contract, as rules that `pss plugins check` runs and that a crate of plugins can run in its own tests:
//!
//! ```
//! use pss_metrics::{builtin::db::Db, conformance::check_metric};
//!
//! assert_eq!(check_metric(&Db), []);
//! ```
//!
//! Rules for what reads, samples and shows stand in `pss_integrations::conformance`.

mod finding;
mod metric;
mod probe;
mod records;

pub use finding::{Finding, Rule};
pub use metric::{METRIC_RULES, check_metric};
