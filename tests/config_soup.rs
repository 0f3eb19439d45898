//! Configuration is hostile input too: whatever a file holds, mistakes are named and nothing panics.

use proptest::prelude::*;
use pss::{
    PLUGIN_CRATES,
    config::{Keys, parse},
    registry::Registry,
};

fn keys() -> Keys {
    let registry =
        Registry::collect(PLUGIN_CRATES, &Default::default()).expect("the registry is sound");
    Keys::new(&registry.metrics, &[])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_gives_settings_or_named_mistakes(text in "([\\[\\]=.,\"{}#'\n]|pss|metrics|weights|DB|disp|good|fail_under|top|-?[0-9]{1,3}|true|[a-z ]){0,40}") {
        match parse("pss.toml", &text, &keys()) {
            Ok(settings) => prop_assert!(settings.values().all(|setting| setting.place.starts_with("pss.toml:"))),
            Err(mistakes) => {
                prop_assert!(!mistakes.is_empty());
                prop_assert!(mistakes.iter().all(|mistake| mistake.place.starts_with("pss.toml") && !mistake.what.is_empty()));
            }
        }
    }
}
