//! One ticket a request, so that each is counted once, whatever becomes of it.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use pss_integrations::formats::otlp::Signal;

use crate::{Counts, Forwarded, Refusal, sink::Taken};

/// What is known of all requests.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    counts: Mutex<Counts>,
    /// Tickets in hands.
    open: AtomicUsize,
    /// Grows whenever bytes arrive.
    arrivals: AtomicU64,
    stopped: AtomicBool,
}

impl Ledger {
    pub(crate) fn counts(&self) -> Counts {
        self.with(|counts| counts.clone())
    }

    pub(crate) fn ticket(self: &Arc<Ledger>) -> Arc<Ticket> {
        self.open.fetch_add(1, Ordering::SeqCst);
        self.with(|counts| counts.requests += 1);
        Arc::new(Ticket {
            ledger: Arc::clone(self),
            settled: AtomicBool::new(false),
        })
    }

    pub(crate) fn connected(&self) {
        self.with(|counts| counts.connections += 1);
    }

    pub(crate) fn refused(&self, refusal: Refusal) {
        self.with(|counts| *counts.refused.entry(refusal).or_default() += 1);
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.open.load(Ordering::SeqCst) == 0
    }

    pub(crate) fn arrived(&self) {
        self.arrivals.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn arrivals(&self) -> u64 {
        self.arrivals.load(Ordering::SeqCst)
    }

    /// From now on, what is not done is left undone.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    pub(crate) fn with_forwarded(&self, change: impl FnOnce(&mut Forwarded)) {
        self.with(|counts| change(counts.forwarded.get_or_insert_default()));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Counts) -> T) -> T {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One request. It is in the hands of its connection, which may break off, and of a worker.
#[derive(Debug)]
pub(crate) struct Ticket {
    ledger: Arc<Ledger>,
    settled: AtomicBool,
}

impl Ticket {
    pub(crate) fn accept(&self, signal: Signal, bytes: usize, taken: &Taken) {
        if self.settle() {
            self.ledger.with(|counts| {
                *counts.accepted.entry(signal).or_default() += 1;
                counts.bytes += bytes as u64;
                counts.records += taken.records;
                counts.unusable += taken.unusable.as_ref().map_or(0, |unusable| unusable.count);
            });
        }
    }

    pub(crate) fn refuse(&self, refusal: Refusal) {
        if self.settle() {
            self.ledger.refused(refusal);
        }
    }

    fn settle(&self) -> bool {
        !self.settled.swap(true, Ordering::SeqCst)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let refusal = if self.ledger.is_stopped() {
            Refusal::Stopped
        } else {
            Refusal::CutOff
        };
        self.refuse(refusal);
        self.ledger.open.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_once() {
        let ledger = Arc::new(Ledger::default());
        let ticket = ledger.ticket();
        let at_the_worker = Arc::clone(&ticket);
        drop(ticket);
        assert!(!ledger.is_idle());
        at_the_worker.accept(Signal::Traces, 10, &Taken::default());
        at_the_worker.refuse(Refusal::Busy);
        drop(at_the_worker);
        assert!(ledger.is_idle());
        drop(ledger.ticket());
        let counts = ledger.counts();
        assert_eq!((counts.requests, counts.accepted[&Signal::Traces]), (2, 1));
        assert_eq!(counts.refused, [(Refusal::CutOff, 1)].into());
    }
}
