//! Names of operations, services and entities, as views show them.

use super::WorstReport;

/// An operation with its service.
pub fn named(service: &str, operation: &str) -> String {
    if service.is_empty() {
        operation.to_owned()
    } else {
        format!("{service}/{operation}")
    }
}

impl WorstReport {
    /// What it is about. Names are as the traces have them; see [`visible`].
    pub fn subject(&self) -> String {
        match (&self.service, &self.operation, &self.entity) {
            (service, Some(operation), _) => {
                named(service.as_deref().unwrap_or_default(), operation)
            }
            (Some(service), None, _) if service.is_empty() => "(no service)".to_owned(),
            (Some(name), None, _) | (None, _, Some(name)) => name.clone(),
            (None, ..) => "the whole run".to_owned(),
        }
    }
}

/// A text without what would act on its surroundings: control characters, line separators, and what changes the direction of text become question marks. Names,
/// paths and values of traces are data, and data is hostile.
pub fn visible(text: &str) -> String {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(acts, "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_acts_on_what_stands_beside_it() {
        assert_eq!(
            visible(&named("s", "a\nb\u{202e}c\u{1b}[31m")),
            "s/a?b?c?[31m"
        );
        assert_eq!(visible("متجر"), "متجر");
    }

    #[test]
    fn a_subject_is_the_narrowest_that_is_known() {
        let worst =
            |service: Option<&str>, operation: Option<&str>, entity: Option<&str>| WorstReport {
                service: service.map(str::to_owned),
                operation: operation.map(str::to_owned),
                entity: entity.map(str::to_owned),
                score: 0.5,
                points: 1.0,
                n: 1,
            };
        for (of, subject) in [
            (worst(Some("shop"), Some("pay"), None), "shop/pay"),
            (worst(Some(""), Some("pay"), None), "pay"),
            (worst(Some("shop"), None, None), "shop"),
            (worst(Some(""), None, None), "(no service)"),
            (worst(None, None, Some("gpu 0")), "gpu 0"),
            (worst(None, None, None), "the whole run"),
        ] {
            assert_eq!(of.subject(), subject);
        }
    }
}
