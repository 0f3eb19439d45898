//! The fields of a record, and the order in which they come: records of one writer have the same keys in the same order.

use super::super::json::{Literal, Scanner};

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

/// Keys remembered of one kind of record; one rarely has more.
const REMEMBERED: usize = 64;
/// Kinds of record remembered, told apart by their first key.
const KINDS: usize = 4;

/// What stood between two values of former records, in their order: comma, key, colon and blanks. Where the next record has the same, comparing it is all there
/// is to do. Keys that only some records have stand among the others.
#[derive(Debug, Default)]
pub(super) struct Shape {
    keys: Vec<(Literal, Field)>,
}

impl Shape {
    /// Passes over the key expected at a place, or one of those after it where a record lacks some. Says which field that was, and the place to expect next.
    #[inline(always)]
    pub(super) fn pass(&self, place: usize, scanner: &mut Scanner<'_>) -> Option<(Field, usize)> {
        let (literal, field) = self.keys.get(place)?;
        if scanner.passes(literal) {
            return Some((*field, place + 1));
        }
        let rest = self.keys[place + 1..].iter().enumerate();
        for (skipped, (literal, field)) in rest {
            if scanner.passes(literal) {
                return Some((*field, place + skipped + 2));
            }
        }
        None
    }

    /// Remembers a key found at a place where it was not expected. Says which place to expect next.
    pub(super) fn learn(&mut self, place: usize, text: &str, field: Field) -> usize {
        let Some(literal) = Literal::new(text) else {
            return place;
        };
        if let Some(known) = self.keys.iter().position(|(known, _)| *known == literal) {
            return known + 1;
        }
        if self.keys.len() >= REMEMBERED {
            return place;
        }
        let place = place.min(self.keys.len());
        self.keys.insert(place, (literal, field));
        place + 1
    }
}

/// The shapes of former records. Those of one kind begin with the same key.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    shapes: Vec<Shape>,
}

impl Shapes {
    /// Passes over the first key of a record of a known kind. Says which kind, and which field that was.
    #[inline(always)]
    pub(super) fn begin(&self, scanner: &mut Scanner<'_>) -> Option<(usize, Field)> {
        self.shapes.iter().enumerate().find_map(|(kind, shape)| {
            let (literal, field) = shape.keys.first()?;
            scanner.passes(literal).then_some((kind, *field))
        })
    }

    /// Remembers a kind of record by its first key. The last kind stands for all those beyond what is remembered.
    pub(super) fn learn(&mut self, text: &str, field: Field) -> usize {
        if let (Some(literal), true) = (Literal::new(text), self.shapes.len() < KINDS) {
            self.shapes.push(Shape {
                keys: vec![(literal, field)],
            });
        }
        self.shapes.len().saturating_sub(1)
    }

    /// The shape of a kind.
    #[inline(always)]
    pub(super) fn get(&self, kind: usize) -> Option<&Shape> {
        self.shapes.get(kind)
    }

    pub(super) fn get_mut(&mut self, kind: usize) -> Option<&mut Shape> {
        self.shapes.get_mut(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_some_records_lack_are_expected_where_they_stood() {
        let mut shape = Shape::default();
        assert_eq!(shape.learn(0, "{\"name\": ", Field::Name), 1);
        assert_eq!(shape.learn(1, ", \"duration\": ", Field::Duration), 2);
        assert_eq!(shape.learn(1, ", \"error\": ", Field::Error), 2);
        let pass = |place, text: &str| {
            shape.pass(
                place,
                &mut Scanner::new(&format!("{text}{}", " ".repeat(16))),
            )
        };
        assert_eq!(pass(0, "{\"name\": 1"), Some((Field::Name, 1)));
        assert_eq!(pass(1, ", \"error\": 1"), Some((Field::Error, 2)));
        assert_eq!(pass(1, ", \"duration\": 1"), Some((Field::Duration, 3)));
        assert_eq!(pass(2, ", \"error\": 1"), None);
        assert_eq!(shape.learn(2, ", \"error\": ", Field::Error), 2);
    }

    #[test]
    fn kinds_are_told_apart_by_their_first_key() {
        let mut shapes = Shapes::default();
        assert_eq!(shapes.learn("{\"name\": ", Field::Name), 0);
        assert_eq!(shapes.learn("{\"system_metric\": ", Field::System), 1);
        let begin = |text| shapes.begin(&mut Scanner::new(text));
        assert_eq!(begin("{\"name\": \"abcdefg\"}"), Some((0, Field::Name)));
        assert_eq!(begin("{\"system_metric\": true}"), Some((1, Field::System)));
        assert_eq!(begin("{\"duration\": 1234567}"), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut shapes = Shapes::default();
        for at in 0..100 {
            assert!(shapes.learn(&format!("{{\"k{at}\":"), Field::Unknown) < KINDS);
        }
        let mut shape = Shape::default();
        for at in 0..1000 {
            shape.learn(at, &format!(",\"k{at}\":"), Field::Unknown);
        }
        assert_eq!(shape.keys.len(), REMEMBERED);
    }
}
