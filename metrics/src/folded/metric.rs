//! The metric made of a definition.

use std::sync::Arc;

use super::{
    definition::Definition,
    description::describe,
    measured::{Measures, unfit},
    shape::Shape,
};
use crate::{
    model::{Decided, ExtraSpec},
    score::{Metric, MetricMeta, Outcome, PerSubject, Settings, SummaryView},
};

/// A metric of the user's own.
#[derive(Debug)]
pub struct Folded {
    meta: &'static MetricMeta,
    key: String,
    definition: Definition,
}

const ONLY: usize = 0;

impl Folded {
    /// The metric of a definition. Its description is never freed, as those of registered metrics are not: make one for each metric of a configuration.
    pub fn new(definition: Definition) -> Folded {
        Folded {
            meta: describe(&definition),
            key: definition.key(),
            definition,
        }
    }

    /// Why there are no values where no input, or not every input, kept them.
    fn missing(&self, view: &SummaryView<'_>) -> Option<String> {
        let code = self.meta.code;
        let why = match view.extra_complete(&self.key) {
            Some(true) => return None,
            Some(false) => "not every summary (.pss) holds its values",
            None => "the summary (.pss) does not hold its values",
        };
        let other = view
            .extra_keys()
            .any(|key| key != self.key && key.split_once('@').is_some_and(|(of, _)| of == code));
        let because = if other {
            format!("; it holds those of another definition of {code}")
        } else {
            String::new()
        };
        Some(format!(
            "{why}{because}: summarise the traces again with this pss.toml"
        ))
    }
}

impl Metric for Folded {
    fn meta(&self) -> &'static MetricMeta {
        self.meta
    }

    fn extras(&self) -> Vec<ExtraSpec> {
        let (of, measures) = (
            Arc::clone(&self.definition.measure.of),
            self.definition.measure.measures,
        );
        vec![ExtraSpec {
            key: self.key.clone(),
            identities: self.definition.measure.identities,
            extract: Arc::new(move |span: &Decided<'_>| measures.keep(of(span)?)),
        }]
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        if let Some(why) = self.missing(view) {
            return Outcome::NoData(why);
        }
        let (shape, measures) = (self.definition.shape, self.definition.measure.measures);
        let mut subjects = PerSubject::new(self.meta, settings, shape.over());
        let (mut seen, mut bad) = (0, 0);
        for group in view.groups() {
            let values = group.extra(&self.key);
            let (n, subject) = (values.n(), group.subject());
            seen += n;
            bad += unfit(&values);
            let enough = || {
                if n >= shape.least(&group) {
                    shape.weight(&values)
                } else {
                    None
                }
            };
            if n > 0
                && !(view.is_window() && matches!(shape, Shape::Level(_)))
                && let Some(weight) = view.weight(ONLY, &subject, enough)
                && let Some(value) = shape.of(&group, &self.key, measures, &values)
            {
                subjects.add(&subject, weight, n, &[(ONLY, Some(value))]);
            }
        }
        if bad > 0 && measures != Measures::Truth {
            return Outcome::Failed(format!(
                "{bad} of {seen} values are below 0 or above {:.2e}, which cannot be folded: leave such spans out with `where`, or use abs() or least() in `value`",
                measures.largest()
            ));
        }
        subjects.finish(|| match seen {
            0 => "no span has a value: `where` takes none, or `value` is null for all it takes"
                .to_owned(),
            _ => format!("no operation has enough values ({seen} in all)"),
        })
    }
}
