//! What OTLP's fields mean to scoring, whether they came as JSON or as protobuf.

use pss_metrics::model::{Attribute, Intake, Kind, Parent, Span, error_flag};

/// A span's fields, as OTLP has them.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::formats) struct Fields<'a> {
    pub(in crate::formats) trace_id: &'a str,
    pub(in crate::formats) span_id: &'a str,
    /// Empty, or all zeros, for a root.
    pub(in crate::formats) parent_id: &'a str,
    pub(in crate::formats) name: Option<&'a str>,
    pub(in crate::formats) kind: Option<Kind>,
    /// Nanoseconds since the epoch; zero is unset.
    pub(in crate::formats) start: u64,
    /// Nanoseconds since the epoch; zero is unset.
    pub(in crate::formats) end: u64,
    pub(in crate::formats) status: Status,
}

/// A span's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::formats) enum Status {
    #[default]
    Unset,
    Ok,
    Error,
}

impl Status {
    pub(in crate::formats) fn from_number(code: u64) -> Status {
        match code {
            1 => Status::Ok,
            2 => Status::Error,
            _ => Status::Unset,
        }
    }

    pub(in crate::formats) fn parse(code: &str) -> Status {
        match code.strip_prefix("STATUS_CODE_").unwrap_or(code) {
            "OK" | "Ok" | "1" => Status::Ok,
            "ERROR" | "Error" | "2" => Status::Error,
            _ => Status::Unset,
        }
    }
}

/// Pushes a span.
///
/// # Errors
/// One that ends before it starts, or whose times are beyond the year 2262.
pub(in crate::formats) fn push(
    fields: &Fields<'_>,
    service: Option<&str>,
    attributes: &[Attribute<'_>],
    into: &mut dyn Intake,
) -> Result<(), String> {
    let start = match fields.start {
        0 => None,
        start => Some(
            i64::try_from(start)
                .map_err(|_| "`startTimeUnixNano` is beyond the year 2262".to_owned())?,
        ),
    };
    let duration = match (fields.start, fields.end) {
        // A span that was still running when it was written.
        (_, 0) | (0, _) => None,
        (start, end) => Some(
            end.checked_sub(start)
                .ok_or_else(|| "`endTimeUnixNano` is before `startTimeUnixNano`".to_owned())?,
        ),
    };
    // All zeros, in hexadecimal or in base64.
    let parent_id = if fields.parent_id.bytes().all(|byte| byte == b'0')
        || fields.parent_id == "AAAAAAAAAAA="
    {
        ""
    } else {
        fields.parent_id
    };
    into.span(&Span {
        trace_id: fields.trace_id,
        span_id: fields.span_id,
        parent_id,
        parent: if parent_id.is_empty() {
            Parent::Root
        } else {
            Parent::Child
        },
        service,
        name: fields.name,
        // Unspecified is to be read as internal.
        kind: Some(fields.kind.unwrap_or(Kind::Internal)),
        start,
        duration,
        error: Some(match fields.status {
            Status::Error => true,
            Status::Ok => false,
            Status::Unset => error_flag(attributes).unwrap_or(false),
        }),
        attributes,
        ..Span::default()
    });
    Ok(())
}
