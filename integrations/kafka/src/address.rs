//! `kafka://broker[:port],broker2/topic`, taken apart.

use pss_integrations::samplers::Unusable;

use crate::settings::topics;

/// A topic, and who knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Brokers as librdkafka takes them; nothing where [kafka] is to say.
    pub(crate) brokers: Option<String>,
    pub(crate) topic: String,
}

impl Address {
    /// From what stands behind `kafka://`.
    pub(crate) fn parse(text: &str) -> Result<Address, Unusable> {
        let form = "write kafka://BROKER:PORT,BROKER2:PORT/TOPIC";
        let (brokers, topic) = text
            .split_once('/')
            .ok_or_else(|| Unusable(format!("names no topic: {form}")))?;
        // Said before anything else, so that a password is never part of what is told.
        if brokers.contains('@') {
            return Err(Unusable(
                "holds a name or a password: they belong in [kafka] of pss.toml, as \"sasl.username\" and \"sasl.password\"".to_owned(),
            ));
        }
        let topic = match &topics(topic).map_err(|why| Unusable(format!("{why}; {form}")))?[..] {
            [topic] => topic.clone(),
            _ => {
                return Err(Unusable(format!(
                    "names several topics: {form}, one an input"
                )));
            }
        };
        let hosts: Vec<&str> = brokers.split(',').map(str::trim).collect();
        if brokers.trim().is_empty() {
            return Ok(Address {
                brokers: None,
                topic,
            });
        }
        if hosts.iter().any(|host| !is_host(host)) {
            return Err(Unusable(format!("names no broker it could ask: {form}")));
        }
        Ok(Address {
            brokers: Some(hosts.join(",")),
            topic,
        })
    }
}

/// A name or an address, with a port or without: librdkafka takes 9092 then.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        // An IPv6 address stands in brackets.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:[]%".contains(&byte);
    !host.is_empty()
        && host.bytes().all(fits)
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_and_topic_are_taken_apart() {
        for (text, brokers, topic) in [
            ("localhost/spans", Some("localhost"), "spans"),
            (
                "a:9092, b:9093/otlp_spans",
                Some("a:9092,b:9093"),
                "otlp_spans",
            ),
            ("[::1]:9092/x", Some("[::1]:9092"), "x"),
            ("[::1]/x", Some("[::1]"), "x"),
            ("/x.y-z", None, "x.y-z"),
        ] {
            let address = Address::parse(text).expect(text);
            assert_eq!(
                (address.brokers.as_deref(), &*address.topic),
                (brokers, topic)
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_secrets() {
        for (text, says) in [
            ("localhost", "names no topic"),
            ("localhost/", "no topic"),
            ("localhost/a/b", "is no name of a topic"),
            ("localhost/a,b", "several topics"),
            ("localhost:http/a", "names no broker"),
            ("localhost:0/a", "names no broker"),
            ("a,,b/x", "names no broker"),
            ("me:hunter2@localhost/a", "[kafka]"),
        ] {
            let told = Address::parse(text).expect_err(text).to_string();
            assert!(told.contains(says), "{text}: {told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
