//! `sampler:kafka`: how far a consumer group is behind.

use std::{collections::BTreeMap, time::Duration};

use pss_integrations::samplers::{
    Absent, Polling, Sampler, SamplerEntry, SamplerMeta, Target, Unusable,
};
use pss_metrics::{
    model::{Intake, Sample, Signal},
    plugin_meta,
};

use crate::{settings::Observed, watcher::Watcher};

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
        let observed = Observed::new(target.settings(META.plugin.name))
            .map_err(absent)?
            .ok_or_else(|| Absent("no broker is named".to_owned()))?;
        let client = observed.cluster.client().map_err(absent)?;
        let watcher = Watcher::start(client, observed.group.clone(), &observed.topics)
            .map_err(|error| Absent(format!("cannot start a thread: {error}")))?;
        Ok(Box::new(Group { watcher }))
    }
}

struct Group {
    watcher: Watcher,
}

impl Polling for Group {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        let Some((age, reading)) = self.watcher.newest() else {
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
        self.watcher.look_again(LAST);
        self.poll(now, into);
    }

    fn notices(&self) -> Vec<String> {
        self.watcher.tell(|state| {
            let mut notices: Vec<String> = state
                .without
                .iter()
                .map(|without| format!("kafka: {without}"))
                .collect();
            let looks = state.good + state.failed;
            if looks == 0 {
                notices.push("kafka: the run was over before a broker answered".to_owned());
            } else if state.failed > 0 {
                notices.push(format!(
                    "kafka: {} of {looks} looks at the cluster failed: {}",
                    state.failed, state.why
                ));
            }
            notices
        })
    }
}
