//! The rules that classify spans, as data: what kind of work one is, whether it failed, whether a cache hit. The first rule that matches wins, and every rule names
//! its source. `[input.rules]` of pss.toml adds rules that stand before these.

use super::{category::Category, span::Kind};

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

/// How an attribute tells whether a span failed, where the span does not say so itself.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRule {
    /// The keys it looks at.
    pub keys: &'static [&'static str],
    /// What they must hold.
    pub test: ErrorTest,
    /// Where the rule comes from.
    pub source: &'static str,
}

/// What tells a failure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ErrorTest {
    /// The key is there.
    Present,
    /// A number of at least this.
    AtLeast(f64),
    /// A number other than this.
    Not(f64),
}

/// All rules for failures: one that says so is enough.
pub const ERRORS: &[ErrorRule] = &[
    ErrorRule {
        keys: &["error.type"],
        test: ErrorTest::Present,
        source: SEMCONV,
    },
    ErrorRule {
        keys: &["http.response.status_code", "http.status_code"],
        test: ErrorTest::AtLeast(500.0),
        source: SEMCONV,
    },
    ErrorRule {
        keys: &["rpc.grpc.status_code"],
        test: ErrorTest::Not(0.0),
        source: SEMCONV,
    },
];

/// The attributes that tell whether a cache hit.
pub const CACHE_KEYS: &[&str] = &["cache.hit"];
/// The word of a branch tag that must come before an outcome.
pub const CACHE_WORD: &str = "cache";
/// Words that tell a hit.
pub const CACHE_HITS: &[&str] = &["hit", "hits"];
/// Words that tell a miss.
pub const CACHE_MISSES: &[&str] = &["miss", "misses", "missed"];
