//! What a column may hold.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Identity of the trace.
    TraceId,
    /// Identity of the span.
    SpanId,
    /// Identity of the span that caused it; empty or null for a root.
    ParentId,
    /// Whether the span is a root.
    IsRoot,
    /// The service.
    Service,
    /// The operation.
    Name,
    /// The code module.
    Module,
    /// The branch taken.
    Tag,
    /// The role.
    Kind,
    /// Start.
    Start,
    /// End, where there is no duration.
    End,
    /// Duration.
    Duration,
    /// Time on the processor.
    Cpu,
    /// Time waiting.
    Wait,
    /// Time waiting for a lock.
    LockWait,
    /// Memory of the process.
    Memory,
    /// Whether it failed: true, 1, or text such as `ERROR`.
    Error,
    /// Attributes as a JSON object, or as a map.
    Attributes,
    /// Name of a signal, for rows that are samples.
    Signal,
    /// What a sample was measured on.
    Entity,
    /// A sample's value in the signal's unit.
    Value,
}

impl Field {
    /// All fields with their names in `[input.columns]`.
    pub const ALL: &'static [(Field, &'static str)] = &[
        (Field::TraceId, "trace_id"),
        (Field::SpanId, "span_id"),
        (Field::ParentId, "parent_id"),
        (Field::IsRoot, "is_root"),
        (Field::Service, "service"),
        (Field::Name, "name"),
        (Field::Module, "module"),
        (Field::Tag, "tag"),
        (Field::Kind, "kind"),
        (Field::Start, "start"),
        (Field::End, "end"),
        (Field::Duration, "duration"),
        (Field::Cpu, "cpu"),
        (Field::Wait, "wait"),
        (Field::LockWait, "lock_wait"),
        (Field::Memory, "memory"),
        (Field::Error, "error"),
        (Field::Attributes, "attributes"),
        (Field::Signal, "signal"),
        (Field::Entity, "entity"),
        (Field::Value, "value"),
    ];

    /// The name in `[input.columns]`.
    pub fn name(self) -> &'static str {
        Field::ALL
            .iter()
            .find(|(field, _)| *field == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether its values are text; numbers are text too.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Field::TraceId
                | Field::SpanId
                | Field::ParentId
                | Field::Service
                | Field::Name
                | Field::Module
                | Field::Tag
                | Field::Signal
                | Field::Entity
        )
    }

    /// Whether its values are times, which have a unit.
    pub fn is_time(self) -> bool {
        matches!(
            self,
            Field::Start
                | Field::End
                | Field::Duration
                | Field::Cpu
                | Field::Wait
                | Field::LockWait
        )
    }
}

/// The unit of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
    /// A date as text.
    Rfc3339,
}

impl Unit {
    /// All units with their names.
    pub const ALL: &'static [(Unit, &'static str)] = &[
        (Unit::Seconds, "s"),
        (Unit::Milliseconds, "ms"),
        (Unit::Microseconds, "us"),
        (Unit::Nanoseconds, "ns"),
        (Unit::Rfc3339, "rfc3339"),
    ];

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Unit> {
        Unit::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(unit, _)| *unit)
    }

    /// The power of ten that makes nanoseconds of it.
    pub fn shift(self) -> i32 {
        match self {
            Unit::Seconds => 9,
            Unit::Milliseconds => 6,
            Unit::Microseconds => 3,
            Unit::Nanoseconds | Unit::Rfc3339 => 0,
        }
    }
}
