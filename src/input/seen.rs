//! What is told of all inputs together: attributes that no span has, and what was not asked for.

use std::collections::BTreeSet;

use pss_metrics::plugin::nearest;

use super::{gather::Gather, options::ReadOptions, select::LeftOut};

/// What was seen of all inputs beside their records.
#[derive(Debug, Default)]
pub(super) struct Seen {
    left_out: LeftOut,
    /// By the attributes of the naming, whether some span had it.
    met: Vec<bool>,
}

impl Seen {
    pub(super) fn add(&mut self, gather: &mut Gather<'_>) -> LeftOut {
        let met = gather.batch.attributes_met();
        self.met.resize(met.len(), false);
        for (known, met) in self.met.iter_mut().zip(met) {
            *known |= met;
        }
        let left_out = std::mem::take(&mut gather.left_out);
        self.left_out.absorb(left_out.clone());
        left_out
    }

    /// A misspelt attribute would silently split nothing.
    pub(super) fn missing_attributes(&self, options: &ReadOptions<'_>) -> Option<String> {
        let naming = options.naming.as_ref()?;
        let missing: Vec<String> = naming
            .attributes()
            .iter()
            .zip(&self.met)
            .filter(|(_, met)| !**met)
            .map(|(name, _)| format!("{{{name}}}"))
            .collect();
        (!missing.is_empty()).then(|| {
            format!(
                "`operation` in [input] of pss.toml names {}, an attribute that no span has: it splits nothing",
                missing.join(", ")
            )
        })
    }

    /// Whether there are spans, and none of them is of a service asked for: samples alone are no answer then.
    pub(super) fn no_service(&self) -> bool {
        self.left_out.services > 0 && !self.left_out.met.contains(&true)
    }

    /// Where only what was not asked for is there: what there is.
    pub(super) fn nothing_asked_for(&self, options: &ReadOptions<'_>) -> Option<String> {
        let left_out = &self.left_out;
        if let Some(there) = left_out.times_there() {
            return Some(format!("nothing is of the time asked for: {there}"));
        }
        if left_out.timeless > 0 {
            return Some(
                "its records have no times, of which --since and --until could pick".to_owned(),
            );
        }
        self.missing_services(options)
    }

    /// Services that were asked for and of which no span is, though spans of others are.
    pub(super) fn missing_services(&self, options: &ReadOptions<'_>) -> Option<String> {
        let left_out = &self.left_out;
        let is_met = |at: &usize| left_out.met.get(*at) == Some(&true);
        let mut asked = options.selection.services.iter().enumerate();
        let asked = asked.find(|(at, _)| !is_met(at)).map(|(_, asked)| asked)?;
        left_out.others.first()?;
        let met = options.selection.services.iter().enumerate();
        let met = met.filter(|(at, _)| is_met(at)).map(|(_, name)| name);
        let there: BTreeSet<&str> = met.chain(&left_out.others).map(String::as_str).collect();
        let names = || there.iter().copied();
        let help = nearest(asked, names()).map_or_else(
            || {
                format!(
                    "there are {}",
                    names().take(20).collect::<Vec<_>>().join(", ")
                )
            },
            |near| format!("did you mean {near:?}?"),
        );
        Some(format!("no span is of service {asked:?}; {help}"))
    }
}
