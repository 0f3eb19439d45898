//! The tables that SQL sees: plain data, so that every build can describe them, and only the one with an engine must fill them.

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct SqlTable {
    /// The name in a query.
    pub name: &'static str,
    /// What a row is.
    pub row: &'static str,
    /// The columns, in their order.
    pub columns: &'static [SqlColumn],
}

/// A column; null wherever the record did not say.
#[derive(Debug, Clone, Copy)]
pub struct SqlColumn {
    /// The name in a query.
    pub name: &'static str,
    /// The type.
    pub of: SqlType,
    /// What it holds, with the unit.
    pub what: &'static str,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlType {
    /// UTF-8.
    Text,
    /// A truth value.
    Boolean,
    /// A signed 64-bit integer.
    Integer,
    /// A 64-bit float.
    Float,
    /// An instant in UTC, to the nanosecond.
    Time,
}

impl SqlType {
    /// The name in the help.
    pub fn name(self) -> &'static str {
        match self {
            SqlType::Text => "text",
            SqlType::Boolean => "boolean",
            SqlType::Integer => "integer",
            SqlType::Float => "float",
            SqlType::Time => "time",
        }
    }
}

/// All tables.
pub const TABLES: [SqlTable; 2] = [SPANS, SAMPLES];

/// One row a span.
pub const SPANS: SqlTable = SqlTable {
    name: "spans",
    row: "one row a span",
    columns: &[
        column("service", SqlType::Text, "who did the work"),
        column("name", SqlType::Text, "the operation as recorded"),
        column(
            "operation",
            SqlType::Text,
            "the name, its ids and numbers as {}",
        ),
        column(
            "category",
            SqlType::Text,
            "db, cache, net, messaging, io, internal",
        ),
        column(
            "kind",
            SqlType::Text,
            "internal, server, client, producer, consumer",
        ),
        column("tag", SqlType::Text, "the branch taken, or a cache outcome"),
        column("start", SqlType::Time, "when it began, UTC"),
        column(
            "timestamp",
            SqlType::Float,
            "the same, in seconds since 1970",
        ),
        column("duration", SqlType::Float, "seconds"),
        column("cpu", SqlType::Float, "seconds on the processor"),
        column("wait", SqlType::Float, "seconds spent waiting"),
        column("lock_wait", SqlType::Float, "seconds in locks and queues"),
        column(
            "memory",
            SqlType::Integer,
            "bytes of the process at its end",
        ),
        column("error", SqlType::Boolean, "whether it failed"),
        column("cache_hit", SqlType::Boolean, "whether a cache had it"),
        column("trace_id", SqlType::Text, "its trace"),
        column("span_id", SqlType::Text, "itself"),
        column("parent_span_id", SqlType::Text, "what caused it"),
    ],
};

/// One row a sample.
pub const SAMPLES: SqlTable = SqlTable {
    name: "samples",
    row: "one row a value of a signal",
    columns: &[
        column("signal", SqlType::Text, "which, such as gc.pause"),
        column("entity", SqlType::Text, "what it was measured on"),
        column("time", SqlType::Time, "when, UTC"),
        column(
            "timestamp",
            SqlType::Float,
            "the same, in seconds since 1970",
        ),
        column("value", SqlType::Float, "in the unit of the next column"),
        column(
            "unit",
            SqlType::Text,
            "s, bytes, count, share, degrees Celsius",
        ),
    ],
};

const fn column(name: &'static str, of: SqlType, what: &'static str) -> SqlColumn {
    SqlColumn { name, of, what }
}
