//! Names of operations, services and entities.
//!
//! A name is data, and data is hostile: what is unseen in it, or turns the text around it, is made visible, and what is beyond all measure is cut.

use pss_metrics::report::WorstReport;

/// Longest shown name, in characters.
const LONGEST: usize = 200;

/// Longest shown sentence: a reason with names in it.
const SENTENCE: usize = 2000;

/// A name from outside on one line, without what would act on its surroundings.
pub(super) fn visible(name: &str) -> String {
    within(name, LONGEST)
}

/// A sentence, likewise.
pub(super) fn sentence(text: &str) -> String {
    within(text, SENTENCE)
}

fn within(text: &str, longest: usize) -> String {
    let mut out: String = text
        .chars()
        .take(longest)
        .map(|c| if acts(c) { '?' } else { c })
        .collect();
    if text.chars().nth(longest).is_some() {
        out.push('…');
    }
    out
}

/// Control characters, line separators, and what changes the direction of text.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// An operation with its service.
pub(super) fn named(service: &str, operation: &str) -> String {
    if service.is_empty() {
        visible(operation)
    } else {
        format!("{}/{}", visible(service), visible(operation))
    }
}

/// What a part of a metric is about.
pub(super) fn subject(worst: &WorstReport) -> String {
    match (&worst.service, &worst.operation, &worst.entity) {
        (Some(service), Some(operation), _) => named(service, operation),
        (Some(service), None, _) if service.is_empty() => "(no service)".to_owned(),
        (Some(name), None, _) | (None, _, Some(name)) => visible(name),
        (None, ..) => "the whole run".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_acts_on_what_stands_beside_it() {
        assert_eq!(named("s", "a\nb\u{202e}c"), "s/a?b?c");
        assert_eq!(visible(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
        assert_eq!(visible("متجر"), "متجر");
    }
}
