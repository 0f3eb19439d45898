//! What a metric of the user's own says of itself.

use super::{aggregated::Aggregated, definition::Definition, measured::Measures, shape::Shape};
use crate::{
    plugin::{CONTRACT_VERSION, PluginKind, PluginMeta},
    score::{FactorMeta, MetricMeta},
};

/// Stands where a registered plugin names its crate.
pub const ORIGIN: &str = "pss.toml";

/// The description, which lives as long as the program.
pub(super) fn describe(definition: &Definition) -> &'static MetricMeta {
    let code = keep(definition.code.clone());
    let question = keep(definition.question.clone());
    let (shape, curve) = (definition.shape, definition.shape.curve());
    let name = shape.name();
    let factors = Box::leak(Box::new([FactorMeta {
        name,
        what: keep(shape.what()),
        unit: "",
        curve,
        origin: if Shape::usual(name) == Some((curve.good, curve.mid)) {
            "as the factor of TIME that measures the same"
        } else {
            "chosen in pss.toml"
        },
    }]));
    let over = match shape {
        Shape::Level(_) => "mean and worst operation, weight n sqrt(median)",
        Shape::Dispersion(_) => "mean over operations, weight n sqrt(median)",
        Shape::Ratio(_) | Shape::Quantile(..) | Shape::Mean(_) => "mean over operations, weight n",
    };
    let kept = match definition.measure.measures {
        Measures::Whole => "whole numbers from 0 to 9.8e12",
        Measures::Real => "numbers from 0 to 9.8e6, in billionths",
        Measures::Truth => "yes or no",
    };
    Box::leak(Box::new(MetricMeta {
        plugin: plugin(code, question, &definition.place),
        code,
        question,
        weight: definition.weight,
        reads: keep(format!("{} ({kept})", definition.reads)),
        factors,
        combination: keep(format!("{name} ({over})")),
        needs: "spans for which `where` holds and `value` is not null",
        minimum: match shape {
            Shape::Level(_) => "60 values of an operation in 4 of 8 blocks of time",
            _ => "30 values of an operation",
        },
        limits: "it sees one span at a time, as its definition says: nothing of other spans, and no samples",
        advice: "look at the operation with the most points; `pss query` shows its spans",
        sources: &[],
        examples: &[],
    }))
}

/// The same of one that is found over the records.
pub(super) fn describe_aggregated(aggregate: &Aggregated) -> &'static MetricMeta {
    let code = keep(aggregate.code.clone());
    let question = keep(aggregate.question.clone());
    Box::leak(Box::new(MetricMeta {
        plugin: plugin(code, question, &aggregate.place),
        code,
        question,
        weight: aggregate.weight,
        reads: keep(aggregate.definition.clone()),
        factors: &[],
        combination: if aggregate.clamp {
            "as the query gives it, kept between 0 and 1"
        } else {
            "as the query gives it"
        },
        needs: "traces whose spans give `score` a value",
        minimum: "a result that is not null",
        limits: "nothing of a summary, which holds no records; it has no interval, no timeline and no operations, and is in no comparison",
        advice: "`pss query` shows what it is made of",
        sources: &[],
        examples: &[],
    }))
}

fn keep(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn plugin(code: &str, question: &'static str, place: &(String, u32)) -> PluginMeta {
    PluginMeta {
        kind: PluginKind::Metric,
        name: keep(code.to_ascii_lowercase()),
        version: env!("CARGO_PKG_VERSION"),
        description: question,
        origin: ORIGIN,
        file: keep(place.0.clone()),
        line: place.1,
        contract: CONTRACT_VERSION,
        parameters: &[],
    }
}
