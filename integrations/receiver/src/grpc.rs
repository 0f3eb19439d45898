//! gRPC's frame around a message: one byte that says whether it is compressed, four with its length.

use std::fmt::Write as _;

use hyper::body::Bytes;

use crate::{
    body::Whole,
    refusal::{Refusal, Refused},
};

/// Bytes before a message.
pub(crate) const PREFIX: usize = 5;

pub(crate) fn frame(message: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(PREFIX + message.len());
    framed.push(0);
    // What is answered is a few hundred bytes long.
    framed.extend((message.len() as u32).to_be_bytes());
    framed.extend(message);
    framed
}

/// Looks into the frame of a body. `gzip` is what the headers say of compressed messages.
pub(crate) fn unframed(body: Bytes, gzip: bool) -> Result<Whole, Refused> {
    let malformed = |message| Refused::new(Refusal::Malformed, message);
    let Some((&[compressed, a, b, c, d], message)) = body.split_first_chunk::<PREFIX>() else {
        return Err(malformed("the message has no frame"));
    };
    if u32::from_be_bytes([a, b, c, d]) as usize != message.len() {
        return Err(malformed(
            "the frame is not as long as the body: a call has one message",
        ));
    }
    let gzip = match (compressed, gzip) {
        (0, _) => false,
        (1, true) => true,
        (1, false) => {
            return Err(malformed(
                "the message is compressed, but grpc-encoding does not say how",
            ));
        }
        _ => return Err(malformed("the frame's first byte is neither 0 nor 1")),
    };
    Ok(Whole {
        bytes: body,
        start: PREFIX,
        gzip,
    })
}

/// As `grpc-message` has it.
pub(crate) fn percent_encoded(message: &str) -> String {
    let mut encoded = String::with_capacity(message.len());
    for byte in message.bytes() {
        if matches!(byte, b' '..=b'~') && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_hold_one_message() {
        let whole = unframed(frame(b"abc").into(), true).expect("a frame");
        assert_eq!(
            (&whole.bytes[whole.start..], whole.gzip),
            (&b"abc"[..], false)
        );
        assert!(
            unframed(Bytes::from_static(b"\x01\0\0\0\x01a"), true)
                .expect("a frame")
                .gzip
        );
        for bad in [
            &b"\0\0\0"[..],
            b"\0\0\0\0\x02a",
            b"\0\0\0\0\0a",
            b"\x02\0\0\0\x01a",
            b"\x01\0\0\0\x01a",
            b"\0\xff\xff\xff\xffa",
        ] {
            let refused = unframed(Bytes::from_static(bad), false).expect_err("no frame");
            assert_eq!(refused.refusal, Refusal::Malformed, "{bad:?}");
        }
    }

    #[test]
    fn messages_of_any_text_fit_a_header() {
        assert_eq!(percent_encoded("100% \u{e9}\n"), "100%25 %C3%A9%0A");
    }
}
