//! The rounds of a command.

use std::fmt::Write;

use pss_metrics::report::{Report, RoundReport, SpreadReport, visible};

use super::{
    super::{numbers::seconds, style::Look},
    wrap::{painted, wrapped},
};

pub(super) fn run(out: &mut String, report: &Report, look: &Look) {
    let Some(run) = &report.run else { return };
    line!(out);
    if let Some(load) = &run.load {
        return super::load::load(out, load, &run.command.join(" "), look);
    }
    let rounds = run.rounds.len();
    let title = look.paint(
        look.styles.heading,
        &format!("{rounds} {}", if rounds == 1 { "round" } else { "rounds" }),
    );
    let command = visible(&run.command.join(" "));
    painted(out, &format!("{title} of {command}"), 2, look.width);
    let mut line = |name: &str, spread: Option<SpreadReport>, show: fn(f64) -> String| {
        let Some(spread) = spread else { return };
        if rounds - run.failed as usize == 1 {
            line!(out, "{name:<9} {}", show(spread.median));
        } else {
            line!(
                out,
                "{name:<9} {} (from {} to {}, mean {}, deviation {})",
                show(spread.median),
                show(spread.least),
                show(spread.most),
                show(spread.mean),
                show(spread.deviation),
            );
        }
    };
    line("time", run.seconds, seconds);
    line("on cpu", run.cpu_seconds, seconds);
    line("memory", run.peak_bytes, megabytes);
    if run.failed > 0 {
        let first = run.rounds.iter().position(RoundReport::failed);
        let how = first.map_or_else(String::new, |at| {
            format!(", first round {}: {}", at + 1, ended(&run.rounds[at]))
        });
        let text = look.paint(look.styles.bad, &format!("{} failed", run.failed));
        wrapped(out, &format!("{text}{how}"), 2, look.width);
    }
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes * 1e-6)
}

fn ended(round: &RoundReport) -> String {
    let how = match (round.code, round.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => "it is not known how it ended".to_owned(),
    };
    if round.timed_out {
        format!("its time was over ({how})")
    } else {
        how
    }
}
