//! Prints what comparing found as Markdown.

use std::{collections::BTreeMap, fmt::Write};

use crate::compared::{Clean, Findings, Size, Slowed};

/// The whole page.
pub(crate) fn page(size: &Size, calm: &Findings, rough: &Findings) -> String {
    let mut page = format!(
        "# What comparing makes of clean and faulty runs\n\n\
         Written by `cargo run --release -p pss-faults -- compare --write` from fixed seeds. What it means: README.md beside it.\n\n\
         {} pairs of clean runs, {} clean runs against five bases of five sessions, {} runs per fault at its middle dose against three bases, {} runs for each of 24 \
         operations that is half as slow again; 24 000 spans each, traffic mix (20 %) and parameters (3 %) differ from run to run. Required of the steady program: fewer \
         than 5 % of the pairs `regressed`; fewer than 5 % `fail` against five bases; at least 95 % of the faulty runs `regressed`, the own metric named first; a slowed \
         operation found in 90 % of runs against three bases.\n",
        size.pairs, size.sessions, size.faulty, size.slowed
    );
    world(&mut page, "Steady program", calm);
    world(&mut page, "Rougher program (nothing is required)", rough);
    page
}

fn world(page: &mut String, title: &str, found: &Findings) {
    line(page, &format!("\n## {title}\n\n### Clean runs\n"));
    line(
        page,
        "| against | comparisons | regressed | `fail` | only faster | mean regression | intervals of medians hold 0 | of slow tenths | of odds of failing | of metrics | false causes |\n\
         |---|---|---|---|---|---|---|---|---|---|---|",
    );
    for (against, clean) in [
        ("one base, same session stated", &found.pairs),
        ("five bases of five sessions", &found.sessions),
    ] {
        row(page, against, clean);
    }
    let runs: usize = found.faults.iter().map(|row| row.runs).sum();
    let regressed: usize = found.faults.iter().map(|row| row.regressed).sum();
    let named: usize = found.faults.iter().map(|row| row.named).sum();
    line(
        page,
        &format!(
            "\n### Faults at the middle dose against three bases\n\nRegressed: {}. Own metric named first: {}.\n\n\
             | fault | dose | own | runs | regressed | own first | mean regression | interval holds the change | first instead |\n|---|---|---|---|---|---|---|---|---|",
            share(regressed, runs),
            share(named, runs)
        ),
    );
    for row in &found.faults {
        line(
            page,
            &format!(
                "| {} | {} | {} | {} | {} | {} | {:.1} | {} of {} | {} |",
                row.fault.name,
                row.fault.doses[1],
                row.fault.own,
                row.runs,
                row.regressed,
                row.named,
                row.regression,
                row.held.0,
                row.held.1,
                list(&row.others)
            ),
        );
    }
    line(
        page,
        "\n\"The change\" is the mean change of the own metric over all runs with the fault.",
    );
    for row in found.faults.iter().filter(|row| row.odds.1 > 0) {
        line(
            page,
            &format!(
                "Under \"{}\" the intervals of operations' odds of failing hold the odds that were put in {} times.",
                row.fault.name,
                share(row.odds.0, row.odds.1)
            ),
        );
    }
    line(
        page,
        "\n### One operation of 24 half as slow again\n\n\
         | against | runs | found | named first | interval holds the half | that of the slow tenth |\n|---|---|---|---|---|---|",
    );
    slowed(page, "one base", &found.slowed_one);
    slowed(page, "three bases", &found.slowed_three);
}

fn row(page: &mut String, against: &str, clean: &Clean) {
    line(
        page,
        &format!(
            "| {against} | {} | {} | {} | {} | {:.1} | {} | {} | {} | {} | {} |",
            clean.runs,
            share(clean.regressed, clean.runs),
            share(clean.failed, clean.runs),
            share(clean.faster, clean.runs),
            clean.regression,
            share(clean.operations[0].0, clean.operations[0].1),
            share(clean.operations[1].0, clean.operations[1].1),
            share(clean.operations[2].0, clean.operations[2].1),
            share(clean.metrics.0, clean.metrics.1),
            list(&clean.causes)
        ),
    );
}

fn slowed(page: &mut String, against: &str, slowed: &Slowed) {
    line(
        page,
        &format!(
            "| {against} | {} | {} | {} | {} | {} |",
            slowed.runs,
            share(slowed.found, slowed.runs),
            share(slowed.first, slowed.runs),
            share(slowed.covered, slowed.runs),
            share(slowed.tail_covered, slowed.runs)
        ),
    );
}

fn share(part: usize, whole: usize) -> String {
    format!(
        "{part} of {whole} ({:.1} %)",
        100.0 * part as f64 / whole.max(1) as f64
    )
}

fn list(counts: &BTreeMap<String, usize>) -> String {
    if counts.is_empty() {
        return "-".to_owned();
    }
    let one = |(what, n): (&String, &usize)| format!("{what} {n}");
    counts.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn line(page: &mut String, text: &str) {
    let _ = writeln!(page, "{text}");
}
