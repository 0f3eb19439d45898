//! The fields of a record, and the order in which they come: records of one writer have the same keys in the same order.

/// A field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Duration,
    Cpu,
    Wait,
    LockWait,
    QueueWait,
    Memory,
    Error,
    Timestamp,
    Start,
    Tag,
    Service,
    Module,
    TraceId,
    SpanId,
    ParentSpanId,
    Kind,
    Attributes,
    System,
    Metadata,
    /// Known, and read by nothing here.
    Ignored,
    Unknown,
}

impl Field {
    /// The field of a key. Byte patterns become one decision tree; texts would be compared one after the other.
    pub(super) fn of(key: &str) -> Field {
        match key.as_bytes() {
            b"name" => Field::Name,
            b"duration" => Field::Duration,
            b"cpu_time" => Field::Cpu,
            b"wait_time" => Field::Wait,
            b"lock_wait" => Field::LockWait,
            b"queue_wait" => Field::QueueWait,
            b"memory" => Field::Memory,
            b"error" => Field::Error,
            b"timestamp" => Field::Timestamp,
            b"start" => Field::Start,
            b"branch_tag" => Field::Tag,
            b"service" => Field::Service,
            b"module" => Field::Module,
            b"trace_id" => Field::TraceId,
            b"span_id" => Field::SpanId,
            b"parent_span_id" => Field::ParentSpanId,
            b"kind" => Field::Kind,
            b"attributes" => Field::Attributes,
            b"system_metric" => Field::System,
            b"metadata" => Field::Metadata,
            // What PyPSS writes.
            b"filename" | b"lineno" | b"memory_diff" | b"exception_type" | b"exception_message"
            | b"async_op" | b"yield_count" | b"end_time" => Field::Ignored,
            _ => Field::Unknown,
        }
    }
}

/// Keys remembered; a record rarely has more.
const REMEMBERED: usize = 32;

/// The keys of former records by their place. Where the next record has the same key at the same place, comparing it is all there is to do.
#[derive(Debug, Default)]
pub(super) struct Shape {
    keys: Vec<(Box<str>, Field)>,
}

impl Shape {
    /// The key expected at a place, with quotes and colon, and its field.
    #[inline]
    pub(super) fn expected(&self, place: usize) -> Option<(&str, Field)> {
        self.keys.get(place).map(|(key, field)| (&**key, *field))
    }

    /// Remembers the key at the first place of which nothing is known yet.
    pub(super) fn learn(&mut self, place: usize, key: &str, field: Field) {
        if place == self.keys.len() && place < REMEMBERED && field != Field::Unknown {
            self.keys.push((format!("\"{key}\":").into(), field));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_next_known_place_is_learned() {
        let mut shape = Shape::default();
        shape.learn(1, "name", Field::Name);
        assert_eq!(shape.expected(1), None);
        shape.learn(0, "name", Field::Name);
        shape.learn(0, "duration", Field::Duration);
        assert_eq!(shape.expected(0), Some(("\"name\":", Field::Name)));
        shape.learn(1, "whatever", Field::Unknown);
        assert_eq!(
            shape.expected(1),
            None,
            "an unknown name is looked at each time"
        );
    }
}
