//! What was taken, handed on to a collector in the background. Nobody waits for it: what it does not take soon enough is dropped, and counted.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use crate::{
    collector::Collector,
    forward::{Copied, Forward},
    ticket::Ledger,
};

/// Requests that may wait.
const QUEUE: usize = 256;
/// Their bytes together.
const BYTES: usize = 64 << 20;
/// How long a collector may take for one request: as long as SDKs wait by default.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the end of a run may be held up for what still waits.
const LAST: Duration = Duration::from_secs(2);

/// The near end: takes copies.
#[derive(Debug)]
pub(crate) struct Tee {
    queue: mpsc::Sender<Copied>,
    waiting: Arc<AtomicUsize>,
    ledger: Arc<Ledger>,
}

/// The far end: a thread that sends them.
#[derive(Debug)]
pub(crate) struct Sending {
    stop: oneshot::Sender<Duration>,
    thread: JoinHandle<()>,
}

impl Tee {
    /// Takes a copy, or drops it. Never waits.
    pub(crate) fn offer(&self, copied: Copied) {
        let length = copied.bytes.len();
        let waiting = self.waiting.fetch_add(length, Ordering::SeqCst);
        self.ledger.with_forwarded(|counts| counts.requests += 1);
        if waiting + length > BYTES || self.queue.try_send(copied).is_err() {
            self.waiting.fetch_sub(length, Ordering::SeqCst);
            self.ledger.with_forwarded(|counts| counts.dropped += 1);
        }
    }
}

impl Sending {
    /// Sends what waits, at most for so long; what then still waits is dropped.
    pub(crate) fn end(self, grace: Duration) {
        // Both fail only where the thread is gone already.
        let _ = self.stop.send(grace.min(LAST));
        let _ = self.thread.join();
    }
}

/// Starts the thread.
pub(crate) fn start(collector: Collector, ledger: &Arc<Ledger>) -> io::Result<(Tee, Sending)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    let (queue, mut inbox) = mpsc::channel::<Copied>(QUEUE);
    let (stop, stopped) = oneshot::channel::<Duration>();
    let waiting = Arc::new(AtomicUsize::new(0));
    let (left, of_all) = (Arc::clone(&waiting), Arc::clone(ledger));
    let thread = Builder::new().name("otlp-tee".to_owned()).spawn(move || {
        runtime.block_on(async {
            let all = async {
                let mut forward = Forward::new(collector);
                while let Some(copied) = inbox.recv().await {
                    let outcome = timeout(PATIENCE, forward.send(&copied)).await;
                    let outcome = outcome
                        .unwrap_or_else(|_| Err(format!("did not answer within {PATIENCE:?}")));
                    if outcome.is_err() {
                        forward.hang_up();
                    }
                    left.fetch_sub(copied.bytes.len(), Ordering::SeqCst);
                    of_all.with_forwarded(|counts| match outcome {
                        Ok(()) => counts.sent += 1,
                        Err(why) => {
                            counts.failed += 1;
                            counts.why.get_or_insert(why);
                        }
                    });
                }
            };
            let over = async {
                sleep(stopped.await.unwrap_or_default()).await;
            };
            tokio::select! {
                () = all => {}
                () = over => {}
            }
        });
    })?;
    let tee = Tee {
        queue,
        waiting,
        ledger: Arc::clone(ledger),
    };
    Ok((tee, Sending { stop, thread }))
}
