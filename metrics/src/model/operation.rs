//! Coarser names for operations, taken when there are more of them than a summary keeps.

use std::borrow::Cow;

/// How far the names of a service and category have been coarsened; each level is a function of the one before, so that the order in which names arrive cannot
/// matter.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
pub enum Coarseness {
    /// The templated name.
    #[default]
    Full,
    /// Words that hold a digit became `{}`.
    NoDigits,
    /// Only the first two parts of the path.
    TwoParts,
    /// All operations of the category are one.
    Category,
    /// All services are one as well.
    Everything,
}

impl Coarseness {
    /// The next coarser level; the coarsest stays.
    #[must_use]
    pub fn next(self) -> Coarseness {
        match self {
            Coarseness::Full => Coarseness::NoDigits,
            Coarseness::NoDigits => Coarseness::TwoParts,
            Coarseness::TwoParts => Coarseness::Category,
            Coarseness::Category | Coarseness::Everything => Coarseness::Everything,
        }
    }
}

/// The operation's name at a level, from its name at any finer level.
pub fn coarsen(operation: &str, level: Coarseness) -> Cow<'_, str> {
    match level {
        Coarseness::Full => Cow::Borrowed(operation),
        Coarseness::NoDigits => without_digits(operation),
        Coarseness::TwoParts => Cow::Owned(two_parts(&without_digits(operation)).to_owned()),
        Coarseness::Category | Coarseness::Everything => Cow::Borrowed("(all)"),
    }
}

fn without_digits(name: &str) -> Cow<'_, str> {
    if !name.bytes().any(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for part in name.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let end = part
            .char_indices()
            .next_back()
            .filter(|(_, c)| !c.is_alphanumeric())
            .map_or(part.len(), |(at, _)| at);
        let (word, separator) = part.split_at(end);
        out.push_str(if word.chars().any(|c| c.is_ascii_digit()) {
            "{}"
        } else {
            word
        });
        out.push_str(separator);
    }
    Cow::Owned(out)
}

fn two_parts(name: &str) -> &str {
    let start = usize::from(name.starts_with('/'));
    name[start..]
        .match_indices(['/', '.', ':'])
        .nth(1)
        .map_or(name, |(at, _)| &name[..start + at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_follows_from_the_one_before() {
        let levels = [
            Coarseness::Full,
            Coarseness::NoDigits,
            Coarseness::TwoParts,
            Coarseness::Category,
            Coarseness::Everything,
        ];
        for name in [
            "/a1/b/c2/d",
            "svc.Method7.inner",
            "GET /x/y/z9",
            "plain",
            "",
            "ü9/ß/x.y",
        ] {
            for (at, finer) in levels.iter().enumerate() {
                for coarser in &levels[at..] {
                    assert_eq!(
                        coarsen(&coarsen(name, *finer), *coarser),
                        coarsen(name, *coarser),
                        "{name} {finer:?} {coarser:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn steps_are_as_described() {
        assert_eq!(
            coarsen("/shop9/cart/v2/add", Coarseness::NoDigits),
            "/{}/cart/{}/add"
        );
        assert_eq!(
            coarsen("/shop/cart/add", Coarseness::TwoParts),
            "/shop/cart"
        );
        assert_eq!(coarsen("/shop/cart/add", Coarseness::Category), "(all)");
    }
}
