//! `sampler:kafka`: how far a consumer group is behind.

use std::{collections::BTreeMap, time::Duration};

use pss_integrations::samplers::{
    Absent, Polling, Sampler, SamplerEntry, SamplerMeta, Target, Unusable,
};
use pss_metrics::{
    model::{Intake, Sample, Signal},
    plugin_meta,
};

use crate::{
    settings::Observed,
    watcher::{Watcher, Watching},
};

static META: SamplerMeta = SamplerMeta {
    plugin: plugin_meta!(
        Sampler,
        "kafka",
        "lag and committed offsets of a Kafka consumer group, without joining it"
    ),
    emits: &[Signal::KAFKA_LAG, Signal::KAFKA_OFFSET],
    needs: "brokers, a group and topics: --kafka, --group, --topic or [kafka] in pss.toml; the right to describe both",
    mapping: "the offset that the group committed in a partition -> kafka.offset; the end of the partition less that -> kafka.lag; entity group/topic/partition.
All of [kafka] but `topics` goes to librdkafka by its own names, such as \"security.protocol\" or \"sasl.password\". Nothing is written: the group is not joined,
nothing is committed, no topic is created. The end is that of what is committed by transactions, unless \"isolation.level\" says otherwise. A partition without
a committed offset has no sample, and is told. A thread of its own looks every quarter of a second; while no broker answers there are no samples.
example: committed 1200, end 1500 -> kafka.offset 1200, kafka.lag 300",
};

/// The sampler.
#[derive(Debug)]
pub struct Kafka;

inventory::submit! { SamplerEntry { sampler: &Kafka } }

/// How long the end of a run may be held up for a last look: brokers that answer do so within milliseconds.
const LAST: Duration = Duration::from_millis(300);
/// The same where there was none before: a client needs a moment to connect.
const FIRST: Duration = Duration::from_secs(1);

impl Sampler for Kafka {
    fn meta(&self) -> &'static SamplerMeta {
        &META
    }

    fn wanted(&self, settings: &BTreeMap<String, String>) -> Result<bool, Unusable> {
        let Some(observed) = Observed::new(settings)? else {
            return Ok(false);
        };
        // What librdkafka does not take it says only when a client is made.
        observed.cluster.client().map(|_| true)
    }

    fn start(&self, target: &Target) -> Result<Box<dyn Polling>, Absent> {
        let absent = |unusable: Unusable| Absent(unusable.0);
        let settings = target.settings(META.plugin.name);
        let watcher = Watcher::kept(settings, || {
            let observed = Observed::new(settings)
                .map_err(absent)?
                .ok_or_else(|| Absent("no broker is named".to_owned()))?;
            let client = observed.cluster.client().map_err(absent)?;
            Watcher::start(client, observed.group.clone(), &observed.topics)
                .map_err(|error| Absent(format!("cannot start a thread: {error}")))
        })?;
        Ok(Box::new(Group {
            watching: watcher.watching(),
        }))
    }
}

struct Group {
    watching: Watching,
}

impl Polling for Group {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        let Some((age, reading)) = self.watching.newest() else {
            return;
        };
        let age = i64::try_from(age.as_nanos()).unwrap_or(i64::MAX);
        let time = Some(now.saturating_sub(age));
        for partition in &reading.partitions {
            for (signal, value) in [
                (Signal::KAFKA_LAG, partition.lag),
                (Signal::KAFKA_OFFSET, partition.committed),
            ] {
                into.sample(&Sample {
                    signal,
                    entity: &partition.entity,
                    time,
                    value,
                });
            }
        }
    }

    fn finish(&mut self, now: i64, into: &mut dyn Intake) {
        let limit = if self.watching.is_blind() {
            FIRST
        } else {
            LAST
        };
        self.watching.look_again(limit);
        self.poll(now, into);
    }

    fn notices(&self) -> Vec<String> {
        let told = self.watching.told();
        let without = told.without.iter();
        let mut notices: Vec<String> = without.map(|text| format!("kafka: {text}")).collect();
        if told.looks == 0 {
            notices.push("kafka: the run was over before a broker answered".to_owned());
        } else if told.failed > 0 {
            notices.push(format!(
                "kafka: {} of {} looks at the cluster failed: {}",
                told.failed, told.looks, told.why
            ));
        }
        notices
    }
}
