//! What an expression gives for one span.

use std::{borrow::Cow, cmp::Ordering};

/// A value. Types were checked before, so cells that are compared are of one kind, or null.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Truth(bool),
    Number(f64),
    Text(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    pub(super) fn text(text: &'a str) -> Cell<'a> {
        Cell::Text(Cow::Borrowed(text))
    }

    pub(super) fn truth(truth: Option<bool>) -> Cell<'a> {
        truth.map_or(Cell::Null, Cell::Truth)
    }

    pub(super) fn number(number: Option<f64>) -> Cell<'a> {
        number.map_or(Cell::Null, Cell::Number)
    }

    pub(super) fn is_null(&self) -> bool {
        *self == Cell::Null
    }

    pub(super) fn as_truth(&self) -> Option<bool> {
        if let Cell::Truth(truth) = self {
            Some(*truth)
        } else {
            None
        }
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        if let Cell::Number(number) = self {
            Some(*number)
        } else {
            None
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Cell::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// How two cells stand to each other; `None` where one is null. Text by its bytes; numbers in the total order, where what is no number is the largest.
    pub(super) fn order(&self, other: &Cell<'_>) -> Option<Ordering> {
        match (self, other) {
            (Cell::Truth(a), Cell::Truth(b)) => Some(a.cmp(b)),
            (Cell::Number(a), Cell::Number(b)) => {
                // Both zeros are one number.
                Some(if a == b {
                    Ordering::Equal
                } else {
                    a.total_cmp(b)
                })
            }
            (Cell::Text(a), Cell::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            _ => None,
        }
    }
}
