//! The command that was run: its rounds, or the load that it was under.

use pss_metrics::report::{LoadReport, Report, RunReport, SpreadReport, visible};

use super::{
    super::{
        numbers::{bytes, count, percent, seconds},
        run_figures::{quantiles, times},
    },
    Page, code, text,
};

pub(super) fn run(page: &mut Page, report: &Report) {
    let Some(run) = &report.run else { return };
    match &run.load {
        Some(load) => under_load(page, run, load),
        None => rounds(page, run),
    }
}

fn under_load(page: &mut Page, run: &RunReport, load: &LoadReport) {
    page.line(&format!(
        "#### {} arrivals at {}\n",
        count(load.started),
        code(&visible(&run.command.join(" ")))
    ));
    page.line(&format!(
        "{}, {}, seed {}: {:.1} a second asked, {:.1} achieved, {:.1} s, at most {} in flight.\n",
        text(&load.shape),
        text(&load.arrivals),
        load.seed,
        load.asked_rate,
        load.achieved_rate,
        load.seconds,
        count(load.in_flight)
    ));
    let lost = [
        (load.failed, "failed"),
        (load.unfinished, "unfinished"),
        (load.dropped, "dropped"),
        (load.skipped, "skipped"),
    ];
    let lost: Vec<String> = lost
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, how)| format!("{} {how}", count(*n)))
        .collect();
    if !lost.is_empty() {
        let lost = lost.join(", ");
        page.line(&format!("**{lost}** of {}.\n", count(load.planned)));
    }
    for failure in &load.failures {
        page.row(&format!("- {} {}", count(failure.n), text(&failure.what)));
    }
    if !load.failures.is_empty() {
        page.line("");
    }
    page.line("| | p50 | p90 | p99 | p99.9 | most |");
    page.line("|---|--:|--:|--:|--:|--:|");
    for (_, about, times) in times(load) {
        let cells = quantiles(&times)
            .map(|(_, value)| seconds(value))
            .join(" | ");
        page.line(&format!("| {about} | {cells} |"));
    }
    page.line("");
    if let Some(warmup) = load.warmup {
        page.line(&format!(
            "Warm-up of {:.1} s before, {} arrivals, not scored.\n",
            warmup.seconds,
            count(warmup.started)
        ));
    }
}

fn rounds(page: &mut Page, run: &RunReport) {
    page.line(&format!(
        "#### {} rounds of {}\n",
        count(run.rounds.len() as u64),
        code(&visible(&run.command.join(" ")))
    ));
    if run.failed > 0 {
        page.line(&format!("**{} failed.**\n", count(run.failed)));
    }
    if let Some(outliers) = run.outliers.filter(|share| *share > 0.0) {
        page.line(&format!(
            "{} of them lie far from the others.\n",
            percent(outliers)
        ));
    }
    if run.seconds.is_none() {
        return;
    }
    page.line("| of rounds that did not fail | median | least | most | mean | deviation |");
    page.line("|---|--:|--:|--:|--:|--:|");
    spread(page, "time", run.seconds, seconds);
    spread(page, "time on processors", run.cpu_seconds, seconds);
    spread(page, "most memory of a process", run.peak_bytes, bytes);
    page.line("");
}

fn spread(page: &mut Page, name: &str, spread: Option<SpreadReport>, show: fn(f64) -> String) {
    let Some(spread) = spread else { return };
    let cells = [
        spread.median,
        spread.least,
        spread.most,
        spread.mean,
        spread.deviation,
    ];
    page.line(&format!("| {name} | {} |", cells.map(show).join(" | ")));
}
