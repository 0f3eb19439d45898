//! Reading the body of a request, within its bounds.

use std::{future::poll_fn, pin::Pin};

use hyper::body::{Body as _, Bytes, Incoming};

use crate::{
    budget::Held,
    refusal::{Refusal, Refused},
};

/// A body as it came.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) bytes: Bytes,
    /// Where its message begins.
    pub(crate) start: usize,
    pub(crate) gzip: bool,
}

/// Reads a body to its end.
pub(crate) async fn read(
    body: &mut Incoming,
    limit: usize,
    held: &mut Held,
) -> Result<Bytes, Refused> {
    // Said by the emitter, so that it is refused before it has sent it all.
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = piece(body).await? {
        if bytes.len() + piece.len() > limit {
            return Err(too_large(limit));
        }
        if !held.grow(piece.len()) {
            return Err(Refused::new(Refusal::Busy, "too much is being received"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}

/// Reads a body to its end, or as far as is allowed, and keeps nothing: an emitter that is still sending does not read its answer.
pub(crate) async fn discard(body: &mut Incoming, limit: usize) -> Result<(), Refused> {
    let mut length = 0;
    while let Some(piece) = piece(body).await? {
        length += piece.len();
        if length > limit {
            return Err(too_large(limit));
        }
    }
    Ok(())
}

pub(crate) fn too_large(limit: usize) -> Refused {
    Refused::new(
        Refusal::TooLarge,
        format!("the body is longer than {limit} bytes"),
    )
}

/// The next piece; trailers hold nothing of interest.
async fn piece(body: &mut Incoming) -> Result<Option<Bytes>, Refused> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(error)) => {
                return Err(Refused::new(
                    Refusal::CutOff,
                    format!("the body broke off: {error}"),
                ));
            }
        }
    }
}
