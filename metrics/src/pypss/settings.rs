//! What a `pypss.toml` or `[tool.pypss]` can change about a score.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{
    keys::{OTHER_KEYS, SCORE_KEYS},
    score::METRIC_CODES,
};
use crate::plugin::nearest;

/// Weights and constants, under the names PyPSS gives them. The defaults are those of PyPSS 1.3.1.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Weight of timing stability.
    pub w_ts: f64,
    /// Weight of memory stability.
    pub w_ms: f64,
    /// Weight of error volatility.
    pub w_ev: f64,
    /// Weight of branching entropy.
    pub w_be: f64,
    /// Weight of concurrency chaos.
    pub w_cc: f64,
    /// Weights of the seven metrics that differ from the default, by code.
    pub custom_metric_weights: BTreeMap<String, f64>,
    /// Decay per coefficient of variation of durations, waits and wait shares.
    pub alpha: f64,
    /// Weight of the tail ratio of durations.
    pub beta: f64,
    /// Decay per unit of memory and garbage collection unsteadiness.
    pub gamma: f64,
    /// Decay per unit of error volatility.
    pub delta: f64,
    /// Peak over median of memory from which a spike costs extra.
    pub mem_spike_threshold_ratio: f64,
    /// Share of errors from which a spike costs extra.
    pub error_spike_threshold: f64,
    /// Errors in a row from which a run of errors costs extra.
    pub consecutive_error_threshold: f64,
    /// Mean wait below which waiting is not judged, seconds.
    pub concurrency_wait_threshold: f64,
    /// Zero-based index of the tail percentile of durations among 99; negative ones count from the end.
    pub score_latency_tail_percentile: f64,
    /// Added to the median of memory, bytes.
    pub score_memory_epsilon: f64,
    /// Weight of the variance-to-mean ratio of errors.
    pub score_error_vmr_multiplier: f64,
    /// Most that a spike of errors can cost, as a share.
    pub score_error_spike_impact_multiplier: f64,
    /// Decay of a run of errors, in units of `delta`.
    pub score_consecutive_error_decay_multiplier: f64,
    /// Decay per second of mean lag.
    pub thread_starvation_sensitivity: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            w_ts: 0.30,
            w_ms: 0.20,
            w_ev: 0.20,
            w_be: 0.15,
            w_cc: 0.15,
            custom_metric_weights: BTreeMap::new(),
            alpha: 2.0,
            beta: 1.0,
            gamma: 2.0,
            delta: 1.0,
            mem_spike_threshold_ratio: 1.5,
            error_spike_threshold: 0.1,
            consecutive_error_threshold: 3.0,
            concurrency_wait_threshold: 0.001,
            score_latency_tail_percentile: 94.0,
            score_memory_epsilon: 1e-9,
            score_error_vmr_multiplier: 0.5,
            score_error_spike_impact_multiplier: 0.5,
            score_consecutive_error_decay_multiplier: 2.0,
            thread_starvation_sensitivity: 100.0,
        }
    }
}

/// What a key of PyPSS is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// It changes scores: a number for [`Settings::set`].
    Score,
    /// PyPSS knows it, and no score depends on it.
    Other,
}

/// Why a setting was refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SettingError {
    /// PyPSS has no such key.
    #[error("pypss has no key `{key}`{}", .nearest.as_ref().map(|name| format!(": did you mean `{name}`?")).unwrap_or_default())]
    UnknownKey {
        /// The key.
        key: String,
        /// The valid one nearest to it.
        nearest: Option<String>,
    },
    /// The value makes no sense for the key.
    #[error("`{key}` is {value}: it must be {wanted}")]
    Value {
        /// The key.
        key: String,
        /// The value.
        value: f64,
        /// What would do.
        wanted: &'static str,
    },
}

impl Settings {
    /// Finds out what a key is about. Keys of nested tables are joined by `_`, as PyPSS joins them (`[pypss.w] ts` is `w_ts`); the weight of one of the
    /// seven metrics is `custom_metric_weights_CODE`.
    ///
    /// # Errors
    /// A key unknown to PyPSS, with the nearest known one.
    pub fn kind(key: &str) -> Result<KeyKind, SettingError> {
        if SCORE_KEYS.contains(&key) || metric_code(key).is_some() {
            return Ok(KeyKind::Score);
        }
        if OTHER_KEYS.contains(&key) {
            return Ok(KeyKind::Other);
        }
        let weights = METRIC_CODES.map(|code| format!("{WEIGHTS}{code}"));
        let valid = SCORE_KEYS
            .iter()
            .chain(OTHER_KEYS)
            .copied()
            .chain(weights.iter().map(String::as_str));
        Err(SettingError::UnknownKey {
            key: key.to_owned(),
            nearest: nearest(key, valid).map(str::to_owned),
        })
    }

    /// Sets a key that changes scores; one that does not ([`KeyKind::Other`]) is passed over.
    ///
    /// # Errors
    /// An unknown key, with the nearest known one; a value that is not finite; a tail percentile that is no index of the 99.
    pub fn set(&mut self, key: &str, value: f64) -> Result<(), SettingError> {
        if Settings::kind(key)? == KeyKind::Other {
            return Ok(());
        }
        let refused = |wanted| {
            Err(SettingError::Value {
                key: key.to_owned(),
                value,
                wanted,
            })
        };
        if !value.is_finite() {
            return refused("a finite number");
        }
        if key == "score_latency_tail_percentile"
            && !(value.fract() == 0.0 && (-99.0..=98.0).contains(&value))
        {
            return refused("a whole number from 0 (first percentile) to 98 (99th)");
        }
        if let Some(code) = metric_code(key) {
            self.custom_metric_weights.insert(code.to_owned(), value);
        } else if let Some(field) = self.field(key) {
            *field = value;
        }
        Ok(())
    }

    fn field(&mut self, key: &str) -> Option<&mut f64> {
        Some(match key {
            "w_ts" => &mut self.w_ts,
            "w_ms" => &mut self.w_ms,
            "w_ev" => &mut self.w_ev,
            "w_be" => &mut self.w_be,
            "w_cc" => &mut self.w_cc,
            "alpha" => &mut self.alpha,
            "beta" => &mut self.beta,
            "gamma" => &mut self.gamma,
            "delta" => &mut self.delta,
            "mem_spike_threshold_ratio" => &mut self.mem_spike_threshold_ratio,
            "error_spike_threshold" => &mut self.error_spike_threshold,
            "consecutive_error_threshold" => &mut self.consecutive_error_threshold,
            "concurrency_wait_threshold" => &mut self.concurrency_wait_threshold,
            "score_latency_tail_percentile" => &mut self.score_latency_tail_percentile,
            "score_memory_epsilon" => &mut self.score_memory_epsilon,
            "score_error_vmr_multiplier" => &mut self.score_error_vmr_multiplier,
            "score_error_spike_impact_multiplier" => &mut self.score_error_spike_impact_multiplier,
            "score_consecutive_error_decay_multiplier" => {
                &mut self.score_consecutive_error_decay_multiplier
            }
            "thread_starvation_sensitivity" => &mut self.thread_starvation_sensitivity,
            _ => return None,
        })
    }
}

const WEIGHTS: &str = "custom_metric_weights_";

fn metric_code(key: &str) -> Option<&'static str> {
    let code = key.strip_prefix(WEIGHTS)?;
    METRIC_CODES.into_iter().find(|known| *known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_key_reaches_a_field_of_its_own() {
        let mut settings = Settings::default();
        for (number, key) in SCORE_KEYS.iter().enumerate() {
            settings.set(key, number as f64).unwrap();
        }
        for (number, key) in SCORE_KEYS.iter().enumerate() {
            assert_eq!(settings.field(key).copied(), Some(number as f64), "{key}");
        }
    }

    #[test]
    fn weights_of_metrics_go_by_code() {
        let mut settings = Settings::default();
        settings.set("custom_metric_weights_IO", 0.5).unwrap();
        assert_eq!(settings.custom_metric_weights["IO"], 0.5);
        assert_eq!(
            Settings::kind("custom_metric_weights_KAFAK")
                .unwrap_err()
                .to_string(),
            "pypss has no key `custom_metric_weights_KAFAK`: did you mean `custom_metric_weights_KAFKA`?"
        );
    }

    #[test]
    fn typing_errors_are_answered_and_foreign_keys_passed_over() {
        let mut settings = Settings::default();
        assert_eq!(
            settings.set("alhpa", 1.0).unwrap_err().to_string(),
            "pypss has no key `alhpa`: did you mean `alpha`?"
        );
        assert_eq!(Settings::kind("ui_port"), Ok(KeyKind::Other));
        settings.set("ui_port", 80.0).unwrap();
        assert_eq!(settings, Settings::default());
        assert!(settings.set("score_latency_tail_percentile", 99.0).is_err());
        assert!(settings.set("alpha", f64::NAN).is_err());
    }
}
