//! What the comparison says, which is what a reader of a comparison comes for: before the head's own score.

use pss_metrics::compare::{
    Change, Comparison, Direction, MetricChange, OperationChange, Quantity, Strangers, WHOLE,
};

use super::{
    super::{
        names::{named, visible},
        numbers::{count, digits, or_na, percent, points, seconds},
    },
    Page, code, text,
};

pub(super) fn title(page: &mut Page, compare: &Comparison) {
    let regression = or_na(compare.regression, |points| format!("{points:.1}"));
    page.line(&if compare.regressed {
        format!("### Worse than the base beyond noise; regression {regression} of 100\n")
    } else {
        format!("### Nothing got worse beyond noise; regression {regression} of 100\n")
    });
}

/// Causes, then both sides in tables that fold.
pub(super) fn sides(page: &mut Page, compare: &Comparison) {
    if !compare.causes.is_empty() {
        page.line("What got worse, surest and largest first:\n");
        for cause in &compare.causes {
            page.row(&format!("- {}", text(&cause.text)));
        }
        page.line("");
    }
    metrics(page, &compare.metrics);
    operations(page, &compare.operations);
    strangers(page, "Only in the head", &compare.new);
    strangers(page, "Only in the base", &compare.vanished);
    runs(page, compare);
}

fn metrics(page: &mut Page, metrics: &[MetricChange]) {
    let tested = || metrics.iter().filter(|metric| metric.delta.is_some());
    if tested().next().is_none() {
        return;
    }
    page.folded("Metrics of base and head", true, |page| {
        page.line("| metric | base | head | change | interval | q | |");
        page.line("|---|--:|--:|--:|--:|--:|---|");
        for metric in tested() {
            // The whole is known by its points.
            let (scale, places) = if metric.code == WHOLE {
                (100.0, 1)
            } else {
                (1.0, 2)
            };
            let score =
                |score: Option<f64>| or_na(score, |score| format!("{:.places$}", scale * score));
            let signed =
                |score: Option<f64>| or_na(score, |score| format!("{:+.places$}", scale * score));
            page.row(&format!(
                "| **{}** | {} | {} | {} | {} to {} | {} | {} |",
                text(&metric.code),
                score(metric.base),
                score(metric.head),
                signed(metric.delta),
                signed(metric.low),
                signed(metric.high),
                or_na(metric.q, digits),
                said(metric.direction),
            ));
        }
    });
}

fn operations(page: &mut Page, operations: &[OperationChange]) {
    if operations.is_empty() {
        return;
    }
    page.folded("Operations, what changed first", true, |page| {
        page.line("| points | operation | n | errors | median | change | interval | q | |");
        page.line("|--:|---|--:|--:|--:|--:|--:|--:|---|");
        for operation in operations {
            let [n, errors] = [
                (operation.n_base, operation.n_head),
                (operation.errors_base, operation.errors_head),
            ]
            .map(|(base, head)| format!("{} to {}", count(base), count(head)));
            let change = shown(&operation.changes);
            page.row(&format!(
                "| {} | {} | {n} | {errors} | {} to {} | {} |",
                points(operation.points),
                code(&named(&operation.service, &operation.operation)),
                or_na(operation.q50_base, seconds),
                or_na(operation.q50_head, seconds),
                change.map_or_else(|| " | | | not tested".to_owned(), changed),
            ));
        }
    });
}

/// The surest of what changed, else that of the median.
fn shown(changes: &[Change]) -> Option<&Change> {
    let found = changes
        .iter()
        .filter(|change| change.direction != Direction::Same);
    found
        .min_by(|a, b| a.p.total_cmp(&b.p))
        .or_else(|| changes.first())
}

fn changed(change: &Change) -> String {
    let signed = |share: f64| {
        let sign = if share < 0.0 { '-' } else { '+' };
        format!("{sign}{}", percent(share.abs()))
    };
    let what = match change.quantity {
        Quantity::Median => "",
        Quantity::Q90 => "slow tenth ",
        Quantity::Errors => "odds of failing ",
    };
    format!(
        "{what}{} | {} to {} | {} | {}",
        signed(change.change),
        signed(change.low),
        signed(change.high),
        digits(change.q),
        said(change.direction),
    )
}

fn said(direction: Direction) -> &'static str {
    match direction {
        Direction::Worse => "**worse**",
        Direction::Better => "better",
        Direction::Same => "",
    }
}

fn strangers(page: &mut Page, title: &str, list: &[Strangers]) {
    if list.is_empty() {
        return;
    }
    page.folded(title, false, |page| {
        for stranger in list {
            page.row(&format!(
                "- {}: {} spans",
                code(&named(&stranger.service, &stranger.operation)),
                count(stranger.n)
            ));
        }
    });
}

fn runs(page: &mut Page, compare: &Comparison) {
    page.folded("Runs compared", false, |page| {
        page.line("| side | read from | session | spans |");
        page.line("|---|---|---|--:|");
        for run in &compare.runs {
            let sources: Vec<String> = run
                .sources
                .iter()
                .map(|name| code(&visible(name)))
                .collect();
            page.row(&format!(
                "| {} | {} | {} | {} |",
                text(&run.side),
                sources.join(", "),
                text(&run.session),
                count(run.spans)
            ));
        }
    });
}
