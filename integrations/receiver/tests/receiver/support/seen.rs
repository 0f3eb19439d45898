//! A sink that remembers which spans came.

use std::sync::{Arc, Mutex};

use pss_integrations::formats::otlp::Requests;
use pss_metrics::model::{Intake, Sample, Span};
use pss_receiver::{Body, NotTaken, Taken};

#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Spans>>);

#[derive(Default)]
struct Spans {
    requests: Requests,
    /// How often each span came, by its number.
    times: Vec<u8>,
    pushed: u64,
}

struct Numbers<'a> {
    times: &'a mut Vec<u8>,
    pushed: &'a mut u64,
}

impl Intake for Numbers<'_> {
    fn span(&mut self, span: &Span<'_>) {
        let number = usize::from_str_radix(span.span_id, 16).expect("a number") - 1;
        if self.times.len() <= number {
            self.times.resize(number + 1, 0);
        }
        self.times[number] += 1;
        *self.pushed += 1;
    }

    fn sample(&mut self, _: &Sample<'_>) {
        *self.pushed += 1;
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl Seen {
    pub(crate) fn take(&self, body: Body<'_>) -> Result<Taken, NotTaken> {
        let mut spans = self.0.lock().expect("no panic");
        let Spans {
            requests,
            times,
            pushed,
        } = &mut *spans;
        let before = *pushed;
        let unusable = requests
            .decode(
                body.signal,
                body.encoding,
                body.bytes,
                &mut Numbers { times, pushed },
            )
            .map_err(NotTaken::Malformed)?;
        Ok(Taken {
            records: *pushed - before,
            unusable,
        })
    }

    /// Spans that came once, never, and more often.
    pub(crate) fn tally(&self, sent: usize) -> (usize, usize, usize) {
        let spans = self.0.lock().expect("no panic");
        let of = |number: usize| spans.times.get(number).copied().unwrap_or(0);
        let count = |test: fn(u8) -> bool| (0..sent).filter(|number| test(of(*number))).count();
        (
            count(|times| times == 1),
            count(|times| times == 0),
            count(|times| times > 1),
        )
    }
}
