//! Bytes of summaries.

use std::{collections::BTreeMap, sync::LazyLock};

use pss::PLUGIN_CRATES;
use pss_metrics::{
    score::{Metric, Plan, Planned, metrics, score},
    summary::{FORMAT_VERSION, Summary},
};
use xxhash_rust::xxh3::xxh3_64;

static METRICS: LazyLock<Vec<&'static dyn Metric>> =
    LazyLock::new(|| metrics(PLUGIN_CRATES, &BTreeMap::new()).expect("sound metrics"));

/// Bytes are read as the summary they are, or refused; what was read can be written, merged and scored. The checksum stops no one who means harm, so the bytes
/// are also tried as the content of a file whose checksum holds.
pub(crate) fn summary(data: &[u8]) {
    tried(data);
    let sealed = sealed(data);
    tried(&sealed);
    // A file that is one bit or one byte off is refused.
    if let (Ok(summary), Some(at)) = (Summary::from_bytes(&sealed), data.first()) {
        let mut bytes = summary.to_bytes().expect("a summary encodes");
        let at = usize::from(*at) * 7 % bytes.len();
        bytes[at] ^= 1;
        assert!(
            Summary::from_bytes(&bytes).is_err(),
            "byte {at} was changed"
        );
        bytes[at] ^= 1;
        bytes.truncate(at);
        assert!(Summary::from_bytes(&bytes).is_err(), "cut at {at}");
    }
}

/// Content as a file of this version, with the checksum it needs.
fn sealed(content: &[u8]) -> Vec<u8> {
    let mut bytes = b"PSS1".to_vec();
    bytes.extend(FORMAT_VERSION.to_le_bytes());
    bytes.extend(xxh3_64(content).to_le_bytes());
    bytes.extend(content);
    bytes
}

fn tried(bytes: &[u8]) {
    let Ok(summary) = Summary::from_bytes(bytes) else {
        return;
    };
    let written = summary.to_bytes().expect("a summary encodes");
    assert!(Summary::from_bytes(&written).expect("it decodes") == summary);
    let plan = Plan {
        metrics: METRICS.iter().map(|metric| Planned::new(*metric)).collect(),
        ..Plan::default()
    };
    let scored = score(&summary, &plan);
    assert!(
        scored.pss.is_none_or(|pss| (0.0..=1.0).contains(&pss)),
        "{:?}",
        scored.pss
    );
    let twice = summary.clone().merge(summary.clone());
    assert_eq!(twice.facts().spans, 2 * summary.facts().spans);
    // Twice what is just about possible is too much to be written.
    if let Ok(written) = twice.to_bytes() {
        assert!(Summary::from_bytes(&written).expect("it decodes") == twice);
    }
}
