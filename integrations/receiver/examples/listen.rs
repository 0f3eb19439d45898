//! Prints its endpoint, counts spans until its input is closed, and prints the counts.

use std::{
    io::{Read, Write},
    sync::Mutex,
    time::Duration,
};

use pss_integrations::formats::otlp::Requests;
use pss_metrics::model::{Intake, Sample, Span};
use pss_receiver::{NotTaken, Options, Receiver, Taken};

#[derive(Default)]
struct Counted {
    spans: u64,
    samples: u64,
    skipped: u64,
}

impl Intake for Counted {
    fn span(&mut self, _: &Span<'_>) {
        self.spans += 1;
    }

    fn sample(&mut self, _: &Sample<'_>) {
        self.samples += 1;
    }

    fn skipped(&mut self, _: &'static str, count: u64) {
        self.skipped += count;
    }
}

fn main() -> std::io::Result<()> {
    let state: &'static Mutex<(Requests, Counted)> = Box::leak(Box::default());
    let receiver = Receiver::start(Options::default(), move |body| {
        let mut state = state
            .lock()
            .map_err(|_| NotTaken::Failed("a worker panicked".to_owned()))?;
        let (requests, counted) = &mut *state;
        let before = counted.spans + counted.samples;
        let unusable = requests
            .decode(body.signal, body.encoding, body.bytes, counted)
            .map_err(NotTaken::Malformed)?;
        Ok(Taken {
            records: counted.spans + counted.samples - before,
            unusable,
        })
    })?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", receiver.endpoint())?;
    for (name, value) in receiver.environment() {
        writeln!(out, "{name}={value}")?;
    }
    writeln!(out)?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let counts = receiver.stop(Duration::from_secs(5));
    if let Ok(state) = state.lock() {
        let Counted {
            spans,
            samples,
            skipped,
        } = state.1;
        writeln!(
            out,
            "spans {spans}, samples {samples}, passed over {skipped}"
        )?;
    }
    writeln!(out, "{counts:#?}")
}
