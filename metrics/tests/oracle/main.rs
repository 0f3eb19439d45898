//! A naive oracle: metrics computed on raw values, without histograms, straight from the formulas. The scores must agree within the error that a histogram's
//! buckets (2 % wide) bring. Metrics over spans are compared on random runs, those over signals on random series, and all of them on the worked examples.

mod examples;
mod naive;
mod run;
mod signals;

use proptest::prelude::*;
use pss_metrics::{
    builtin::PLUGIN_CRATE,
    model::{Batch, Signal, Span},
    score::{Plan, Planned, Reading, Story, metrics, score},
    summary::{Summariser, Summary},
};
use run::{Category, Run, Work};
use signals::Samples;

/// What the program under test gives each metric.
fn scored(run: &Run) -> Vec<(&'static str, Option<f64>)> {
    let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
    for work in &run.spans {
        batch.push_span(&Span {
            service: Some(&work.service),
            name: Some(&work.operation),
            tag: work.tag.as_deref(),
            start: Some(work.start),
            duration: Some(work.duration),
            wait: work.wait,
            error: work.error,
            memory: work.memory,
            ..Span::default()
        });
    }
    summariser.fold(&mut batch);
    scored_summary(&summariser.finish())
}

/// The score of each metric over a summary.
pub(crate) fn scored_summary(summary: &Summary) -> Vec<(&'static str, Option<f64>)> {
    let metrics = metrics(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    let codes: Vec<&str> = metrics.iter().map(|metric| metric.meta().code).collect();
    let metrics = metrics
        .into_iter()
        .map(|metric| Planned::with(metric, 1.0, Default::default(), None))
        .collect();
    let scored = score(
        summary,
        &Plan {
            metrics,
            ..Plan::default()
        },
    );
    codes
        .into_iter()
        .zip(scored.metrics.iter().map(|metric| metric.outcome.score()))
        .collect()
}

/// By how much a score may differ from the one on raw values.
pub(crate) fn tolerance(code: &str) -> f64 {
    match code {
        // Quantiles are off by a bucket's width at most (.02 in ln): s by .03, t by .02, so disp by .03, which a curve turns into .03 at its steepest; lev adds .02.
        "TIME" | "DB" | "NET" => 0.05,
        // Counts are exact.
        "ERR" | "CACHE" | "BRANCH" => 1e-9,
        // Shares are off by half a bin each (.0025), two of them: .002 in sigma. Files, of which the exponent is .3, as TIME.
        "IO" => 0.02,
        // Odds are off by a bucket at both ends: .02 in t.
        "CONC" => 0.03,
        // Means and maxima of windows are exact.
        "MEM" | "GPU" => 1e-6,
        // Quantiles are off by a bucket's width at most, 2 % of the value: half of that in a score, at the steepest.
        _ => 0.03,
    }
}

fn agree(run: &Run) -> Result<(), TestCaseError> {
    let found = scored(run);
    let remembered: Vec<Reading> = run
        .spans
        .iter()
        .filter_map(|work| {
            Some(Reading {
                signal: Signal::MEMORY_SPAN,
                entity: SERVICES.into_iter().find(|name| *name == work.service)?,
                time: work.start,
                value: work.memory?,
            })
        })
        .collect();
    let times = || run.spans.iter().map(|work| work.start);
    let memory = Samples {
        readings: &remembered,
        run: times().min().zip(times().max()),
    };
    let expected = [
        ("TIME", naive::durations(run, Category::Internal)),
        ("DB", naive::durations(run, Category::Db)),
        ("NET", naive::durations(run, Category::Net)),
        ("ERR", naive::errors(run)),
        ("IO", naive::waiting(run, None)),
        ("CONC", naive::wait_odds(run)),
        ("CACHE", naive::cache(run)),
        ("BRANCH", naive::branches(run)),
        ("MEM", signals::mem(&memory)),
        ("GC", signals::gc(&memory)),
    ];
    for (code, expected) in expected {
        let found = found
            .iter()
            .find(|(found, _)| *found == code)
            .expect("a built-in metric")
            .1;
        match (found, expected) {
            (Some(found), Some(expected)) => prop_assert!(
                (found - expected).abs() <= tolerance(code),
                "{} is {}, expected {}",
                code,
                found,
                expected
            ),
            (found, expected) => prop_assert_eq!(found, expected, "{}", code),
        }
    }
    Ok(())
}

const SERVICES: [&str; 2] = ["s0", "s1"];
const OPERATIONS: [&str; 7] = [
    "file read",
    "handle",
    "render",
    "db query",
    "sql commit",
    "http get",
    "rpc call",
];
const TAGS: [&str; 4] = ["left", "right", "cache_hit", "cache_miss"];
const START: i64 = 1_700_000_000_000_000_000;

prop_compose! {
    fn work(seconds: u32)(service in 0..2u8, operation in 0..OPERATIONS.len(), ms in 0..seconds * 1000, exponent in -1.0f64..1.0, waited in proptest::option::of(0.0f64..0.99),
        error in proptest::option::weighted(0.9, prop::bool::weighted(0.05)), tag in proptest::option::of(0..TAGS.len()), memory in proptest::option::of(0u64..4)) -> Work {
        let duration = (1e7 * (exponent * exponent * exponent * 2.0).exp()) as u64;
        Work {
            service: SERVICES[service as usize].to_owned(),
            operation: OPERATIONS[operation].to_owned(),
            start: START + i64::from(ms) * 1_000_000,
            duration,
            wait: waited.map(|share| (duration as f64 * share) as u64),
            error,
            tag: tag.map(|tag| TAGS[tag].to_owned()),
            memory: memory.map(|memory| memory * 1_000_000),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn random_runs_agree(spans in (1u32..300).prop_flat_map(|seconds| proptest::collection::vec(work(seconds), 0..3000))) {
        agree(&Run { spans })?;
    }
}

prop_compose! {
    fn reading(length: u32)(kind in 0..11usize, entity in 0..3usize, ms in 0..length * 100, value in 0u64..1000) -> Reading {
        let (signal, scale) = [
            (Signal::MEMORY_RSS, 100_000),
            (Signal::GC_PAUSE, 300_000),
            (Signal::LOOP_LAG, 300_000),
            (Signal::KAFKA_LAG, 3),
            (Signal::GPU_MEMORY_USED, 1 << 20),
            (Signal::GPU_MEMORY_TOTAL, 1 << 20),
            (Signal::GPU_UTILIZATION, 1000),
            (Signal::OOM, u64::from(value > 990)),
            (Signal::GC_PAUSE, 0),
            (Signal::PSI_CPU_SOME, 300),
            (Signal::PSI_IO_SOME, 300),
        ][kind];
        Reading {
            signal,
            entity: if kind < 9 { ["a", "b", "c"][entity] } else { "host" },
            time: START + i64::from(ms) * 1_000_000,
            value: value * scale,
        }
    }
}

/// Counters, as the readings of one second each. They begin anew where their process does.
fn counters(rates: &[u64]) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (signal, part) in [
        (Signal::KAFKA_OFFSET, 1),
        (Signal::RUN_DELAY, 1_000_000),
        (Signal::ON_CPU, 3_000_000),
    ] {
        let mut total = 0;
        for (second, rate) in rates.iter().enumerate() {
            total = if *rate == 13 { 0 } else { total } + rate * part;
            readings.push(Reading {
                signal,
                entity: "a",
                time: START + second as i64 * 1_000_000_000,
                value: total,
            });
        }
    }
    readings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn random_series_agree(
        mut readings in (1u32..3000).prop_flat_map(|length| proptest::collection::vec(reading(length), 0..1500)),
        rates in proptest::collection::vec(0u64..100, 0..60),
        without_pauses in any::<bool>(),
    ) {
        readings.extend(counters(&rates));
        readings.retain(|reading| !(without_pauses && reading.signal == Signal::GC_PAUSE));
        let story = Story { readings, ..Story::default() };
        let times = || story.readings.iter().map(|reading| reading.time);
        let samples = Samples {
            readings: &story.readings,
            run: times().min().zip(times().max()),
        };
        let found = scored_summary(&story.summary());
        for (code, expected) in [
            ("MEM", signals::mem(&samples)),
            ("GPU", signals::gpu(&samples)),
            ("GC", signals::gc(&samples)),
            ("STARVE", signals::starve(&samples)),
            ("KAFKA", signals::kafka(&samples)),
            ("IO", naive::waiting(&Run { spans: Vec::new() }, signals::pressure(&samples, Signal::PSI_IO_SOME))),
        ] {
            let found = found.iter().find(|(found, _)| *found == code).expect("a metric").1;
            match (found, expected) {
                (Some(found), Some(expected)) => prop_assert!((found - expected).abs() <= tolerance(code), "{} is {}, expected {}", code, found, expected),
                (found, expected) => prop_assert_eq!(found, expected, "{}", code),
            }
        }
    }
}

#[test]
fn a_run_with_a_burst_a_shift_and_a_drift_agrees() {
    let spans = (0..6000u64).map(|at| {
        let late = at > 3000;
        let noise = ((at * 7919) % 1000) as f64 / 1000.0;
        let duration = (5e6
            * (noise * if late { 1.5 } else { 0.5 }).exp()
            * if late { 1.6 } else { 1.0 }) as u64;
        Work {
            service: "s0".to_owned(),
            operation: OPERATIONS[(at % 7) as usize].to_owned(),
            start: START + at as i64 * 50_000_000,
            duration,
            wait: Some((duration as f64 * (0.2 + 0.5 * noise)) as u64),
            error: Some((2000..2300).contains(&at) && at % 3 == 0),
            tag: Some(
                TAGS[if at % 5 == 0 {
                    2 + usize::from(late)
                } else {
                    usize::from(noise < if late { 0.8 } else { 0.3 })
                }]
                .to_owned(),
            ),
            memory: None,
        }
    });
    let run = Run {
        spans: spans.collect(),
    };
    agree(&run).expect("oracle and program agree");
    for code in ["TIME", "ERR", "BRANCH", "CACHE"] {
        let score = scored(&run)
            .iter()
            .find(|(found, _)| *found == code)
            .expect("a metric")
            .1
            .expect("data");
        assert!(score < 0.95, "{code} sees it: {score}");
    }
}
