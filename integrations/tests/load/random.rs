//! Random arrivals are what they say.

use pss_integrations::load::{Arrivals, Schedule};
use serde_json::json;

use super::{schedule, seconds, shape};

/// The largest distance between the gaps' distribution and the exponential of their rate (Kolmogorov and Smirnov), times the root of their number.
fn distance(mut gaps: Vec<f64>, rate: f64) -> f64 {
    gaps.sort_by(f64::total_cmp);
    let n = gaps.len() as f64;
    let mut most: f64 = 0.0;
    for (at, gap) in gaps.iter().enumerate() {
        let exponential = 1.0 - (-rate * gap).exp();
        most = most
            .max(exponential - at as f64 / n)
            .max((at + 1) as f64 / n - exponential);
    }
    most * n.sqrt()
}

fn gaps(starts: &[f64]) -> Vec<f64> {
    let mut before = 0.0;
    starts
        .iter()
        .map(|start| {
            let gap = start - before;
            before = *start;
            gap
        })
        .collect()
}

/// At the 5 % level the limit is 1.358 (Smirnov, 1948). Three seeds that were not chosen; gamma of shape 2 and even arrivals are caught.
#[test]
fn poisson_gaps_are_exponential() {
    for seed in [1, 2, 3] {
        let starts = |arrivals| {
            let settings = json!({ "shape": "constant", "rate": 200, "duration": "1h" });
            let starts = seconds(&schedule(settings, arrivals, seed));
            gaps(&starts[..20_000])
        };
        let found = distance(starts(Arrivals::Poisson), 200.0);
        assert!(found < 1.358, "seed {seed}: {found}");
        assert!(distance(starts(Arrivals::Gamma(1.0)), 200.0) < 1.358);
        assert!(distance(starts(Arrivals::Gamma(2.0)), 200.0) > 10.0);
        assert!(distance(starts(Arrivals::Even), 200.0) > 10.0);
    }
}

/// Where the rate swings, the gaps in expected arrivals are exponential.
#[test]
fn poisson_follows_the_rate() {
    let settings = json!({ "shape": "sine", "rate": 200, "duration": "200s", "period": "20s", "amplitude": 1 });
    let starts = seconds(&schedule(settings.clone(), Arrivals::Poisson, 5));
    let swing = shape(settings).expect("settings that fit");
    let places: Vec<f64> = starts.iter().map(|start| swing.expected(*start)).collect();
    let found = distance(gaps(&places), 1.0);
    assert!(found < 1.358, "{found}");
    // 40 000 are expected, with a standard deviation of 200.
    assert!(
        (starts.len() as f64 - 40_000.0).abs() < 800.0,
        "{}",
        starts.len()
    );
}

#[test]
fn a_seed_is_one_schedule_and_uses_do_not_move_each_other() {
    let of = |seed, usage| {
        let schedule = Schedule {
            usage,
            ..schedule(
                json!({ "shape": "constant", "rate": 10, "duration": "10s" }),
                Arrivals::Poisson,
                seed,
            )
        };
        schedule.starts().collect::<Vec<_>>()
    };
    assert_eq!(of(7, "arrivals"), of(7, "arrivals"));
    assert_ne!(of(7, "arrivals"), of(8, "arrivals"));
    assert_ne!(of(7, "arrivals"), of(7, "warmup"));
}
