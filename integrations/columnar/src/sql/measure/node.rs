//! The tree an expression becomes, and its value for one span. Truth has three values, as SQL's has.

use std::{borrow::Cow, cmp::Ordering};

use pss_metrics::model::Decided;

use super::{cell::Cell, columns::Column, functions::Function, like::Pattern};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Compare {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Equal => order.is_eq(),
            Compare::NotEqual => order.is_ne(),
            Compare::Less => order.is_lt(),
            Compare::LessOrEqual => order.is_le(),
            Compare::Greater => order.is_gt(),
            Compare::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// An operation on two numbers. Dividing by zero gives what is not finite, which is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Arithmetic {
    fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Divide => a / b,
        }
    }
}

/// A node of the tree.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Null,
    Truth(bool),
    Number(f64),
    Text(String),
    Column(Column),
    Not(Box<Node>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    Compare(Compare, Box<[Node; 2]>),
    /// `IS NULL`.
    IsNull(Box<Node>),
    /// `IS TRUE`, `IS FALSE`: never null.
    Is(bool, Box<Node>),
    In(Box<Node>, Vec<Node>),
    /// Value, low, high.
    Between(Box<[Node; 3]>),
    Like(Box<Node>, Pattern),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    Negate(Box<Node>),
    Join(Box<[Node; 2]>),
    Case(Vec<(Node, Node)>, Box<Node>),
    Call(Function, Vec<Node>),
    /// Truth as 0 and 1.
    Numbered(Box<Node>),
    /// Text as the number it is, null where it is none.
    Parsed(Box<Node>),
    /// Without the fraction.
    Truncated(Box<Node>),
}

impl Node {
    /// Its value for a span.
    pub(super) fn of<'a>(&'a self, span: &Decided<'a>) -> Cell<'a> {
        let truth = |node: &'a Node| node.of(span).as_truth();
        match self {
            Node::Null => Cell::Null,
            Node::Truth(truth) => Cell::Truth(*truth),
            Node::Number(number) => Cell::Number(*number),
            Node::Text(text) => Cell::text(text),
            Node::Column(column) => column.of(span),
            Node::Not(inner) => Cell::truth(truth(inner).map(|truth| !truth)),
            Node::And(sides) => Cell::truth(match truth(&sides[0]) {
                Some(false) => Some(false),
                left => match (left, truth(&sides[1])) {
                    (_, Some(false)) => Some(false),
                    (Some(true), right) => right,
                    _ => None,
                },
            }),
            Node::Or(sides) => Cell::truth(match truth(&sides[0]) {
                Some(true) => Some(true),
                left => match (left, truth(&sides[1])) {
                    (_, Some(true)) => Some(true),
                    (Some(false), right) => right,
                    _ => None,
                },
            }),
            Node::Compare(how, sides) => {
                let order = sides[0].of(span).order(&sides[1].of(span));
                Cell::truth(order.map(|order| how.holds(order)))
            }
            Node::IsNull(inner) => Cell::Truth(inner.of(span).is_null()),
            Node::Is(wanted, inner) => Cell::Truth(truth(inner) == Some(*wanted)),
            Node::In(inner, list) => {
                let cell = inner.of(span);
                let mut found = Some(false);
                for item in list {
                    match cell.order(&item.of(span)) {
                        Some(Ordering::Equal) => return Cell::Truth(true),
                        Some(_) => {}
                        None => found = None,
                    }
                }
                Cell::truth(found)
            }
            Node::Between(three) => {
                let cell = three[0].of(span);
                let above = cell.order(&three[1].of(span)).map(Ordering::is_ge);
                let below = cell.order(&three[2].of(span)).map(Ordering::is_le);
                Cell::truth(match (above, below) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                })
            }
            Node::Like(inner, pattern) => {
                Cell::truth(inner.of(span).as_text().map(|text| pattern.takes(text)))
            }
            Node::Arithmetic(what, sides) => {
                let sides = (sides[0].of(span).as_number(), sides[1].of(span).as_number());
                Cell::number(sides.0.zip(sides.1).map(|(a, b)| what.of(a, b)))
            }
            Node::Negate(inner) => Cell::number(inner.of(span).as_number().map(|number| -number)),
            Node::Join(sides) => match (sides[0].of(span), sides[1].of(span)) {
                (Cell::Text(a), Cell::Text(b)) => Cell::Text(a + b),
                _ => Cell::Null,
            },
            Node::Case(branches, otherwise) => branches
                .iter()
                .find(|(condition, _)| truth(condition) == Some(true))
                .map_or(&**otherwise, |(_, value)| value)
                .of(span),
            Node::Call(function, arguments) => function.of(arguments, span),
            Node::Numbered(inner) => {
                Cell::number(truth(inner).map(|truth| f64::from(u8::from(truth))))
            }
            Node::Parsed(inner) => {
                let parsed = |text: &str| text.trim().parse().ok().filter(|n: &f64| n.is_finite());
                Cell::number(inner.of(span).as_text().and_then(parsed))
            }
            Node::Truncated(inner) => Cell::number(inner.of(span).as_number().map(f64::trunc)),
        }
    }

    /// Whether some column of it is an identity.
    pub(super) fn reads_identities(&self) -> bool {
        let any = |nodes: &[Node]| nodes.iter().any(Node::reads_identities);
        match self {
            Node::Null | Node::Truth(_) | Node::Number(_) | Node::Text(_) => false,
            Node::Column(column) => column.is_identity(),
            Node::Not(inner)
            | Node::IsNull(inner)
            | Node::Is(_, inner)
            | Node::Like(inner, _)
            | Node::Negate(inner)
            | Node::Numbered(inner)
            | Node::Parsed(inner)
            | Node::Truncated(inner) => inner.reads_identities(),
            Node::And(two)
            | Node::Or(two)
            | Node::Compare(_, two)
            | Node::Arithmetic(_, two)
            | Node::Join(two) => any(&**two),
            Node::Between(three) => any(&**three),
            Node::In(inner, list) => inner.reads_identities() || any(list),
            Node::Call(_, arguments) => any(arguments),
            Node::Case(branches, otherwise) => {
                otherwise.reads_identities()
                    || branches
                        .iter()
                        .any(|(when, then)| when.reads_identities() || then.reads_identities())
            }
        }
    }
}

impl Function {
    fn of<'a>(self, arguments: &'a [Node], span: &Decided<'a>) -> Cell<'a> {
        let cells = || arguments.iter().map(|argument| argument.of(span));
        let first = || cells().next().unwrap_or(Cell::Null);
        let number = |of: fn(f64) -> f64| Cell::number(first().as_number().map(of));
        match self {
            Function::Abs => number(f64::abs),
            Function::Floor => number(f64::floor),
            Function::Ceil => number(f64::ceil),
            Function::Sqrt => number(f64::sqrt),
            // Those that are null do not count.
            Function::Least => Cell::number(
                cells()
                    .filter_map(|cell| cell.as_number())
                    .min_by(f64::total_cmp),
            ),
            Function::Greatest => Cell::number(
                cells()
                    .filter_map(|cell| cell.as_number())
                    .max_by(f64::total_cmp),
            ),
            Function::Coalesce => cells().find(|cell| !cell.is_null()).unwrap_or(Cell::Null),
            Function::NullIf => {
                let mut both = cells();
                match (both.next(), both.next()) {
                    (Some(a), Some(b)) if a.order(&b) == Some(Ordering::Equal) => Cell::Null,
                    (Some(a), _) => a,
                    (None, _) => Cell::Null,
                }
            }
            Function::Lower => text(first(), str::to_lowercase),
            Function::Upper => text(first(), str::to_uppercase),
            Function::Length => {
                Cell::number(first().as_text().map(|text| text.chars().count() as f64))
            }
            Function::StartsWith => {
                let mut both = cells();
                match (both.next(), both.next()) {
                    (Some(Cell::Text(text)), Some(Cell::Text(start))) => {
                        Cell::Truth(text.starts_with(&*start))
                    }
                    _ => Cell::Null,
                }
            }
        }
    }
}

fn text<'a>(cell: Cell<'a>, of: fn(&str) -> String) -> Cell<'a> {
    cell.as_text()
        .map_or(Cell::Null, |text| Cell::Text(Cow::Owned(of(text))))
}
