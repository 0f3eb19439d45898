//! The client: it keeps what brokers answer to itself, and prints nothing.

use std::sync::{Mutex, PoisonError};

use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, ConsumerContext},
    error::KafkaError,
};

/// A consumer that never subscribes.
pub(crate) type Client = BaseConsumer<Heard>;

/// What the client's own threads told last, such as that a connection was refused.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<Option<String>>);

impl Heard {
    /// The last trouble since this was asked before.
    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Heard {
    // The measured program owns the terminal.
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn error(&self, _: KafkaError, reason: &str) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *heard = Some(reason.to_owned());
    }
}

impl ConsumerContext for Heard {}
