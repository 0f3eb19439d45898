//! One trace event, projected to what spans and samples need.

use std::borrow::Cow;

use pss_metrics::model::Decimal;

use super::super::json::{Next, Reason, Scanner};

/// An event.
#[derive(Debug, Default)]
pub(super) struct Event<'a> {
    /// Its phase: `X`, `B`, `E`, `C` ..
    pub(super) phase: u8,
    pub(super) name: Cow<'a, str>,
    pub(super) category: Cow<'a, str>,
    /// Start in nanoseconds of the trace's clock.
    pub(super) time: Option<i64>,
    /// Duration in nanoseconds.
    pub(super) duration: Option<u64>,
    /// Processor time of the thread when it began, in nanoseconds.
    pub(super) thread_time: Option<i64>,
    /// Processor time used, in nanoseconds.
    pub(super) thread_duration: Option<u64>,
    /// As they stand: numbers or text.
    pub(super) process: &'a str,
    pub(super) thread: &'a str,
    /// What asynchronous events are matched by.
    pub(super) id: Id<'a>,
    /// What an identity is one within, beside the category.
    pub(super) scope: Cow<'a, str>,
    /// As it stands.
    pub(super) arguments: Option<&'a str>,
}

/// An identity as it stands, with quotes where it is text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Id<'a> {
    #[default]
    None,
    /// `id`: one within its category and scope.
    Plain(&'a str),
    /// `id2.global`: one for all processes.
    Global(&'a str),
    /// `id2.local`: one within its process.
    Local(&'a str),
}

impl<'a> Event<'a> {
    /// Reads an event.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub(super) fn parse(text: &'a str) -> Result<Event<'a>, String> {
        scan(text).map_err(|reason| match reason {
            Reason::Array | Reason::NotAnObject => "is no object; a trace event is an object such as {\"name\": \"..\", \"ph\": \"X\", \"ts\": 1, \"dur\": 2}".to_owned(),
            reason => reason.explain(text),
        })
    }
}

fn scan(text: &str) -> Result<Event<'_>, Reason> {
    let mut scanner = Scanner::new(text);
    match scanner.next()? {
        Next::Object => {}
        Next::Array => return Err(Reason::Array),
        _ => return Err(Reason::NotAnObject),
    }
    let mut event = Event::default();
    if scanner.enter()? {
        loop {
            let key = scanner.key()?;
            take(&key, &mut scanner, &mut event)?;
            if !scanner.more()? {
                break;
            }
        }
    }
    scanner.end()?;
    Ok(event)
}

fn take<'a>(key: &str, scanner: &mut Scanner<'a>, event: &mut Event<'a>) -> Result<(), Reason> {
    let next = scanner.next()?;
    match key.as_bytes() {
        b"ph" => {
            let phase = text(scanner, next, "ph")?;
            event.phase = match phase.as_bytes() {
                [phase] => *phase,
                _ => 0,
            };
        }
        b"name" => event.name = text(scanner, next, "name")?,
        b"cat" => event.category = text(scanner, next, "cat")?,
        b"ts" => event.time = number(scanner, next, "ts", |value| value.signed(3))?,
        b"dur" => event.duration = number(scanner, next, "dur", |value| value.unsigned(3))?,
        b"tts" => event.thread_time = number(scanner, next, "tts", |value| value.signed(3))?,
        b"tdur" => {
            event.thread_duration = number(scanner, next, "tdur", |value| value.unsigned(3))?;
        }
        b"pid" => event.process = scanner.raw()?,
        b"tid" => event.thread = scanner.raw()?,
        b"id" => event.id = Id::Plain(scanner.raw()?),
        b"id2" if event.id == Id::None => event.id = second_id(scanner, next)?,
        b"scope" => event.scope = text(scanner, next, "scope")?,
        b"args" => event.arguments = Some(scanner.raw()?),
        _ => scanner.skip()?,
    }
    Ok(())
}

/// What `id2` holds.
fn second_id<'a>(scanner: &mut Scanner<'a>, next: Next) -> Result<Id<'a>, Reason> {
    if next != Next::Object {
        return scanner.raw().map(Id::Plain);
    }
    let mut id = Id::None;
    if scanner.enter()? {
        loop {
            let key = scanner.key()?;
            scanner.next()?;
            let value = scanner.raw()?;
            match key.as_bytes() {
                b"global" => id = Id::Global(value),
                b"local" if id == Id::None => id = Id::Local(value),
                _ => {}
            }
            if !scanner.more()? {
                break;
            }
        }
    }
    Ok(id)
}

fn text<'a>(
    scanner: &mut Scanner<'a>,
    next: Next,
    field: &'static str,
) -> Result<Cow<'a, str>, Reason> {
    match next {
        Next::Text => scanner.text(),
        Next::Null => scanner.skip().map(|()| Cow::Borrowed("")),
        Next::Number => scanner.number().map(Cow::Borrowed),
        next => Err(Reason::Type {
            field,
            expected: "text",
            found: next.name(),
        }),
    }
}

fn number<T>(
    scanner: &mut Scanner<'_>,
    next: Next,
    field: &'static str,
    value: impl Fn(Decimal) -> Result<T, pss_metrics::model::NumberError>,
) -> Result<Option<T>, Reason> {
    let decimal = match next {
        Next::Number => scanner.decimal()?,
        Next::Null => return scanner.skip().map(|()| None),
        // Some writers quote their numbers.
        Next::Text => {
            let text = scanner.text()?;
            Decimal::parse(text.as_bytes()).map_err(|_| Reason::Type {
                field,
                expected: "a number",
                found: "text",
            })?
        }
        next => {
            return Err(Reason::Type {
                field,
                expected: "a number",
                found: next.name(),
            });
        }
    };
    value(decimal)
        .map(Some)
        .map_err(|error| Reason::Number { field, error })
}
