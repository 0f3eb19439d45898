//! Records behind one that is broken: where a brace or a quote is missing, everything up to the end of an array seems to be one element of it.

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// The records that begin on lines of their own behind a broken one, indented no deeper than that; none where the record is whole JSON, which is bad for itself.
/// Of one whose indentation is not known, the least of such lines is taken for it.
pub(super) fn behind(broken: &str, indentation: Option<usize>) -> Vec<&str> {
    if !broken.contains('\n') || serde_json::from_str::<IgnoredAny>(broken).is_ok() {
        return Vec::new();
    }
    let beginnings = || {
        memchr::memchr_iter(b'\n', broken.as_bytes()).filter_map(|end| {
            let line = &broken[end + 1..];
            let blank = line.trim_start_matches([' ', '\t', ',']);
            blank
                .starts_with('{')
                .then(|| (end + 1 + line.len() - blank.len(), line.len() - blank.len()))
        })
    };
    let least = || beginnings().map(|(_, indentation)| indentation).min();
    let Some(most) = indentation.or_else(least) else {
        return Vec::new();
    };
    let starts: Vec<usize> = beginnings()
        .filter(|(_, indentation)| *indentation <= most)
        .map(|(start, _)| start)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([broken.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| value(&broken[*start..end]))
        .collect()
}

/// What stands before the comma or the bracket behind a value; all of it where it is broken as well.
fn value(text: &str) -> &str {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    match values.next() {
        Some(Ok(value)) => value.get(),
        _ => text.trim_end().trim_end_matches(','),
    }
}

/// How far the line is indented on which an element begins, where it begins that line.
pub(super) fn indentation(data: &[u8], start: usize) -> Option<usize> {
    let line = memchr::memrchr(b'\n', &data[..start])? + 1;
    let before = &data[line..start];
    before
        .iter()
        .all(|byte| matches!(byte, b' ' | b'\t'))
        .then_some(before.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_behind_a_broken_one_are_found() {
        let broken = "{\"a\":1,\n{\"b\":{\"c\":2}},\n{\"d\":\n  {\"e\":3}},\n{\"f\"\n]\n";
        for indentation in [Some(0), None] {
            assert_eq!(
                behind(broken, indentation),
                ["{\"b\":{\"c\":2}}", "{\"d\":\n  {\"e\":3}}", "{\"f\"\n]"]
            );
        }
        let pretty = "{\n    \"a\": [\n      {\"x\":1}\n    ],\n  {\n    \"b\": [\n      {\"x\":1}\n    ]\n  }\n]}";
        assert_eq!(
            behind(pretty, Some(2)),
            ["{\n    \"b\": [\n      {\"x\":1}\n    ]\n  }"]
        );
    }

    #[test]
    fn one_that_is_whole_or_alone_has_none_behind_it() {
        for alone in ["{\"a\":\n{}}", "{\"a\":1, {\"b\":2}", "{\"a\":\n\"b\n"] {
            assert_eq!(behind(alone, Some(0)), [""; 0], "{alone}");
        }
    }

    #[test]
    fn an_indentation_is_that_of_its_line() {
        assert_eq!(indentation(b"[\n  {}", 4), Some(2));
        assert_eq!(indentation(b"[\n  {}, {}", 8), None);
        assert_eq!(indentation(b"[{}", 1), None);
    }
}
