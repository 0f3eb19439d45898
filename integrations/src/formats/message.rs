//! Messages of a queue, each decoded by itself: native records or OTLP, whatever each of them holds.

use std::collections::BTreeSet;

use super::{
    contract::{Decoder, Layout, Sink},
    head::Head,
    json::{Outline, Shape},
    native::{RecordDecoder, layout},
    otlp::{Encoding, Rejected, Requests, is_document},
    otlp_protobuf::is_request,
};

/// What a message may hold, by the names of the formats.
const KINDS: [(&str, Kind); 3] = [
    ("native", Kind::Native),
    ("otlp", Kind::Otlp),
    ("otlp-protobuf", Kind::Protobuf),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Native,
    Otlp,
    Protobuf,
}

/// Decodes messages one after the other. Points that count from the start are read against those of earlier messages.
#[derive(Debug, Default)]
pub struct MessageDecoder {
    only: Option<Kind>,
    native: RecordDecoder,
    requests: Requests,
    seen: BTreeSet<Kind>,
}

impl MessageDecoder {
    /// The formats that messages may be in.
    pub fn known() -> Vec<&'static str> {
        KINDS.iter().map(|(name, _)| *name).collect()
    }

    /// For messages of any of these formats, or of the one that the user names; nothing where messages cannot be in that.
    pub fn new(format: Option<&str>) -> Option<MessageDecoder> {
        let only = match format {
            None => None,
            Some(name) => Some(KINDS.iter().find(|(known, _)| *known == name)?.1),
        };
        Some(MessageDecoder {
            only,
            ..MessageDecoder::default()
        })
    }

    /// Decodes a message and tells the sink of each of its records by the place that is given: an OTLP request is one record, unless several of its parts cannot be
    /// used, and so is each line, or each element of a list.
    pub fn decode(&mut self, place: u64, bytes: &[u8], sink: &mut dyn Sink) {
        // Kafka deletes a key by a message without a value.
        if bytes.iter().all(u8::is_ascii_whitespace) {
            sink.skipped("empty messages", 1);
            return;
        }
        let head = Head::new(bytes, true);
        let Some(kind) = self.only.or_else(|| kind(&head)) else {
            sink.record(
                place,
                Err("is neither a native record nor an OTLP request".to_owned()),
            );
            return;
        };
        self.seen.insert(kind);
        if kind == Kind::Protobuf {
            let outcome = self.requests.decode_any(Encoding::Protobuf, bytes, sink);
            return told(place, outcome, "", sink);
        }
        let Ok(text) = simdutf8::basic::from_utf8(bytes) else {
            sink.record(place, Err("is no valid UTF-8".to_owned()));
            return;
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = Head::new(text.as_bytes(), true).json();
        match root {
            Some(root) if lies_in_lines(&root, text) => self.lines(kind, place, text, sink),
            Some(_) if kind == Kind::Native => self.native(place, text, sink),
            _ => self.record(kind, place, text, sink),
        }
    }

    /// Names of the formats of the messages so far.
    pub fn formats(&self) -> Vec<&'static str> {
        let names = KINDS.iter().filter(|(_, kind)| self.seen.contains(kind));
        names.map(|(name, _)| *name).collect()
    }

    /// Takes the names of unknown fields met so far.
    pub fn take_unknown_fields(&mut self) -> Vec<String> {
        self.native.take_unknown_fields()
    }

    fn lines(&mut self, kind: Kind, place: u64, text: &str, sink: &mut dyn Sink) {
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let outcome = self.one(kind, line, sink);
            // A message of one line needs no number.
            let line = if text.trim_end().contains('\n') {
                format!(" (line {} of the message)", at + 1)
            } else {
                String::new()
            };
            told(place, outcome, &line, sink);
        }
    }

    /// A native record over several lines, or a list of them.
    fn native(&mut self, place: u64, text: &str, sink: &mut dyn Sink) {
        let Some(Layout::Array(start)) = layout(&Head::new(text.as_bytes(), true)) else {
            return self.record(Kind::Native, place, text, sink);
        };
        let mut rest = text[start..].trim_start();
        while !rest.starts_with(']') {
            let end = Outline::new(rest.as_bytes()).and_then(|value| value.end());
            let Some(end) = end else {
                let reason = "is truncated: it ends before its list is closed";
                return sink.record(place, Err(reason.to_owned()));
            };
            self.record(Kind::Native, place, &rest[..end], sink);
            let behind = rest[end..].trim_start();
            rest = match behind.strip_prefix(',') {
                Some(next) => next.trim_start(),
                None if behind.starts_with(']') => behind,
                None => {
                    let reason = "is truncated, or no JSON: a comma is missing in its list";
                    return sink.record(place, Err(reason.to_owned()));
                }
            };
        }
    }

    fn record(&mut self, kind: Kind, place: u64, text: &str, sink: &mut dyn Sink) {
        let outcome = self.one(kind, text, sink);
        told(place, outcome, "", sink);
    }

    fn one(&mut self, kind: Kind, text: &str, sink: &mut dyn Sink) -> Result<Rejected, String> {
        let encoding = match kind {
            Kind::Native => {
                return self
                    .native
                    .push(text, sink)
                    .map(|()| Rejected::default())
                    .map_err(|reason| reason.explain(text));
            }
            Kind::Otlp => Encoding::Json,
            Kind::Protobuf => Encoding::Protobuf,
        };
        self.requests.decode_any(encoding, text.as_bytes(), sink)
    }
}

/// Tells the sink of a record: of each part that cannot be used, or of the whole. The line is where in its message it stands.
fn told(place: u64, outcome: Result<Rejected, String>, line: &str, sink: &mut dyn Sink) {
    let (mut parts, read) = match outcome {
        Ok(parts) => (parts, Ok(())),
        Err(reason) => (Rejected::default(), Err(format!("{reason}{line}"))),
    };
    parts.behind(line);
    parts.record(place, read, sink);
}

fn kind(head: &Head<'_>) -> Option<Kind> {
    // First, for the first byte of protobuf is a line end to JSON.
    if is_request(head.bytes()) {
        return Some(Kind::Protobuf);
    }
    let root = head.json()?;
    match root.shape() {
        Shape::Object | Shape::Array if is_document(&root) => Some(Kind::Otlp),
        Shape::Object | Shape::Array => Some(Kind::Native),
        Shape::Text | Shape::Plain => None,
    }
}

/// Whether a message is to be read line by line: its first value ends on its line, and is no list.
fn lies_in_lines(root: &Outline<'_>, text: &str) -> bool {
    root.shape() == Shape::Object
        && root.one_a_line()
        && !matches!(
            layout(&Head::new(text.as_bytes(), true)),
            Some(Layout::Array(_))
        )
}

#[cfg(test)]
mod tests {
    use pss_metrics::model::{Intake, Sample, Span};

    use super::*;

    #[derive(Default)]
    struct Seen {
        spans: Vec<String>,
        good: u64,
        bad: Vec<(u64, String)>,
        skipped: u64,
    }

    impl Intake for Seen {
        fn span(&mut self, span: &Span<'_>) {
            self.spans.push(span.name.unwrap_or_default().to_owned());
        }

        fn sample(&mut self, _: &Sample<'_>) {}

        fn skipped(&mut self, _: &'static str, count: u64) {
            self.skipped += count;
        }
    }

    impl Sink for Seen {
        fn record(&mut self, place: u64, outcome: Result<(), String>) {
            match outcome {
                Ok(()) => self.good += 1,
                Err(reason) => self.bad.push((place, reason)),
            }
        }

        fn notice(&mut self, text: String) {
            panic!("{text}");
        }

        fn interrupted(&self) -> bool {
            false
        }
    }

    fn decoded(messages: &[&[u8]]) -> (Seen, Vec<&'static str>) {
        let mut decoder = MessageDecoder::new(None).expect("any format");
        let mut seen = Seen::default();
        for (place, message) in (1..).zip(messages) {
            decoder.decode(place, message, &mut seen);
        }
        (seen, decoder.formats())
    }

    const NATIVE: &str = r#"{"name":"a","duration":1}"#;

    #[test]
    fn a_message_is_a_record_or_lines_or_a_list() {
        let lines = format!("{NATIVE}\n\n{NATIVE}\r\n");
        let list = format!("[{NATIVE} , {NATIVE}]");
        let traces = format!("{{\"traces\": [{NATIVE}]}}");
        let (seen, formats) = decoded(&[
            NATIVE.as_bytes(),
            lines.as_bytes(),
            list.as_bytes(),
            traces.as_bytes(),
            b"{\n \"name\": \"a\",\n \"duration\": 1\n}\n",
            b"[]",
        ]);
        assert_eq!(seen.bad, []);
        assert_eq!((seen.spans.len(), seen.good), (7, 7));
        assert_eq!(formats, ["native"]);
    }

    #[test]
    fn requests_are_told_from_records_message_by_message() {
        let json = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"b","startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}"#;
        // Fields 5, 7 and 8 of a span in a scope in a resource, behind an empty resource of its own.
        let mut span = vec![0x2a, 1, b'c', 0x39, 1, 0, 0, 0, 0, 0, 0, 0];
        span.extend([0x41, 2, 0, 0, 0, 0, 0, 0, 0]);
        let scope = [vec![0x12, span.len() as u8], span].concat();
        let resource = [vec![0x0a, 0, 0x12, scope.len() as u8], scope].concat();
        let protobuf = [vec![0x0a, resource.len() as u8], resource].concat();
        let two = [&json[..], b"\n", json].concat();
        let (seen, formats) = decoded(&[json, &protobuf, NATIVE.as_bytes(), &two]);
        assert_eq!(seen.bad, []);
        assert_eq!(seen.spans, ["b", "c", "a", "b", "b"]);
        assert_eq!(formats, ["native", "otlp", "otlp-protobuf"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_costs_nothing_else() {
        let lines = format!("{NATIVE}\n{{\"name\":7}}\n{NATIVE}");
        let (seen, _) = decoded(&[
            b"hello",
            lines.as_bytes(),
            b"\xff\xfe",
            b"",
            b"{\"name\":\"\xff\"}",
            b"[{\"name\":\"a\",\"duration\":1},",
            b"42",
        ]);
        let places: Vec<u64> = seen.bad.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [1, 2, 3, 5, 6, 7]);
        assert!(
            seen.bad[1].1.ends_with("(line 2 of the message)"),
            "{:?}",
            seen.bad
        );
        assert_eq!((seen.spans.len(), seen.skipped), (3, 1));
    }

    #[test]
    fn a_named_format_is_not_guessed() {
        let mut seen = Seen::default();
        let mut decoder = MessageDecoder::new(Some("otlp")).expect("a format of messages");
        decoder.decode(1, NATIVE.as_bytes(), &mut seen);
        assert_eq!(seen.spans, [""; 0]);
        assert!(MessageDecoder::new(Some("csv")).is_none());
    }
}
