//! A sampler at work, and what it pushed.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use pss_integrations::samplers::{Polling, Sampler, SamplerSettings, Target};
use pss_kafka::sampler::Kafka;
use pss_metrics::model::{Intake, Sample, Signal, Span};

/// On a machine that others use as well.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lag and committed offset by entity, as they were seen last.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) lag: BTreeMap<String, u64>,
    pub(crate) committed: BTreeMap<String, u64>,
    /// How many samples there were.
    pub(crate) samples: usize,
    times: Vec<i64>,
}

impl Intake for Seen {
    fn span(&mut self, _: &Span<'_>) {
        panic!("samplers push no spans");
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        let into = if sample.signal == Signal::KAFKA_LAG {
            &mut self.lag
        } else {
            assert_eq!(sample.signal, Signal::KAFKA_OFFSET);
            &mut self.committed
        };
        into.insert(sample.entity.to_owned(), sample.value);
        self.samples += 1;
        self.times.push(sample.time.expect("a time"));
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

pub(crate) struct Watched {
    pub(crate) sampler: Box<dyn Polling>,
    pub(crate) seen: Seen,
}

pub(crate) fn settings(servers: &str, group: &str, topics: &str) -> SamplerSettings {
    let mut settings = SamplerSettings::default();
    for (key, value) in [
        ("bootstrap.servers", servers),
        ("group.id", group),
        ("topics", topics),
    ] {
        settings.set("kafka", key, value.to_owned());
    }
    settings
}

impl Watched {
    pub(crate) fn new(servers: &str, group: &str, topics: &str) -> Watched {
        let settings = settings(servers, group, topics);
        assert_eq!(Kafka.wanted(settings.of("kafka")), Ok(true));
        let target = Target::new(std::process::id()).with_settings(Arc::new(settings));
        Watched {
            sampler: Kafka.start(&target).expect("started"),
            seen: Seen::default(),
        }
    }

    /// Polls once. No poll may wait for a broker.
    pub(crate) fn poll(&mut self) {
        let began = Instant::now();
        self.sampler.poll(now(), &mut self.seen);
        assert!(began.elapsed() < Duration::from_secs(1), "a poll waits");
    }

    /// Polls until something is so.
    pub(crate) fn until(&mut self, what: &str, is: impl Fn(&Watched) -> bool) {
        let began = Instant::now();
        while !is(self) {
            assert!(
                began.elapsed() < PATIENCE,
                "never: {what}; {:?} {:?}",
                self.seen,
                self.sampler.notices()
            );
            std::thread::sleep(Duration::from_millis(20));
            self.poll();
        }
    }

    /// Polls until a partition is as far as it is.
    pub(crate) fn until_at(&mut self, entity: &str, committed: u64, lag: u64) {
        let what = format!("{entity} at {committed}, {lag} behind");
        self.until(&what, |watched| {
            watched.seen.committed.get(entity) == Some(&committed)
                && watched.seen.lag.get(entity) == Some(&lag)
        });
    }

    pub(crate) fn notices(&self) -> String {
        self.sampler.notices().join("\n")
    }

    /// Whether samples came in the order of their times, none from the future.
    pub(crate) fn in_order(&self) -> bool {
        let times = &self.seen.times;
        times.is_sorted() && times.last().is_none_or(|last| *last <= now())
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("after 1970").as_nanos() as i64
}
