//! What an expression gives, known before the first span.

/// A type. Null fits all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Null,
    Text,
    Truth,
    /// Numbers without a fraction.
    Whole,
    Real,
}

impl Type {
    /// For messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Text => "text",
            Type::Truth => "true or false",
            Type::Whole | Type::Real => "a number",
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Type::Null | Type::Whole | Type::Real)
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Type::Null | Type::Text)
    }

    pub(super) fn is_truth(self) -> bool {
        matches!(self, Type::Null | Type::Truth)
    }

    /// The type of what may be either.
    pub(super) fn with(self, other: Type) -> Option<Type> {
        match (self, other) {
            (Type::Null, of) | (of, Type::Null) => Some(of),
            (Type::Whole, Type::Real) | (Type::Real, Type::Whole) => Some(Type::Real),
            (one, other) => (one == other).then_some(one),
        }
    }
}
