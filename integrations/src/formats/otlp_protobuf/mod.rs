//! OpenTelemetry's own protocol as protobuf: a request, or the Collector's file exporter's stream of requests, each behind its length.

mod messages;
mod push;
mod wire;

use std::io::{self, Read};

use prost::Message;
use pss_metrics::{model::Intake, plugin_meta};

use self::{
    messages::Request,
    wire::{Content, begins_request},
};
use super::{
    contract::{
        Capabilities, DecodeError, Format, FormatEntry, FormatMeta, Likeness, Reading, Sink,
        StreamDecoder,
    },
    head::Head,
    otlp::{Rejected, Signal},
    settings::InputSettings,
    signals::Points,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "otlp-protobuf",
        "OTLP as protobuf: a request for traces or metrics, or a stream of them behind 4-byte lengths"
    ),
    extensions: &["otlp", "otlp.pb", "otlp.binpb", "pb", "binpb", "proto"],
    media_types: &["application/x-protobuf"],
    capabilities: Capabilities::TEXT,
    mapping: "as format otlp (`pss plugins info format:otlp`); identities are shown in hexadecimal",
};

/// Longest message of one resource, and longest request of a stream.
const LIMIT: u64 = 64 << 20;

/// The format.
#[derive(Debug)]
pub struct OtlpProtobuf;

inventory::submit! { FormatEntry { format: &OtlpProtobuf } }

impl Format for OtlpProtobuf {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("../specimens/otlp_protobuf.binpb").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        // Blank lines are messages without content, byte by byte; nobody writes these.
        if head.bytes().iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        (begins_request(head.bytes()) || is_framed(head.bytes())).then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        Ok(Reading::Stream(Box::new(Requests {
            framed: is_framed(head.bytes()),
            points: Points::default(),
            place: 0,
        })))
    }
}

/// Whether a stream begins with a length and a request of that length.
fn is_framed(head: &[u8]) -> bool {
    let Some((length, rest)) = head.split_first_chunk::<4>() else {
        return false;
    };
    let length = u64::from(u32::from_be_bytes(*length));
    length > 0 && length <= LIMIT && begins_request(&rest[..rest.len().min(length as usize)])
}

/// Whether bytes begin like a request without a frame.
pub(super) fn is_request(bytes: &[u8]) -> bool {
    begins_request(bytes)
}

/// Pushes what the body of a request holds. Of a signal that nobody names each resource tells what it holds.
///
/// # Errors
/// Why it is no request; what was pushed before stays.
pub(super) fn request(
    signal: Option<Signal>,
    body: &[u8],
    points: &mut Points,
    rejected: &mut Rejected,
    into: &mut dyn Intake,
) -> Result<(), String> {
    let named = signal.map(|signal| match signal {
        Signal::Traces => Content::Spans,
        Signal::Metrics => Content::Metrics,
        Signal::Logs => Content::Logs,
    });
    let request = Request::decode(body).map_err(|error| format!("is no OTLP request: {error}"))?;
    for resource in &request.resources {
        let content = named.unwrap_or_else(|| wire::content(resource));
        push::resource(content, resource, points, rejected, into)?;
    }
    Ok(())
}

struct Requests {
    framed: bool,
    points: Points,
    place: u64,
}

/// Why a request cannot be read to its end.
enum Broken {
    Io(io::Error),
    Reason(&'static str),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        if error.kind() == io::ErrorKind::UnexpectedEof && error.get_ref().is_none() {
            Broken::Reason("is truncated: the file ends inside it")
        } else {
            Broken::Io(error)
        }
    }
}

impl StreamDecoder for Requests {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let mut stream = io::BufReader::with_capacity(1 << 16, stream);
        let outcome = if self.framed {
            self.frames(&mut stream, sink)
        } else {
            self.request(&mut stream, sink)
        };
        self.points.flush(sink);
        match outcome {
            Ok(()) => Ok(()),
            Err(Broken::Io(error)) => Err(DecodeError::Io(error)),
            Err(Broken::Reason(reason)) => {
                self.place += 1;
                sink.record(self.place, Err(reason.to_owned()));
                Ok(())
            }
        }
    }
}

impl Requests {
    fn frames(&mut self, stream: &mut impl Read, sink: &mut dyn Sink) -> Result<(), Broken> {
        loop {
            let mut length = [0; 4];
            if !fill(stream, &mut length)? || sink.interrupted() {
                return Ok(());
            }
            let length = u64::from(u32::from_be_bytes(length));
            if length > LIMIT {
                return Err(Broken::Reason(
                    "is longer than 64 MiB; nothing behind it could be read",
                ));
            }
            let mut frame = Vec::new();
            if stream.take(length).read_to_end(&mut frame)? < length as usize {
                // What is whole in it still counts.
                self.request(&mut frame.as_slice(), sink)?;
                return Err(Broken::Reason("is truncated: the file ends inside it"));
            }
            self.request(&mut frame.as_slice(), sink)?;
        }
    }

    /// Reads a request, one resource after the other.
    fn request(&mut self, stream: &mut impl Read, sink: &mut dyn Sink) -> Result<(), Broken> {
        while let Some(tag) = number(stream)? {
            let length = match tag & 7 {
                2 => number(stream)?
                    .ok_or(Broken::Reason("is truncated: the file ends inside it"))?,
                // No request has other fields; a later one may.
                0 => {
                    number(stream)?;
                    continue;
                }
                1 => 8,
                5 => 4,
                _ => {
                    return Err(Broken::Reason(
                        "is no OTLP request, and nothing behind it could be read",
                    ));
                }
            };
            if length > LIMIT {
                return Err(Broken::Reason(
                    "is longer than 64 MiB; nothing behind it could be read",
                ));
            }
            let mut message = Vec::new();
            if stream.take(length).read_to_end(&mut message)? < length as usize {
                return Err(Broken::Reason("is truncated: the file ends inside it"));
            }
            if tag != 0x0a {
                continue;
            }
            self.place += 1;
            let mut rejected = Rejected::default();
            let content = wire::content(&message);
            let outcome = push::resource(content, &message, &mut self.points, &mut rejected, sink);
            rejected.record(self.place, outcome, sink);
            if sink.interrupted() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Fills a buffer; false at the end of the stream.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> Result<bool, Broken> {
    let mut len = 0;
    while len < buffer.len() {
        match stream.read(&mut buffer[len..]) {
            Ok(0) if len == 0 => return Ok(false),
            Ok(0) => return Err(Broken::Reason("is truncated: the file ends inside it")),
            Ok(n) => len += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

/// A number of the wire form; `None` at the end of the stream.
fn number(stream: &mut impl Read) -> Result<Option<u64>, Broken> {
    let mut bytes = Vec::with_capacity(10);
    loop {
        let mut byte = [0];
        if !fill(stream, &mut byte)? {
            return if bytes.is_empty() {
                Ok(None)
            } else {
                Err(Broken::Reason("is truncated: the file ends inside it"))
            };
        }
        bytes.push(byte[0]);
        if byte[0] & 0x80 == 0 {
            return wire::varint(&bytes)
                .map(|(value, _)| Some(value))
                .ok_or(Broken::Reason(
                    "is no OTLP request, and nothing behind it could be read",
                ));
        }
        if bytes.len() == 10 {
            return Err(Broken::Reason(
                "is no OTLP request, and nothing behind it could be read",
            ));
        }
    }
}
