//! A connection that tells when bytes arrive, since the end of a run is a moment without; and whose end is seen a little later than it comes.
//!
//! A command that ends does not wait for its last answer, so a request and the end of its connection may be read at once. Both of hyper's protocols then drop the
//! request. Here all that has arrived is on its way to the sink before the end is told.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use crate::ticket::Ledger;

/// How long an end is held back. Requests that are complete need one turn of the runtime until then.
const HELD_BACK: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(crate) struct Watched {
    stream: TcpStream,
    ledger: Arc<Ledger>,
    end: Option<End>,
}

#[derive(Debug)]
struct End {
    told: Pin<Box<Sleep>>,
    outcome: io::Result<()>,
}

impl Watched {
    pub(crate) fn new(stream: TcpStream, ledger: Arc<Ledger>) -> Watched {
        Watched {
            stream,
            ledger,
            end: None,
        }
    }

    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(end) = &mut self.end else {
            return Poll::Ready(Ok(()));
        };
        ready!(end.told.as_mut().poll(context));
        Poll::Ready(std::mem::replace(&mut end.outcome, Ok(())))
    }
}

/// Whoever is gone reads no answer, and what it has sent is read all the same.
fn as_if_written(outcome: Poll<io::Result<usize>>, length: usize) -> Poll<io::Result<usize>> {
    outcome.map(|written| written.or(Ok(length)))
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.end.is_some() {
            return self.poll_end(context);
        }
        let before = buffer.filled().len();
        let outcome = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.ledger.arrived();
            return Poll::Ready(outcome);
        }
        self.end = Some(End {
            told: Box::pin(sleep(HELD_BACK)),
            outcome,
        });
        self.poll_end(context)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, buffer);
        as_if_written(outcome, buffer.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = buffers.iter().map(|buffer| buffer.len()).sum();
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        as_if_written(outcome, length)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
