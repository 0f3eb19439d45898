//! Names of operations, services and entities.

use pss_metrics::report::WorstReport;

pub(in crate::terminal) fn named(service: &str, operation: &str) -> String {
    let visible: String = if service.is_empty() {
        operation.to_owned()
    } else {
        format!("{service}/{operation}")
    };
    // A name is data: control characters must not reach the terminal.
    visible
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

pub(super) fn subject(worst: &WorstReport) -> String {
    match (&worst.service, &worst.operation, &worst.entity) {
        (Some(service), Some(operation), _) => named(service, operation),
        (Some(service), None, _) => named(
            "",
            if service.is_empty() {
                "(no service)"
            } else {
                service
            },
        ),
        (None, _, Some(entity)) => named("", entity),
        (None, ..) => "the whole run".to_owned(),
    }
}
