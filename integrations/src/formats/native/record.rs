//! One record, projected to the fields that scoring needs.

use std::{borrow::Cow, collections::BTreeSet};

use pss_metrics::model::{Attribute, Decimal, Intake, Kind, Parent, Span, Value};

use super::super::json::{Next, Reason, Scanner};
use super::{
    field::{Field, Shapes},
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
    shapes: Shapes,
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
        let mut fields = Fields::default();
        let mut wrong: Vec<(Field, Reason)> = Vec::new();
        let first = match self.shapes.begin(&mut scanner) {
            None => self.first_key(&mut scanner)?,
            known => known,
        };
        if let Some((kind, mut field)) = first {
            let mut place = 1;
            loop {
                if !(wrong.is_empty() && take_plain(&mut scanner, field, &mut fields)) {
                    take_any(&mut scanner, field, &mut fields, &mut wrong)?;
                }
                let shape = self.shapes.get(kind);
                let passed = shape.and_then(|shape| shape.pass(place, &mut scanner));
                let next = match passed {
                    None if scanner.closes() => break,
                    None => self.next_key(&mut scanner, kind, place)?,
                    known => known,
                };
                let Some(next) = next else { break };
                (field, place) = next;
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

    /// The first key of a record whose kind is not known, and its kind from now on; nothing where the record is empty.
    #[cold]
    fn first_key(&mut self, scanner: &mut Scanner<'_>) -> Result<Option<(usize, Field)>, Reason> {
        let start = *scanner;
        match scanner.next()? {
            Next::Object => {}
            Next::Array => return Err(Reason::Array),
            _ => {
                scanner.skip()?;
                scanner.end()?;
                return Err(Reason::NotAnObject);
            }
        }
        if !scanner.enter()? {
            return Ok(None);
        }
        let field = self.key(scanner)?;
        Ok(Some((
            self.shapes.learn(scanner.since(&start), field),
            field,
        )))
    }

    /// A key that is not the expected one, and the place to expect after it; nothing at the record's end.
    #[cold]
    fn next_key(
        &mut self,
        scanner: &mut Scanner<'_>,
        kind: usize,
        place: usize,
    ) -> Result<Option<(Field, usize)>, Reason> {
        let start = *scanner;
        if !scanner.more()? {
            return Ok(None);
        }
        let field = self.key(scanner)?;
        let place = match self.shapes.get_mut(kind) {
            Some(shape) => shape.learn(place, scanner.since(&start), field),
            None => place,
        };
        Ok(Some((field, place)))
    }

    fn key(&mut self, scanner: &mut Scanner<'_>) -> Result<Field, Reason> {
        let key = scanner.key()?;
        let field = Field::of(&key);
        if field == Field::Unknown {
            self.note_unknown(&key);
        }
        Ok(field)
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

/// Takes a field's value where it is written the way writers do: no blank before it, no escapes, no exponent. False, without moving, where it is not, or of the
/// wrong type.
#[inline]
fn take_plain<'a>(scanner: &mut Scanner<'a>, field: Field, fields: &mut Fields<'a>) -> bool {
    match field {
        Field::Name => plain_text(scanner, &mut fields.name),
        Field::Duration => plain_seconds(scanner, &mut fields.duration),
        Field::Cpu => plain_seconds(scanner, &mut fields.cpu),
        Field::Wait => plain_seconds(scanner, &mut fields.wait),
        Field::LockWait => plain_seconds(scanner, &mut fields.lock_wait),
        Field::QueueWait => plain_seconds(scanner, &mut fields.queue_wait),
        Field::Memory => plain_integer(scanner, &mut fields.memory),
        Field::Error => plain_bool(scanner, &mut fields.error),
        Field::Timestamp => plain_instant(scanner, &mut fields.timestamp),
        Field::Start => plain_instant(scanner, &mut fields.start),
        Field::Tag => plain_text(scanner, &mut fields.tag),
        Field::Service => plain_text(scanner, &mut fields.service),
        Field::Module => plain_text(scanner, &mut fields.module),
        Field::TraceId => plain_identity(scanner, &mut fields.trace_id),
        Field::SpanId => plain_identity(scanner, &mut fields.span_id),
        Field::Ignored | Field::Unknown => scanner.passes_plain(),
        Field::ParentSpanId | Field::Kind | Field::Attributes | Field::System | Field::Metadata => {
            false
        }
    }
}

#[inline]
fn plain_text<'a>(scanner: &mut Scanner<'a>, into: &mut Option<Cow<'a, str>>) -> bool {
    match scanner.plain_text() {
        Some(text) => {
            *into = Some(Cow::Borrowed(text));
            true
        }
        None => plain_null(scanner, into),
    }
}

#[inline]
fn plain_identity<'a>(scanner: &mut Scanner<'a>, into: &mut Cow<'a, str>) -> bool {
    let text = scanner.plain_text();
    if let Some(text) = text {
        *into = Cow::Borrowed(text);
    }
    text.is_some()
}

#[inline]
fn plain_seconds(scanner: &mut Scanner<'_>, into: &mut Option<u64>) -> bool {
    match scanner.plain_seconds() {
        None => plain_null(scanner, into),
        value => {
            *into = value;
            true
        }
    }
}

#[inline]
fn plain_integer(scanner: &mut Scanner<'_>, into: &mut Option<u64>) -> bool {
    match scanner.plain_integer() {
        None => plain_null(scanner, into),
        value => {
            *into = value;
            true
        }
    }
}

#[inline]
fn plain_instant(scanner: &mut Scanner<'_>, into: &mut Option<i64>) -> bool {
    let before = *scanner;
    match scanner.plain_seconds().map(i64::try_from) {
        None => plain_null(scanner, into),
        Some(Ok(value)) => {
            *into = Some(value);
            true
        }
        Some(Err(_)) => {
            *scanner = before;
            false
        }
    }
}

#[inline]
fn plain_bool(scanner: &mut Scanner<'_>, into: &mut Option<bool>) -> bool {
    match scanner.plain_bool() {
        None => plain_null(scanner, into),
        value => {
            *into = value;
            true
        }
    }
}

#[inline]
fn plain_null<T>(scanner: &mut Scanner<'_>, into: &mut Option<T>) -> bool {
    let null = scanner.plain_null();
    if null {
        *into = None;
    }
    null
}

/// Takes a field's value, however it is written. What is wrong with it is noted by field: the last of equal keys wins, whatever stood there before.
#[cold]
fn take_any<'a>(
    scanner: &mut Scanner<'a>,
    field: Field,
    fields: &mut Fields<'a>,
    wrong: &mut Vec<(Field, Reason)>,
) -> Result<(), Reason> {
    let before = *scanner;
    match take(scanner, field, fields) {
        Ok(()) => wrong.retain(|(known, _)| *known != field),
        Err(reason) if reason.is_about_value() => {
            *scanner = before;
            scanner.skip()?;
            wrong.retain(|(known, _)| *known != field);
            wrong.push((field, reason));
        }
        Err(reason) => return Err(reason),
    }
    Ok(())
}

/// Takes a field's value.
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
