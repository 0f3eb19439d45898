//! `pss explain CODE`: what a metric asks, its formula with today's constants, what to do when it is bad.

use std::fmt::Write;

use pss_metrics::{plugin::nearest, score::MetricMeta};

use super::{arguments::Explain, stdout};
use crate::{error::Error, exit::Exit, registry::Registry};

pub(super) fn run(arguments: &Explain, registry: &Registry) -> Result<Exit, Error> {
    let code = arguments.metric.to_ascii_uppercase();
    let Some(found) = registry
        .metrics
        .iter()
        .find(|found| found.meta().code == code)
    else {
        let codes: Vec<&str> = registry
            .metrics
            .iter()
            .map(|metric| metric.meta().code)
            .collect();
        let help = nearest(&code, codes.iter().copied()).map_or_else(
            || format!("known: {}", codes.join(", ")),
            |near| format!("did you mean {near}?"),
        );
        return Err(Error::Usage(format!(
            "no metric {:?}; {help}",
            arguments.metric
        )));
    };
    stdout::text(&metric(found.meta()))?;
    Ok(Exit::Done)
}

/// A metric in words.
pub(super) fn metric(meta: &MetricMeta) -> String {
    let mut text = format!(
        "{}: {}\n\nweight {}\nreads {}\nneeds {}\nleast data {}\n\n",
        meta.code, meta.question, meta.weight, meta.reads, meta.needs, meta.minimum
    );
    let _ = writeln!(text, "score = {}", meta.combination);
    let _ = writeln!(
        text,
        "each factor scores 1 / (1 + (x / mid)^k), k = ln 9 / ln(mid / good): 0.9 at good, 0.5 at mid\n"
    );
    for factor in meta.factors {
        let unit = if factor.unit.is_empty() {
            String::new()
        } else {
            format!(" {}", factor.unit)
        };
        let _ = writeln!(
            text,
            "  {}  good {}{unit}, mid {}{unit}, exponent {}",
            factor.name, factor.curve.good, factor.curve.mid, factor.curve.exponent
        );
        let _ = writeln!(text, "    {}", factor.what);
        let _ = writeln!(text, "    origin: {}", factor.origin);
    }
    let _ = writeln!(
        text,
        "\nwhen it is bad: {}\nit cannot see: {}",
        meta.advice, meta.limits
    );
    if !meta.examples.is_empty() {
        text.push_str("\nworked examples\n");
    }
    for example in meta.examples {
        let score = example
            .score
            .map_or_else(|| "n/a".to_owned(), |score| format!("{score:.3}"));
        let _ = writeln!(text, "  {score:>5}  {}", example.title);
    }
    for source in meta.sources {
        let _ = writeln!(text, "see {source}");
    }
    let factor = meta.factors.first().map_or("", |factor| factor.name);
    let _ = writeln!(
        text,
        "\nin pss.toml: [pss.weights] {} = {}, [metrics.{}] min_score = 0.7, [metrics.{}.{factor}] good = .. mid = ..",
        meta.code, meta.weight, meta.code, meta.code
    );
    text
}
