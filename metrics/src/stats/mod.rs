//! Building blocks of the metrics: dispersion, level steadiness, spread of proportions, trends.

mod dispersion;
mod level;
mod proportion;
mod quantiles;
mod trend;

pub use dispersion::{dispersion, tail, weight};
pub use level::{LEVEL_MIN_SPANS, level};
pub use proportion::excess_spread;
pub use quantiles::{chi2_95, median, quantile};
pub use trend::{LEAST_WINDOWS, Trend, trend};
