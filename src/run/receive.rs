//! The receiver of a run: what arrives is recorded.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use pss_integrations::formats::otlp::Requests;
use pss_metrics::model::{Intake, Sample, Span};
use pss_receiver::{Collector, NotTaken, Options, Receiver, Taken};

use super::record::Recorder;

/// Opens a receiver, which hands on to a collector where one is named. One worker, so that totals are read in the order in which they came.
pub(super) fn open(recorder: Arc<Recorder>, tee: Option<Collector>) -> io::Result<Receiver> {
    let requests = Mutex::new(Requests::default());
    let options = Options {
        workers: 1,
        tee,
        ..Options::default()
    };
    Receiver::start(options, move |body| {
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        recorder
            .record(|into| {
                let mut counted = Counted { into, records: 0 };
                let unusable =
                    requests.decode(body.signal, body.encoding, body.bytes, &mut counted)?;
                Ok(Taken {
                    records: counted.records,
                    unusable,
                })
            })
            .map_err(NotTaken::Malformed)
    })
}

/// Counts what a body holds.
struct Counted<'a> {
    into: &'a mut (dyn Intake + Send),
    records: u64,
}

impl Intake for Counted<'_> {
    fn span(&mut self, span: &Span<'_>) {
        self.records += 1;
        self.into.span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.records += 1;
        self.into.sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.into.skipped(what, count);
    }
}
