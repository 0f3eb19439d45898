//! One record, projected to the fields that scoring needs.

use std::{borrow::Cow, collections::BTreeSet};

use pss_metrics::model::{Attribute, Decimal, Intake, Kind, Parent, Span, Value};

use super::super::json::{Next, Reason, Scanner};
use super::{
    field::{Field, Shape},
    metadata::Metadata,
};

/// Unknown field names remembered by one decoder; more are of no use to anybody.
const UNKNOWN: usize = 64;
/// Attributes of one record that are looked at.
const ATTRIBUTES: usize = 256;

/// Decodes records.
#[derive(Debug, Default)]
pub struct RecordDecoder {
    unknown: BTreeSet<String>,
    taken: BTreeSet<String>,
    shape: Shape,
}

/// A number, or none.
pub(super) enum Number {
    Missing,
    Is(Decimal),
}

/// Fields of a record as they come.
#[derive(Default)]
struct Fields<'a> {
    trace_id: Cow<'a, str>,
    span_id: Cow<'a, str>,
    /// Given, though perhaps empty: then the span is a root.
    parent: Option<Cow<'a, str>>,
    service: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    module: Option<Cow<'a, str>>,
    tag: Option<Cow<'a, str>>,
    kind: Option<Kind>,
    start: Option<i64>,
    timestamp: Option<i64>,
    duration: Option<u64>,
    cpu: Option<u64>,
    wait: Option<u64>,
    lock_wait: Option<u64>,
    queue_wait: Option<u64>,
    memory: Option<u64>,
    error: Option<bool>,
    system: bool,
    // Large, and rare beside spans.
    metadata: Option<Metadata<'a>>,
    attributes: Vec<(Cow<'a, str>, Scalar<'a>)>,
}

enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Bool(bool),
}

impl RecordDecoder {
    /// Decodes one record and pushes its span or samples.
    ///
    /// # Errors
    /// Why it cannot be used; nothing is pushed then.
    pub fn push(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), Reason> {
        let mut scanner = Scanner::new(record);
        match scanner.next()? {
            Next::Object => {}
            Next::Array => return Err(Reason::Array),
            _ => {
                scanner.skip()?;
                scanner.end()?;
                return Err(Reason::NotAnObject);
            }
        }
        let mut fields = Fields::default();
        let mut wrong: Vec<(Field, Reason)> = Vec::new();
        let mut place = 0;
        if scanner.enter()? {
            loop {
                let expected = self.shape.expected(place);
                let field = match expected.filter(|(key, _)| scanner.passes(key)) {
                    Some((_, field)) => field,
                    None => {
                        let key = scanner.key()?;
                        let field = Field::of(&key);
                        match field {
                            Field::Unknown => self.note_unknown(&key),
                            known => self.shape.learn(place, &key, known),
                        }
                        field
                    }
                };
                let before = scanner;
                match take(&mut scanner, field, &mut fields) {
                    Ok(()) if wrong.is_empty() => {}
                    // The last of equal keys wins: what stood there before does not matter.
                    Ok(()) => wrong.retain(|(known, _)| *known != field),
                    Err(reason) if reason.is_about_value() => {
                        scanner = before;
                        scanner.skip()?;
                        wrong.retain(|(known, _)| *known != field);
                        wrong.push((field, reason));
                    }
                    Err(reason) => return Err(reason),
                }
                if !scanner.more()? {
                    break;
                }
                place += 1;
            }
        }
        scanner.end()?;
        match wrong.into_iter().next() {
            Some((_, reason)) => Err(reason),
            None => fields.push(into),
        }
    }

    pub(super) fn take_unknown(&mut self) -> Vec<String> {
        let taken = std::mem::take(&mut self.unknown);
        self.taken.extend(taken.iter().cloned());
        taken.into_iter().collect()
    }

    fn note_unknown(&mut self, name: &str) {
        if self.unknown.len() < UNKNOWN
            && !self.taken.contains(name)
            && !self.unknown.contains(name)
        {
            self.unknown.insert(name.chars().take(80).collect());
        }
    }
}

/// Takes a field's value.
#[inline]
fn take<'a>(
    scanner: &mut Scanner<'a>,
    field: Field,
    fields: &mut Fields<'a>,
) -> Result<(), Reason> {
    let next = scanner.next()?;
    match field {
        Field::Name => fields.name = scalar_text(scanner, next, "name")?,
        Field::Duration => fields.duration = seconds(scanner, next, "duration")?,
        Field::Cpu => fields.cpu = seconds(scanner, next, "cpu_time")?,
        Field::Wait => fields.wait = seconds(scanner, next, "wait_time")?,
        Field::LockWait => fields.lock_wait = seconds(scanner, next, "lock_wait")?,
        Field::QueueWait => fields.queue_wait = seconds(scanner, next, "queue_wait")?,
        Field::Memory => fields.memory = unsigned(scanner, next, "memory", 0)?,
        Field::Error => fields.error = truth(scanner, next)?,
        Field::Timestamp => fields.timestamp = instant(scanner, next, "timestamp")?,
        Field::Start => fields.start = instant(scanner, next, "start")?,
        Field::Tag => fields.tag = scalar_text(scanner, next, "branch_tag")?,
        Field::Service => fields.service = scalar_text(scanner, next, "service")?,
        Field::Module => fields.module = scalar_text(scanner, next, "module")?,
        Field::TraceId => fields.trace_id = identity(scanner, next)?.unwrap_or_default(),
        Field::SpanId => fields.span_id = identity(scanner, next)?.unwrap_or_default(),
        Field::ParentSpanId => {
            fields.parent = Some(identity(scanner, next)?.unwrap_or_default());
        }
        Field::Kind => fields.kind = kind(scanner, next)?,
        Field::Attributes => fields.attributes = attributes(scanner, next)?,
        Field::System => {
            fields.system = matches!(boolean(scanner, next, "system_metric")?, Some(true))
        }
        Field::Metadata => {
            fields.metadata = match next {
                Next::Object => Some(Metadata::scan(scanner)?),
                Next::Null => {
                    scanner.literal(next)?;
                    None
                }
                next => return Err(wrong("metadata", "an object", next)),
            }
        }
        Field::Ignored | Field::Unknown => scanner.skip()?,
    }
    Ok(())
}

impl Fields<'_> {
    fn push(mut self, into: &mut dyn Intake) -> Result<(), Reason> {
        // The two are the same thing; where both are given, one that is null does not hide the other.
        self.start = self.start.or(self.timestamp);
        if self.system {
            let pushed = match &self.metadata {
                Some(metadata) => metadata.push(self.start, self.service.as_deref(), into)?,
                None => 0,
            };
            // PyPSS writes system records for counts that no metric reads; they are no mistake.
            return if pushed > 0 || self.name.is_some() {
                Ok(())
            } else {
                Err(Reason::Nothing)
            };
        }
        if self.name.is_none() && self.duration.is_none() && self.error.is_none() {
            return Err(Reason::Nothing);
        }
        let attributes: Vec<Attribute<'_>> = self
            .attributes
            .iter()
            .map(|(key, value)| Attribute {
                key,
                value: match value {
                    Scalar::Text(text) => Value::Text(text),
                    Scalar::Number(number) => Value::Number(*number),
                    Scalar::Bool(truth) => Value::Bool(*truth),
                },
            })
            .collect();
        let parent = match &self.parent {
            Some(parent) if !parent.is_empty() => Parent::Child,
            Some(_) => Parent::Root,
            None if !self.span_id.is_empty() => Parent::Root,
            None => Parent::Unknown,
        };
        into.span(&Span {
            trace_id: &self.trace_id,
            span_id: &self.span_id,
            parent_id: self.parent.as_deref().unwrap_or_default(),
            parent,
            service: self.service.as_deref(),
            name: self.name.as_deref(),
            module: self.module.as_deref(),
            tag: self.tag.as_deref(),
            kind: self.kind,
            start: self.start,
            duration: self.duration,
            cpu: self.cpu,
            wait: self.wait,
            lock_wait: match (self.lock_wait, self.queue_wait) {
                (Some(lock), Some(queue)) => Some(lock.saturating_add(queue)),
                (lock, queue) => lock.or(queue),
            },
            memory: self.memory,
            error: self.error,
            attributes: &attributes,
        });
        Ok(())
    }
}

fn wrong(field: &'static str, expected: &'static str, next: Next) -> Reason {
    Reason::Type {
        field,
        expected,
        found: next.name(),
    }
}

pub(super) fn scalar_text<'a>(
    scanner: &mut Scanner<'a>,
    next: Next,
    field: &'static str,
) -> Result<Option<Cow<'a, str>>, Reason> {
    match next {
        Next::Text => scanner.text().map(Some),
        Next::Null => scanner.literal(next).map(|()| None),
        next => Err(wrong(field, "text", next)),
    }
}

pub(super) fn scalar_number(
    scanner: &mut Scanner<'_>,
    next: Next,
    field: &'static str,
) -> Result<Number, Reason> {
    match next {
        Next::Number => scanner.decimal().map(Number::Is),
        Next::Null => scanner.literal(next).map(|()| Number::Missing),
        next => Err(wrong(field, "a number", next)),
    }
}

fn unsigned(
    scanner: &mut Scanner<'_>,
    next: Next,
    field: &'static str,
    shift: i32,
) -> Result<Option<u64>, Reason> {
    match scalar_number(scanner, next, field)? {
        Number::Missing => Ok(None),
        Number::Is(value) => value
            .unsigned(shift)
            .map(Some)
            .map_err(|error| Reason::Number { field, error }),
    }
}

fn seconds(
    scanner: &mut Scanner<'_>,
    next: Next,
    field: &'static str,
) -> Result<Option<u64>, Reason> {
    unsigned(scanner, next, field, 9)
}

fn instant(
    scanner: &mut Scanner<'_>,
    next: Next,
    field: &'static str,
) -> Result<Option<i64>, Reason> {
    match scalar_number(scanner, next, field)? {
        Number::Missing => Ok(None),
        Number::Is(value) => value
            .signed(9)
            .map(Some)
            .map_err(|error| Reason::Number { field, error }),
    }
}

fn boolean(
    scanner: &mut Scanner<'_>,
    next: Next,
    field: &'static str,
) -> Result<Option<bool>, Reason> {
    match next {
        Next::True | Next::False => scanner.literal(next).map(|()| Some(next == Next::True)),
        Next::Null => scanner.literal(next).map(|()| None),
        next => Err(wrong(field, "true or false", next)),
    }
}

fn truth(scanner: &mut Scanner<'_>, next: Next) -> Result<Option<bool>, Reason> {
    if next == Next::Text {
        Err(Reason::TextualError)
    } else {
        boolean(scanner, next, "error")
    }
}

/// Identities are text, and numbers in some exports.
fn identity<'a>(scanner: &mut Scanner<'a>, next: Next) -> Result<Option<Cow<'a, str>>, Reason> {
    match next {
        Next::Number => scanner.number().map(|text| Some(Cow::Borrowed(text))),
        next => scalar_text(scanner, next, "trace_id, span_id or parent_span_id"),
    }
}

fn kind(scanner: &mut Scanner<'_>, next: Next) -> Result<Option<Kind>, Reason> {
    match next {
        Next::Number => Ok(scanner.number()?.parse().ok().and_then(Kind::from_number)),
        next => Ok(scalar_text(scanner, next, "kind")?.and_then(|text| Kind::parse(&text))),
    }
}

/// The scalar attributes; lists and objects are passed over.
fn attributes<'a>(
    scanner: &mut Scanner<'a>,
    next: Next,
) -> Result<Vec<(Cow<'a, str>, Scalar<'a>)>, Reason> {
    let mut attributes = Vec::new();
    match next {
        Next::Object => {}
        Next::Null => return scanner.literal(next).map(|()| attributes),
        next => return Err(wrong("attributes", "an object", next)),
    }
    if !scanner.enter()? {
        return Ok(attributes);
    }
    loop {
        let key = scanner.key()?;
        let next = scanner.next()?;
        let value = match next {
            Next::Text => Some(Scalar::Text(scanner.text()?)),
            Next::Number => scanner.number()?.parse().ok().map(Scalar::Number),
            Next::True | Next::False => scanner
                .literal(next)
                .map(|()| Some(Scalar::Bool(next == Next::True)))?,
            Next::Object | Next::Array | Next::Null => scanner.skip().map(|()| None)?,
        };
        // The last of equal keys wins, as everywhere in JSON.
        attributes.retain(|(before, _)| *before != key);
        if let Some(value) = value
            && attributes.len() < ATTRIBUTES
        {
            attributes.push((key, value));
        }
        if !scanner.more()? {
            return Ok(attributes);
        }
    }
}
