//! One record, projected to the fields that scoring needs.

use std::collections::BTreeSet;

use pss_metrics::model::Intake;

use super::super::json::{Next, Reason, Scanner};
use super::{
    careful::take_any,
    field::{Field, Shapes},
    fields::Fields,
    plain::take_plain,
};

/// Unknown field names remembered by one decoder; more are of no use to anybody.
const UNKNOWN: usize = 64;
/// Decodes records.
#[derive(Debug, Default)]
pub struct RecordDecoder {
    unknown: BTreeSet<String>,
    taken: BTreeSet<String>,
    shapes: Shapes,
}

impl RecordDecoder {
    /// Decodes one record and pushes its span or samples.
    ///
    /// # Errors
    /// Why it cannot be used; nothing is pushed then.
    pub fn push(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), Reason> {
        let mut scanner = Scanner::new(record);
        let mut fields = Fields::default();
        let mut wrong: Vec<(Field, Reason)> = Vec::new();
        // The careful ways get the place by value and give one back: a place whose address is known to nobody stays in a register.
        let first = match self.shapes.begin(&mut scanner) {
            None => {
                let (behind, first) = self.first_key(scanner)?;
                scanner = behind;
                first
            }
            known => known,
        };
        if let Some((kind, mut field)) = first {
            let mut place = 1;
            loop {
                if !(wrong.is_empty() && take_plain(&mut scanner, field, &mut fields)) {
                    scanner = take_any(scanner, field, &mut fields, &mut wrong)?;
                }
                let shape = self.shapes.get(kind);
                let passed = shape.and_then(|shape| shape.pass(place, &mut scanner));
                let next = match passed {
                    None if scanner.closes() => break,
                    None => {
                        let (behind, next) = self.next_key(scanner, kind, place)?;
                        scanner = behind;
                        next
                    }
                    known => known,
                };
                let Some(next) = next else { break };
                (field, place) = next;
            }
        }
        scanner.end()?;
        match wrong.into_iter().next() {
            Some((_, reason)) => Err(reason),
            None => fields.push(into),
        }
    }

    pub(super) fn take_unknown(&mut self) -> Vec<String> {
        let taken = std::mem::take(&mut self.unknown);
        self.taken.extend(taken.iter().cloned());
        taken.into_iter().collect()
    }

    /// The first key of a record whose kind is not known, and its kind from now on; nothing where the record is empty.
    #[cold]
    fn first_key<'a>(
        &mut self,
        mut scanner: Scanner<'a>,
    ) -> Result<(Scanner<'a>, Option<(usize, Field)>), Reason> {
        let start = scanner;
        match scanner.next()? {
            Next::Object => {}
            Next::Array => return Err(Reason::Array),
            _ => {
                scanner.skip()?;
                scanner.end()?;
                return Err(Reason::NotAnObject);
            }
        }
        if !scanner.enter()? {
            return Ok((scanner, None));
        }
        let field = self.key(&mut scanner)?;
        let kind = self.shapes.learn(scanner.since(&start), field);
        Ok((scanner, Some((kind, field))))
    }

    /// A key that is not the expected one, and the place to expect after it; nothing at the record's end.
    #[cold]
    fn next_key<'a>(
        &mut self,
        mut scanner: Scanner<'a>,
        kind: usize,
        place: usize,
    ) -> Result<(Scanner<'a>, Option<(Field, usize)>), Reason> {
        let start = scanner;
        if !scanner.more()? {
            return Ok((scanner, None));
        }
        let field = self.key(&mut scanner)?;
        let place = match self.shapes.get_mut(kind) {
            Some(shape) => shape.learn(place, scanner.since(&start), field),
            None => place,
        };
        Ok((scanner, Some((field, place))))
    }

    fn key(&mut self, scanner: &mut Scanner<'_>) -> Result<Field, Reason> {
        let key = scanner.key()?;
        let field = Field::of(&key);
        if field == Field::Unknown {
            self.note_unknown(&key);
        }
        Ok(field)
    }

    fn note_unknown(&mut self, name: &str) {
        if self.unknown.len() < UNKNOWN
            && !self.taken.contains(name)
            && !self.unknown.contains(name)
        {
            self.unknown.insert(name.chars().take(80).collect());
        }
    }
}
