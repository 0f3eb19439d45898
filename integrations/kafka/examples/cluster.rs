//! A cluster to try things on: librdkafka's mock, which other processes can talk to as to a real one. The tests use it too.
//!
//! `cargo run -p pss-kafka --features rdkafka --example cluster` prints its address; then lines on standard input tell it what to do, and each is answered `ok`:
//! `topic NAME PARTITIONS`, `produce TOPIC PARTITION MESSAGES`, `send TOPIC PARTITION FILE` (as one message), `lines TOPIC PARTITION FILE CODEC` (as a message a
//! line), `commit GROUP TOPIC PARTITION OFFSET`, `uncommitted GROUP TOPIC PARTITION`, `down` and `up`.

use std::{
    error::Error,
    io::{BufRead, Write},
    time::Duration,
};

use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer},
    error::KafkaError,
    mocking::MockCluster,
    producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer},
    types::RDKafkaErrorCode,
};

/// For whatever is asked of it.
const LIMIT: Duration = Duration::from_secs(20);

struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
    servers: String,
    producer: BaseProducer,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mock = MockCluster::new(1)?;
    let servers = mock.bootstrap_servers();
    let mut out = std::io::stdout();
    writeln!(out, "{servers}")?;
    let cluster = Cluster {
        producer: producer(&servers, "none")?,
        servers,
        mock,
    };
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match cluster.act(&words) {
            Ok(()) => writeln!(out, "ok")?,
            Err(error) => writeln!(out, "failed: {error}")?,
        }
    }
    Ok(())
}

impl Cluster {
    fn act(&self, words: &[&str]) -> Result<(), Box<dyn Error>> {
        match words {
            ["topic", name, partitions] => {
                self.mock.create_topic(name, partitions.parse()?, 1)?;
            }
            ["produce", topic, partition, messages] => {
                self.produce(topic, partition.parse()?, messages.parse()?)?;
            }
            ["send", topic, partition, file] => {
                let message = std::fs::read(file)?;
                self.send(&self.producer, topic, partition.parse()?, &message)?;
                self.producer.flush(LIMIT)?;
            }
            ["lines", topic, partition, file, codec] => {
                let producer = producer(&self.servers, codec)?;
                let partition = partition.parse()?;
                for line in std::fs::read_to_string(file)?.lines() {
                    self.send(&producer, topic, partition, line.as_bytes())?;
                }
                producer.flush(LIMIT)?;
            }
            ["uncommitted", group, topic, partition] => {
                let consumer = self.consumer(group)?;
                let mut wanted = TopicPartitionList::new();
                wanted.add_partition(topic, partition.parse()?);
                for part in consumer.committed_offsets(wanted, LIMIT)?.elements() {
                    if part.offset() != Offset::Invalid {
                        return Err(format!("{group} is at {:?}", part.offset()).into());
                    }
                }
            }
            ["commit", group, topic, partition, offset] => {
                let consumer = self.consumer(group)?;
                let mut offsets = TopicPartitionList::new();
                let offset = Offset::Offset(offset.parse()?);
                offsets.add_partition_offset(topic, partition.parse()?, offset)?;
                consumer.commit(&offsets, CommitMode::Sync)?;
            }
            ["down"] => self.mock.broker_down(1)?,
            ["up"] => self.mock.broker_up(1)?,
            _ => return Err("no such order, or not all of its words".into()),
        }
        Ok(())
    }

    fn produce(&self, topic: &str, partition: i32, messages: u64) -> Result<(), KafkaError> {
        for _ in 0..messages {
            self.send(&self.producer, topic, partition, b"message")?;
        }
        self.producer.flush(LIMIT)
    }

    fn send(
        &self,
        producer: &BaseProducer,
        topic: &str,
        partition: i32,
        message: &[u8],
    ) -> Result<(), KafkaError> {
        let mut record = BaseRecord::<(), [u8]>::to(topic)
            .partition(partition)
            .payload(message);
        while let Err((error, back)) = producer.send(record) {
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                return Err(error);
            }
            producer.poll(Duration::from_millis(10));
            record = back;
        }
        Ok(())
    }

    fn consumer(&self, group: &str) -> Result<BaseConsumer, KafkaError> {
        ClientConfig::new()
            .set("bootstrap.servers", &self.servers)
            .set("group.id", group)
            .create()
    }
}

fn producer(servers: &str, codec: &str) -> Result<BaseProducer, KafkaError> {
    ClientConfig::new()
        .set("bootstrap.servers", servers)
        .set("linger.ms", "1")
        .set("compression.type", codec)
        .create()
}
