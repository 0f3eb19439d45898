//! Names of operations, services and entities.

use pss_metrics::report::{WorstReport, visible};

pub(in crate::terminal) fn named(service: &str, operation: &str) -> String {
    visible(&pss_metrics::report::named(service, operation))
}

pub(super) fn subject(worst: &WorstReport) -> String {
    visible(&worst.subject())
}
