//! What samplers see, poll by poll.

use std::time::{Duration, Instant, SystemTime};

use pss_integrations::{
    PLUGIN_CRATE,
    samplers::{Absent, Polling, Target, samplers},
};
use pss_metrics::model::{Intake, Sample, Signal, Span};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) signal: Signal,
    pub(crate) entity: String,
    pub(crate) time: i64,
    pub(crate) value: u64,
}

#[derive(Default)]
pub(crate) struct Samples(pub(crate) Vec<Seen>);

impl Intake for Samples {
    fn span(&mut self, _: &Span<'_>) {
        panic!("samplers push no spans");
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.0.push(Seen {
            signal: sample.signal,
            entity: sample.entity.to_owned(),
            time: sample.time.expect("a time"),
            value: sample.value,
        });
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl Samples {
    pub(crate) fn of(&self, signal: Signal) -> Vec<&Seen> {
        self.0.iter().filter(|seen| seen.signal == signal).collect()
    }

    pub(crate) fn last(&self, signal: Signal) -> u64 {
        self.of(signal).last().map_or(0, |seen| seen.value)
    }

    pub(crate) fn entities(&self, signal: Signal) -> Vec<&str> {
        let mut entities: Vec<&str> = self.of(signal).iter().map(|seen| &*seen.entity).collect();
        entities.sort_unstable();
        entities.dedup();
        entities
    }
}

pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("after 1970").as_nanos() as i64
}

pub(crate) fn start(name: &str, target: &Target) -> Result<Box<dyn Polling>, Absent> {
    samplers(&[&PLUGIN_CRATE], &Default::default())
        .expect("registered")
        .into_iter()
        .find(|sampler| sampler.meta().plugin.name == name)
        .expect("known")
        .start(target)
}

pub(crate) fn process(target: &Target) -> Box<dyn Polling> {
    start("process", target).expect("Linux")
}

/// Polls each 50 ms for a time.
pub(crate) fn poll(sampler: &mut dyn Polling, milliseconds: u64) -> Samples {
    let mut samples = Samples::default();
    poll_until(sampler, &mut samples, milliseconds, |_| false);
    samples
}

/// Polls each 50 ms until something is seen; says whether it was.
pub(crate) fn poll_until(
    sampler: &mut dyn Polling,
    samples: &mut Samples,
    milliseconds: u64,
    enough: impl Fn(&Samples) -> bool,
) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(milliseconds) {
        sampler.poll(now(), samples);
        if enough(samples) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}
