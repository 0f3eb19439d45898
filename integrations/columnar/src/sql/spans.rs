//! Spans as columns.

use polars::prelude::*;
use pss_metrics::model::{
    Category, Kind, OwnRules, Span, cache_attribute, cache_outcome, classify, classify_attributes,
    error_flag, template,
};

use super::{
    tables::{instants, seconds},
    words::{NONE, Words},
};

/// Columns that tell one span from another.
pub(super) const IDENTITIES: [&str; 3] = ["trace_id", "span_id", "parent_span_id"];

/// Spans seen so far.
pub(super) struct Spans {
    service: (Words, Vec<u32>),
    name: (Words, Vec<u32>),
    /// What is decided once about a name: its operation, and the category its words tell.
    operations: Words,
    of_name: Vec<(u32, Category)>,
    category: Vec<u8>,
    kind: (Words, Vec<u32>),
    tag: (Words, Vec<u32>),
    start: PrimitiveChunkedBuilder<Int64Type>,
    times: [PrimitiveChunkedBuilder<Float64Type>; 4],
    memory: PrimitiveChunkedBuilder<Int64Type>,
    error: BooleanChunkedBuilder,
    cache_hit: BooleanChunkedBuilder,
    /// Absent where no query asks for them: they are half of what a span takes.
    ids: Option<[StringChunkedBuilder; 3]>,
}

impl Spans {
    pub(super) fn new(identities: bool) -> Spans {
        Spans {
            service: Default::default(),
            name: Default::default(),
            operations: Words::default(),
            of_name: Vec::new(),
            category: Vec::new(),
            kind: Default::default(),
            tag: Default::default(),
            start: PrimitiveChunkedBuilder::new("start".into(), 0),
            times: ["duration", "cpu", "wait", "lock_wait"]
                .map(|name| PrimitiveChunkedBuilder::new(name.into(), 0)),
            memory: PrimitiveChunkedBuilder::new("memory".into(), 0),
            error: BooleanChunkedBuilder::new("error".into(), 0),
            cache_hit: BooleanChunkedBuilder::new("cache_hit".into(), 0),
            ids: identities
                .then(|| IDENTITIES.map(|name| StringChunkedBuilder::new(name.into(), 0))),
        }
    }

    pub(super) fn push(&mut self, span: &Span<'_>, rules: &OwnRules) {
        let push = |(words, rows): &mut (Words, Vec<u32>), word| rows.push(words.number(word));
        push(&mut self.service, span.service);
        push(&mut self.kind, span.kind.map(Kind::name));
        push(&mut self.tag, span.tag);
        push(&mut self.name, span.name);
        let name = span.name.unwrap_or_default();
        let by_name = self.by_name(name, rules);
        let category = classify_attributes(span.kind, span.attributes, rules).unwrap_or(by_name);
        self.category.push(category as u8);
        self.start.append_option(span.start);
        let times = [span.duration, span.cpu, span.wait, span.lock_wait];
        for (column, time) in self.times.iter_mut().zip(times) {
            column.append_option(time.map(seconds));
        }
        self.memory.append_option(
            span.memory
                .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        );
        self.error
            .append_option(span.error.or_else(|| error_flag(span.attributes)));
        self.cache_hit.append_option(
            cache_attribute(span.attributes).or_else(|| span.tag.and_then(cache_outcome)),
        );
        let ids = [span.trace_id, span.span_id, span.parent_id];
        for (column, id) in self.ids.iter_mut().flatten().zip(ids) {
            column.append_option((!id.is_empty()).then_some(id));
        }
    }

    /// The category that the last name's words tell.
    fn by_name(&mut self, name: &str, rules: &OwnRules) -> Category {
        let category = || classify(None, name, rules).category;
        match self.name.1.last() {
            None | Some(&NONE) => category(),
            Some(number) => {
                if *number as usize == self.of_name.len() {
                    let operation = self.operations.number(Some(&template(name)));
                    self.of_name.push((operation, category()));
                }
                self.of_name[*number as usize].1
            }
        }
    }

    pub(super) fn frame(self) -> PolarsResult<DataFrame> {
        let height = self.category.len();
        let of_name = self.of_name;
        let operation = self.name.1.iter().map(|name| match *name {
            NONE => NONE,
            name => of_name[name as usize].0,
        });
        let operation = self.operations.column("operation", operation)?;
        let mut categories = Words::default();
        let numbers = Category::ALL
            .map(|category| (category as u8, categories.number(Some(category.name()))));
        let category = self.category.iter().map(|row| {
            numbers
                .iter()
                .find(|(category, _)| category == row)
                .map_or(NONE, |(_, number)| *number)
        });
        let category = categories.column("category", category)?;
        let words =
            |name: &str, (words, rows): (Words, Vec<u32>)| words.column(name, rows.into_iter());
        let mut columns = vec![
            words("service", self.service)?,
            words("name", self.name)?,
            operation,
            category,
            words("kind", self.kind)?,
            words("tag", self.tag)?,
            instants(self.start),
        ];
        columns.extend(self.times.map(|column| column.finish().into_column()));
        columns.push(self.memory.finish().into_column());
        columns.push(self.error.finish().into_column());
        columns.push(self.cache_hit.finish().into_column());
        let ids = self.ids.into_iter().flatten();
        columns.extend(ids.map(|column| column.finish().into_column()));
        DataFrame::new(height, columns)
    }
}
