//! One look at the cluster: how far the group is, and how far it could be.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::Consumer,
    error::{KafkaError, KafkaResult},
    metadata::MetadataPartition,
    types::RDKafkaErrorCode,
};

use crate::client::Client;

/// One request. Brokers answer in milliseconds; this is how long one that is away holds up the next look.
const LIMIT: Duration = Duration::from_secs(2);
/// Partitions are added seldom, and asking for them costs a request for each topic.
const KNOWN_FOR: Duration = Duration::from_secs(30);
/// Topics that are not there may be created by the command that is watched.
const UNKNOWN_FOR: Duration = Duration::from_secs(1);

/// A partition that the group committed an offset in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partition {
    /// `group/topic/partition`.
    pub(crate) entity: String,
    /// The offset that the group committed: that of the next message it will handle.
    pub(crate) committed: u64,
    /// Messages between it and the end.
    pub(crate) lag: u64,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reading {
    pub(crate) partitions: Vec<Partition>,
    /// What has no lag, and why: fragments.
    pub(crate) without: BTreeSet<String>,
}

/// The topics as they were when they were last asked for.
#[derive(Debug)]
pub(crate) struct Topics {
    names: Vec<String>,
    partitions: BTreeMap<String, Vec<i32>>,
    asked: Option<Instant>,
}

impl Topics {
    pub(crate) fn new(names: &[String]) -> Topics {
        Topics {
            names: names.to_vec(),
            partitions: BTreeMap::new(),
            asked: None,
        }
    }

    fn refresh(&mut self, client: &Client) -> KafkaResult<()> {
        let limit = if self.partitions.len() == self.names.len() {
            KNOWN_FOR
        } else {
            UNKNOWN_FOR
        };
        if self.asked.is_some_and(|asked| asked.elapsed() < limit) {
            return Ok(());
        }
        for name in &self.names {
            let metadata = client.fetch_metadata(Some(name), LIMIT)?;
            let topic = metadata.topics().iter().find(|topic| topic.name() == name);
            let mut partitions: Vec<i32> = topic
                .filter(|topic| topic.error().is_none())
                .map(|topic| {
                    topic
                        .partitions()
                        .iter()
                        .map(MetadataPartition::id)
                        .collect()
                })
                .unwrap_or_default();
            if partitions.is_empty() {
                self.partitions.remove(name);
            } else {
                partitions.sort_unstable();
                self.partitions.insert(name.clone(), partitions);
            }
        }
        self.asked = Some(Instant::now());
        Ok(())
    }
}

/// Looks once. The committed offsets come first: of what is committed meanwhile, the end has then been reached.
pub(crate) fn read(client: &Client, group: &str, topics: &mut Topics) -> KafkaResult<Reading> {
    topics.refresh(client)?;
    let mut reading = Reading::default();
    let mut wanted = TopicPartitionList::new();
    for topic in &topics.names {
        match topics.partitions.get(topic) {
            Some(partitions) => {
                for partition in partitions {
                    wanted.add_partition(topic, *partition);
                }
            }
            None => {
                reading
                    .without
                    .insert(format!("the cluster knows no topic {topic}"));
            }
        }
    }
    if wanted.count() == 0 {
        return Ok(reading);
    }
    let (committed, ends) = offsets(client, wanted)?;
    let mut silent = BTreeMap::<String, Vec<i32>>::new();
    for ((topic, partition), committed) in committed {
        let Some(committed) = committed else {
            silent.entry(topic).or_default().push(partition);
            continue;
        };
        let entity = format!("{group}/{topic}/{partition}");
        let Some(end) = ends.get(&(topic, partition)) else {
            reading
                .without
                .insert(format!("the end of {entity} is not known"));
            continue;
        };
        reading.partitions.push(Partition {
            entity,
            committed,
            lag: end.saturating_sub(committed),
        });
    }
    for (topic, partitions) in silent {
        reading.without.insert(format!(
            "group {group} has committed no offset in topic {topic}, partition {}",
            list(&partitions)
        ));
    }
    Ok(reading)
}

type ByPartition<T> = BTreeMap<(String, i32), T>;

/// Committed offsets, and the ends of the partitions that have one. Two requests for each broker, however many partitions there are.
fn offsets(
    client: &Client,
    wanted: TopicPartitionList,
) -> KafkaResult<(ByPartition<Option<u64>>, ByPartition<u64>)> {
    let mut committed = BTreeMap::new();
    let mut ends = TopicPartitionList::new();
    for part in client.committed_offsets(wanted, LIMIT)?.elements() {
        part.error()?;
        let offset = offset(part.offset());
        if offset.is_some() {
            ends.add_partition_offset(part.topic(), part.partition(), Offset::End)?;
        }
        committed.insert((part.topic().to_owned(), part.partition()), offset);
    }
    if ends.count() == 0 {
        return Ok((committed, BTreeMap::new()));
    }
    // A partition without a leader has no end for now; the others have.
    let known = client.offsets_for_times(ends, LIMIT)?;
    let ends = known.elements().into_iter().filter_map(|part| {
        part.error().ok()?;
        let end = offset(part.offset())?;
        Some(((part.topic().to_owned(), part.partition()), end))
    });
    Ok((committed, ends.collect()))
}

fn offset(offset: Offset) -> Option<u64> {
    match offset {
        Offset::Offset(offset) => u64::try_from(offset).ok(),
        _ => None,
    }
}

/// The first few of many.
fn list(partitions: &[i32]) -> String {
    const SHOWN: usize = 8;
    let shown = partitions.iter().take(SHOWN).map(i32::to_string);
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if partitions.len() > SHOWN {
        text.push_str(&format!(" and {} more", partitions.len() - SHOWN));
    }
    text
}

/// An error as a reader understands it.
pub(crate) fn told(error: &KafkaError) -> String {
    match error.rdkafka_error_code() {
        Some(
            RDKafkaErrorCode::OperationTimedOut
            | RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::AllBrokersDown,
        ) => "no broker answers".to_owned(),
        Some(code) => code.to_string(),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_partitions_are_not_all_named() {
        assert_eq!(list(&[0, 2]), "0, 2");
        let many: Vec<i32> = (0..100).collect();
        assert_eq!(list(&many), "0, 1, 2, 3, 4, 5, 6, 7 and 92 more");
    }

    #[test]
    fn only_offsets_are_offsets() {
        assert_eq!(offset(Offset::Offset(7)), Some(7));
        for none in [Offset::Invalid, Offset::End, Offset::Offset(-5)] {
            assert_eq!(offset(none), None);
        }
    }
}
