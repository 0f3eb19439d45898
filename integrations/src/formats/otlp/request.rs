//! Bodies of export requests, decoded whole: what a receiver is handed.

use pss_metrics::model::Intake;

use super::{
    super::{json::Scanner, otlp_protobuf},
    json::Documents,
    rejected::Rejected,
};

/// What a request carries. Its address says so, and nothing is guessed from its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Metric points.
    Metrics,
    /// Log records, which are counted and passed over.
    Logs,
}

impl Signal {
    /// All of them.
    pub const ALL: [Signal; 3] = [Signal::Traces, Signal::Metrics, Signal::Logs];

    /// As OpenTelemetry names it: `traces`, `metrics`, `logs`.
    pub fn name(self) -> &'static str {
        match self {
            Signal::Traces => "traces",
            Signal::Metrics => "metrics",
            Signal::Logs => "logs",
        }
    }
}

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// OTLP's JSON.
    Json,
    /// Protobuf.
    Protobuf,
}

/// Records of a body that could not be used, while the others were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// How many.
    pub count: u64,
    /// Why not the first: a fragment such as "`endTimeUnixNano` is before `startTimeUnixNano`".
    pub first: String,
}

/// Decodes bodies one after the other. Points that count from the start are read against those of earlier bodies, so a receiver keeps one of these for a run.
#[derive(Default)]
pub struct Requests(Documents);

impl std::fmt::Debug for Requests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Requests")
    }
}

impl Requests {
    /// Decodes a body and pushes what it holds. A body of protobuf is read as the signal says; a JSON document names its lists itself.
    ///
    /// # Errors
    /// Why a body is no OTLP: a fragment such as "is not JSON: ..". What it pushed before stays, so a caller who refuses such bodies decodes into a batch of its
    /// own and keeps it only when all was well.
    pub fn decode(
        &mut self,
        signal: Signal,
        encoding: Encoding,
        body: &[u8],
        into: &mut dyn Intake,
    ) -> Result<Option<Unusable>, String> {
        let rejected = self.body(Some(signal), encoding, body, into)?;
        Ok(rejected.summed().map(|(count, first)| Unusable {
            count,
            first: first.to_owned(),
        }))
    }

    /// The same of a body without an address: what it carries is told by what it holds, as for files.
    ///
    /// # Errors
    /// As above.
    pub(in crate::formats) fn decode_any(
        &mut self,
        encoding: Encoding,
        body: &[u8],
        into: &mut dyn Intake,
    ) -> Result<Rejected, String> {
        self.body(None, encoding, body, into)
    }

    fn body(
        &mut self,
        signal: Option<Signal>,
        encoding: Encoding,
        body: &[u8],
        into: &mut dyn Intake,
    ) -> Result<Rejected, String> {
        let outcome = match encoding {
            Encoding::Json => json(&mut self.0, body, into),
            Encoding::Protobuf => {
                otlp_protobuf::request(signal, body, &mut self.0.points, &mut self.0.rejected, into)
            }
        };
        self.0.points.flush(into);
        // Taken in any case: the reasons of a refused body are none of the next one's.
        let rejected = self.0.rejected.take();
        outcome.map(|()| rejected)
    }
}

fn json(documents: &mut Documents, body: &[u8], into: &mut dyn Intake) -> Result<(), String> {
    let text = simdutf8::basic::from_utf8(body).map_err(|_| "is no valid UTF-8".to_owned())?;
    let mut scanner = Scanner::new(text);
    documents
        .document(&mut scanner, 0, into)
        .and_then(|()| scanner.end())
        .map_err(|reason| reason.explain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen {
        spans: Vec<String>,
        samples: usize,
        skipped: u64,
    }

    impl Intake for Seen {
        fn span(&mut self, span: &pss_metrics::model::Span<'_>) {
            self.spans.push(span.name.unwrap_or_default().to_owned());
        }

        fn sample(&mut self, _: &pss_metrics::model::Sample<'_>) {
            self.samples += 1;
        }

        fn skipped(&mut self, _: &'static str, count: u64) {
            self.skipped += count;
        }
    }

    fn decode(
        signal: Signal,
        encoding: Encoding,
        body: &[u8],
    ) -> (Seen, Result<Option<Unusable>, String>) {
        let mut seen = Seen::default();
        let outcome = Requests::default().decode(signal, encoding, body, &mut seen);
        (seen, outcome)
    }

    #[test]
    fn an_empty_request_holds_nothing() {
        for signal in Signal::ALL {
            let (seen, outcome) = decode(signal, Encoding::Json, b"{}");
            assert_eq!((seen.spans.len(), outcome), (0, Ok(None)));
            let (seen, outcome) = decode(signal, Encoding::Protobuf, b"");
            assert_eq!((seen.spans.len(), outcome), (0, Ok(None)));
        }
    }

    #[test]
    fn a_bad_span_is_told_and_costs_no_other() {
        let body = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[
            {"name":"a","startTimeUnixNano":"2","endTimeUnixNano":"1"},
            {"name":"b","startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}"#;
        let (seen, outcome) = decode(Signal::Traces, Encoding::Json, body);
        assert_eq!(seen.spans, ["b"]);
        let unusable = outcome.expect("a request").expect("a bad span");
        assert_eq!(unusable.count, 1);
        assert!(unusable.first.contains("before"), "{unusable:?}");
    }

    /// The same in protobuf: fields 5 (name), 7 and 8 (times) of a span in a scope in a resource.
    #[test]
    fn a_bad_span_in_protobuf_is_told_and_costs_no_other() {
        let span = |name: u8, start: u8, end: u8| {
            let mut span = vec![0x2a, 1, name, 0x39, start, 0, 0, 0, 0, 0, 0, 0];
            span.extend([0x41, end, 0, 0, 0, 0, 0, 0, 0]);
            [vec![0x12, span.len() as u8], span].concat()
        };
        let scope = [span(b'a', 2, 1), span(b'b', 1, 2)].concat();
        let resource = [vec![0x12, scope.len() as u8], scope].concat();
        let body = [vec![0x0a, resource.len() as u8], resource].concat();
        let (seen, outcome) = decode(Signal::Traces, Encoding::Protobuf, &body);
        assert_eq!(seen.spans, ["b"]);
        assert_eq!(outcome.expect("a request").expect("a bad span").count, 1);
        let (seen, outcome) = decode(Signal::Logs, Encoding::Protobuf, &body);
        assert_eq!((seen.skipped, outcome), (2, Ok(None)));
        let (_, outcome) = decode(Signal::Traces, Encoding::Protobuf, &body[..body.len() - 1]);
        assert!(outcome.is_err(), "{outcome:?}");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for body in [
            &b"[]"[..],
            b"",
            b"nothing",
            b"{\"resourceSpans\":[",
            b"\xff",
        ] {
            let (_, outcome) = decode(Signal::Traces, Encoding::Json, body);
            assert!(outcome.is_err(), "{body:?}");
        }
        let (_, outcome) = decode(Signal::Traces, Encoding::Protobuf, b"\x0a\xff\xff");
        assert!(outcome.is_err(), "{outcome:?}");
    }
}
