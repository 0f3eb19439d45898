//! `pss analyze FILES --why-category NAME`: which rule decided what kind of work an operation is.

use std::{collections::BTreeMap, sync::Arc};

use comfy_table::{ContentArrangement, Table};
use pss_metrics::{
    model::{Intake, OwnRules, Sample, Span, Why, template, why},
    plugin::nearest,
};

use super::stdout;
use crate::{
    error::Error,
    exit::Exit,
    input::{Place, Progress, ReadOptions, pass},
};

/// Operations remembered for the suggestion of a near name.
const NAMES: usize = 10_000;

pub(super) fn run(
    name: &str,
    places: &[Place],
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
) -> Result<Exit, Error> {
    let mut asked = Asked {
        name: template(name).into_owned(),
        rules: Arc::clone(&options.rules),
        found: BTreeMap::new(),
        others: BTreeMap::new(),
    };
    pass(places, options, progress, &mut asked)?;
    if asked.found.is_empty() {
        let help = nearest(&asked.name, asked.others.keys().map(String::as_str))
            .map_or_else(String::new, |near| format!("; did you mean {near:?}?"));
        return Err(Error::Usage(format!(
            "no operation is called {:?}{help}",
            asked.name
        )));
    }
    let mut table = Table::new();
    table
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(["service", "category", "spans", "because of", "rule from"]);
    for ((service, why), spans) in &asked.found {
        table.add_row([
            service.clone(),
            why.category.name().to_owned(),
            spans.to_string(),
            why.because.clone(),
            why.source.clone(),
        ]);
    }
    stdout::text(&format!("{}\n{table}\n", asked.name))?;
    Ok(Exit::Done)
}

/// Looks for spans of one operation.
struct Asked {
    name: String,
    rules: Arc<OwnRules>,
    found: BTreeMap<(String, Why), u64>,
    others: BTreeMap<String, ()>,
}

impl Intake for Asked {
    fn span(&mut self, span: &Span<'_>) {
        let raw = span.name.unwrap_or_default();
        let name = template(raw);
        if name != self.name {
            if self.others.len() < NAMES && !self.others.contains_key(&*name) {
                self.others.insert(name.into_owned(), ());
            }
            return;
        }
        let why = why(span.kind, span.attributes, raw, &self.rules);
        let service = span.service.unwrap_or_default().to_owned();
        *self.found.entry((service, why)).or_default() += 1;
    }

    fn sample(&mut self, _: &Sample<'_>) {}

    fn skipped(&mut self, _: &'static str, _: u64) {}
}
