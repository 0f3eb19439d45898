//! Building blocks of the metrics: dispersion, level steadiness, spread of proportions, trends; and of comparisons: shifts, tests, false discoveries, changes over runs.

mod change_points;
mod discovery;
mod dispersion;
mod level;
mod proportion;
mod quantiles;
mod shift;
mod student;
mod trend;

pub use change_points::{ChangePoint, LEAST_RUNS, change_points};
pub use discovery::false_discovery;
pub use dispersion::{body, dispersion, tail, weight};
pub use level::{LEVEL_MIN_SPANS, level};
pub use proportion::excess_spread;
pub use quantiles::{chi2_95, median, quantile};
pub use shift::{memory, middle_error, rank_shift};
pub use student::{student_below, student_beyond, student_quantile};
pub use trend::{LEAST_WINDOWS, Trend, trend};
