//! Which column of a table is what: as the user says, else as a known layout has it, else by names that leave no doubt.

use std::collections::BTreeSet;

use pss_metrics::plugin::nearest;

use super::{
    super::settings::InputSettings,
    field::{Field, Unit},
};

/// The columns of a table that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Each field with the place of its column and, for times, its unit.
    pub of: Vec<(Field, usize, Unit)>,
    /// The layout's name, for the report.
    pub layout: &'static str,
}

/// A layout that others write.
struct Layout {
    name: &'static str,
    /// Columns that tell it.
    signature: &'static [&'static str],
    columns: &'static [(Field, &'static str, Unit)],
}

const NS: Unit = Unit::Nanoseconds;

/// The name of the layout that `pss` writes.
pub(super) const OWN_LAYOUT: &str = "pss";

/// What stands for the layout of a table that is none of those.
const BY_NAMES: &str = "by names of columns";

/// Known layouts; the first whose signature is there.
const LAYOUTS: &[Layout] = &[
    Layout {
        name: OWN_LAYOUT,
        signature: &["start_ns", "duration_ns", "is_root"],
        columns: &[
            (Field::TraceId, "trace_id", NS),
            (Field::SpanId, "span_id", NS),
            (Field::ParentId, "parent_id", NS),
            (Field::IsRoot, "is_root", NS),
            (Field::Service, "service", NS),
            (Field::Name, "name", NS),
            (Field::Module, "module", NS),
            (Field::Tag, "tag", NS),
            (Field::Kind, "kind", NS),
            (Field::Start, "start_ns", NS),
            (Field::Duration, "duration_ns", NS),
            (Field::Cpu, "cpu_ns", NS),
            (Field::Wait, "wait_ns", NS),
            (Field::LockWait, "lock_wait_ns", NS),
            (Field::Memory, "memory_bytes", NS),
            (Field::Error, "error", NS),
            (Field::Attributes, "attributes", NS),
            (Field::Signal, "signal", NS),
            (Field::Entity, "entity", NS),
            (Field::Value, "value", NS),
        ],
    },
    // The table that the OpenTelemetry Collector's ClickHouse exporter makes.
    Layout {
        name: "clickhouse otel_traces",
        signature: &["Timestamp", "SpanName", "ServiceName", "Duration"],
        columns: &[
            (Field::TraceId, "TraceId", NS),
            (Field::SpanId, "SpanId", NS),
            (Field::ParentId, "ParentSpanId", NS),
            (Field::Service, "ServiceName", NS),
            (Field::Name, "SpanName", NS),
            (Field::Kind, "SpanKind", NS),
            (Field::Start, "Timestamp", Unit::Rfc3339),
            (Field::Duration, "Duration", NS),
            (Field::Error, "StatusCode", NS),
            (Field::Attributes, "SpanAttributes", NS),
        ],
    },
    // The traces of Nezha (IntelligentDDS, FSE 2023).
    Layout {
        name: "nezha",
        signature: &[
            "PodName",
            "OperationName",
            "StartTimeUnixNano",
            "EndTimeUnixNano",
        ],
        columns: &[
            (Field::TraceId, "TraceID", NS),
            (Field::TraceId, "TraceId", NS),
            (Field::SpanId, "SpanID", NS),
            (Field::SpanId, "SpanId", NS),
            (Field::ParentId, "ParentID", NS),
            (Field::ParentId, "ParentId", NS),
            (Field::Service, "PodName", NS),
            (Field::Name, "OperationName", NS),
            (Field::Start, "StartTimeUnixNano", NS),
            (Field::End, "EndTimeUnixNano", NS),
        ],
    },
];

/// Names that leave no doubt, unit included; native records' own among them.
const NAMES: &[(Field, &str, Unit)] = &[
    (Field::TraceId, "trace_id", NS),
    (Field::TraceId, "traceId", NS),
    (Field::TraceId, "TraceId", NS),
    (Field::SpanId, "span_id", NS),
    (Field::SpanId, "spanId", NS),
    (Field::SpanId, "SpanId", NS),
    (Field::ParentId, "parent_id", NS),
    (Field::ParentId, "parent_span_id", NS),
    (Field::ParentId, "parentSpanId", NS),
    (Field::ParentId, "ParentSpanId", NS),
    (Field::IsRoot, "is_root", NS),
    (Field::Service, "service", NS),
    (Field::Service, "service_name", NS),
    (Field::Service, "service.name", NS),
    (Field::Name, "name", NS),
    (Field::Name, "operation", NS),
    (Field::Name, "operation_name", NS),
    (Field::Name, "span_name", NS),
    (Field::Module, "module", NS),
    (Field::Tag, "branch_tag", NS),
    (Field::Tag, "tag", NS),
    (Field::Kind, "kind", NS),
    (Field::Kind, "span_kind", NS),
    (Field::Start, "start_ns", NS),
    (Field::Start, "start_time_unix_nano", NS),
    (Field::Start, "start_us", Unit::Microseconds),
    (Field::Start, "start_ms", Unit::Milliseconds),
    (Field::Start, "timestamp", Unit::Seconds),
    (Field::Start, "start", Unit::Seconds),
    (Field::Start, "start_time", Unit::Rfc3339),
    (Field::End, "end_time_unix_nano", NS),
    (Field::Duration, "duration_ns", NS),
    (Field::Duration, "duration_nano", NS),
    (Field::Duration, "duration_us", Unit::Microseconds),
    (Field::Duration, "duration_ms", Unit::Milliseconds),
    (Field::Duration, "duration_s", Unit::Seconds),
    (Field::Duration, "duration", Unit::Seconds),
    (Field::Cpu, "cpu_ns", NS),
    (Field::Cpu, "cpu_time", Unit::Seconds),
    (Field::Wait, "wait_ns", NS),
    (Field::Wait, "wait_time", Unit::Seconds),
    (Field::LockWait, "lock_wait_ns", NS),
    (Field::LockWait, "lock_wait", Unit::Seconds),
    (Field::Memory, "memory_bytes", NS),
    (Field::Memory, "memory", NS),
    (Field::Error, "error", NS),
    (Field::Error, "is_error", NS),
    (Field::Error, "status_code", NS),
    (Field::Attributes, "attributes", NS),
    (Field::Signal, "signal", NS),
    (Field::Entity, "entity", NS),
    (Field::Value, "value", NS),
];

impl Columns {
    /// Finds the columns of a table by the names of all its columns. A field that the user gives no name has no column.
    ///
    /// # Errors
    /// A column that the user names and that is not there, or no column from which a span or sample could come: with the candidates.
    pub fn find(names: &[&str], settings: &InputSettings) -> Result<Columns, String> {
        let at = |name: &str| names.iter().position(|known| *known == name);
        let layout = LAYOUTS
            .iter()
            .find(|layout| layout.signature.iter().all(|name| at(name).is_some()));
        let (name, table) = match layout {
            Some(layout) => (layout.name, layout.columns),
            None => (BY_NAMES, NAMES),
        };
        let mut columns = Columns {
            of: Vec::new(),
            layout: name,
        };
        for (field, column, unit) in table {
            if let Some(place) = at(column)
                && columns.place(*field).is_none()
            {
                columns.of.push((*field, place, *unit));
            }
        }
        // What is said of one table of a call is not meant for another whose layout is known and which has none of those columns.
        let said = || {
            settings
                .columns
                .values()
                .filter(|wanted| !wanted.name.is_empty())
        };
        let is_meant = layout.is_none() || said().any(|wanted| at(&wanted.name).is_some());
        for (field, name) in Field::ALL {
            let Some(wanted) = settings.columns.get(*name) else {
                continue;
            };
            if !is_meant && !wanted.name.is_empty() {
                continue;
            }
            if wanted.name.is_empty() {
                columns.of.retain(|(known, ..)| known != field);
                continue;
            }
            let place = at(&wanted.name).ok_or_else(|| {
                let help = nearest(&wanted.name, names.iter().copied())
                    .map_or_else(|| ".".to_owned(), |near| format!("; did you mean {near:?}?"));
                format!(
                    "has no column {:?}, which [input.columns] names for `{name}`{help} Its columns: {}",
                    wanted.name,
                    shown(names)
                )
            })?;
            let unit = match &wanted.unit {
                Some(unit) => Unit::parse(unit)
                    .ok_or_else(|| format!("cannot be read with the unit {unit:?} of `{name}`: known are s, ms, us, ns, rfc3339"))?,
                None => columns
                    .of
                    .iter()
                    .find(|(known, at, _)| known == field && *at == place)
                    .map_or(Unit::Seconds, |(.., unit)| *unit),
            };
            let is_instant = matches!(field, Field::Start | Field::End);
            if unit == Unit::Rfc3339 && field.is_time() && !is_instant {
                return Err(format!(
                    "cannot be read with the unit \"rfc3339\" of `{name}`, which is a length of time and no date: known are s, ms, us, ns"
                ));
            }
            columns.of.retain(|(known, ..)| known != field);
            columns.of.push((*field, place, unit));
        }
        let has = |field| columns.place(field).is_some();
        let spans =
            has(Field::Name) && (has(Field::Duration) || (has(Field::Start) && has(Field::End)));
        let samples = has(Field::Signal) && has(Field::Value);
        if !spans && !samples {
            let missing = if has(Field::Name) { "duration" } else { "name" };
            return Err(format!(
                "has no column that is surely `{missing}`: say which one it is in [input.columns] of pss.toml, as in `{missing} = \"..\"`{}. Its columns: {}",
                if missing == "duration" {
                    " with its unit, `duration = { column = \"..\", unit = \"ms\" }`, or which is the end, `end = \"..\"`"
                } else {
                    ""
                },
                shown(names)
            ));
        }
        columns.of.sort_by_key(|(field, ..)| *field);
        Ok(columns)
    }

    /// The same without identities, for who needs only to know which spans are roots; `None` where that, or the time, would be lost.
    pub fn without_identities(&self) -> Option<Columns> {
        let known = self.place(Field::IsRoot).is_some() && self.place(Field::Start).is_some();
        known.then(|| Columns {
            of: self
                .of
                .iter()
                .copied()
                .filter(|(field, ..)| {
                    !matches!(field, Field::TraceId | Field::SpanId | Field::ParentId)
                })
                .collect(),
            layout: self.layout,
        })
    }

    /// What to tell of columns that nobody reads, where no known layout says what they are: one of them may be misspelt.
    pub fn unread(&self, names: &[&str]) -> Option<String> {
        let read: BTreeSet<&str> = self.of.iter().map(|(_, place, _)| names[*place]).collect();
        let all: BTreeSet<&str> = names.iter().copied().collect();
        let unread: Vec<&str> = all.difference(&read).copied().collect();
        (self.layout == BY_NAMES && !unread.is_empty())
            .then(|| format!("has columns that nobody reads: {}", shown(&unread)))
    }

    /// Whether any of these columns has a name that leaves no doubt.
    pub fn any_named(names: &[&str]) -> bool {
        NAMES.iter().any(|(_, name, _)| names.contains(name))
    }

    /// Whether a table with these columns is surely one of spans or samples.
    pub fn is_known(names: &[&str]) -> bool {
        LAYOUTS
            .iter()
            .any(|layout| layout.signature.iter().all(|name| names.contains(name)))
    }

    /// The place of a field's column.
    pub fn place(&self, field: Field) -> Option<usize> {
        self.of
            .iter()
            .find(|(known, ..)| *known == field)
            .map(|(_, place, _)| *place)
    }
}

/// Names of columns for a message, cut where there are very many.
pub fn shown(names: &[&str]) -> String {
    let mut text = names
        .iter()
        .take(40)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > 40 {
        text.push_str(", ..");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{super::super::settings::Column, *};

    fn settings(pairs: &[(&str, &str, Option<&str>)]) -> InputSettings {
        InputSettings {
            columns: pairs
                .iter()
                .map(|(field, name, unit)| {
                    (
                        (*field).to_owned(),
                        Column {
                            name: (*name).to_owned(),
                            unit: unit.map(str::to_owned),
                        },
                    )
                })
                .collect(),
        }
    }

    #[test]
    fn a_known_layout_needs_no_mapping() {
        let names = [
            "Timestamp",
            "TraceId",
            "SpanName",
            "ServiceName",
            "Duration",
            "StatusCode",
        ];
        let columns = Columns::find(&names, &InputSettings::default()).expect("known");
        assert_eq!(columns.layout, "clickhouse otel_traces");
        assert_eq!(columns.place(Field::Duration), Some(4));
    }

    #[test]
    fn what_is_said_of_another_table_leaves_a_known_layout_alone() {
        let said = settings(&[("name", "op", None), ("duration", "took", Some("ms"))]);
        let export = ["name", "start_ns", "duration_ns", "is_root"];
        let columns = Columns::find(&export, &said).expect("known");
        assert_eq!(columns.layout, OWN_LAYOUT);
        // One of them is there, so that the other is missed.
        let mixed = ["op", "start_ns", "duration_ns", "is_root"];
        Columns::find(&mixed, &said).expect_err("has no took");
        Columns::find(&["name", "duration"], &said).expect_err("has neither");
    }

    #[test]
    fn what_the_user_says_comes_first_and_must_be_there() {
        let names = ["ts", "op", "took", "name"];
        let said = settings(&[
            ("start", "ts", Some("us")),
            ("name", "op", None),
            ("duration", "took", Some("ms")),
        ]);
        let columns = Columns::find(&names, &said).expect("mapped");
        assert_eq!(
            columns.of,
            [
                (Field::Name, 1, Unit::Seconds),
                (Field::Start, 0, Unit::Microseconds),
                (Field::Duration, 2, Unit::Milliseconds),
            ]
        );
        let wrong = settings(&[("duration", "tok", None)]);
        let error = Columns::find(&names, &wrong).expect_err("not there");
        assert!(
            error.contains("\"tok\"") && error.contains("\"took\""),
            "{error}"
        );
        let far = settings(&[("service", "svc", None)]);
        let error = Columns::find(&["name", "duration"], &far).expect_err("not there");
        assert!(error.contains("`service`. Its columns: name"), "{error}");
        let error = Columns::find(
            &["name", "start_time", "end_time"],
            &InputSettings::default(),
        )
        .expect_err("no duration");
        assert!(error.contains("`end = \"..\"`"), "{error}");
        let error = Columns::find(&["a", "b"], &InputSettings::default()).expect_err("nothing");
        assert!(error.contains("name") && error.contains("a, b"), "{error}");
    }
}
