//! Rules of the user's own, which stand before the built-in ones, and which rule decided a span.

use super::{
    attribute::{Attribute, Value},
    category::{Category, by_attributes, by_name, is_one_of, words_of},
    rules::{CACHE_KEYS, Test},
    span::{Kind, Span},
};

/// One rule of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRule {
    /// What a matching span becomes.
    pub category: Category,
    /// Attributes as `key` or `key=value` (ASCII case of values ignored): one that is there is enough.
    pub attributes: Vec<String>,
    /// Words of the operation's name, never inside another word: one that is there is enough.
    pub words: Vec<String>,
    /// Where it was written.
    pub source: String,
}

/// Attributes, as `key` or `key=value` (ASCII case of values ignored), that tell how a span ended: one that is there is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnOutcomes {
    /// It failed.
    pub error: Vec<String>,
    /// It found what it looked for in a cache.
    pub cache_hit: Vec<String>,
    /// It did not.
    pub cache_miss: Vec<String>,
}

/// Rules of the user's own for categories, in their order, and for outcomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnRules(pub Vec<OwnRule>, pub OwnOutcomes);

impl OwnRules {
    /// Hands on a span with the outcome that these rules tell, whatever its record says; as it stands where they tell none.
    pub fn decide(&self, span: &Span<'_>, with: impl FnOnce(&Span<'_>)) {
        let told = |wanted: &[String]| {
            let mut wanted = wanted.iter();
            !span.attributes.is_empty() && wanted.any(|wanted| is_there(wanted, span.attributes))
        };
        let error = told(&self.1.error).then_some(true);
        let hit = told(&self.1.cache_hit).then_some(true);
        let hit = hit.or_else(|| told(&self.1.cache_miss).then_some(false));
        let mut decided = *span;
        decided.error = error.or(span.error);
        let Some(hit) = hit else {
            return with(&decided);
        };
        let others = span.attributes.iter().copied();
        let attributes: Vec<Attribute<'_>> = others
            .filter(|attribute| !CACHE_KEYS.contains(&attribute.key))
            .chain([Attribute {
                key: CACHE_KEYS[0],
                value: Value::Bool(hit),
            }])
            .collect();
        with(&Span {
            attributes: &attributes,
            ..decided
        });
    }

    /// The first rule that attributes match.
    pub(super) fn by_attributes(&self, attributes: &[Attribute<'_>]) -> Option<&OwnRule> {
        self.0.iter().find(|rule| {
            let mut wanted = rule.attributes.iter();
            wanted.any(|wanted| is_there(wanted, attributes))
        })
    }

    /// The first rule that a name matches.
    pub(super) fn by_name(&self, name: &str) -> Option<&OwnRule> {
        self.0.iter().find(|rule| {
            words_of(name).any(|word| rule.words.iter().any(|own| own.eq_ignore_ascii_case(word)))
        })
    }
}

fn is_there(wanted: &str, attributes: &[Attribute<'_>]) -> bool {
    let (key, value) = wanted
        .split_once('=')
        .map_or((wanted, None), |(key, value)| (key, Some(value)));
    attributes.iter().any(|attribute| {
        attribute.key == key && value.is_none_or(|value| equals(attribute.value, value))
    })
}

fn equals(value: Value<'_>, text: &str) -> bool {
    match value {
        Value::Text(found) => found.eq_ignore_ascii_case(text),
        Value::Number(number) => text.parse() == Ok(number),
        Value::Bool(truth) => text.parse() == Ok(truth),
    }
}

/// Why a span is of its category: what decided, and where that rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Why {
    /// The category.
    pub category: Category,
    /// What the rule looked at, in words.
    pub because: String,
    /// Where the rule comes from.
    pub source: String,
}

/// Which rule decides the category of a span.
pub fn why(kind: Option<Kind>, attributes: &[Attribute<'_>], name: &str, own: &OwnRules) -> Why {
    let found = |keys: &[&str]| {
        attributes
            .iter()
            .find(|attribute| keys.contains(&attribute.key))
            .map_or_else(String::new, |attribute| match attribute.value {
                Value::Text(text) => format!("attribute {} = {text}", attribute.key),
                Value::Number(number) => format!("attribute {} = {number}", attribute.key),
                Value::Bool(truth) => format!("attribute {} = {truth}", attribute.key),
            })
    };
    if let Some(rule) = own.by_attributes(attributes) {
        let keys: Vec<&str> = rule
            .attributes
            .iter()
            .map(|wanted| wanted.split('=').next().unwrap_or(wanted))
            .collect();
        return Why {
            category: rule.category,
            because: found(&keys),
            source: rule.source.clone(),
        };
    }
    if let Some(rule) = by_attributes(kind, attributes) {
        let because = match rule.test {
            Test::Kind(_) => format!("kind {}", kind.map_or("", Kind::name)),
            Test::Key { keys, .. } | Test::ClientKey(keys) => found(keys),
            Test::Prefix(prefix) => attributes
                .iter()
                .find(|attribute| attribute.key.starts_with(prefix))
                .map_or_else(String::new, |attribute| {
                    format!("attribute {}", attribute.key)
                }),
            Test::Word(_) => String::new(),
        };
        return Why {
            category: rule.category,
            because,
            source: rule.source.to_owned(),
        };
    }
    if let Some(rule) = own.by_name(name) {
        return Why {
            category: rule.category,
            because: "a word of its name".to_owned(),
            source: rule.source.clone(),
        };
    }
    if let Some(rule) = by_name(name) {
        let word = words_of(name)
            .find(|word| matches!(rule.test, Test::Word(words) if is_one_of(word, words)));
        return Why {
            category: rule.category,
            because: format!("the word {:?} of its name", word.unwrap_or_default()),
            source: rule.source.to_owned(),
        };
    }
    Why {
        category: Category::Internal,
        because: "no rule matches".to_owned(),
        source: "what nothing classifies is internal".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::outcome::cache_attribute, *};

    #[test]
    fn own_rules_stand_before_the_built_in_ones() {
        let rules = vec![OwnRule {
            category: Category::Io,
            attributes: vec!["store=S3".to_owned(), "blob".to_owned()],
            words: vec!["ledger".to_owned()],
            source: "pss.toml:3".to_owned(),
        }];
        let own = OwnRules(rules, OwnOutcomes::default());
        let attributes = [
            Attribute {
                key: "db.system",
                value: Value::Text("postgresql"),
            },
            Attribute {
                key: "store",
                value: Value::Text("s3"),
            },
        ];
        let decided = why(Some(Kind::Client), &attributes, "query", &own);
        assert_eq!(
            (decided.category, &*decided.because, &*decided.source),
            (Category::Io, "attribute store = s3", "pss.toml:3")
        );
        let decided = why(Some(Kind::Client), &attributes[..1], "query", &own);
        assert_eq!(
            (decided.category, &*decided.because),
            (Category::Db, "attribute db.system = postgresql")
        );
        assert_eq!(why(None, &[], "Ledger sync", &own).category, Category::Io);
        assert_eq!(why(None, &[], "ledgers", &own).because, "no rule matches");
        assert_eq!(
            why(None, &[], "sql fetch", &own).because,
            "the word \"sql\" of its name"
        );
    }

    #[test]
    fn outcomes_of_ones_own_stand_before_what_the_record_says() {
        let list = |wanted: &str| vec![wanted.to_owned()];
        let own = OwnRules(
            Vec::new(),
            OwnOutcomes {
                error: list("result=failed"),
                cache_hit: list("near"),
                cache_miss: list("result"),
            },
        );
        let decided = |keys: &[(&'static str, &'static str)]| {
            let attributes: Vec<Attribute<'_>> = keys
                .iter()
                .map(|(key, text)| Attribute {
                    key,
                    value: Value::Text(text),
                })
                .collect();
            let span = Span {
                error: Some(false),
                attributes: &attributes,
                ..Span::default()
            };
            let mut outcome = None;
            own.decide(&span, |span| {
                outcome = Some((span.error, cache_attribute(span.attributes)));
            });
            outcome
        };
        let (failed, fine) = (Some(true), Some(false));
        assert_eq!(
            decided(&[("result", "Failed")]),
            Some((failed, Some(false)))
        );
        assert_eq!(
            decided(&[("result", "x"), ("near", "")]),
            Some((fine, Some(true)))
        );
        assert_eq!(
            decided(&[("cache.hit", "true"), ("result", "x")]),
            Some((fine, Some(false)))
        );
        assert_eq!(decided(&[("cache.hit", "true")]), Some((fine, Some(true))));
    }
}
