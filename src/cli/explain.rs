//! `pss explain CODE`: what a metric asks, its formula with today's constants, what to do when it is bad. `pss explain REPORT.json`: why this score, in sentences.

use std::{fmt::Write, path::Path};

use pss_metrics::{
    folded::ORIGIN,
    plugin::nearest,
    report::{Explained, Report, SCHEMA, explain, visible},
    score::MetricMeta,
};

use super::{
    arguments::{Common, Explain},
    stdout,
};
use crate::{
    config::{Config, Flags, Keys, Value, load},
    error::Error,
    exit::Exit,
    input::InputError,
    registry::Registry,
};

pub(super) fn run(
    arguments: &Explain,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let path = Path::new(&arguments.metric);
    if path.is_file() || path.extension().is_some_and(|ending| ending == "json") {
        let report = report(path)?;
        let metas: Vec<&MetricMeta> = registry
            .metrics
            .iter()
            .map(|metric| metric.meta())
            .collect();
        stdout::text(&sentences(&explain(&report, &metas)))?;
        return Ok(Exit::Done);
    }
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
    let keys = Keys::new(&registry.metrics, &registry.ids());
    // A mistake in the configuration keeps nothing from being explained.
    let config = load(&keys, common.config.as_deref(), &Flags::new()).unwrap_or_default();
    stdout::text(&metric(found.meta(), &config))?;
    Ok(Exit::Done)
}

/// A report that was written before.
fn report(path: &Path) -> Result<Report, Error> {
    let shown = path.display();
    let content = |why: String| {
        Error::Input(InputError::Content {
            path: shown.to_string(),
            why,
        })
    };
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::Input(InputError::Missing(shown.to_string())),
        std::io::ErrorKind::InvalidData => content("is no report: it is no text".to_owned()),
        _ => Error::Input(InputError::Unreadable {
            path: shown.to_string(),
            error,
        }),
    })?;
    let value: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| content(format!("is no report: it is no JSON ({error}); `pss analyze {shown} --export json=report.json` makes one of traces")))?;
    match value.get("schema").and_then(serde_json::Value::as_str) {
        Some(SCHEMA) => {}
        Some(other) => {
            return Err(content(format!(
                "is a report of another form, {other:?}; this pss reads {SCHEMA:?}: write it again"
            )));
        }
        None => {
            return Err(content(format!(
                "is no report, since it does not say {SCHEMA:?}; `pss analyze {shown} --export json=report.json` makes one of traces"
            )));
        }
    }
    serde_json::from_value(value).map_err(|error| content(format!("is a broken report: {error}")))
}

/// Sentences by their headings.
fn sentences(explained: &Explained) -> String {
    let mut text = format!("{}\n", explained.score);
    for (heading, sentences) in [
        ("what got worse", &explained.compared),
        ("what cost points", &explained.lost),
        ("what would raise it most", &explained.raise),
        ("what is missing", &explained.missing),
    ] {
        if !sentences.is_empty() {
            let _ = writeln!(text, "\n{heading}");
        }
        for sentence in sentences {
            let _ = writeln!(text, "- {}", visible(sentence));
        }
    }
    text
}

/// A metric in words, with the weight that the configuration gives it.
pub(in crate::cli) fn metric(meta: &MetricMeta, config: &Config) -> String {
    let mut text = format!(
        "{}: {}\n\nweight {}\n",
        meta.code,
        meta.question,
        weight(meta, config)
    );
    said(&mut text, "reads ", meta.reads);
    said(&mut text, "needs ", meta.needs);
    said(&mut text, "least data ", meta.minimum);
    let _ = writeln!(text, "\nscore = {}", meta.combination);
    if !meta.factors.is_empty() {
        let _ = writeln!(
            text,
            "each factor scores 1 / (1 + (x / mid)^k), k = ln 9 / ln(mid / good): 0.9 at good, 0.5 at mid\n"
        );
    }
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
    text.push('\n');
    said(&mut text, "when it is bad: ", meta.advice);
    said(&mut text, "it cannot see: ", meta.limits);
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
    if meta.plugin.origin == ORIGIN {
        let _ = writeln!(
            text,
            "\ndefined in {}:{}, where its weight, good, mid and min_score stand as well",
            meta.plugin.file, meta.plugin.line
        );
        return text;
    }
    let _ = write!(
        text,
        "\nin pss.toml: [pss.weights] {} = {}, [metrics.{}] min_score = 0.7",
        meta.code, meta.weight, meta.code
    );
    if let Some(factor) = meta.factors.first() {
        let _ = write!(
            text,
            ", [metrics.{}.{}] good = .. mid = ..",
            meta.code, factor.name
        );
    }
    text.push('\n');
    text
}

/// A line, where there is something to say.
fn said(text: &mut String, what: &str, is: &str) {
    if !is.trim().is_empty() {
        let _ = writeln!(text, "{what}{is}");
    }
}

fn weight(meta: &MetricMeta, config: &Config) -> String {
    let of = |key: String| config.settings.get(&key);
    let set = of(format!("pss.weights.{}", meta.code))
        .or_else(|| of(format!("metrics.{}.weight", meta.code)));
    match set.map(|setting| (&setting.value, &setting.place)) {
        Some((Value::Number(weight), place)) if *weight != meta.weight => {
            format!("{weight} by {place}, {} by default", meta.weight)
        }
        _ => meta.weight.to_string(),
    }
}
