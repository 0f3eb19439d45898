//! Names of entities: a program, and a place among those of its name that live at once.
//!
//! Process ids differ from run to run, so what bears them cannot be compared: `worker` and `worker#2` can. A place that a process leaves is taken by the next of
//! its name, so that a thousand short workers, one after the other, are one entity and not a thousand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A place that is taken.
#[derive(Debug)]
pub(super) struct Place {
    program: String,
    number: usize,
    /// `worker` for the first, `worker#2` for the second.
    pub(super) entity: Arc<str>,
}

impl Place {
    /// The program it is for.
    pub(super) fn program(&self) -> &str {
        &self.program
    }
}

/// The places of all programs.
#[derive(Debug, Default)]
pub(super) struct Places {
    taken: BTreeMap<String, BTreeSet<usize>>,
}

impl Places {
    /// Takes the first free place of a program.
    pub(super) fn take(&mut self, program: &str) -> Place {
        let taken = self.taken.entry(program.to_owned()).or_default();
        let number = (1..)
            .find(|number| !taken.contains(number))
            .unwrap_or(usize::MAX);
        taken.insert(number);
        Place {
            program: program.to_owned(),
            number,
            entity: if number == 1 {
                program.into()
            } else {
                format!("{program}#{number}").into()
            },
        }
    }

    /// Gives a place back.
    pub(super) fn leave(&mut self, place: &Place) {
        if let Some(taken) = self.taken.get_mut(&place.program) {
            taken.remove(&place.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_left_is_taken_by_the_next() {
        let mut places = Places::default();
        let (first, second) = (places.take("worker"), places.take("worker"));
        assert_eq!((&*first.entity, &*second.entity), ("worker", "worker#2"));
        assert_eq!(&*places.take("server").entity, "server");
        places.leave(&first);
        assert_eq!(&*places.take("worker").entity, "worker");
        assert_eq!(&*places.take("worker").entity, "worker#3");
    }
}
