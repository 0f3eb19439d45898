//! What goes wrong, and when. All times are seconds from the start of the trace.

/// How long the trace is.
pub(super) const SECONDS: f64 = 300.0;

/// When the payment database is slow.
const SLOW: std::ops::Range<f64> = 150.0..190.0;

/// How many times as long the payment query takes meanwhile.
const SLOWER: f64 = 14.0;

/// Share of payment queries that run into their timeout meanwhile.
const TIMEOUTS: f64 = 0.35;

/// By how much the leaking process grows over the trace.
const LEAK: f64 = 0.35;

/// The process that leaks.
pub(super) const LEAKING: &str = "cart-2";

/// Factor on the duration of the payment query.
pub(super) fn query_slowdown(time: f64) -> f64 {
    if SLOW.contains(&time) { SLOWER } else { 1.0 }
}

/// Probability that the payment query fails.
pub(super) fn query_failure(time: f64) -> f64 {
    if SLOW.contains(&time) { TIMEOUTS } else { 0.0 }
}

/// Factor on the memory of a process.
pub(super) fn memory_growth(process: &str, time: f64) -> f64 {
    if process == LEAKING {
        1.0 + LEAK * time / SECONDS
    } else {
        1.0
    }
}
