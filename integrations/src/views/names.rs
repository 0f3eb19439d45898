//! Names of operations, services and entities.
//!
//! A name is data, and data is hostile: what is unseen in it, or turns the text around it, is made visible, and what is beyond all measure is cut.

use pss_metrics::report::{self, WorstReport};

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
    let mut out: String = report::visible(text).chars().take(longest).collect();
    if text.chars().nth(longest).is_some() {
        out.push('…');
    }
    out
}

/// An operation with its service.
pub(super) fn named(service: &str, operation: &str) -> String {
    visible(&report::named(service, operation))
}

/// What a part of a metric is about.
pub(super) fn subject(worst: &WorstReport) -> String {
    visible(&worst.subject())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_harmless_and_cut() {
        assert_eq!(named("s", "a\nb\u{202e}c"), "s/a?b?c");
        assert_eq!(visible(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
    }
}
