//! The reference of all metrics in Markdown, made from their descriptions. `metrics/README.md` holds it; a test says when that is stale.

use std::fmt::Write;

use crate::score::{Metric, MetricMeta};

/// The reference.
pub fn markdown(metrics: &[&'static dyn Metric]) -> String {
    let mut out = String::from(
        "# The metrics\n\nMade from the code: `PSS_BLESS=1 cargo test -p pss-metrics --test reference` writes it again.\n\n\
         Each factor scores `1 / (1 + (x / mid)^k)` with `k = ln 9 / ln(mid / good)`: 1 at 0, .9 at `good`, .5 at `mid`, at least .01.\n\n\
         | metric | weight | asks |\n|---|---|---|\n",
    );
    for metric in metrics {
        let meta = metric.meta();
        let _ = writeln!(
            out,
            "| [{}](#{}) | {} | {} |",
            meta.code, meta.plugin.name, meta.weight, meta.question
        );
    }
    for metric in metrics {
        section(&mut out, metric.meta());
    }
    out
}

fn section(out: &mut String, meta: &MetricMeta) {
    let _ = write!(out, "\n## {}\n\n{}\n\n", meta.code, capital(meta.question));
    let _ = write!(
        out,
        "Reads {}.\n\n`score` = {}.\n\n",
        meta.reads, meta.combination
    );
    let _ = writeln!(
        out,
        "| factor | measures | good | mid | exponent | origin of the points |\n|---|---|---|---|---|---|"
    );
    for factor in meta.factors {
        let unit = if factor.unit.is_empty() {
            String::new()
        } else {
            format!(" {}", factor.unit)
        };
        let curve = factor.curve;
        let _ = writeln!(
            out,
            "| `{}` | {} | {}{unit} | {}{unit} | {} | {} |",
            factor.name, factor.what, curve.good, curve.mid, curve.exponent, factor.origin
        );
    }
    let _ = write!(
        out,
        "\n- Needs: {}.\n- Least data: {}.\n- When it is bad: {}.\n- It cannot see: {}.\n",
        meta.needs, meta.minimum, meta.advice, meta.limits
    );
    let _ = writeln!(out, "\n| worked example | score |\n|---|---|");
    for example in meta.examples {
        let score = example
            .score
            .map_or_else(|| "n/a".to_owned(), |score| format!("{score:.3}"));
        let _ = writeln!(out, "| {} | {score} |", example.title);
    }
    out.push('\n');
    for source in meta.sources {
        let _ = writeln!(out, "- See {source}.");
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
