//! Threads that inflate bodies and hand them to the sink, behind a bounded queue.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{Builder, JoinHandle},
};

use tokio::sync::oneshot;

use crate::{
    body::Whole,
    budget::Held,
    inflate::inflate,
    refusal::{Refusal, Refused},
    route::Route,
    sink::{Body, NotTaken, Sink, Taken},
    ticket::{Ledger, Ticket},
};

/// A body on its way to the sink.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) ticket: Arc<Ticket>,
    pub(crate) route: Route,
    pub(crate) whole: Whole,
    pub(crate) held: Held,
    pub(crate) reply: oneshot::Sender<Result<Taken, Refused>>,
}

/// The way to the workers. They end when it is dropped and empty.
#[derive(Debug)]
pub(crate) struct Queue(SyncSender<Job>);

impl Queue {
    /// Never waits: who finds the queue full is told to come again.
    pub(crate) fn push(&self, job: Job) -> Result<(), Refused> {
        self.0
            .try_send(job)
            .map_err(|_| Refused::new(Refusal::Busy, "the receiver is behind"))
    }
}

/// Starts the threads.
pub(crate) fn start(
    count: usize,
    queue: usize,
    largest_body: usize,
    ledger: &Arc<Ledger>,
    sink: &Arc<Sink>,
) -> io::Result<(Queue, Vec<JoinHandle<()>>)> {
    let (sender, receiver) = sync_channel(queue.max(1));
    let receiver = Arc::new(Mutex::new(receiver));
    let threads = (0..count.max(1))
        .map(|number| {
            let (receiver, ledger, sink) =
                (Arc::clone(&receiver), Arc::clone(ledger), Arc::clone(sink));
            Builder::new()
                .name(format!("otlp-sink-{number}"))
                .spawn(move || {
                    while let Some(job) = next(&receiver) {
                        // A job that is dropped is counted as not done.
                        if !ledger.is_stopped() {
                            work(job, largest_body, sink.as_ref());
                        }
                    }
                })
        })
        .collect::<io::Result<Vec<_>>>()?;
    Ok((Queue(sender), threads))
}

fn next(receiver: &Mutex<Receiver<Job>>) -> Option<Job> {
    receiver
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .recv()
        .ok()
}

fn work(mut job: Job, largest_body: usize, sink: &Sink) {
    let outcome = hand(&mut job, largest_body, sink);
    match &outcome {
        Ok((taken, bytes)) => job.ticket.accept(job.route.signal, *bytes, taken),
        Err(refused) => job.ticket.refuse(refused.refusal),
    }
    // The connection may be gone; the body is counted all the same.
    let _ = job.reply.send(outcome.map(|(taken, _)| taken));
}

fn hand(job: &mut Job, largest_body: usize, sink: &Sink) -> Result<(Taken, usize), Refused> {
    let message = &job.whole.bytes[job.whole.start..];
    let inflated;
    let bytes = if job.whole.gzip {
        inflated = inflate(message, largest_body, &mut job.held)?;
        inflated.as_slice()
    } else {
        message
    };
    let body = Body {
        signal: job.route.signal,
        encoding: job.route.transport.encoding(),
        bytes,
    };
    // A sink that panics on one body may take the next: the emitter is told, and the run goes on.
    let taken = catch_unwind(AssertUnwindSafe(|| sink(body)))
        .unwrap_or_else(|_| Err(NotTaken::Failed("the sink panicked".to_owned())));
    match taken {
        Ok(taken) => Ok((taken, bytes.len())),
        Err(not_taken) => {
            let refusal = match not_taken {
                NotTaken::Malformed(_) => Refusal::Malformed,
                NotTaken::Busy => Refusal::Busy,
                NotTaken::Failed(_) => Refusal::Failed,
            };
            Err(Refused::new(refusal, not_taken.to_string()))
        }
    }
}
