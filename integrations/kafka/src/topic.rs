//! All partitions of a topic, from their beginnings to their ends.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use pss_integrations::sources::{Message, SourceError, Take};
use rdkafka::{
    Message as _, Offset, TopicPartitionList,
    consumer::Consumer,
    error::{KafkaError, KafkaResult},
    types::RDKafkaErrorCode,
};

use crate::{client::Client, reading::told};

/// Between two questions whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(100);
/// One try to ask something.
const TRY: Duration = Duration::from_secs(1);
/// After which nobody is there: as long as a broker may take for its election, and no user wonders.
const PATIENCE: Duration = Duration::from_secs(10);
/// After which a cluster that says nothing at all, good or bad, is taken for lost. Above librdkafka's own limit for one request, 60 s.
const SILENCE: Duration = Duration::from_secs(90);

/// A partition that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    /// The offset of the next message.
    next: i64,
    /// The offset behind the last one that is wanted.
    end: i64,
    done: bool,
}

/// Reads up to the ends there are now, or for so long.
pub(crate) fn read(
    client: &Client,
    topic: &str,
    follow: Option<Duration>,
    into: &mut dyn Take,
) -> Result<(), SourceError> {
    let until = follow.map(|follow| Instant::now() + follow);
    let mut parts = bounds(client, topic, into)?;
    if until.is_none() {
        parts.retain(|_, part| part.next < part.end);
    }
    if parts.is_empty() {
        return Ok(());
    }
    let mut wanted = TopicPartitionList::new();
    for (number, part) in &parts {
        wanted
            .add_partition_offset(topic, *number, Offset::Offset(part.next))
            .map_err(|error| SourceError::Away(told(&error)))?;
    }
    client
        .assign(&wanted)
        .map_err(|error| SourceError::Away(told(&error)))?;
    let mut heard = Trouble::default();
    while !into.interrupted() {
        if until.map_or_else(
            || parts.values().all(|part| part.done),
            |until| Instant::now() >= until,
        ) {
            break;
        }
        match client.poll(LOOK) {
            Some(Ok(message)) => {
                heard = Trouble::default();
                let Some(part) = parts.get_mut(&message.partition()) else {
                    continue;
                };
                let offset = message.offset();
                if until.is_none() && offset >= part.end {
                    finish(client, topic, message.partition(), part);
                    continue;
                }
                into.message(Message {
                    part: message.partition().cast_unsigned(),
                    number: offset.cast_unsigned(),
                    bytes: message.payload().unwrap_or_default(),
                });
                part.next = offset + 1;
                if until.is_none() && part.next >= part.end {
                    finish(client, topic, message.partition(), part);
                }
            }
            // Behind the last message there may be offsets without one: of transactions, or compacted away.
            Some(Err(KafkaError::PartitionEOF(number))) => {
                heard.since = Instant::now();
                if let Some(part) = parts.get_mut(&number).filter(|_| until.is_none()) {
                    finish(client, topic, number, part);
                }
            }
            Some(Err(error)) if is_final(&error) => return Err(SourceError::Lost(told(&error))),
            Some(Err(error)) => heard.why = Some(told(&error)),
            None => {}
        }
        if let Some(reason) = client.context().take() {
            heard.why = Some(reason);
        }
        if until.is_none() {
            heard.lost()?;
        }
    }
    match until {
        Some(_) if !into.interrupted() => behind(client, topic, &parts, into),
        _ => Ok(()),
    }
}

/// What was heard since the last message.
struct Trouble {
    since: Instant,
    why: Option<String>,
}

impl Default for Trouble {
    fn default() -> Trouble {
        Trouble {
            since: Instant::now(),
            why: None,
        }
    }
}

impl Trouble {
    /// Whether it is time to give up.
    fn lost(&self) -> Result<(), SourceError> {
        let quiet = self.since.elapsed();
        match &self.why {
            Some(why) if quiet >= PATIENCE => Err(SourceError::Lost(format!(
                "nothing came for {} s: {why}",
                PATIENCE.as_secs()
            ))),
            None if quiet >= SILENCE => Err(SourceError::Lost(format!(
                "nothing came for {} s",
                SILENCE.as_secs()
            ))),
            _ => Ok(()),
        }
    }
}

/// Stops to fetch a partition whose end is reached.
fn finish(client: &Client, topic: &str, number: i32, part: &mut Part) {
    if std::mem::replace(&mut part.done, true) {
        return;
    }
    let mut done = TopicPartitionList::new();
    done.add_partition(topic, number);
    // What comes all the same is passed over.
    let _ = client.pause(&done);
}

/// Asks until somebody answers.
fn ask<T>(
    into: &dyn Take,
    client: &Client,
    limit: Duration,
    mut question: impl FnMut() -> KafkaResult<T>,
) -> Result<T, SourceError> {
    let began = Instant::now();
    let mut heard = None;
    loop {
        let error = match question() {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        // Serves what the client's own threads have to tell.
        while let Some(event) = client.poll(Duration::ZERO) {
            if let Err(event) = event {
                heard = Some(told(&event));
            }
        }
        heard = client.context().take().or(heard);
        let silent = told(&error) == NOBODY;
        if !silent || began.elapsed() >= limit || into.interrupted() {
            return Err(SourceError::Away(match heard {
                Some(heard) if silent && heard != NOBODY => format!("{NOBODY} ({heard})"),
                _ => told(&error),
            }));
        }
    }
}

/// As [`told`] says it.
const NOBODY: &str = "no broker answers";

/// Where each partition begins and ends.
fn bounds(
    client: &Client,
    topic: &str,
    into: &mut dyn Take,
) -> Result<BTreeMap<i32, Part>, SourceError> {
    let metadata = ask(into, client, PATIENCE, || {
        client.fetch_metadata(Some(topic), TRY)
    })?;
    let found = metadata.topics().iter().find(|found| found.name() == topic);
    let unknown = || SourceError::Away(format!("the cluster knows no topic {topic}"));
    let found = found.ok_or_else(unknown)?;
    if let Some(error) = found.error() {
        return Err(match RDKafkaErrorCode::from(error) {
            RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic => unknown(),
            code => SourceError::Away(format!("topic {topic}: {code}")),
        });
    }
    let mut parts = BTreeMap::new();
    for partition in found.partitions() {
        let number = partition.id();
        let (next, end) = ask(into, client, PATIENCE, || {
            client.fetch_watermarks(topic, number, TRY)
        })
        .map_err(|error| SourceError::Away(format!("partition {number} of {topic}: {error}")))?;
        parts.insert(
            number,
            Part {
                next,
                end,
                done: false,
            },
        );
    }
    if parts.is_empty() {
        return Err(unknown());
    }
    Ok(parts)
}

/// After following: whether the ends were reached, which says too whether the cluster is still there.
fn behind(
    client: &Client,
    topic: &str,
    parts: &BTreeMap<i32, Part>,
    into: &mut dyn Take,
) -> Result<(), SourceError> {
    let mut missing = 0;
    for (number, part) in parts {
        let (begin, end) = ask(into, client, TRY, || {
            client.fetch_watermarks(topic, *number, TRY)
        })
        .map_err(|error| SourceError::Lost(error.to_string()))?;
        missing += (end - part.next.max(begin)).max(0);
    }
    if missing > 0 {
        into.notice(format!(
            "the time to follow was over {missing} messages before the end of the topic"
        ));
    }
    Ok(())
}

/// Whether trying again would not help.
fn is_final(error: &KafkaError) -> bool {
    if matches!(error, KafkaError::MessageConsumptionFatal(_)) {
        return true;
    }
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownPartition
                | RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::Authentication
                | RDKafkaErrorCode::BadMessage
                | RDKafkaErrorCode::BadCompression
                | RDKafkaErrorCode::NotImplemented
        )
    )
}
