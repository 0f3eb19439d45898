//! The frames of an Arrow IPC stream, one by one: bounded, and with an end marker that must be there.
//!
//! A stream is a sequence of messages, each a marker of four bytes 0xFF, the length of its head, the head, and its body. A length of zero ends it. A decoder alone
//! takes the end of the pipe for the end of the stream, and so a plugin that died halfway for one that was done.

use std::io::Read;

use arrow_buffer::{Buffer, MutableBuffer};
use arrow_ipc::root_as_message;

/// Longest head of a message, in bytes.
const HEAD: usize = 1 << 20;
/// Longest body of a message, in bytes.
const BODY: usize = 256 << 20;
/// Reserved at once for a body; more only as it comes.
const STEP: usize = 4 << 20;

/// What came.
#[derive(Debug)]
pub(crate) enum Frame {
    /// A message as a whole, with its marker and lengths.
    Message(Buffer),
    /// The end marker of a stream.
    End,
}

/// Reads the next frame; nothing where the pipe ends between two.
///
/// # Errors
/// Why it is none: a fragment that follows the plugin's name.
pub(crate) fn next(pipe: &mut dyn Read) -> Result<Option<Frame>, String> {
    let mut start = [0; 8];
    let read = fill(pipe, &mut start)?;
    if read == 0 {
        return Ok(None);
    }
    if start[..4.min(read)] != [0xff; 4][..4.min(read)] {
        return Err(format!(
            "answered with something else than an Arrow IPC stream: {:?} ..",
            String::from_utf8_lossy(&start[..read])
        ));
    }
    if read < start.len() {
        return Err(cut());
    }
    let head = u32::from_le_bytes([start[4], start[5], start[6], start[7]]) as usize;
    if head == 0 {
        return Ok(Some(Frame::End));
    }
    if head > HEAD {
        return Err(format!(
            "answered with a message whose head has {head} bytes, more than {HEAD}"
        ));
    }
    let mut frame = MutableBuffer::with_capacity(8 + head);
    frame.extend_from_slice(&start);
    frame.resize(8 + head, 0);
    if fill(pipe, &mut frame[8..])? < head {
        return Err(cut());
    }
    let body = match root_as_message(&frame[8..]) {
        Ok(message) => usize::try_from(message.bodyLength()).unwrap_or(usize::MAX),
        Err(_) => return Err("answered with a message whose head is none of Arrow's".to_owned()),
    };
    if body > BODY {
        return Err(format!(
            "answered with a message of {body} bytes, more than {BODY}; let it write smaller batches"
        ));
    }
    let mut left = body;
    while left > 0 {
        let (at, step) = (frame.len(), left.min(STEP));
        frame.resize(at + step, 0);
        if fill(pipe, &mut frame[at..])? < step {
            return Err(cut());
        }
        left -= step;
    }
    Ok(Some(Frame::Message(frame.into())))
}

/// The stream ends inside a message.
fn cut() -> String {
    "ended in the middle of its answer".to_owned()
}

/// Reads until the buffer is full or the pipe ends; says how much came.
fn fill(pipe: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, String> {
    let mut filled = 0;
    while filled < buffer.len() {
        match pipe.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(format!("cannot be listened to: {error}")),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Result<Option<Frame>, String> {
        next(&mut std::io::Cursor::new(bytes))
    }

    #[test]
    fn the_end_marker_is_told_from_the_end_of_the_pipe() {
        assert!(matches!(told(b""), Ok(None)));
        let marker = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
        assert!(matches!(told(&marker), Ok(Some(Frame::End))));
    }

    #[test]
    fn what_is_no_stream_is_told_and_costs_no_memory() {
        for (bytes, says) in [
            (&b"hello"[..], "\"hello\" .."),
            (b"{\"score\": 1}", "something else than an Arrow IPC stream"),
            (&[0xff, 0xff], "in the middle"),
            (&[0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0, 1, 2], "in the middle"),
            (
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
                "more than 1048576",
            ),
            (
                &[0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9],
                "none of Arrow's",
            ),
        ] {
            let error = told(bytes).expect_err(says);
            assert!(error.contains(says), "{error}");
        }
    }
}
