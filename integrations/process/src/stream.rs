//! Reads what a plugin, or `pss`, sends: Arrow IPC streams one after the other, each to its end marker.

use std::io::Read;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;

use crate::{
    frames::{Frame, next},
    rows::{From, Layout},
};

/// The end marker, as the decoder reads it.
const END: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// Reads all streams, and hands their batches on.
///
/// # Errors
/// What is no stream, breaks off, or has no end marker: a fragment that follows the sender's name. What came before was handed on.
pub(crate) fn read(
    pipe: &mut dyn Read,
    from: From,
    each: &mut dyn FnMut(&Layout, &RecordBatch) -> Result<(), String>,
) -> Result<(), String> {
    let mut streams = 0;
    let mut open: Option<Stream> = None;
    loop {
        let (mut bytes, ended) = match next(pipe)? {
            Some(Frame::Message(message)) => (message, false),
            Some(Frame::End) => (Buffer::from(END.as_slice()), true),
            None if open.is_some() => {
                return Err(
                    "ended without the end marker of its Arrow IPC stream, so that something may be missing"
                        .to_owned(),
                );
            }
            None if streams == 0 => return Err("answered nothing".to_owned()),
            None => return Ok(()),
        };
        let stream = open.get_or_insert_default();
        while !bytes.is_empty() {
            let batch = stream.decoder.decode(&mut bytes);
            let batch = batch.map_err(|error| format!("answered with a broken stream: {error}"))?;
            if stream.layout.is_none()
                && let Some(schema) = stream.decoder.schema()
            {
                stream.layout = Some(Layout::of(&schema, from)?);
            }
            if let (Some(layout), Some(batch)) = (&stream.layout, batch) {
                each(layout, &batch)?;
            }
        }
        if ended {
            if stream.layout.is_none() {
                return Err("answered with a stream that has no schema".to_owned());
            }
            open = None;
            streams += 1;
        }
    }
}

#[derive(Default)]
struct Stream {
    decoder: StreamDecoder,
    layout: Option<Layout>,
}
