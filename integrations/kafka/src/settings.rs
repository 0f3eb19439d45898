//! What the user says of the cluster, as a client.

use std::collections::BTreeMap;

use pss_integrations::samplers::Unusable;
use rdkafka::{ClientConfig, error::KafkaError};

use crate::client::{Client, Heard};

pub(crate) const BROKERS: &str = "bootstrap.servers";
pub(crate) const GROUP: &str = "group.id";
/// The one key that librdkafka does not know: names of topics, with commas between them.
const TOPICS: &str = "topics";

/// What holds where the user says nothing else.
const DEFAULTS: [(&str, &str); 3] = [
    ("client.id", "pss"),
    // A broker that is back is to be seen in the run that it came back in.
    ("reconnect.backoff.max.ms", "1000"),
    ("socket.connection.setup.timeout.ms", "5000"),
];

/// What holds whatever the user says: nothing is written to the cluster, neither offsets nor topics nor telemetry.
const ALWAYS: [(&str, &str); 4] = [
    ("allow.auto.create.topics", "false"),
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.metrics.push", "false"),
];

/// A library of somebody's choice would run in here.
const REFUSED: &str = "plugin.library.paths";

/// A cluster, and how to reach it.
pub(crate) struct Cluster {
    config: ClientConfig,
}

/// What to watch.
pub(crate) struct Observed {
    /// The group.
    pub(crate) group: String,
    /// Its topics, each once.
    pub(crate) topics: Vec<String>,
    /// Where.
    pub(crate) cluster: Cluster,
}

impl Observed {
    /// From texts by key; nothing where no broker is named.
    pub(crate) fn new(settings: &BTreeMap<String, String>) -> Result<Option<Observed>, Unusable> {
        let text = |key: &str| settings.get(key).map_or("", |text| text.trim());
        if text(BROKERS).is_empty() {
            return Ok(None);
        }
        if text(GROUP).is_empty() {
            return Err(Unusable(
                "no group is named: say --group GROUP, or \"group.id\" in [kafka] of pss.toml"
                    .to_owned(),
            ));
        }
        Ok(Some(Observed {
            group: text(GROUP).to_owned(),
            topics: topics(text(TOPICS))?,
            cluster: Cluster::new(settings, &[], &[])?,
        }))
    }
}

impl Cluster {
    /// From texts by key. `defaults` hold where the user says nothing else, `always` whatever the user says.
    pub(crate) fn new(
        settings: &BTreeMap<String, String>,
        defaults: &[(&str, &str)],
        always: &[(&str, &str)],
    ) -> Result<Cluster, Unusable> {
        if settings.contains_key(REFUSED) {
            return Err(Unusable(format!(
                "{REFUSED} is not taken, for it loads foreign code"
            )));
        }
        let mut config = ClientConfig::new();
        let own = settings.iter().filter(|(key, _)| *key != TOPICS);
        let own = own.map(|(key, value)| (key.as_str(), value.as_str()));
        let before = DEFAULTS.iter().chain(defaults).copied();
        let after = ALWAYS.iter().chain(always).copied();
        for (key, value) in before.chain(own).chain(after) {
            config.set(key, value);
        }
        Ok(Cluster { config })
    }

    /// A client. It connects when it is asked something, so that brokers which are away are no error here.
    pub(crate) fn client(&self) -> Result<Client, Unusable> {
        self.config
            .create_with_context(Heard::default())
            .map_err(|error| Unusable(self.told(&error)))
    }

    /// An error without secrets.
    fn told(&self, error: &KafkaError) -> String {
        let mut text = match error {
            KafkaError::ClientConfig(_, why, key, _) => format!("{key}: {why}"),
            KafkaError::ClientCreation(why) => why.clone(),
            other => other.to_string(),
        };
        for key in self.config.config_map().into_keys() {
            let secret = self.config.get(key).filter(|_| is_secret(key));
            if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
                text = text.replace(secret, "***");
            }
        }
        if text.contains("OpenSSL not available") {
            text.push_str("; build pss with `cargo build --release --features kafka-tls`");
        }
        text
    }
}

/// Whether nobody but the broker may see the value. By words, so that keys of later versions are covered.
fn is_secret(key: &str) -> bool {
    ["password", "secret", "token", "pem", "oauthbearer.config"]
        .iter()
        .any(|word| key.contains(word))
}

/// Names of topics. Kafka allows letters, digits, `.`, `_` and `-`, at most 249 of them.
pub(crate) fn topics(text: &str) -> Result<Vec<String>, Unusable> {
    let mut topics: Vec<String> = Vec::new();
    let names = text.split(',').map(str::trim);
    for name in names.filter(|name| !name.is_empty()) {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.len() > 249 || !name.bytes().all(fits) {
            return Err(Unusable(format!(
                "{name:?} is no name of a topic: letters, digits, `.`, `_` and `-`, at most 249"
            )));
        }
        if !topics.iter().any(|known| known == name) {
            topics.push(name.to_owned());
        }
    }
    if topics.is_empty() {
        return Err(Unusable(
            "no topic is named: say --topic TOPIC, or topics = [\"..\"] in [kafka] of pss.toml"
                .to_owned(),
        ));
    }
    Ok(topics)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let basis = [
            (BROKERS, "127.0.0.1:1"),
            (GROUP, "billing"),
            (TOPICS, "orders"),
        ];
        let all = basis.iter().chain(pairs);
        all.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn refused(pairs: &[(&str, &str)]) -> String {
        let observed = Observed::new(&settings(pairs));
        let client = observed.and_then(|observed| observed.expect("brokers").cluster.client());
        client.err().expect("refused").to_string()
    }

    #[test]
    fn without_a_broker_there_is_nothing_to_watch() {
        assert!(Observed::new(&BTreeMap::new()).expect("no error").is_none());
        assert!(
            Observed::new(&settings(&[(BROKERS, " ")]))
                .expect("no error")
                .is_none()
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        assert!(refused(&[(GROUP, "")]).contains("--group"));
        assert!(refused(&[(TOPICS, " , ")]).contains("--topic"));
        assert!(refused(&[(TOPICS, "a/b")]).contains("\"a/b\" is no name of a topic"));
        assert!(refused(&[("sasl.pasword", "x")]).contains("sasl.pasword"));
        assert!(refused(&[("security.protocol", "tsl")]).contains("security.protocol"));
        assert!(refused(&[(REFUSED, "x.so")]).contains(REFUSED));
    }

    #[test]
    fn secrets_are_never_told() {
        let told = refused(&[("sasl.pasword", "hunter2"), ("sasl.password", "hunter2")]);
        assert!(
            told.contains("sasl.pasword") && !told.contains("hunter2"),
            "{told}"
        );
        let told = refused(&[
            ("security.protocol", "sasl_ssl"),
            ("sasl.mechanism", "SCRAM-SHA-256"),
            ("sasl.username", "pss"),
            ("sasl.password", "hunter2"),
            ("ssl.ca.location", "/nonexistent"),
        ]);
        assert!(!told.contains("hunter2"), "{told}");
    }

    #[test]
    fn nothing_that_the_user_says_makes_it_write() {
        let observed = Observed::new(&settings(&[
            ("enable.auto.commit", "true"),
            ("allow.auto.create.topics", "true"),
            (TOPICS, "orders, payments,orders"),
        ]))
        .expect("fine")
        .expect("brokers");
        assert_eq!(
            observed.cluster.config.get("enable.auto.commit"),
            Some("false")
        );
        assert_eq!(
            observed.cluster.config.get("allow.auto.create.topics"),
            Some("false")
        );
        assert_eq!(observed.topics, ["orders", "payments"]);
    }
}
