//! As many arrivals as the integral says, each at its inverse.

use pss_integrations::load::Arrivals;
use serde_json::{Value, json};

use super::{schedule, seconds};

#[track_caller]
fn holds(settings: Value, analytic: usize) -> Vec<f64> {
    let even = seconds(&schedule(settings.clone(), Arrivals::Even, 1));
    assert_eq!(even.len(), analytic, "{settings}");
    assert!(even.is_sorted());
    // Bursts are as many, however they fall together.
    for size in [1, 7, 1000] {
        let burst = schedule(settings.clone(), Arrivals::Burst(size), 1);
        assert_eq!(burst.starts().count(), analytic, "{settings} burst {size}");
    }
    even
}

#[test]
fn constant_holds_rate_times_duration() {
    for (rate, duration, analytic) in [
        (50.0, "30s", 1500),
        (0.1, "1m", 6),
        (333.3, "10s", 3333),
        (0.3, "10s", 3),
        (7.0, "0.5s", 4),
        (5000.0, "60s", 300_000),
    ] {
        let starts = holds(
            json!({ "shape": "constant", "rate": rate, "duration": duration }),
            analytic,
        );
        for (k, start) in starts.iter().enumerate() {
            assert!((start - k as f64 / rate).abs() <= 1e-9);
        }
    }
}

#[test]
fn linear_holds_half_the_sum_of_its_ends() {
    // (0 + 50) / 2 * 30 and (10 + 50) / 2 * 30.
    let starts = holds(
        json!({ "shape": "linear", "rate": 50, "duration": "30s" }),
        750,
    );
    for (k, start) in starts.iter().enumerate() {
        // t = sqrt(2 k duration / rate).
        let analytic = (2.0 * k as f64 * 30.0 / 50.0).sqrt();
        assert!((start - analytic).abs() <= 1e-9, "{k}: {start} {analytic}");
    }
    holds(
        json!({ "shape": "linear", "rate": 50, "from": 10, "duration": "30s" }),
        900,
    );
    holds(
        json!({ "shape": "linear", "from": 50, "to": 0, "duration": "30s" }),
        750,
    );
    holds(
        json!({ "shape": "linear", "from": 50, "to": 50, "duration": "30s" }),
        1500,
    );
}

#[test]
fn step_holds_the_sum_of_its_plateaus() {
    // 10 + 20 + 30 + 40, ten seconds each.
    let starts = holds(
        json!({ "shape": "step", "rate": 40, "duration": "40s", "steps": 4 }),
        1000,
    );
    let until = |end: f64| starts.iter().filter(|start| **start < end).count();
    assert_eq!([until(10.0), until(20.0), until(30.0)], [100, 300, 600]);
    // 3 plateaus of a third of 10 s: (40 + 70 + 100) 10 / 3.
    holds(
        json!({ "shape": "step", "rate": 100, "from": 10, "duration": "10s", "steps": 3 }),
        700,
    );
    // A plateau without arrivals has none.
    let starts = holds(
        json!({ "shape": "step", "rates": [10, 0, 20], "duration": "30s" }),
        300,
    );
    assert!(!starts.iter().any(|start| (10.0..20.0).contains(start)));
}

#[test]
fn sine_holds_its_mean_over_whole_periods_and_its_integral_elsewhere() {
    let starts = holds(
        json!({ "shape": "sine", "rate": 50, "duration": "60s", "amplitude": 0.8, "period": "20s" }),
        3000,
    );
    let until = |end: f64| starts.iter().filter(|start| **start < end).count();
    // Half a period: 50 (10 + .8 * 20 / pi) = 754.6; arrival 754 is the 755th.
    assert_eq!(until(10.0), 755);
    // A quarter less: 50 * (5 + .8 * 20 / (2 pi)) = 377.3.
    assert_eq!(until(5.0), 378);
    for rate in [1.0, 17.0, 5000.0] {
        let analytic = (rate * 10.0) as usize;
        holds(
            json!({ "shape": "sine", "rate": rate, "duration": "10s", "phase": 0.3 }),
            analytic,
        );
    }
    holds(
        json!({ "shape": "sine", "rate": 50, "duration": "10s", "period": "20s", "amplitude": 0.8 }),
        755,
    );
}

#[test]
fn mixes_and_sequences_hold_the_sum_of_their_parts() {
    holds(
        json!({ "shape": "mix", "rate": 40, "duration": "10s", "components": [
            { "shape": "constant", "weight": 3 }, { "shape": "linear", "weight": 1 }, { "shape": "constant", "rate": 5 } ] }),
        300 + 50 + 50,
    );
    let starts = holds(
        json!({ "shape": "sequence", "rate": 10, "duration": "40s", "parts": [
            { "shape": "linear", "duration": "10s" }, { "shape": "constant" }, { "shape": "step", "rates": [1, 2], "duration": "10s" } ] }),
        50 + 200 + 15,
    );
    assert_eq!(starts.iter().filter(|start| **start < 30.0).count(), 250);
}

#[test]
fn replay_starts_when_the_trace_did() {
    let settings = json!({ "shape": "replay", "file": "trace.jsonl" });
    assert_eq!(holds(settings, 4), [0.0, 0.0, 1.5, 4.0]);
    let settings = json!({ "shape": "replay", "file": "trace.jsonl", "speed": 2 });
    assert_eq!(holds(settings, 4), [0.0, 0.0, 0.75, 2.0]);
}
