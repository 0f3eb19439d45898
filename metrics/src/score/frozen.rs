//! What stays as it was while the interval is computed: which subjects are scored, and their weights.

use std::collections::HashMap;

use super::outcome::{Outcome, Subject};

/// Weights of the scored subjects by factor.
#[derive(Debug, Default)]
pub struct Frozen<'a> {
    /// By factor, then by the group's place: groups are many, and asked for in every view.
    groups: Vec<Vec<Option<f64>>>,
    others: HashMap<(usize, &'a Subject), f64>,
}

impl<'a> Frozen<'a> {
    /// Those of an outcome.
    pub fn of(outcome: &'a Outcome) -> Frozen<'a> {
        let mut frozen = Frozen::default();
        for part in outcome.parts() {
            let Subject::Group(at) = part.subject else {
                frozen
                    .others
                    .insert((part.factor, &part.subject), part.weight);
                continue;
            };
            if frozen.groups.len() <= part.factor {
                frozen.groups.resize_with(part.factor + 1, Vec::new);
            }
            let weights = &mut frozen.groups[part.factor];
            if weights.len() <= at {
                weights.resize(at + 1, None);
            }
            weights[at] = Some(part.weight);
        }
        frozen
    }

    /// The weight of a subject in a factor; `None` where it was not scored.
    pub(super) fn weight(&self, factor: usize, subject: &Subject) -> Option<f64> {
        match subject {
            Subject::Group(at) => *self.groups.get(factor)?.get(*at)?,
            other => self.others.get(&(factor, other)).copied(),
        }
    }
}
