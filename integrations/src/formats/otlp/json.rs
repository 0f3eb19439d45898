//! OTLP in JSON, scanned once: spans are pushed as they are met, metrics are handed to the library's deserialiser.

use std::borrow::Cow;

use pss_metrics::model::{Attribute, Intake, Kind, Value};

use super::{
    super::{
        json::{Next, Reason, Scanner},
        signals::Points,
    },
    mapping::{Fields, Status, push},
    metrics,
    rejected::Rejected,
};

/// Attributes of one span or resource that are looked at.
const ATTRIBUTES: usize = 256;

/// What is known of a resource.
#[derive(Debug, Default)]
pub(super) struct Resource {
    pub(super) service: Option<String>,
    pub(super) instance: Option<String>,
}

/// Reads documents.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) points: Points,
    pub(super) rejected: Rejected,
}

pub(super) type Attributes<'a> = Vec<(Cow<'a, str>, Scalar<'a>)>;

#[derive(Debug)]
pub(super) enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Bool(bool),
}

/// Which list of a document is meant by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Spans,
    Metrics,
    Logs,
}

impl List {
    pub(super) fn of(key: &str) -> Option<List> {
        match key {
            "resourceSpans" | "resource_spans" | "batches" => Some(List::Spans),
            "resourceMetrics" | "resource_metrics" => Some(List::Metrics),
            "resourceLogs" | "resource_logs" => Some(List::Logs),
            _ => None,
        }
    }
}

/// Objects and arrays that documents come wrapped in: by a query's answer, by Tempo.
pub(super) fn is_wrapper(key: &str) -> bool {
    matches!(key, "result" | "trace" | "data" | "traces")
}

/// What a value of another type than expected is told as; names that are keys stand in backquotes.
pub(super) fn mistyped(name: &str, found: &str, expected: &str) -> String {
    let quote = if name.contains(' ') { "" } else { "`" };
    format!("{quote}{name}{quote} is {found}, expected {expected}")
}

/// Keys of an object in which a document is looked for.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    first: Option<String>,
    known: bool,
}

impl Strangers {
    pub(super) fn meet(&mut self, key: &str) {
        if List::of(key).is_some() || is_wrapper(key) {
            self.known = true;
        } else if self.first.is_none() {
            self.first = Some(key.chars().take(30).collect());
        }
    }

    /// An object that has members, and none of a document, is something else. An empty one is an empty request.
    pub(super) fn tell(self, rejected: &mut Rejected) {
        if let (Some(first), false) = (self.first, self.known) {
            rejected.note(format!(
                "an object with `{first}`, and without resourceSpans, batches, resourceMetrics and resourceLogs"
            ));
        }
    }
}

/// What spans of one scope are listed in, today and before.
pub(super) fn is_scopes(key: &str) -> bool {
    matches!(
        key,
        "scopeSpans"
            | "scope_spans"
            | "instrumentationLibrarySpans"
            | "instrumentation_library_spans"
    )
}

impl Documents {
    /// For documents that are read at once, in no order.
    pub(super) fn without_order() -> Documents {
        Documents {
            points: Points::without_order(),
            rejected: Rejected::default(),
        }
    }

    /// Reads a whole document, or a wrapped one.
    pub(super) fn document(
        &mut self,
        scanner: &mut Scanner<'_>,
        depth: u32,
        into: &mut dyn Intake,
    ) -> Result<(), Reason> {
        match scanner.next()? {
            Next::Object if depth < 8 => {}
            Next::Array if depth > 0 && depth < 8 => {
                if scanner.enter_array()? {
                    loop {
                        self.document(scanner, depth + 1, into)?;
                        if !scanner.more_elements()? {
                            break;
                        }
                    }
                }
                return Ok(());
            }
            Next::Array if depth == 0 => return Err(Reason::Array),
            _ if depth == 0 => return Err(Reason::NotAnObject),
            Next::Object | Next::Array => return scanner.skip(),
            _ => return self.wrong("what a wrapper holds", "a document", scanner),
        }
        if !scanner.enter()? {
            return Ok(());
        }
        let mut strangers = Strangers::default();
        loop {
            let key = scanner.key()?;
            strangers.meet(&key);
            match List::of(&key) {
                Some(list) if scanner.next()? == Next::Array => {
                    if scanner.enter_array()? {
                        loop {
                            self.element(list, scanner, into)?;
                            if !scanner.more_elements()? {
                                break;
                            }
                        }
                    }
                }
                Some(_) => self.wrong(&key, "a list", scanner)?,
                None if is_wrapper(&key) => self.document(scanner, depth + 1, into)?,
                None => scanner.skip()?,
            }
            if !scanner.more()? {
                strangers.tell(&mut self.rejected);
                return Ok(());
            }
        }
    }

    /// Passes over a value of another type than it should be, which is told; null is as good as nothing.
    fn wrong(
        &mut self,
        name: &str,
        expected: &str,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), Reason> {
        let next = scanner.next()?;
        if next != Next::Null {
            self.rejected.note(mistyped(name, next.name(), expected));
        }
        scanner.skip()
    }

    /// Reads one element of a list: a resource with what it made.
    pub(super) fn element(
        &mut self,
        list: List,
        scanner: &mut Scanner<'_>,
        into: &mut dyn Intake,
    ) -> Result<(), Reason> {
        match list {
            List::Spans => self.resource_spans(scanner, into),
            List::Metrics => {
                let text = scanner.raw()?;
                if let Err(reason) =
                    metrics::push_json(text, &mut self.points, &mut self.rejected, into)
                {
                    self.rejected.note(reason);
                }
                Ok(())
            }
            List::Logs => {
                let text = scanner.raw()?;
                into.skipped("log records", metrics::count_logs(text));
                Ok(())
            }
        }
    }

    fn resource_spans(
        &mut self,
        scanner: &mut Scanner<'_>,
        into: &mut dyn Intake,
    ) -> Result<(), Reason> {
        if scanner.next()? != Next::Object {
            return self.wrong("an element of `resourceSpans`", "an object", scanner);
        }
        let mut resource: Option<Resource> = None;
        // Spans that stand before the resource they belong to.
        let mut early = Vec::new();
        if !scanner.enter()? {
            return Ok(());
        }
        loop {
            let key = scanner.key()?;
            match &*key {
                "resource" => resource = Some(self.resource(scanner)?),
                key if is_scopes(key) => match &resource {
                    Some(resource) => self.scopes(resource, scanner, into)?,
                    None => early.push(scanner.raw()?),
                },
                _ => scanner.skip()?,
            }
            if !scanner.more()? {
                break;
            }
        }
        let resource = resource.unwrap_or_default();
        for scopes in early {
            self.scopes(&resource, &mut Scanner::new(scopes), into)?;
        }
        Ok(())
    }

    /// Reads a resource.
    pub(super) fn resource(&mut self, scanner: &mut Scanner<'_>) -> Result<Resource, Reason> {
        let mut resource = Resource::default();
        if scanner.next()? != Next::Object {
            self.wrong("resource", "an object", scanner)?;
            return Ok(resource);
        }
        if !scanner.enter()? {
            return Ok(resource);
        }
        loop {
            let key = scanner.key()?;
            if &*key == "attributes" {
                let mut attributes = Attributes::new();
                read_attributes(scanner, &mut attributes)?;
                for (key, value) in attributes {
                    let Scalar::Text(text) = value else { continue };
                    match &*key {
                        "service.name" => resource.service = Some(text.into_owned()),
                        "service.instance.id" => resource.instance = Some(text.into_owned()),
                        _ => {}
                    }
                }
            } else {
                scanner.skip()?;
            }
            if !scanner.more()? {
                return Ok(resource);
            }
        }
    }

    fn scopes(
        &mut self,
        resource: &Resource,
        scanner: &mut Scanner<'_>,
        into: &mut dyn Intake,
    ) -> Result<(), Reason> {
        if scanner.next()? != Next::Array {
            return self.wrong("scopeSpans", "a list", scanner);
        }
        if !scanner.enter_array()? {
            return Ok(());
        }
        let mut attributes = Attributes::new();
        loop {
            if scanner.next()? == Next::Object {
                if scanner.enter()? {
                    loop {
                        let key = scanner.key()?;
                        if &*key != "spans" {
                            scanner.skip()?;
                        } else if scanner.next()? == Next::Array {
                            if scanner.enter_array()? {
                                loop {
                                    self.span(resource, scanner, &mut attributes, into)?;
                                    if !scanner.more_elements()? {
                                        break;
                                    }
                                }
                            }
                        } else {
                            self.wrong("spans", "a list", scanner)?;
                        }
                        if !scanner.more()? {
                            break;
                        }
                    }
                }
            } else {
                self.wrong("an element of `scopeSpans`", "an object", scanner)?;
            }
            if !scanner.more_elements()? {
                return Ok(());
            }
        }
    }

    /// Reads one span. Only a syntax error ends the reading; a field that cannot be used is noted.
    pub(super) fn span<'a>(
        &mut self,
        resource: &Resource,
        scanner: &mut Scanner<'a>,
        attributes: &mut Attributes<'a>,
        into: &mut dyn Intake,
    ) -> Result<(), Reason> {
        if scanner.next()? != Next::Object {
            scanner.skip()?;
            self.rejected
                .note("is no object where a span should be".to_owned());
            return Ok(());
        }
        attributes.clear();
        let mut ids: [Cow<'_, str>; 3] = Default::default();
        let mut name = None;
        let mut fields = Fields::default();
        let mut wrong = None;
        if scanner.enter()? {
            loop {
                let key = scanner.key()?;
                match key.as_bytes() {
                    b"traceId" | b"trace_id" => ids[0] = identity(scanner)?,
                    b"spanId" | b"span_id" => ids[1] = identity(scanner)?,
                    b"parentSpanId" | b"parent_span_id" => ids[2] = identity(scanner)?,
                    b"name" => name = text(scanner)?,
                    b"kind" => fields.kind = kind(scanner)?,
                    b"startTimeUnixNano" | b"start_time_unix_nano" => match nanoseconds(scanner)? {
                        Some(time) => fields.start = time,
                        None => wrong = wrong.or(Some("startTimeUnixNano")),
                    },
                    b"endTimeUnixNano" | b"end_time_unix_nano" => match nanoseconds(scanner)? {
                        Some(time) => fields.end = time,
                        None => wrong = wrong.or(Some("endTimeUnixNano")),
                    },
                    b"status" => fields.status = status(scanner)?,
                    b"attributes" => read_attributes(scanner, attributes)?,
                    _ => scanner.skip()?,
                }
                if !scanner.more()? {
                    break;
                }
            }
        }
        if let Some(field) = wrong {
            self.rejected.note(format!(
                "`{field}` is no whole number of nanoseconds since the epoch"
            ));
            return Ok(());
        }
        if name.is_none() && fields.start == 0 && fields.end == 0 {
            self.rejected
                .note("is no span: it has no name and no times".to_owned());
            return Ok(());
        }
        (fields.trace_id, fields.span_id, fields.parent_id) = (&ids[0], &ids[1], &ids[2]);
        fields.name = name.as_deref();
        let borrowed: Vec<Attribute<'_>> = attributes
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
        if let Err(reason) = push(&fields, resource.service.as_deref(), &borrowed, into) {
            self.rejected.note(reason);
        }
        Ok(())
    }
}

fn text<'a>(scanner: &mut Scanner<'a>) -> Result<Option<Cow<'a, str>>, Reason> {
    if scanner.next()? == Next::Text {
        scanner.text().map(Some)
    } else {
        scanner.skip().map(|()| None)
    }
}

fn identity<'a>(scanner: &mut Scanner<'a>) -> Result<Cow<'a, str>, Reason> {
    Ok(text(scanner)?.unwrap_or_default())
}

fn kind(scanner: &mut Scanner<'_>) -> Result<Option<Kind>, Reason> {
    match scanner.next()? {
        Next::Number => Ok(scanner.number()?.parse().ok().and_then(Kind::from_number)),
        Next::Text => {
            let text = scanner.text()?;
            let number = text.parse().ok().and_then(Kind::from_number);
            Ok(number.or_else(|| Kind::parse(&text)))
        }
        _ => scanner.skip().map(|()| None),
    }
}

/// Nanoseconds as a number or as text; `None` where it is neither, zero where it is null.
fn nanoseconds(scanner: &mut Scanner<'_>) -> Result<Option<u64>, Reason> {
    match scanner.next()? {
        Next::Number => Ok(scanner.decimal()?.unsigned(0).ok()),
        Next::Text => Ok(digits(&scanner.text()?)),
        Next::Null => scanner.skip().map(|()| Some(0)),
        _ => scanner.skip().map(|()| None),
    }
}

fn digits(text: &str) -> Option<u64> {
    if text.is_empty() {
        return Some(0);
    }
    text.bytes().try_fold(0u64, |value, byte| {
        value.checked_mul(10)?.checked_add(u64::from(
            byte.checked_sub(b'0').filter(|digit| *digit < 10)?,
        ))
    })
}

fn status(scanner: &mut Scanner<'_>) -> Result<Status, Reason> {
    let mut status = Status::Unset;
    if scanner.next()? != Next::Object {
        scanner.skip()?;
        return Ok(status);
    }
    if !scanner.enter()? {
        return Ok(status);
    }
    loop {
        let key = scanner.key()?;
        match (&*key, scanner.next()?) {
            ("code", Next::Number) => {
                status = Status::from_number(scanner.number()?.parse().unwrap_or(0));
            }
            ("code", Next::Text) => status = Status::parse(&scanner.text()?),
            _ => scanner.skip()?,
        }
        if !scanner.more()? {
            return Ok(status);
        }
    }
}

/// Attributes as a list of keys and wrapped values; lists, maps and bytes are passed over.
fn read_attributes<'a>(
    scanner: &mut Scanner<'a>,
    attributes: &mut Attributes<'a>,
) -> Result<(), Reason> {
    if scanner.next()? != Next::Array {
        return scanner.skip();
    }
    if !scanner.enter_array()? {
        return Ok(());
    }
    loop {
        if scanner.next()? == Next::Object {
            let (mut name, mut value) = (Cow::Borrowed(""), None);
            if scanner.enter()? {
                loop {
                    let key = scanner.key()?;
                    match &*key {
                        "key" => name = text(scanner)?.unwrap_or_default(),
                        "value" => value = any_value(scanner)?,
                        _ => scanner.skip()?,
                    }
                    if !scanner.more()? {
                        break;
                    }
                }
            }
            if let Some(value) = value
                && attributes.len() < ATTRIBUTES
            {
                attributes.push((name, value));
            }
        } else {
            scanner.skip()?;
        }
        if !scanner.more_elements()? {
            return Ok(());
        }
    }
}

fn any_value<'a>(scanner: &mut Scanner<'a>) -> Result<Option<Scalar<'a>>, Reason> {
    let mut value = None;
    if scanner.next()? != Next::Object {
        scanner.skip()?;
        return Ok(None);
    }
    if !scanner.enter()? {
        return Ok(None);
    }
    loop {
        let key = scanner.key()?;
        match (key.as_bytes(), scanner.next()?) {
            (b"stringValue" | b"string_value", Next::Text) => {
                value = Some(Scalar::Text(scanner.text()?));
            }
            (b"boolValue" | b"bool_value", next @ (Next::True | Next::False)) => {
                scanner.literal(next)?;
                value = Some(Scalar::Bool(next == Next::True));
            }
            (b"intValue" | b"int_value" | b"doubleValue" | b"double_value", Next::Number) => {
                value = scanner.number()?.parse().ok().map(Scalar::Number);
            }
            (b"intValue" | b"int_value" | b"doubleValue" | b"double_value", Next::Text) => {
                value = scanner.text()?.parse().ok().map(Scalar::Number);
            }
            _ => scanner.skip()?,
        }
        if !scanner.more()? {
            return Ok(value);
        }
    }
}
