//! Prints what was found as Markdown.

use std::fmt::Write;

use crate::{
    real::RealRow,
    simulated::{Coverage, Findings, Row, Size},
};

const DOSES: [&str; 3] = ["low", "middle", "top"];

/// The whole page.
pub(crate) fn page(size: &Size, findings: &Findings, real: &[RealRow]) -> String {
    let mut page = format!(
        "# What the scores make of known faults\n\n\
         Written by `cargo run --release -p pss-faults -- --write`; seeded, so it is the same everywhere. What it means: README.md beside it.\n\n\
         {} clean runs against {} per fault and dose, 24 000 spans each. Required: AUC at least .95 at the middle dose, a drop of at least .1 at the top dose, \
         and at every dose a mean move below .02 of every metric that is not named.\n\n",
        size.clean, size.faulty
    );
    missed(&mut page, &findings.rows, real);
    faults(&mut page, &findings.rows);
    coverage(&mut page, size, &findings.coverage);
    windows(&mut page, real);
    page
}

fn missed(page: &mut String, rows: &[Row], real: &[RealRow]) {
    let seen = |dose: usize| {
        let asked: Vec<bool> = rows
            .iter()
            .filter(|row| row.dose == dose)
            .filter_map(Row::seen)
            .collect();
        (asked.iter().filter(|held| **held).count(), asked.len())
    };
    let (middle, top) = (seen(1), seen(2));
    let still = rows.iter().filter(|row| row.others_still()).count();
    let ordered = real
        .iter()
        .filter(|row| row.ordered() == Some(true))
        .count();
    line(
        page,
        format_args!(
            "Held: AUC {} of {}, drop {} of {}, others still {} of {}, ordered on real windows {} of {}.\n\nMissed:\n",
            middle.0,
            middle.1,
            top.0,
            top.1,
            still,
            rows.len(),
            ordered,
            real.len()
        ),
    );
    let before = page.len();
    for row in rows {
        let what = format!("{} {}", row.fault.name, row.fault.doses[row.dose]);
        if row.seen() == Some(false) {
            let figure = match row.dose {
                1 => format!("AUC {:.3} of {}", row.auc, row.fault.own),
                _ => format!("{} drops by {:.3} only", row.fault.own, row.drop()),
            };
            line(page, format_args!("- {what}: {figure}"));
        }
        if !row.others_still() {
            let (code, moved) = row.other;
            line(page, format_args!("- {what}: {code} moves by {moved:+.3}"));
        }
    }
    for row in real {
        let own = row.fault.own;
        match row.ordered() {
            Some(true) => {}
            Some(false) => line(
                page,
                format_args!("- real windows, {}: {own} is not ordered", row.fault.name),
            ),
            None => line(
                page,
                format_args!(
                    "- real windows, {}: no window has data for {own}",
                    row.fault.name
                ),
            ),
        }
    }
    if page.len() == before {
        line(page, format_args!("- nothing"));
    }
}

fn faults(page: &mut String, rows: &[Row]) {
    page.push_str(
        "\n## Simulated runs\n\n\
         | fault | dose | metric | clean | faulty | drop | AUC | required | largest other move | below .02 |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let required = match (row.dose, row.seen()) {
            (1, Some(held)) => format!("AUC: {}", word(held)),
            (_, Some(held)) => format!("drop: {}", word(held)),
            (_, None) => "-".to_owned(),
        };
        line(
            page,
            format_args!(
                "| {} | {} ({}) | {} | {:.3} | {:.3} | {:.3} | {:.3} | {} | {} {:+.3} | {} |",
                row.fault.name,
                row.fault.doses[row.dose],
                DOSES[row.dose],
                row.fault.own,
                row.clean,
                row.faulty,
                row.drop(),
                row.auc,
                required,
                row.other.0,
                row.other.1,
                word(row.others_still()),
            ),
        );
    }
}

fn coverage(page: &mut String, size: &Size, rows: &[Coverage]) {
    line(
        page,
        format_args!(
            "\n## Intervals\n\n\
             How often the interval of a clean run contains the mean score of clean runs; 95 % is meant. \"Chance alone\": {} runs of one world, which differ only by \
             chance; that is what the interval speaks of. \"Between runs\": the {} clean runs, whose traffic mix (20 %) and parameters (3 %) differ as well; no interval from \
             within one run can know of that. \"Stated\" is the mean standard error of the jackknife, to be held against the standard deviation by chance alone.\n\n\
             | score | mean | sd between runs | sd by chance alone | stated | covers, between runs | covers, chance alone |\n\
             |---|---|---|---|---|---|---|",
            size.repeated, size.clean
        ),
    );
    for row in rows {
        line(
            page,
            format_args!(
                "| {} | {:.3} | {:.4} | {:.4} | {:.4} | {:.0} % | {:.0} % |",
                row.code,
                row.mean,
                row.between,
                row.chance,
                row.stated,
                100.0 * row.varied,
                100.0 * row.repeated,
            ),
        );
    }
}

fn windows(page: &mut String, rows: &[RealRow]) {
    page.push_str(
        "\n## Six real windows\n\n\
         The same faults in durations and errors of six windows of tests/fixtures/nezha: mean score over the windows in which the metric has data. Middle must be below \
         clean, top below middle.\n\n\
         | fault | metric | windows | clean | low | middle | top | ordered |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let Some(ordered) = row.ordered() else {
            line(
                page,
                format_args!(
                    "| {} | {} | 0 | - | - | - | - | no data |",
                    row.fault.name, row.fault.own
                ),
            );
            continue;
        };
        let [clean, low, middle, top] = row.scores;
        line(
            page,
            format_args!(
                "| {} | {} | {} | {clean:.3} | {low:.3} | {middle:.3} | {top:.3} | {} |",
                row.fault.name,
                row.fault.own,
                row.windows,
                word(ordered),
            ),
        );
    }
}

fn word(held: bool) -> &'static str {
    if held { "yes" } else { "**no**" }
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}
