//! What is generated from the code and kept in the repository is up to date. `PSS_BLESS=1` writes it again.

use std::path::Path;

use pss_metrics::{builtin::PLUGIN_CRATE, reference, report::Report, score::metrics};

fn is_current(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("PSS_BLESS").is_some() {
        std::fs::write(&path, made).expect("the folder can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "{name} is stale: run PSS_BLESS=1 cargo test -p pss-metrics --test reference"
    );
}

#[test]
fn the_reference_of_metrics_is_current() {
    let metrics = metrics(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    is_current("README.md", &reference::markdown(&metrics));
}

#[test]
fn the_schema_of_the_report_is_current() {
    let schema = schemars::schema_for!(Report);
    is_current(
        "report.schema.json",
        &(serde_json::to_string_pretty(&schema).expect("a schema serialises") + "\n"),
    );
}

/// One name for one thing: file, registered name, anchor, code.
#[test]
fn every_metric_is_a_file_of_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/builtin");
    let metrics = metrics(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    assert_eq!(metrics.len(), 13);
    for metric in metrics {
        let meta = metric.meta();
        assert!(
            folder.join(format!("{}.rs", meta.plugin.name)).is_file(),
            "{}",
            meta.code
        );
        assert_eq!(meta.code.to_ascii_lowercase(), meta.plugin.name);
        assert!(
            meta.plugin
                .file
                .ends_with(&format!("{}.rs", meta.plugin.name)),
            "{}",
            meta.plugin.file
        );
    }
}
