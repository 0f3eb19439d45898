//! The terminal view: headline, tables, bars, sparkline, progress, styles.

mod bar;
#[cfg(feature = "history")]
pub mod history;
mod numbers;
mod progress;
mod report;
mod status;
mod style;

pub use bar::bars;
pub use progress::Bar;
pub use report::render;
pub use status::StatusLine;
pub use style::{ColorChoice, Look, Styles};
