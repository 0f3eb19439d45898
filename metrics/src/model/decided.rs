//! A span with what was decided about it.

use super::{category::Category, span::Span};

/// What an operation is called whose spans have no name.
pub const UNNAMED: &str = "(unnamed)";

/// A span as extra observations see it: what the record says, and what the batch decided about it by the rules that everything else follows.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// What the record says.
    pub span: &'a Span<'a>,
    /// The operation it counts under, templated or named as the user says; before names are made coarser to keep within the cap.
    pub operation: &'a str,
    /// The kind of work.
    pub category: Category,
    /// Whether it failed: by its flag, else by its attributes.
    pub error: Option<bool>,
    /// Whether a cache had it: by its attributes, else by its tag.
    pub cache_hit: Option<bool>,
}
