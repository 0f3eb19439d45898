//! The comparison, every number of it on a line of its own.

use std::io;

use pss_metrics::compare::{Comparison, Quantity, Strangers};

use super::{About, Lines};

pub(super) fn put<W: io::Write>(lines: &mut Lines<W>, compare: &Comparison) -> io::Result<()> {
    let about = About {
        kind: "compare",
        reason: "no operation can be compared",
        ..About::default()
    };
    lines.number(about, "regression", compare.regression, "points")?;
    lines.count(about, "regressed", u64::from(compare.regressed))?;
    for part in &compare.parts {
        let about = About {
            kind: "regression_part",
            item: &part.name,
            reason: &part.remark,
            ..about
        };
        lines.number(about, "score", part.score, "")?;
        lines.number(about, "points", Some(part.points), "points")?;
    }
    for (at, cause) in compare.causes.iter().enumerate() {
        let place = (at + 1).to_string();
        let about = About {
            kind: "cause",
            metric: cause.metric.as_deref().unwrap_or_default(),
            item: &place,
            service: cause.service.as_deref().unwrap_or_default(),
            operation: cause.operation.as_deref().unwrap_or_default(),
            ..about
        };
        lines.number(about, "q", Some(cause.q), "")?;
    }
    metrics(lines, compare)?;
    operations(lines, compare)?;
    strangers(lines, "new", &compare.new)?;
    strangers(lines, "vanished", &compare.vanished)
}

fn metrics<W: io::Write>(lines: &mut Lines<W>, compare: &Comparison) -> io::Result<()> {
    for metric in &compare.metrics {
        let about = About {
            kind: "metric_change",
            metric: &metric.code,
            reason: metric.no_test.as_deref().unwrap_or("no interval"),
            ..About::default()
        };
        for (field, value) in [
            ("base", metric.base),
            ("head", metric.head),
            ("change", metric.delta),
            ("low", metric.low),
            ("high", metric.high),
            ("q", metric.q),
        ] {
            lines.number(about, field, value, "")?;
        }
    }
    Ok(())
}

fn operations<W: io::Write>(lines: &mut Lines<W>, compare: &Comparison) -> io::Result<()> {
    for operation in &compare.operations {
        let about = About {
            kind: "operation_change",
            service: &operation.service,
            operation: &operation.operation,
            reason: "no span that did not fail has a duration",
            ..About::default()
        };
        lines.count(about, "n_base", operation.n_base)?;
        lines.count(about, "n_head", operation.n_head)?;
        lines.count(about, "errors_base", operation.errors_base)?;
        lines.count(about, "errors_head", operation.errors_head)?;
        lines.number(about, "q50_base", operation.q50_base, "s")?;
        lines.number(about, "q50_head", operation.q50_head, "s")?;
        lines.number(about, "points", Some(operation.points), "points")?;
        for change in &operation.changes {
            let about = About {
                item: quantity(change.quantity),
                ..about
            };
            lines.number(about, "change", Some(change.change), "")?;
            lines.number(about, "low", Some(change.low), "")?;
            lines.number(about, "high", Some(change.high), "")?;
            lines.number(about, "q", Some(change.q), "")?;
        }
    }
    Ok(())
}

fn quantity(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Median => "median",
        Quantity::Q90 => "q90",
        Quantity::Errors => "odds of failing",
    }
}

fn strangers<W: io::Write>(lines: &mut Lines<W>, kind: &str, list: &[Strangers]) -> io::Result<()> {
    for stranger in list {
        let about = About {
            kind,
            service: &stranger.service,
            operation: &stranger.operation,
            ..About::default()
        };
        lines.count(about, "n", stranger.n)?;
    }
    Ok(())
}
