//! Samplers that brought nothing: each is told once, however many rounds there were.

use std::collections::{BTreeMap, BTreeSet};

/// What the rounds said so far.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    absent: BTreeSet<String>,
    /// How many rounds ended before a sampler was ready.
    late: BTreeMap<&'static str, usize>,
    rounds: usize,
}

impl Lacking {
    /// Adds a round.
    pub(super) fn add(
        &mut self,
        absent: BTreeSet<String>,
        late: impl IntoIterator<Item = &'static str>,
    ) {
        self.absent.extend(absent);
        for name in late {
            *self.late.entry(name).or_default() += 1;
        }
        self.rounds += 1;
    }

    /// What the user should know.
    pub(super) fn notices(self) -> Vec<String> {
        let rounds = self.rounds;
        let told = |name: &str| {
            let start = format!("sampler:{name} ");
            self.absent.iter().any(|why| why.starts_with(&start))
        };
        // Rounds of one length end before one sampler or another by chance: one line says it for all.
        let late: Vec<_> = self.late.iter().filter(|(name, _)| !told(name)).collect();
        let most = late.iter().map(|(_, count)| **count).max();
        let line = most.map(|count| {
            let names: Vec<_> = late.iter().map(|(name, _)| **name).collect();
            let names = names.join(", ");
            if rounds == 1 {
                format!("the command ended before these samplers were ready: {names}")
            } else {
                format!(
                    "up to {count} of {rounds} rounds ended before these samplers were ready, so that they speak of the others alone: {names}"
                )
            }
        });
        self.absent.into_iter().chain(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sampler_is_told_of_once() {
        let gone = || BTreeSet::from(["sampler:gpu has nothing to read: no driver".to_owned()]);
        let mut lacking = Lacking::default();
        lacking.add(gone(), ["psi"]);
        lacking.add(BTreeSet::new(), ["gpu", "psi", "sockets"]);
        lacking.add(gone(), []);
        assert_eq!(
            lacking.notices(),
            [
                "sampler:gpu has nothing to read: no driver",
                "up to 2 of 3 rounds ended before these samplers were ready, so that they speak of the others alone: psi, sockets"
            ]
        );
        let mut lacking = Lacking::default();
        lacking.add(BTreeSet::new(), ["psi"]);
        assert_eq!(
            lacking.notices(),
            ["the command ended before these samplers were ready: psi"]
        );
    }
}
