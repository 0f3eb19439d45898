//! `source:kafka`: the records of a topic.

use pss_integrations::{
    samplers::Unusable,
    sources::{Asked, Source, SourceEntry, SourceError, SourceMeta, Take},
};
use pss_metrics::plugin_meta;

use crate::{
    address::Address,
    settings::{BROKERS, Cluster, GROUP},
    topic,
};

static META: SourceMeta = SourceMeta {
    plugin: plugin_meta!(
        Source,
        "kafka",
        "the records of a Kafka topic, read without joining a group"
    ),
    address: "kafka://BROKER[:PORT],BROKER2/TOPIC; without brokers those of [kafka] in pss.toml are asked",
    needs: "the right to describe and to read the topic",
    mapping: "All partitions are read from their beginning up to the end that they have when reading begins; with --follow LENGTH for that long. A message is a native record,
several of them as lines or as a list, or an OTLP request, as JSON or protobuf; each is looked at by itself. Compression of Kafka itself is undone, keys and headers
are not looked at. A message that cannot be used is told as ADDRESS/PARTITION:OFFSET. All of [kafka] but `topics` goes to librdkafka by its own names, such as
\"security.protocol\" or \"sasl.password\". Nothing is written: no group is joined, nothing is committed, no topic is created. What is not committed by its
transaction is not read, unless \"isolation.level\" says otherwise.
example: pss analyze kafka://localhost:9092/otlp_spans",
};

/// The source.
#[derive(Debug)]
pub struct KafkaTopic;

inventory::submit! { SourceEntry { source: &KafkaTopic } }

/// Of what is fetched ahead; librdkafka's own default is 64 MiB.
const AHEAD: (&str, &str) = ("queued.max.messages.kbytes", "16384");

/// What reading leans on, whatever the user says. librdkafka wants the name of a group, though it joins none.
const ALWAYS: [(&str, &str); 3] = [
    (GROUP, "pss"),
    ("enable.partition.eof", "true"),
    // Of what is deleted between the look at its bounds and its reading.
    ("auto.offset.reset", "earliest"),
];

impl Source for KafkaTopic {
    fn meta(&self) -> &'static SourceMeta {
        &META
    }

    fn check(&self, asked: &Asked<'_>) -> Result<(), SourceError> {
        // What librdkafka does not take it says only when a client is made.
        let (cluster, _) = place(asked).map_err(refused)?;
        cluster.client().map(drop).map_err(refused)
    }

    fn read(&self, asked: &Asked<'_>, into: &mut dyn Take) -> Result<(), SourceError> {
        let (cluster, topic) = place(asked).map_err(refused)?;
        let client = cluster.client().map_err(refused)?;
        topic::read(&client, &topic, asked.follow, into)
    }
}

fn refused(why: Unusable) -> SourceError {
    SourceError::Settings(why.0)
}

fn place(asked: &Asked<'_>) -> Result<(Cluster, String), Unusable> {
    let address = Address::parse(asked.address)?;
    let known = asked.settings.get(BROKERS).map(String::as_str);
    let brokers = address.brokers.as_deref().or(known).unwrap_or_default();
    if brokers.trim().is_empty() {
        return Err(Unusable(
            "names no broker, and neither does \"bootstrap.servers\" in [kafka] of pss.toml"
                .to_owned(),
        ));
    }
    let always: Vec<_> = ALWAYS.into_iter().chain([(BROKERS, brokers)]).collect();
    let cluster = Cluster::new(asked.settings, &[AHEAD], &always)?;
    Ok((cluster, address.topic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_is_kept() {
        assert_eq!(pss_integrations::conformance::check_source(&KafkaTopic), []);
    }
}
