//! The body of an answer: at most one piece, and trailers where gRPC has its outcome.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{
    HeaderMap,
    body::{Body, Bytes, Frame, SizeHint},
};

#[derive(Debug, Default)]
pub(crate) struct Payload {
    pub(crate) data: Bytes,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(if self.data.is_empty() {
            self.trailers
                .take()
                .map(|trailers| Ok(Frame::trailers(trailers)))
        } else {
            Some(Ok(Frame::data(std::mem::take(&mut self.data))))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_empty() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        // A length would be said in the head, where gRPC's clients expect none.
        match self.trailers {
            Some(_) => SizeHint::default(),
            None => SizeHint::with_exact(self.data.len() as u64),
        }
    }
}
