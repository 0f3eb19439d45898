//! What kind of work a span is: decided once, when it is read. Attributes decide first; words of the operation's name only where attributes are silent.

use super::{attribute::Attribute, attribute::Value, span::Kind};

/// The kind of work. Categories are disjoint: a span counts in exactly one.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// A database call.
    Db,
    /// A cache call.
    Cache,
    /// A call to another process over the network.
    Net,
    /// A message sent.
    Messaging,
    /// File access.
    Io,
    /// All else, the handling of requests and messages included.
    Internal,
}

impl Category {
    /// All categories, in their fixed order.
    pub const ALL: [Category; 6] = [
        Category::Db,
        Category::Cache,
        Category::Net,
        Category::Messaging,
        Category::Io,
        Category::Internal,
    ];

    /// The name in reports and summaries.
    pub fn name(self) -> &'static str {
        match self {
            Category::Db => "db",
            Category::Cache => "cache",
            Category::Net => "net",
            Category::Messaging => "messaging",
            Category::Io => "io",
            Category::Internal => "internal",
        }
    }
}

/// What a category was decided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// An attribute or the span's kind.
    Attribute,
    /// A word of the operation's name.
    Name,
    /// Nothing: internal by default.
    Nothing,
}

/// A category and what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classified {
    /// The category.
    pub category: Category,
    /// What decided it.
    pub evidence: Evidence,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub enum Test {
    /// The span is of one of these kinds.
    Kind(&'static [Kind]),
    /// One of the keys is there; with values, it must equal one of them (ASCII case ignored).
    Key {
        /// The keys.
        keys: &'static [&'static str],
        /// The values; empty for any.
        values: &'static [&'static str],
    },
    /// One of the keys is there and the span is a client or of unknown kind.
    ClientKey(&'static [&'static str]),
    /// Some key starts with this.
    Prefix(&'static str),
    /// The operation's name holds one of these words, never inside another word.
    Word(&'static [&'static str]),
}

/// One classification rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What a matching span becomes.
    pub category: Category,
    /// What it looks at.
    pub test: Test,
    /// Where the rule comes from.
    pub source: &'static str,
}

const SEMCONV: &str = "OpenTelemetry semantic conventions 1.44";
const DATADOG: &str = "Datadog span types";
const WORDS: &str = "words in common use for such operations";

const CACHES: &[&str] = &[
    "redis",
    "memcached",
    "valkey",
    "keydb",
    "dragonfly",
    "hazelcast",
    "ehcache",
];

/// All rules; the first that matches wins. Attribute rules stand before name rules.
pub const RULES: &[Rule] = &[
    Rule {
        category: Category::Internal,
        test: Test::Kind(&[Kind::Server, Kind::Consumer]),
        source: SEMCONV,
    },
    Rule {
        category: Category::Cache,
        test: Test::Key {
            keys: &["db.system.name", "db.system"],
            values: CACHES,
        },
        source: SEMCONV,
    },
    Rule {
        category: Category::Cache,
        test: Test::Key {
            keys: &["cache.hit"],
            values: &[],
        },
        source: "pss",
    },
    Rule {
        category: Category::Db,
        test: Test::Key {
            keys: &["db.system.name", "db.system"],
            values: &[],
        },
        source: SEMCONV,
    },
    Rule {
        category: Category::Messaging,
        test: Test::Key {
            keys: &["messaging.system"],
            values: &[],
        },
        source: SEMCONV,
    },
    Rule {
        category: Category::Net,
        test: Test::ClientKey(&["rpc.system.name", "rpc.system"]),
        source: SEMCONV,
    },
    Rule {
        category: Category::Net,
        test: Test::ClientKey(&["http.request.method", "http.method"]),
        source: SEMCONV,
    },
    Rule {
        category: Category::Io,
        test: Test::Prefix("file."),
        source: SEMCONV,
    },
    Rule {
        category: Category::Db,
        test: Test::Key {
            keys: &["type"],
            values: &["sql", "db", "mongodb", "cassandra", "elasticsearch"],
        },
        source: DATADOG,
    },
    Rule {
        category: Category::Cache,
        test: Test::Key {
            keys: &["type"],
            values: &["cache", "redis", "memcached"],
        },
        source: DATADOG,
    },
    Rule {
        category: Category::Messaging,
        test: Test::Key {
            keys: &["type"],
            values: &["queue"],
        },
        source: DATADOG,
    },
    Rule {
        category: Category::Net,
        test: Test::Key {
            keys: &["type"],
            values: &["http", "rpc", "grpc"],
        },
        source: DATADOG,
    },
    Rule {
        category: Category::Net,
        test: Test::ClientKey(&[
            "server.address",
            "network.peer.address",
            "network.protocol.name",
        ]),
        source: SEMCONV,
    },
    Rule {
        category: Category::Messaging,
        test: Test::Kind(&[Kind::Producer]),
        source: SEMCONV,
    },
    Rule {
        category: Category::Cache,
        test: Test::Word(&[
            "cache",
            "caches",
            "redis",
            "memcached",
            "memcache",
            "valkey",
        ]),
        source: WORDS,
    },
    Rule {
        category: Category::Messaging,
        test: Test::Word(&[
            "kafka", "rabbitmq", "amqp", "sqs", "nats", "pulsar", "publish", "produce", "enqueue",
            "mqtt",
        ]),
        source: WORDS,
    },
    Rule {
        category: Category::Db,
        test: Test::Word(&[
            "db",
            "sql",
            "database",
            "mongo",
            "mongodb",
            "postgres",
            "postgresql",
            "mysql",
            "sqlite",
            "oracle",
            "cassandra",
            "dynamodb",
            "query",
            "queries",
            "orm",
            "jdbc",
            "select",
            "insert",
            "upsert",
            "commit",
            "rollback",
            "transaction",
        ]),
        source: WORDS,
    },
    Rule {
        category: Category::Net,
        test: Test::Word(&[
            "http",
            "https",
            "grpc",
            "rpc",
            "socket",
            "tcp",
            "udp",
            "dns",
            "websocket",
            "fetch",
            "url",
            "upstream",
        ]),
        source: WORDS,
    },
    Rule {
        category: Category::Io,
        test: Test::Word(&["file", "files", "disk", "fsync", "fs", "s3"]),
        source: WORDS,
    },
];

/// The category that attributes and kind decide, if any.
pub fn classify_attributes(kind: Option<Kind>, attributes: &[Attribute<'_>]) -> Option<Category> {
    if kind.is_none() && attributes.is_empty() {
        return None;
    }
    RULES
        .iter()
        .find(|rule| attribute_matches(&rule.test, kind, attributes))
        .map(|rule| rule.category)
}

/// The category of an operation, from what attributes decided and, where they did not, its name.
pub fn classify(by_attributes: Option<Category>, name: &str) -> Classified {
    if let Some(category) = by_attributes {
        return Classified {
            category,
            evidence: Evidence::Attribute,
        };
    }
    let by_name = RULES.iter().find(|rule| matches!(rule.test, Test::Word(words) if words_of(name).any(|word| is_one_of(word, words))));
    by_name.map_or(
        Classified {
            category: Category::Internal,
            evidence: Evidence::Nothing,
        },
        |rule| Classified {
            category: rule.category,
            evidence: Evidence::Name,
        },
    )
}

/// A cache outcome a branch tag spells: `cache_hit`, `cache-miss`, `CacheHit`.
pub fn cache_outcome(tag: &str) -> Option<bool> {
    let mut words = words_of(tag).peekable();
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case("cache") {
            match words.peek() {
                Some(next) if is_one_of(next, &["hit", "hits"]) => return Some(true),
                Some(next) if is_one_of(next, &["miss", "misses", "missed"]) => return Some(false),
                _ => {}
            }
        }
    }
    None
}

/// The cache outcome that attributes state.
pub(super) fn cache_attribute(attributes: &[Attribute<'_>]) -> Option<bool> {
    attributes
        .iter()
        .find(|attribute| attribute.key == "cache.hit")
        .and_then(|attribute| match attribute.value {
            Value::Bool(hit) => Some(hit),
            Value::Text(text) => text.parse().ok(),
            Value::Number(_) => None,
        })
}

/// Whether attributes say that the span failed, for records whose own flag is missing.
pub fn error_flag(attributes: &[Attribute<'_>]) -> Option<bool> {
    let mut known = None;
    for attribute in attributes {
        let failed = match attribute.key {
            "error.type" => true,
            "http.response.status_code" | "http.status_code" => match attribute.value.number() {
                Some(status) => status >= 500.0,
                None => continue,
            },
            "rpc.grpc.status_code" => match attribute.value.number() {
                Some(status) => status != 0.0,
                None => continue,
            },
            _ => continue,
        };
        known = Some(known.unwrap_or(false) | failed);
    }
    known
}

fn attribute_matches(test: &Test, kind: Option<Kind>, attributes: &[Attribute<'_>]) -> bool {
    match *test {
        Test::Kind(kinds) => kind.is_some_and(|kind| kinds.contains(&kind)),
        Test::Key { keys, values } => attributes.iter().any(|attribute| {
            keys.contains(&attribute.key)
                && (values.is_empty()
                    || attribute
                        .value
                        .text()
                        .is_some_and(|text| is_one_of(text, values)))
        }),
        Test::ClientKey(keys) => {
            matches!(kind, None | Some(Kind::Client))
                && attributes
                    .iter()
                    .any(|attribute| keys.contains(&attribute.key))
        }
        Test::Prefix(prefix) => attributes
            .iter()
            .any(|attribute| attribute.key.starts_with(prefix)),
        Test::Word(_) => false,
    }
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The words of a name: runs of letters and digits, cut where lower case turns to upper (`getHttp` is `get`, `Http`).
fn words_of(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).flat_map(|run| {
        let mut rest = run;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let mut last_lower = false;
            let end = rest
                .char_indices()
                .find(|(_, c)| {
                    let cut = last_lower && c.is_uppercase();
                    last_lower = c.is_lowercase() || c.is_ascii_digit();
                    cut
                })
                .map_or(rest.len(), |(at, _)| at);
            let (word, tail) = rest.split_at(end);
            rest = tail;
            Some(word)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_name(name: &str) -> Category {
        classify(None, name).category
    }

    #[test]
    fn names_match_whole_words_only() {
        assert_eq!(by_name("db_query_user"), Category::Db);
        assert_eq!(
            by_name("widget"),
            Category::Internal,
            "no `get` inside a word"
        );
        assert_eq!(
            by_name("profile"),
            Category::Internal,
            "no `file` inside a word"
        );
        assert_eq!(by_name("cacheLookup"), Category::Cache);
        assert_eq!(by_name("HTTP GET"), Category::Net);
        assert_eq!(by_name("readFile"), Category::Io);
        assert_eq!(by_name("kafka.send"), Category::Messaging);
    }

    #[test]
    fn attributes_decide_before_names() {
        let redis = [Attribute {
            key: "db.system",
            value: Value::Text("redis"),
        }];
        assert_eq!(
            classify_attributes(Some(Kind::Client), &redis),
            Some(Category::Cache)
        );
        let http = [Attribute {
            key: "http.request.method",
            value: Value::Text("GET"),
        }];
        assert_eq!(
            classify_attributes(Some(Kind::Client), &http),
            Some(Category::Net)
        );
        assert_eq!(
            classify_attributes(Some(Kind::Server), &http),
            Some(Category::Internal),
            "an entry span is internal"
        );
        assert_eq!(classify_attributes(None, &[]), None);
    }

    #[test]
    fn cache_tags_are_read_as_words() {
        assert_eq!(cache_outcome("cache_hit"), Some(true));
        assert_eq!(cache_outcome("user.cache-miss"), Some(false));
        assert_eq!(cache_outcome("CacheHit"), Some(true));
        assert_eq!(cache_outcome("cached"), None);
        assert_eq!(cache_outcome("hit"), None);
    }

    #[test]
    fn statuses_tell_errors() {
        let status = |value| {
            [Attribute {
                key: "http.response.status_code",
                value,
            }]
        };
        assert_eq!(error_flag(&status(Value::Number(503.0))), Some(true));
        assert_eq!(error_flag(&status(Value::Text("404"))), Some(false));
        assert_eq!(error_flag(&[]), None);
    }
}
