//! What kind of work a span is: decided once, when it is read. Attributes decide first; words of the operation's name only where attributes are silent.

use super::{
    attribute::Attribute,
    own_rules::OwnRules,
    rules::{RULES, Rule, Test},
    span::Kind,
};

/// The kind of work. Categories are disjoint: a span counts in exactly one.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// A database call.
    Db,
    /// A cache call.
    Cache,
    /// A call to another process over the network.
    Net,
    /// A message sent.
    Messaging,
    /// File access.
    Io,
    /// All else, the handling of requests and messages included.
    Internal,
}

impl Category {
    /// All categories, in their fixed order.
    pub const ALL: [Category; 6] = [
        Category::Db,
        Category::Cache,
        Category::Net,
        Category::Messaging,
        Category::Io,
        Category::Internal,
    ];

    /// The name in reports and summaries.
    pub fn name(self) -> &'static str {
        match self {
            Category::Db => "db",
            Category::Cache => "cache",
            Category::Net => "net",
            Category::Messaging => "messaging",
            Category::Io => "io",
            Category::Internal => "internal",
        }
    }
}

/// What a category was decided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// An attribute or the span's kind.
    Attribute,
    /// A word of the operation's name.
    Name,
    /// Nothing: internal by default.
    Nothing,
}

/// A category and what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classified {
    /// The category.
    pub category: Category,
    /// What decided it.
    pub evidence: Evidence,
}

/// The category that attributes and kind decide, if any.
pub fn classify_attributes(
    kind: Option<Kind>,
    attributes: &[Attribute<'_>],
    own: &OwnRules,
) -> Option<Category> {
    if kind.is_none() && attributes.is_empty() {
        return None;
    }
    own.by_attributes(attributes)
        .map(|rule| rule.category)
        .or_else(|| by_attributes(kind, attributes).map(|rule| rule.category))
}

/// The first rule that attributes and kind match.
pub(super) fn by_attributes(
    kind: Option<Kind>,
    attributes: &[Attribute<'_>],
) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|rule| attribute_matches(&rule.test, kind, attributes))
}

/// The first rule that a name matches.
pub(super) fn by_name(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        matches!(rule.test, Test::Word(words) if words_of(name).any(|word| is_one_of(word, words)))
    })
}

/// The category of an operation, from what attributes decided and, where they did not, its name.
pub fn classify(by_attributes: Option<Category>, name: &str, own: &OwnRules) -> Classified {
    if let Some(category) = by_attributes {
        return Classified {
            category,
            evidence: Evidence::Attribute,
        };
    }
    let found = own
        .by_name(name)
        .map(|rule| rule.category)
        .or_else(|| by_name(name).map(|rule| rule.category));
    found.map_or(
        Classified {
            category: Category::Internal,
            evidence: Evidence::Nothing,
        },
        |category| Classified {
            category,
            evidence: Evidence::Name,
        },
    )
}

fn attribute_matches(test: &Test, kind: Option<Kind>, attributes: &[Attribute<'_>]) -> bool {
    match *test {
        Test::Kind(kinds) => kind.is_some_and(|kind| kinds.contains(&kind)),
        Test::Key { keys, values } => attributes.iter().any(|attribute| {
            keys.contains(&attribute.key)
                && (values.is_empty()
                    || attribute
                        .value
                        .text()
                        .is_some_and(|text| is_one_of(text, values)))
        }),
        Test::ClientKey(keys) => {
            matches!(kind, None | Some(Kind::Client))
                && attributes
                    .iter()
                    .any(|attribute| keys.contains(&attribute.key))
        }
        Test::Prefix(prefix) => attributes
            .iter()
            .any(|attribute| attribute.key.starts_with(prefix)),
        Test::Word(_) => false,
    }
}

pub(super) fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The words of a name: runs of letters and digits, cut where lower case turns to upper (`getHttp` is `get`, `Http`).
pub(super) fn words_of(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).flat_map(|run| {
        let mut rest = run;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let mut last_lower = false;
            let end = rest
                .char_indices()
                .find(|(_, c)| {
                    let cut = last_lower && c.is_uppercase();
                    last_lower = c.is_lowercase() || c.is_ascii_digit();
                    cut
                })
                .map_or(rest.len(), |(at, _)| at);
            let (word, tail) = rest.split_at(end);
            rest = tail;
            Some(word)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{super::attribute::Value, *};

    fn by_name(name: &str) -> Category {
        classify(None, name, &OwnRules::default()).category
    }

    #[test]
    fn names_match_whole_words_only() {
        assert_eq!(by_name("db_query_user"), Category::Db);
        assert_eq!(
            by_name("widget"),
            Category::Internal,
            "no `get` inside a word"
        );
        assert_eq!(
            by_name("profile"),
            Category::Internal,
            "no `file` inside a word"
        );
        assert_eq!(by_name("cacheLookup"), Category::Cache);
        assert_eq!(by_name("HTTP GET"), Category::Net);
        assert_eq!(by_name("readFile"), Category::Io);
        assert_eq!(by_name("kafka.send"), Category::Messaging);
    }

    #[test]
    fn attributes_decide_before_names() {
        let redis = [Attribute {
            key: "db.system",
            value: Value::Text("redis"),
        }];
        assert_eq!(
            classify_attributes(Some(Kind::Client), &redis, &OwnRules::default()),
            Some(Category::Cache)
        );
        let http = [Attribute {
            key: "http.request.method",
            value: Value::Text("GET"),
        }];
        assert_eq!(
            classify_attributes(Some(Kind::Client), &http, &OwnRules::default()),
            Some(Category::Net)
        );
        assert_eq!(
            classify_attributes(Some(Kind::Server), &http, &OwnRules::default()),
            Some(Category::Internal),
            "an entry span is internal"
        );
        assert_eq!(classify_attributes(None, &[], &OwnRules::default()), None);
    }
}
