//! A cluster to try things on: librdkafka's mock, which other processes can talk to as to a real one. The tests use it too.
//!
//! `cargo run -p pss-kafka --features rdkafka --example cluster` prints its address; then lines on standard input tell it what to do, and each is answered `ok`:
//! `topic NAME PARTITIONS`, `produce TOPIC PARTITION MESSAGES`, `commit GROUP TOPIC PARTITION OFFSET`, `down` and `up`.

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
        producer: ClientConfig::new()
            .set("bootstrap.servers", &servers)
            .set("linger.ms", "1")
            .create()?,
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
            ["commit", group, topic, partition, offset] => {
                let consumer: BaseConsumer = ClientConfig::new()
                    .set("bootstrap.servers", &self.servers)
                    .set("group.id", *group)
                    .create()?;
                let mut offsets = TopicPartitionList::new();
                let offset = Offset::Offset(offset.parse()?);
                offsets.add_partition_offset(topic, partition.parse()?, offset)?;
                consumer.commit(&offsets, CommitMode::Sync)?;
            }
            ["down"] => self.mock.broker_down(1)?,
            ["up"] => self.mock.broker_up(1)?,
            _ => return Err("topic, produce, commit, down or up".into()),
        }
        Ok(())
    }

    fn produce(&self, topic: &str, partition: i32, messages: u64) -> Result<(), KafkaError> {
        for _ in 0..messages {
            let mut record = BaseRecord::<(), str>::to(topic)
                .partition(partition)
                .payload("message");
            while let Err((error, back)) = self.producer.send(record) {
                if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                    return Err(error);
                }
                self.producer.poll(Duration::from_millis(10));
                record = back;
            }
        }
        self.producer.flush(LIMIT)
    }
}
