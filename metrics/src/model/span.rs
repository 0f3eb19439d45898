//! One timed piece of work, as a format hands it over.

use super::attribute::Attribute;

/// What role a span plays, after OpenTelemetry's `SpanKind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Work inside one process.
    Internal,
    /// The handling of a request from outside.
    Server,
    /// A request to another process.
    Client,
    /// A message sent.
    Producer,
    /// A message handled.
    Consumer,
}

impl Kind {
    /// Reads the spellings in use: `server`, `SERVER`, `SPAN_KIND_SERVER`.
    pub fn parse(text: &str) -> Option<Kind> {
        let name = text.strip_prefix("SPAN_KIND_").unwrap_or(text);
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        if is("internal") {
            Some(Kind::Internal)
        } else if is("server") {
            Some(Kind::Server)
        } else if is("client") {
            Some(Kind::Client)
        } else if is("producer") {
            Some(Kind::Producer)
        } else if is("consumer") {
            Some(Kind::Consumer)
        } else {
            None
        }
    }

    /// The name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Internal => "internal",
            Kind::Server => "server",
            Kind::Client => "client",
            Kind::Producer => "producer",
            Kind::Consumer => "consumer",
        }
    }

    /// Reads OpenTelemetry's numbers (1 internal .. 5 consumer); 0 is unspecified.
    pub fn from_number(number: u64) -> Option<Kind> {
        match number {
            1 => Some(Kind::Internal),
            2 => Some(Kind::Server),
            3 => Some(Kind::Client),
            4 => Some(Kind::Producer),
            5 => Some(Kind::Consumer),
            _ => None,
        }
    }
}

/// Whether a span has a parent, where its format can say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parent {
    /// The record carries no span identity, so nothing is known.
    #[default]
    Unknown,
    /// The first span of its trace.
    Root,
    /// Another span caused this one.
    Child,
}

/// One timed piece of work. Every missing field is `None`, never a zero.
///
/// All times are integers of nanoseconds, so that summing them is exact in any order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span<'a> {
    /// Identity of the trace; used to shard records without a time.
    pub trace_id: &'a str,
    /// Identity of the span within its trace; empty where the record does not say.
    pub span_id: &'a str,
    /// Identity of the span that caused it; empty for a root, and where the record does not say.
    pub parent_id: &'a str,
    /// Whether there is a parent.
    pub parent: Parent,
    /// The service that did the work.
    pub service: Option<&'a str>,
    /// The operation.
    pub name: Option<&'a str>,
    /// The code module; a hint for the category where names are used.
    pub module: Option<&'a str>,
    /// The branch taken, or a cache outcome (`cache_hit`, `cache_miss`).
    pub tag: Option<&'a str>,
    /// The role.
    pub kind: Option<Kind>,
    /// Start, in nanoseconds since the Unix epoch.
    pub start: Option<i64>,
    /// Duration in nanoseconds.
    pub duration: Option<u64>,
    /// Time on the processor, in nanoseconds.
    pub cpu: Option<u64>,
    /// Time spent waiting, in nanoseconds.
    pub wait: Option<u64>,
    /// Time spent waiting for a lock or in a queue, in nanoseconds.
    pub lock_wait: Option<u64>,
    /// Memory of the process when the span ended, in bytes.
    pub memory: Option<u64>,
    /// Whether it failed.
    pub error: Option<bool>,
    /// All scalar attributes of the record.
    pub attributes: &'a [Attribute<'a>],
}
