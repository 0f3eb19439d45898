//! Fields written the way writers do: read without looking twice.

use std::borrow::Cow;

use super::{super::json::Scanner, field::Field, fields::Fields};

/// Takes a field's value where it is written the way writers do: no blank before it, no escapes, no exponent. False, without moving, where it is not, or of the
/// wrong type.
#[inline(always)]
pub(super) fn take_plain<'a>(
    scanner: &mut Scanner<'a>,
    field: Field,
    fields: &mut Fields<'a>,
) -> bool {
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

#[inline(always)]
fn plain_text<'a>(scanner: &mut Scanner<'a>, into: &mut Option<Cow<'a, str>>) -> bool {
    match scanner.plain_text() {
        Some(text) => {
            *into = Some(Cow::Borrowed(text));
            true
        }
        None => plain_null(scanner, into),
    }
}

#[inline(always)]
fn plain_identity<'a>(scanner: &mut Scanner<'a>, into: &mut Cow<'a, str>) -> bool {
    let text = scanner.plain_text();
    if let Some(text) = text {
        *into = Cow::Borrowed(text);
    }
    text.is_some()
}

#[inline(always)]
fn plain_seconds(scanner: &mut Scanner<'_>, into: &mut Option<u64>) -> bool {
    match scanner.plain_seconds() {
        None => plain_null(scanner, into),
        value => {
            *into = value;
            true
        }
    }
}

#[inline(always)]
fn plain_integer(scanner: &mut Scanner<'_>, into: &mut Option<u64>) -> bool {
    match scanner.plain_integer() {
        None => plain_null(scanner, into),
        value => {
            *into = value;
            true
        }
    }
}

#[inline(always)]
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

#[inline(always)]
fn plain_bool(scanner: &mut Scanner<'_>, into: &mut Option<bool>) -> bool {
    match scanner.plain_bool() {
        None => plain_null(scanner, into),
        value => {
            *into = value;
            true
        }
    }
}

#[inline(always)]
fn plain_null<T>(scanner: &mut Scanner<'_>, into: &mut Option<T>) -> bool {
    let null = scanner.plain_null();
    if null {
        *into = None;
    }
    null
}
