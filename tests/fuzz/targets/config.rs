//! Configuration.

use std::{collections::BTreeMap, sync::LazyLock};

use pss::{
    PLUGIN_CRATES,
    config::{Config, Keys, parse},
    registry::Registry,
};

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::collect(PLUGIN_CRATES, &BTreeMap::new()).expect("a sound registry"));

/// A configuration is understood up to the plan it gives, or refused with the place of each mistake.
pub(crate) fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let keys = Keys::new(&REGISTRY.metrics, &[]);
    let settings = match parse("pss.toml", text, &keys) {
        Ok(settings) => settings,
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            for mistake in mistakes {
                assert!(on_a_line(&mistake.place), "{mistake}");
                assert!(!mistake.what.is_empty(), "{mistake}");
            }
            return;
        }
    };
    for setting in settings.values() {
        assert!(on_a_line(&setting.place), "{setting:?}");
    }
    let config = Config {
        settings,
        ..Config::default()
    };
    let _ = (config.rules(), config.input_settings());
    match config.resolve(&REGISTRY.metrics) {
        Ok(resolved) => {
            let weights = resolved.plan.metrics.iter().map(|planned| planned.weight);
            let sum: f64 = weights.sum();
            assert!(sum > 0.0 && sum.is_finite(), "weights sum to {sum}");
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            for mistake in mistakes {
                assert!(on_a_line(&mistake.place), "{mistake}");
            }
        }
    }
}

/// `pss.toml:7`.
fn on_a_line(place: &str) -> bool {
    place
        .strip_prefix("pss.toml:")
        .is_some_and(|line| line.parse::<u64>().is_ok_and(|line| line > 0))
}
