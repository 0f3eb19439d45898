//! Whether bytes look like native records, and how these lie.

use super::{
    super::{
        contract::{Layout, Likeness},
        head::Head,
        json::{Outline, Shape},
    },
    field::Field,
};

/// Looks at the first record. Any JSON may be native records, since unknown fields are ignored; it surely is where a field stands that others do not have.
pub(super) fn sniff(head: &Head<'_>) -> Option<Likeness> {
    if begins_with_strays(head) {
        return Some(Likeness::Surely);
    }
    let root = head.json()?;
    let record = match (root.shape(), traces(&root)) {
        (Shape::Object, Some(traces)) => traces.first(),
        (Shape::Object, None) => Some(root),
        (Shape::Array, _) => root.first(),
        (Shape::Text | Shape::Plain, _) => return None,
    };
    // Lists of lists are others': traces of spans, timelines of numbers.
    if record.is_some_and(|record| record.shape() == Shape::Array) {
        return None;
    }
    Some(if record.as_ref().is_some_and(is_ours) {
        Likeness::Surely
    } else {
        Likeness::Perhaps
    })
}

/// Whether a record has a field that others do not have.
fn is_ours(record: &Outline<'_>) -> bool {
    record.has(&["duration", "name", "error"])
        // Zipkin has a timestamp too.
        && !record.has(&["traceId"])
        && record.members().any(|(key, _)| {
            matches!(
                std::str::from_utf8(key).map(Field::of),
                Ok(Field::Timestamp
                    | Field::Cpu
                    | Field::Wait
                    | Field::Tag
                    | Field::System
                    | Field::Memory)
            )
        })
}

/// Lines that may stand before the first record: a banner, not a log with a record in it.
const STRAYS: usize = 64;

/// Whether other lines stand before the first whole record: what a program printed, or a comment. Those are bad records, and the file is one of records all the
/// same.
fn begins_with_strays(head: &Head<'_>) -> bool {
    let is_json = |line: &str| match serde_json::from_str::<serde::de::IgnoredAny>(line) {
        Ok(_) => true,
        Err(error) => error.is_eof(),
    };
    let mut lines = head.lines().map(str::trim_start);
    let Some(first) = lines.next() else {
        return false;
    };
    let inside = first.trim_start_matches(['[', ' ', '\t']);
    if inside.starts_with('{') || is_json(first) {
        return false;
    }
    lines.take(STRAYS).any(|line| {
        line.starts_with('{')
            && is_json(line)
            && Outline::new(line.as_bytes()).is_some_and(|record| is_ours(&record))
    })
}

/// How records lie in a stream that begins like this; `None` where it is no JSON.
pub fn layout(head: &Head<'_>) -> Option<Layout> {
    if begins_with_strays(head) {
        return Some(Layout::Lines);
    }
    let root = head.json()?;
    match root.shape() {
        Shape::Array => Some(Layout::Array(root.inside())),
        Shape::Object => Some(match traces(&root) {
            Some(traces) => Layout::Array(traces.inside()),
            None if is_spread(head) => Layout::Values,
            None => Layout::Lines,
        }),
        Shape::Text | Shape::Plain => None,
    }
}

/// Whether an object lies over several lines, as people write and pretty-printers do: its first is not the whole of it, and the next begins with a key.
fn is_spread(head: &Head<'_>) -> bool {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else {
        return false;
    };
    let whole = serde_json::from_str::<serde::de::IgnoredAny>(first);
    second.starts_with('"') && whole.is_err_and(|error| error.is_eof())
}

/// The array of `{"traces": [..]}`.
fn traces<'a>(root: &Outline<'a>) -> Option<Outline<'a>> {
    root.get("traces")
        .filter(|traces| traces.shape() == Shape::Array)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout_of(bytes: &[u8]) -> Option<Layout> {
        layout(&Head::new(bytes, true))
    }

    #[test]
    fn lines_arrays_and_wrapped_arrays_are_told_apart() {
        assert_eq!(layout_of(b"{\"a\":1}\n"), Some(Layout::Lines));
        assert_eq!(
            layout_of(b"\xef\xbb\xbf\n\n {\"a\":1}"),
            Some(Layout::Lines)
        );
        assert_eq!(layout_of(b" [ {"), Some(Layout::Array(2)));
        assert_eq!(
            layout_of(b"{\"x\": {\"traces\": []}, \"traces\" : [ {}]}"),
            Some(Layout::Array(34))
        );
        assert_eq!(
            layout_of(b"{\"x\": {\"traces\": []}}\n"),
            Some(Layout::Lines)
        );
        assert_eq!(
            layout_of(b"{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
            Some(Layout::Values)
        );
        assert_eq!(layout_of(b"{\"a\": 1,\n \"b\": 2}\n"), Some(Layout::Values));
        // A record that was cut, and a whole one behind it.
        assert_eq!(layout_of(b"{\"a\": 1,\n{\"b\": 2}\n"), Some(Layout::Lines));
        assert_eq!(layout_of(b"hello"), None);
        let record = r#"{"name": "a", "duration": 1, "timestamp": 2}"#;
        for stray in [
            "# of Monday",
            "[INFO] started",
            "Listening on 8080",
            "[1] [x",
        ] {
            let text = format!("{stray}\nand more\n{record}\n");
            assert_eq!(layout_of(text.as_bytes()), Some(Layout::Lines), "{stray}");
        }
        assert_eq!(layout_of(b"hello\n{\"a\": 1}\n"), None);
        assert_eq!(
            layout_of(format!("[\n{record}\n]").as_bytes()),
            Some(Layout::Array(1))
        );
        assert_eq!(layout_of(b"  \n"), None);
    }

    #[test]
    fn it_is_sure_of_its_own_fields_only() {
        let sniffed = |text: &str| sniff(&Head::new(text.as_bytes(), true));
        assert_eq!(
            sniffed(r#"{"name":"a","duration":1,"timestamp":2}"#),
            Some(Likeness::Surely)
        );
        assert_eq!(sniffed(r#"[{"id":"a"}]"#), Some(Likeness::Perhaps));
        assert_eq!(sniffed("42"), None);
        assert_eq!(sniffed("[[1, 2], [3]]"), None);
        assert_eq!(sniffed("[]"), Some(Likeness::Perhaps));
    }
}
