//! Fields in any way that JSON can write them, and what is wrong with them.

use std::borrow::Cow;

use pss_metrics::model::{Decimal, Kind};

use super::super::json::{Next, Reason, Scanner};
use super::{
    field::Field,
    fields::{Fields, Scalar},
    metadata::Metadata,
};

/// Attributes of one record that are looked at.
const ATTRIBUTES: usize = 256;

/// A number, or none.
pub(super) enum Number {
    Missing,
    Is(Decimal),
}

/// Takes a field's value, however it is written, and gives the place behind it. What is wrong with it is noted by field: the last of equal keys wins, whatever stood there before.
#[cold]
pub(super) fn take_any<'a>(
    before: Scanner<'a>,
    field: Field,
    fields: &mut Fields<'a>,
    wrong: &mut Vec<(Field, Reason)>,
) -> Result<Scanner<'a>, Reason> {
    let mut scanner = before;
    match take(&mut scanner, field, fields) {
        Ok(()) => wrong.retain(|(known, _)| *known != field),
        Err(reason) if reason.is_about_value() => {
            scanner = before;
            scanner.skip()?;
            wrong.retain(|(known, _)| *known != field);
            wrong.push((field, reason));
        }
        Err(reason) => return Err(reason),
    }
    Ok(scanner)
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
                Next::Object => Some(Box::new(Metadata::scan(scanner)?)),
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
