//! Rows as records.

use std::borrow::Cow;

use pss_metrics::model::{Attribute, Intake, Kind, Parent, Sample, Signal, Span, Value};
use serde_json::{Map, Value as Json};

use super::{
    cell::Cell,
    columns::Columns,
    field::{Field, Unit},
};

/// Reads rows of a table: cell by cell, or many rows column by column, which is quicker where columns lie together.
#[derive(Debug, Clone)]
pub struct RowReader {
    /// In the order of [`Field`].
    places: Vec<Place>,
}

/// A field's column.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its place among those that are read, [`Columns::of`].
    pub at: usize,
    field: Field,
    unit: Unit,
    name: &'static str,
    /// Whether empty text is text: in what `pss` wrote itself. Others write it where they have none.
    keeps_empty: bool,
}

/// A row in the making: what its cells say so far.
#[derive(Debug, Default)]
pub struct Draft<'a> {
    span: Span<'a>,
    is_root: Option<bool>,
    end: Option<i64>,
    signal: Option<&'a str>,
    entity: &'a str,
    value: Option<u64>,
    attributes: Option<Map<String, Json>>,
    pairs: &'a [(String, String)],
    /// Why the row cannot be used.
    wrong: Option<String>,
}

impl Place {
    /// Adds the cells of a column to the rows that they are of. A row without one is as one whose cell is null.
    #[inline]
    pub fn fill<'a: 'd, 'd>(&self, cells: impl Iterator<Item = (&'d mut Draft<'a>, Cell<'a>)>) {
        let Place { unit, name, .. } = *self;
        let keeps_empty = self.keeps_empty;
        let label = |cell: Cell<'a>| match cell {
            Cell::Text("") if keeps_empty => Some(""),
            cell => cell.text(),
        };
        let identity = |cell: Cell<'a>| cell.text().unwrap_or_default();
        match self.field {
            Field::TraceId => each(cells, |row, cell| {
                row.span.trace_id = identity(cell);
                Ok(())
            }),
            Field::SpanId => each(cells, |row, cell| {
                row.span.span_id = identity(cell);
                Ok(())
            }),
            Field::ParentId => each(cells, |row, cell| {
                row.span.parent_id = identity(cell);
                Ok(())
            }),
            Field::IsRoot => each(cells, |row, cell| {
                row.is_root = cell.truth(name)?;
                Ok(())
            }),
            Field::Service => each(cells, |row, cell| {
                row.span.service = label(cell);
                Ok(())
            }),
            Field::Name => each(cells, |row, cell| {
                row.span.name = label(cell);
                Ok(())
            }),
            Field::Module => each(cells, |row, cell| {
                row.span.module = label(cell);
                Ok(())
            }),
            Field::Tag => each(cells, |row, cell| {
                row.span.tag = label(cell);
                Ok(())
            }),
            Field::Kind => each(cells, |row, cell| {
                row.span.kind = match cell {
                    Cell::Int(number) => u64::try_from(number).ok().and_then(Kind::from_number),
                    Cell::Unsigned(number) => Kind::from_number(number),
                    cell => cell.text().and_then(Kind::parse),
                };
                Ok(())
            }),
            Field::Start => each(cells, |row, cell| {
                row.span.start = cell.instant(name, unit)?;
                Ok(())
            }),
            Field::End => each(cells, |row, cell| {
                row.end = cell.instant(name, unit)?;
                Ok(())
            }),
            Field::Duration => each(cells, |row, cell| {
                row.span.duration = cell.span_of_time(name, unit)?;
                Ok(())
            }),
            Field::Cpu => each(cells, |row, cell| {
                row.span.cpu = cell.span_of_time(name, unit)?;
                Ok(())
            }),
            Field::Wait => each(cells, |row, cell| {
                row.span.wait = cell.span_of_time(name, unit)?;
                Ok(())
            }),
            Field::LockWait => each(cells, |row, cell| {
                row.span.lock_wait = cell.span_of_time(name, unit)?;
                Ok(())
            }),
            Field::Memory => each(cells, |row, cell| {
                row.span.memory = cell.unsigned(name)?;
                Ok(())
            }),
            Field::Error => each(cells, |row, cell| {
                row.span.error = cell.truth(name)?;
                Ok(())
            }),
            Field::Attributes => each(cells, |row, cell| {
                match cell {
                    Cell::Pairs(pairs) => row.pairs = pairs,
                    cell => row.attributes = cell.text().map(attributes_of).transpose()?,
                }
                Ok(())
            }),
            Field::Signal => each(cells, |row, cell| {
                row.signal = cell.text();
                Ok(())
            }),
            Field::Entity => each(cells, |row, cell| {
                row.entity = identity(cell);
                Ok(())
            }),
            Field::Value => each(cells, |row, cell| {
                row.value = cell.unsigned(name)?;
                Ok(())
            }),
        }
    }
}

/// Sets a field of each row to its cell; the first cell that is of no use says why its row is not.
#[inline(always)]
fn each<'a: 'd, 'd>(
    cells: impl Iterator<Item = (&'d mut Draft<'a>, Cell<'a>)>,
    set: impl Fn(&mut Draft<'a>, Cell<'a>) -> Result<(), String>,
) {
    for (row, cell) in cells {
        if let Err(why) = set(row, cell) {
            row.wrong.get_or_insert(why);
        }
    }
}

impl RowReader {
    /// For the columns of a table. Cells are asked for by the place of their column among [`Columns::of`].
    pub fn new(columns: &Columns) -> RowReader {
        let keeps_empty = columns.layout == super::columns::OWN_LAYOUT;
        let of = columns.of.iter().enumerate();
        let places = of.map(|(at, (field, _, unit))| Place {
            at,
            field: *field,
            unit: *unit,
            name: field.name(),
            keeps_empty,
        });
        RowReader {
            places: places.collect(),
        }
    }

    /// The same without columns of which it is known that all their cells are null; those of parents stay, for that a span has none says something.
    #[must_use]
    pub fn without(mut self, is_empty: impl Fn(usize) -> bool) -> RowReader {
        self.places.retain(|place| {
            matches!(place.field, Field::ParentId | Field::IsRoot) || !is_empty(place.at)
        });
        self
    }

    /// The columns, in the order in which rows are filled.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The place of each column whose cells may be of no use to its field.
    pub fn choosy(&self) -> Vec<usize> {
        let is_text = |field: Field| field.is_text() || field == Field::Kind;
        let choosy = self.places.iter().filter(|place| !is_text(place.field));
        choosy.map(|place| place.at).collect()
    }

    /// Why a cell of the column at a place is of no use to its field, if so.
    pub fn complaint(&self, at: usize, cell: Cell<'_>) -> Option<String> {
        let place = self.places.iter().find(|place| place.at == at)?;
        let mut row = Draft::default();
        place.fill(std::iter::once((&mut row, cell)));
        row.wrong
    }

    /// Pushes the record of one row, whose cells `cell` gives by the place of their column.
    ///
    /// # Errors
    /// Why the row cannot be used; nothing is pushed then.
    pub fn push<'a>(
        &self,
        cell: impl Fn(usize) -> Cell<'a>,
        into: &mut dyn Intake,
    ) -> Result<(), String> {
        let mut row = Draft::default();
        for place in &self.places {
            place.fill(std::iter::once((&mut row, cell(place.at))));
        }
        self.finish(&mut row, into)
    }

    /// Pushes the record of a row that all columns were added to.
    ///
    /// # Errors
    /// Why the row cannot be used; nothing is pushed then.
    pub fn finish(&self, row: &mut Draft<'_>, into: &mut dyn Intake) -> Result<(), String> {
        if let Some(why) = row.wrong.take() {
            return Err(why);
        }
        let mut span = row.span;
        if let Some(name) = row.signal {
            let signal = Signal::named(name)
                .ok_or_else(|| format!("`signal` is {name:?}, which is no known signal"))?;
            let value = row.value;
            into.sample(&Sample {
                signal,
                entity: row.entity,
                time: span.start,
                value: value.ok_or_else(|| format!("a sample of {name} has no `value`"))?,
            });
            return Ok(());
        }
        if let (None, Some(start), Some(end)) = (span.duration, span.start, row.end) {
            span.duration = Some(
                u64::try_from(i128::from(end) - i128::from(start))
                    .map_err(|_| "`end` is before `start`".to_owned())?,
            );
        }
        if span.name.is_none() && span.duration.is_none() && span.error.is_none() {
            return Err("holds nothing that can be scored: no name, duration or error".to_owned());
        }
        span.parent = match (row.is_root, span.parent_id.is_empty()) {
            (_, false) | (Some(false), true) => Parent::Child,
            (Some(true), true) => Parent::Root,
            // A column of parents that is empty for some rows means that they are roots.
            (None, true) if self.has(Field::ParentId) && !self.has(Field::IsRoot) => Parent::Root,
            (None, true) => Parent::Unknown,
        };
        if row.attributes.is_none() && row.pairs.is_empty() {
            into.span(&span);
            return Ok(());
        }
        let map = row.attributes.iter().flatten();
        let of_map = map.filter_map(|(key, value)| {
            Some(Attribute {
                key,
                value: match value {
                    Json::String(text) => Value::Text(text),
                    Json::Number(number) => Value::Number(number.as_f64()?),
                    Json::Bool(truth) => Value::Bool(*truth),
                    _ => return None,
                },
            })
        });
        let of_pairs = row.pairs.iter().map(|(key, value)| Attribute {
            key,
            value: Value::Text(value),
        });
        let attributes: Vec<Attribute<'_>> = of_map.chain(of_pairs).collect();
        span.attributes = &attributes;
        into.span(&span);
        Ok(())
    }

    fn has(&self, field: Field) -> bool {
        self.places.iter().any(|place| place.field == field)
    }
}

/// Attributes as a JSON object, or as ClickHouse prints a map: `{'key':'value'}`.
fn attributes_of(text: &str) -> Result<Map<String, Json>, String> {
    let json = if text.starts_with("{'") {
        Cow::Owned(text.replace('"', "\\\"").replace('\'', "\""))
    } else {
        Cow::Borrowed(text)
    };
    serde_json::from_str(&json).map_err(|_| "`attributes` is no JSON object".to_owned())
}

/// Attributes as the text of a JSON object; `None` where there are none.
pub fn attributes_json(attributes: &[Attribute<'_>]) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let map: Map<String, Json> = attributes
        .iter()
        .map(|attribute| {
            (
                attribute.key.to_owned(),
                match attribute.value {
                    Value::Text(text) => Json::from(text),
                    Value::Number(number) => Json::from(number),
                    Value::Bool(truth) => Json::from(truth),
                },
            )
        })
        .collect();
    Some(Json::Object(map).to_string())
}
