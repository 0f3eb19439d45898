//! Rows as records.

use std::borrow::Cow;

use pss_metrics::model::{Attribute, Intake, Kind, Parent, Sample, Signal, Span, Value};
use serde_json::{Map, Value as Json};

use super::{
    cell::Cell,
    columns::Columns,
    field::{Field, Unit},
};

/// Reads rows of a table.
#[derive(Debug, Clone)]
pub struct RowReader {
    /// The place of each field's column among those that are read, in the order of [`Field`], with its unit.
    places: Vec<(Field, usize, Unit, &'static str)>,
    /// Whether empty text is text: in what `pss` wrote itself. Others write it where they have none.
    keeps_empty: bool,
}

impl RowReader {
    /// For the columns of a table. Cells are asked for by the place of their column among [`Columns::of`].
    pub fn new(columns: &Columns) -> RowReader {
        RowReader {
            places: columns
                .of
                .iter()
                .enumerate()
                .map(|(at, (field, _, unit))| (*field, at, *unit, field.name()))
                .collect(),
            keeps_empty: columns.layout == super::columns::OWN_LAYOUT,
        }
    }

    /// The same without columns of which it is known that all their cells are null; those of parents stay, for that a span has none says something.
    #[must_use]
    pub fn without(mut self, is_empty: impl Fn(usize) -> bool) -> RowReader {
        self.places.retain(|(field, at, ..)| {
            matches!(field, Field::ParentId | Field::IsRoot) || !is_empty(*at)
        });
        self
    }

    /// The place of each column whose cells may be of no use to its field.
    pub fn choosy(&self) -> Vec<usize> {
        let is_text = |field: &Field| field.is_text() || *field == Field::Kind;
        let choosy = self.places.iter().filter(|(field, ..)| !is_text(field));
        choosy.map(|(_, at, ..)| *at).collect()
    }

    /// Why a cell of the column at a place is of no use to its field, if so.
    pub fn complaint(&self, at: usize, cell: Cell<'_>) -> Option<String> {
        let (field, _, unit, name) = self.places.iter().find(|(_, place, ..)| *place == at)?;
        match field {
            Field::IsRoot | Field::Error => cell.truth(name).err(),
            Field::Start | Field::End => cell.instant(name, *unit).err(),
            Field::Memory | Field::Value => cell.unsigned(name).err(),
            Field::Attributes => cell.text().and_then(|text| attributes_of(text).err()),
            field if field.is_time() => cell.span_of_time(name, *unit).err(),
            _ => None,
        }
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
        let mut span = Span::default();
        let (mut is_root, mut end, mut signal, mut value) = (None, None, None, None);
        let mut entity = "";
        let mut has_parent_column = false;
        let label = |cell: Cell<'a>| match cell {
            Cell::Text("") if self.keeps_empty => Some(""),
            cell => cell.text(),
        };
        let (mut map, mut pairs) = (None, &[][..]);
        for (field, at, unit, name) in &self.places {
            let cell = cell(*at);
            match field {
                Field::TraceId => span.trace_id = cell.text().unwrap_or_default(),
                Field::SpanId => span.span_id = cell.text().unwrap_or_default(),
                Field::ParentId => {
                    has_parent_column = true;
                    span.parent_id = cell.text().unwrap_or_default();
                }
                Field::IsRoot => is_root = Some(cell.truth(name)?),
                Field::Service => span.service = label(cell),
                Field::Name => span.name = label(cell),
                Field::Module => span.module = label(cell),
                Field::Tag => span.tag = label(cell),
                Field::Kind => {
                    span.kind = match cell {
                        Cell::Int(number) => u64::try_from(number).ok().and_then(Kind::from_number),
                        Cell::Unsigned(number) => Kind::from_number(number),
                        cell => cell.text().and_then(Kind::parse),
                    }
                }
                Field::Start => span.start = cell.instant(name, *unit)?,
                Field::End => end = cell.instant(name, *unit)?,
                Field::Duration => span.duration = cell.span_of_time(name, *unit)?,
                Field::Cpu => span.cpu = cell.span_of_time(name, *unit)?,
                Field::Wait => span.wait = cell.span_of_time(name, *unit)?,
                Field::LockWait => span.lock_wait = cell.span_of_time(name, *unit)?,
                Field::Memory => span.memory = cell.unsigned(name)?,
                Field::Error => span.error = cell.truth(name)?,
                Field::Attributes => match cell {
                    Cell::Pairs(of) => pairs = of,
                    cell => map = cell.text().map(attributes_of).transpose()?,
                },
                Field::Signal => signal = cell.text(),
                Field::Entity => entity = cell.text().unwrap_or_default(),
                Field::Value => value = cell.unsigned(name)?,
            }
        }
        if let Some(name) = signal {
            let signal = Signal::named(name)
                .ok_or_else(|| format!("`signal` is {name:?}, which is no known signal"))?;
            into.sample(&Sample {
                signal,
                entity,
                time: span.start,
                value: value.ok_or_else(|| format!("a sample of {name} has no `value`"))?,
            });
            return Ok(());
        }
        if let (None, Some(start), Some(end)) = (span.duration, span.start, end) {
            span.duration = Some(
                u64::try_from(i128::from(end) - i128::from(start))
                    .map_err(|_| "`end` is before `start`".to_owned())?,
            );
        }
        if span.name.is_none() && span.duration.is_none() && span.error.is_none() {
            return Err("holds nothing that can be scored: no name, duration or error".to_owned());
        }
        span.parent = match (is_root, span.parent_id.is_empty()) {
            (_, false) => Parent::Child,
            (Some(Some(true)), true) => Parent::Root,
            (Some(Some(false)), true) => Parent::Child,
            (Some(None), true) => Parent::Unknown,
            // A column of parents that is empty for some rows means that they are roots.
            (None, true) if has_parent_column => Parent::Root,
            (None, true) => Parent::Unknown,
        };
        let map = map.unwrap_or_default();
        let of_pairs = pairs.iter().map(|(key, value)| Attribute {
            key,
            value: Value::Text(value),
        });
        let attributes: Vec<Attribute<'_>> = map
            .iter()
            .filter_map(|(key, value)| {
                Some(Attribute {
                    key,
                    value: match value {
                        Json::String(text) => Value::Text(text),
                        Json::Number(number) => Value::Number(number.as_f64()?),
                        Json::Bool(truth) => Value::Bool(*truth),
                        _ => return None,
                    },
                })
            })
            .chain(of_pairs)
            .collect();
        span.attributes = &attributes;
        into.span(&span);
        Ok(())
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
