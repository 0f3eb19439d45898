//! What a plugin says of one of its settings.

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A number.
    Number,
    /// Arrivals in a time: 50, "50/s", "3000/m" or "100/h".
    Rate,
    /// A length of time such as "30s".
    Length,
    /// Text.
    Text,
    /// Where a server is, as `http://..` or `https://..`; it may hold credentials.
    Address,
    /// true or false.
    Bool,
    /// A list of texts.
    Texts,
    /// A list of numbers.
    Numbers,
    /// A table of texts.
    Pairs,
    /// A list of tables.
    Tables,
}

impl Takes {
    /// The type in words.
    pub fn name(self) -> &'static str {
        match self {
            Takes::Number => "number",
            Takes::Rate => "rate",
            Takes::Length => "length of time",
            Takes::Text => "text",
            Takes::Address => "address",
            Takes::Bool => "true or false",
            Takes::Texts => "list of texts",
            Takes::Numbers => "list of numbers",
            Takes::Pairs => "table of texts",
            Takes::Tables => "list of tables",
        }
    }
}

/// One setting of a plugin.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its key.
    pub name: &'static str,
    /// Its type.
    pub takes: Takes,
    /// Its default, as it would be written; `None` where it is required, or where nothing stands in for it.
    pub default: Option<&'static str>,
    /// Whether the plugin cannot be built without it.
    pub required: bool,
    /// What it does.
    pub about: &'static str,
}

impl Parameter {
    /// One that may be left out.
    pub const fn optional(
        name: &'static str,
        takes: Takes,
        default: Option<&'static str>,
        about: &'static str,
    ) -> Parameter {
        Parameter {
            name,
            takes,
            default,
            required: false,
            about,
        }
    }

    /// One that must be there.
    pub const fn required(name: &'static str, takes: Takes, about: &'static str) -> Parameter {
        Parameter {
            name,
            takes,
            default: None,
            required: true,
            about,
        }
    }
}
