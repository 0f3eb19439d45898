//! A report in text: one file per section, in the order in which they are read.

use pss_metrics::report::Report;

use super::style::Look;

/// Writing to a string cannot fail.
macro_rules! line {
    ($out:expr) => { $out.push('\n') };
    ($out:expr, $($format:tt)*) => {{
        let _ = writeln!($out, $($format)*);
    }};
}

mod advice;
mod compare;
mod headline;
mod input;
mod load;
mod metrics;
mod names;
mod no_data;
mod operations;
mod run;
mod table;
mod timeline;
mod wrap;

#[cfg(feature = "history")]
pub(super) use {
    table::{align_right, table},
    wrap::wrapped,
};

/// The report for a terminal.
pub fn render(report: &Report, look: &Look) -> String {
    let mut out = String::new();
    if let Some(comparison) = &report.compare {
        compare::compare(&mut out, report, comparison, look);
        input::input(&mut out, report, look);
        return out;
    }
    headline::headline(&mut out, report, look);
    run::run(&mut out, report, look);
    metrics::metrics(&mut out, report, look);
    operations::operations(&mut out, report, look);
    timeline::timeline(&mut out, report, look);
    no_data::no_data(&mut out, report, look);
    input::input(&mut out, report, look);
    advice::advice(&mut out, report, look);
    out
}
