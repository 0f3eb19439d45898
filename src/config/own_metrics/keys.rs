//! The keys that a definition may have.

use super::super::keys::{Key, Takes};

/// The statistics that a shape may be.
pub(super) const SHAPES: [&str; 5] = ["dispersion", "level", "ratio", "quantile", "mean"];
/// Of the default weights the least, as those of third parties: who means it to weigh more says so.
pub(super) const WEIGHT: f64 = 0.10;
/// The tail that most objectives are about.
pub(super) const QUANTILE: f64 = 0.99;

/// The keys of a definition; the code of its metric stands before them.
pub(in crate::config) fn keys(code: &str) -> Vec<Key> {
    let key = |name: &str, takes: Takes, default: Option<String>, about: &str| Key {
        name: format!("metrics.{code}.{name}"),
        takes,
        default,
        about: about.to_owned(),
    };
    let positive = || Takes::Number {
        least: f64::MIN_POSITIVE,
        most: 1e12,
    };
    vec![
        key(
            "value",
            Takes::Text,
            None,
            "what is measured of a span, in SQL over the columns of `spans` (see `pss query --help`), such as \"duration\" or \"wait / duration > 0.5\"; null is no value",
        ),
        key(
            "where",
            Takes::Text,
            None,
            "the spans it is measured of, in SQL, such as \"name LIKE '%checkout%'\"; all where nothing is said",
        ),
        key(
            "shape",
            Takes::Choice(SHAPES.map(str::to_owned).to_vec()),
            None,
            "which statistic of an operation's values is scored: how much they differ, how far their level moves, the share that is true, a quantile, the mean",
        ),
        key(
            "quantile",
            Takes::Number {
                least: 0.0,
                most: 1.0,
            },
            Some(QUANTILE.to_string()),
            "which quantile, where that is the shape",
        ),
        key(
            "good",
            positive(),
            None,
            "the statistic that scores 0.9; dispersion and level have one of their own",
        ),
        key("mid", positive(), None, "the statistic that scores 0.5"),
        key(
            "score",
            Takes::Text,
            None,
            "instead of a value with its shape: the score itself, 0 to 1, as SQL aggregates over the spans, such as \"1 - AVG(wait / duration)\"; keeps them in memory, and has no interval and no comparison",
        ),
        key(
            "clamp",
            Takes::Bool,
            Some("false".into()),
            "whether a `score` outside 0 to 1 counts as the nearer of both, and not as a failure",
        ),
        key("question", Takes::Text, None, "what it asks, in words"),
    ]
}
