//! Prints what was found as Markdown.

use std::fmt::Write;

use crate::{
    real::RealRow,
    simulated::{Coverage, Findings, Row, Size},
};

const DOSES: [&str; 3] = ["low", "middle", "top"];

/// The whole page: the world in which the requirements are asked, a rougher one, real windows.
pub(crate) fn page(size: &Size, calm: &Findings, rough: &Findings, real: &[RealRow]) -> String {
    let mut page = format!(
        "# What the scores make of known faults\n\n\
         Written by `cargo run --release -p pss-faults -- --write` from fixed seeds. What it means: README.md beside it.\n\n\
         {} clean runs against {} per fault and dose, 24 000 spans each. Required: AUC at least .95 at the middle dose, a drop of at least .1 at the top dose, \
         and at every dose a mean move below .02 of every metric that is not named.\n",
        size.clean, size.faulty
    );
    page.push_str("\n## Simulated runs\n");
    held(&mut page, &calm.rows);
    faults(&mut page, &calm.rows);
    page.push_str(
        "\n## Simulated runs of a rougher program\n\n\
         Nothing is required here. The same faults in a program whose healthy runs are as unsteady as the real windows below: durations spread twice as wide, load and \
         samples wander twice as far, traces share three times as much, one span in a hundred fails. What is missed here is what to doubt.\n",
    );
    held(&mut page, &rough.rows);
    faults(&mut page, &rough.rows);
    page.push_str(
        "\n## Intervals\n\n\
         How often the interval of a clean run contains the mean score of clean runs; 95 % is meant. \"Chance alone\": runs of one world, which differ only by chance; that \
         is what the interval speaks of. \"Between runs\": runs whose traffic mix (20 %) and parameters (3 %) differ as well; no interval from within one run can know of \
         that. \"Stated\" is the mean standard error of the jackknife, to be held against the standard deviation by chance alone.\n",
    );
    coverage(&mut page, "Steady program", size, &calm.coverage);
    coverage(&mut page, "Rougher program", size, &rough.coverage);
    windows(&mut page, real);
    page
}

/// What held, and a list of what did not.
fn held(page: &mut String, rows: &[Row]) {
    let seen = |dose: usize| {
        let asked = || {
            rows.iter()
                .filter(|row| row.dose == dose)
                .filter_map(Row::seen)
        };
        (asked().filter(|held| *held).count(), asked().count())
    };
    let (middle, top) = (seen(1), seen(2));
    let still = rows.iter().filter(|row| row.others_still()).count();
    line(
        page,
        format_args!(
            "\nHeld: AUC {} of {}, drop {} of {}, others still {} of {}. Missed:\n",
            middle.0,
            middle.1,
            top.0,
            top.1,
            still,
            rows.len(),
        ),
    );
    let before = page.len();
    for row in rows {
        let what = format!("{} {}", row.fault.name, row.fault.doses[row.dose]);
        if row.seen() == Some(false) {
            let figure = match row.dose {
                1 => format!("AUC {:.3} of {}", row.auc, row.fault.own),
                _ => format!("{} drops by {:.3}", row.fault.own, row.drop()),
            };
            line(page, format_args!("- {what}: {figure}"));
        }
        if !row.others_still() {
            let (code, moved) = row.other;
            line(page, format_args!("- {what}: {code} moves by {moved:+.3}"));
        }
    }
    if page.len() == before {
        line(page, format_args!("- nothing"));
    }
}

fn faults(page: &mut String, rows: &[Row]) {
    page.push_str(
        "\n| fault | dose | metric | clean | faulty | drop | AUC | required | largest other move | below .02 |\n\
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

fn coverage(page: &mut String, program: &str, size: &Size, rows: &[Coverage]) {
    line(
        page,
        format_args!(
            "\n{program}: {} runs that differ by chance alone, {} that differ between runs.\n\n\
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
