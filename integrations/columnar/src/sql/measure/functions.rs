//! The functions there are.

use pss_metrics::plugin::nearest;
use sqlparser::tokenizer::Location;

use super::{super::query::QueryError, types::Type};

/// A function of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Floor,
    Ceil,
    Sqrt,
    Least,
    Greatest,
    Coalesce,
    NullIf,
    Lower,
    Upper,
    Length,
    StartsWith,
}

const ALL: [(&str, Function); 14] = [
    ("abs", Function::Abs),
    ("floor", Function::Floor),
    ("ceil", Function::Ceil),
    ("ceiling", Function::Ceil),
    ("sqrt", Function::Sqrt),
    ("least", Function::Least),
    ("greatest", Function::Greatest),
    ("coalesce", Function::Coalesce),
    ("nullif", Function::NullIf),
    ("lower", Function::Lower),
    ("upper", Function::Upper),
    ("length", Function::Length),
    ("char_length", Function::Length),
    ("starts_with", Function::StartsWith),
];

/// Functions over many rows, which a value of one row has no use for.
const AGGREGATES: [&str; 14] = [
    "avg",
    "count",
    "max",
    "mean",
    "median",
    "min",
    "quantile_cont",
    "quantile_disc",
    "row_number",
    "stddev",
    "sum",
    "var",
    "variance",
    "first",
];

/// The function of a name.
pub(super) fn find(name: &str, at: Location) -> Result<Function, QueryError> {
    let lower = name.to_ascii_lowercase();
    if let Some((_, function)) = ALL.iter().find(|(known, _)| *known == lower) {
        return Ok(*function);
    }
    let help = if AGGREGATES.contains(&lower.as_str()) {
        "is over many rows, and this is about one: `shape` says which statistic is scored"
            .to_owned()
    } else {
        let names = || ALL.iter().map(|(name, _)| *name);
        let help = nearest(&lower, names()).map_or_else(
            || format!("there are {}", names().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean {near}?"),
        );
        format!("is no function here; {help}")
    };
    Err(QueryError::at(
        at,
        format!(
            "{} {help}",
            super::super::guard::quoted(&format!("{name}()"))
        ),
    ))
}

impl Function {
    /// What it gives for arguments of these types; else what it takes.
    pub(super) fn gives(self, of: &[Type]) -> Result<Type, &'static str> {
        let joined = || {
            of.iter()
                .try_fold(Type::Null, |joined, next| joined.with(*next))
        };
        match (self, of) {
            (Function::Abs, [number]) if number.is_number() => Ok(*number),
            (Function::Floor | Function::Ceil, [number]) if number.is_number() => Ok(Type::Whole),
            (Function::Sqrt, [number]) if number.is_number() => Ok(Type::Real),
            (Function::Abs | Function::Floor | Function::Ceil | Function::Sqrt, _) => {
                Err("one number")
            }
            (Function::Least | Function::Greatest, [_, _, ..]) => joined()
                .filter(|of| of.is_number())
                .ok_or("two or more numbers"),
            (Function::Least | Function::Greatest, _) => Err("two or more numbers"),
            (Function::Coalesce, [_, ..]) => joined().ok_or("values of one type"),
            (Function::Coalesce, _) => Err("one value or more"),
            (Function::NullIf, [first, _]) => joined().map(|_| *first).ok_or("two of one type"),
            (Function::NullIf, _) => Err("two of one type"),
            (Function::Lower | Function::Upper, [text]) if text.is_text() => Ok(Type::Text),
            (Function::Length, [text]) if text.is_text() => Ok(Type::Whole),
            (Function::Lower | Function::Upper | Function::Length, _) => Err("one text"),
            (Function::StartsWith, [text, start]) if text.is_text() && start.is_text() => {
                Ok(Type::Truth)
            }
            (Function::StartsWith, _) => Err("two texts"),
        }
    }
}
