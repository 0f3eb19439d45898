//! The load that a run was under.

use std::fmt::Write;

use pss_metrics::report::{LoadReport, TimesReport, visible};

use super::{
    super::{numbers::seconds, style::Look},
    wrap::painted,
};

pub(super) fn load(out: &mut String, load: &LoadReport, what: &str, look: &Look) {
    let title = look.paint(look.styles.heading, &format!("{} arrivals", load.started));
    painted(out, &format!("{title} at {}", visible(what)), 2, look.width);
    line!(
        out,
        "load      {}, {}, seed {}: {:.1} a second asked, {:.1} achieved, {:.1} s, at most {} in flight",
        load.shape,
        load.arrivals,
        load.seed,
        load.asked_rate,
        load.achieved_rate,
        load.seconds,
        load.in_flight
    );
    for (name, times) in [
        ("latency", load.latency),
        ("service", load.service),
        ("delay", load.delay),
    ] {
        if let Some(times) = times {
            line!(out, "{name:<9} {}{}", shown(times), about(name));
        }
    }
    let lost = [
        (load.dropped, "dropped"),
        (load.skipped, "skipped"),
        (load.unfinished, "unfinished"),
    ];
    let lost: Vec<String> = lost
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, how)| format!("{n} {how}"))
        .collect();
    if !lost.is_empty() {
        let text = look.paint(look.styles.bad, &lost.join(", "));
        line!(out, "{text} of {}", load.planned);
    }
    if load.failed > 0 {
        let first: Vec<String> = load
            .failures
            .iter()
            .take(3)
            .map(|failure| format!("{} {}", failure.n, failure.what))
            .collect();
        let text = look.paint(look.styles.bad, &format!("{} failed", load.failed));
        let first = visible(&first.join(", "));
        painted(out, &format!("{text}: {first}"), 2, look.width);
    }
    if let Some(warmup) = load.warmup {
        line!(
            out,
            "warm-up   {} arrivals in {:.1} s, not scored",
            warmup.started,
            warmup.seconds
        );
    }
}

fn shown(times: TimesReport) -> String {
    format!(
        "p50 {}, p90 {}, p99 {}, p99.9 {}, most {}",
        seconds(times.p50),
        seconds(times.p90),
        seconds(times.p99),
        seconds(times.p999),
        seconds(times.most)
    )
}

fn about(name: &str) -> &'static str {
    match name {
        "latency" => " (from the scheduled start: scored)",
        "service" => " (from the actual start)",
        _ => " (of the generator)",
    }
}
