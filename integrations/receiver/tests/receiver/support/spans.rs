//! Requests with numbered spans, in messages written here from the published field numbers.

use std::ops::Range;

use prost::Message;

#[derive(Clone, PartialEq, prost::Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resources: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ResourceSpans {
    #[prost(message, repeated, tag = "2")]
    scopes: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ScopeSpans {
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Span {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(int32, tag = "6")]
    kind: i32,
    #[prost(fixed64, tag = "7")]
    start: u64,
    #[prost(fixed64, tag = "8")]
    end: u64,
}

/// What is answered.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Response {
    #[prost(message, optional, tag = "1")]
    pub(crate) partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PartialSuccess {
    #[prost(int64, tag = "1")]
    pub(crate) rejected: i64,
    #[prost(string, tag = "2")]
    pub(crate) error_message: String,
}

const START: u64 = 1_700_000_000_000_000_000;

pub(crate) fn protobuf(numbers: Range<u64>) -> Vec<u8> {
    let spans = numbers
        .map(|number| Span {
            trace_id: u128::from(number + 1).to_be_bytes().to_vec(),
            span_id: (number + 1).to_be_bytes().to_vec(),
            name: "operation".to_owned(),
            kind: 2,
            start: START + number,
            end: START + number + 1000,
        })
        .collect();
    Request {
        resources: vec![ResourceSpans {
            scopes: vec![ScopeSpans { spans }],
        }],
    }
    .encode_to_vec()
}

pub(crate) fn json(numbers: Range<u64>) -> Vec<u8> {
    let spans: Vec<String> = numbers
        .map(|number| {
            format!(
                r#"{{"traceId":"{:032x}","spanId":"{:016x}","name":"operation","kind":2,"startTimeUnixNano":"{}","endTimeUnixNano":"{}"}}"#,
                number + 1,
                number + 1,
                START + number,
                START + number + 1000,
            )
        })
        .collect();
    format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
        spans.join(",")
    )
    .into_bytes()
}
