//! Outcomes that attributes and tags tell: whether a span failed, whether a cache hit.

use super::{
    attribute::{Attribute, Value},
    category::{is_one_of, words_of},
    rules::{CACHE_HITS, CACHE_KEYS, CACHE_MISSES, CACHE_WORD, ERRORS, ErrorTest},
};

/// A cache outcome a branch tag spells: `cache_hit`, `cache-miss`, `CacheHit`.
pub fn cache_outcome(tag: &str) -> Option<bool> {
    let mut words = words_of(tag).peekable();
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case(CACHE_WORD) {
            match words.peek() {
                Some(next) if is_one_of(next, CACHE_HITS) => return Some(true),
                Some(next) if is_one_of(next, CACHE_MISSES) => return Some(false),
                _ => {}
            }
        }
    }
    None
}

/// The cache outcome that attributes state.
pub fn cache_attribute(attributes: &[Attribute<'_>]) -> Option<bool> {
    attributes
        .iter()
        .find(|attribute| CACHE_KEYS.contains(&attribute.key))
        .and_then(|attribute| match attribute.value {
            Value::Bool(hit) => Some(hit),
            Value::Text(text) => text.parse().ok(),
            Value::Number(_) => None,
        })
}

/// Whether attributes say that the span failed, for records whose own flag is missing.
pub fn error_flag(attributes: &[Attribute<'_>]) -> Option<bool> {
    let mut known = None;
    for attribute in attributes {
        let Some(rule) = ERRORS
            .iter()
            .find(|rule| rule.keys.contains(&attribute.key))
        else {
            continue;
        };
        let failed = match (rule.test, attribute.value.number()) {
            (ErrorTest::Present, _) => true,
            (ErrorTest::AtLeast(least), Some(status)) => status >= least,
            (ErrorTest::Not(good), Some(status)) => status != good,
            (_, None) => continue,
        };
        known = Some(known.unwrap_or(false) | failed);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_tags_are_read_as_words() {
        assert_eq!(cache_outcome("cache_hit"), Some(true));
        assert_eq!(cache_outcome("user.cache-miss"), Some(false));
        assert_eq!(cache_outcome("CacheHit"), Some(true));
        assert_eq!(cache_outcome("cached"), None);
        assert_eq!(cache_outcome("hit"), None);
    }

    #[test]
    fn statuses_tell_errors() {
        let status = |value| {
            [Attribute {
                key: "http.response.status_code",
                value,
            }]
        };
        assert_eq!(error_flag(&status(Value::Number(503.0))), Some(true));
        assert_eq!(error_flag(&status(Value::Text("404"))), Some(false));
        assert_eq!(error_flag(&[]), None);
    }
}
