//! The lenient decoder of the pypss profiles.

use pss_integrations::formats::pypss::{decode, read};
use pss_metrics::pypss::{Profile, Records, Settings, score};

/// Any text is read or refused record by record, what serde_json reads as an object is JSON here too, and whatever was read is scored or refused.
pub(crate) fn pypss(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut records = Records::new();
    let outcome = decode(text, &mut records);
    assert_eq!(records.len(), usize::from(outcome.is_ok()), "{text:?}");
    if serde_json::from_str::<serde_json::Value>(text).is_ok() {
        let said = outcome.map_err(|error| error.to_string());
        assert_ne!(said, Err("not valid JSON".to_owned()), "{text:?}");
    }
    let document = read(text);
    assert!(
        document.bad.windows(2).all(|pair| pair[0].0 < pair[1].0),
        "{text:?}: {:?}",
        document.bad
    );
    for profile in [Profile::Core, Profile::Full] {
        if let Ok(scores) = score(&document.records, &Settings::default(), profile) {
            assert!(scores.pss <= 100 && scores.raw.is_finite(), "{text:?}");
            assert!(scores.metrics.iter().all(|metric| metric.raw.is_finite()));
        }
    }
}
