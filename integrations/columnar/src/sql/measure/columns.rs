//! The columns of a span: those of the table `spans` that `pss query` documents.

use pss_integrations::sql_tables::{SPANS, SqlType};
use pss_metrics::{
    model::{Decided, Kind, UNNAMED},
    plugin::nearest,
};
use sqlparser::ast::Ident;

use super::{super::query::QueryError, cell::Cell, types::Type};

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Service,
    Name,
    Operation,
    Category,
    Kind,
    Tag,
    Timestamp,
    Duration,
    Cpu,
    Wait,
    LockWait,
    Memory,
    Error,
    CacheHit,
    TraceId,
    SpanId,
    ParentSpanId,
}

/// All but `start`, an instant: there is no arithmetic of instants here, and `timestamp` says the same as a number.
const ALL: [(&str, Column); 17] = [
    ("service", Column::Service),
    ("name", Column::Name),
    ("operation", Column::Operation),
    ("category", Column::Category),
    ("kind", Column::Kind),
    ("tag", Column::Tag),
    ("timestamp", Column::Timestamp),
    ("duration", Column::Duration),
    ("cpu", Column::Cpu),
    ("wait", Column::Wait),
    ("lock_wait", Column::LockWait),
    ("memory", Column::Memory),
    ("error", Column::Error),
    ("cache_hit", Column::CacheHit),
    ("trace_id", Column::TraceId),
    ("span_id", Column::SpanId),
    ("parent_span_id", Column::ParentSpanId),
];

/// The column of a name; lower case, as in a query.
pub(super) fn find(ident: &Ident) -> Result<(Column, Type), QueryError> {
    let name = ident.value.as_str();
    let described = SPANS.columns.iter().find(|column| column.name == name);
    let known = ALL.iter().find(|(known, _)| *known == name);
    let (Some((_, column)), Some(described)) = (known, described) else {
        let help = if name == "start" {
            "is an instant; use `timestamp`, the same in seconds since 1970".to_owned()
        } else {
            let names = || ALL.iter().map(|(name, _)| *name);
            let help = nearest(name, names()).map_or_else(
                || format!("the columns are {}", names().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean {near}?"),
            );
            format!("is no column of a span; {help}")
        };
        return Err(QueryError::at(ident.span.start, format!("`{name}` {help}")));
    };
    let of = match described.of {
        SqlType::Text => Type::Text,
        SqlType::Boolean => Type::Truth,
        SqlType::Integer => Type::Whole,
        SqlType::Float | SqlType::Time => Type::Real,
    };
    Ok((*column, of))
}

impl Column {
    /// Whether formats may leave it unread.
    pub(super) fn is_identity(self) -> bool {
        matches!(
            self,
            Column::TraceId | Column::SpanId | Column::ParentSpanId
        )
    }

    pub(super) fn of<'a>(self, decided: &Decided<'a>) -> Cell<'a> {
        let span = decided.span;
        // An empty text says nothing, as in the table.
        let text = |text: Option<&'a str>| {
            text.filter(|text| !text.is_empty())
                .map_or(Cell::Null, Cell::text)
        };
        let seconds = |ns: Option<u64>| Cell::number(ns.map(|ns| ns as f64 / 1e9));
        match self {
            Column::Service => text(span.service),
            Column::Name => text(span.name),
            Column::Operation => text(Some(decided.operation).filter(|name| *name != UNNAMED)),
            Column::Category => Cell::text(decided.category.name()),
            Column::Kind => text(span.kind.map(Kind::name)),
            Column::Tag => text(span.tag),
            Column::Timestamp => Cell::number(span.start.map(|ns| ns as f64 / 1e9)),
            Column::Duration => seconds(span.duration),
            Column::Cpu => seconds(span.cpu),
            Column::Wait => seconds(span.wait),
            Column::LockWait => seconds(span.lock_wait),
            Column::Memory => Cell::number(span.memory.map(|bytes| bytes as f64)),
            Column::Error => Cell::truth(decided.error),
            Column::CacheHit => Cell::truth(decided.cache_hit),
            Column::TraceId => text(Some(span.trace_id)),
            Column::SpanId => text(Some(span.span_id)),
            Column::ParentSpanId => text(Some(span.parent_id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_those_of_the_table() {
        let known: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
        let described = SPANS.columns.iter().map(|column| column.name);
        let described: Vec<&str> = described.filter(|name| *name != "start").collect();
        assert_eq!(known, described);
    }
}
