//! Reads bytes or files as `pss analyze` does.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use pss::{
    PLUGIN_CRATES,
    input::{BLOCK, InputError, Place, ReadOptions, ReadOutcome, Silent, pass, read},
    registry::Registry,
};
use pss_integrations::formats::InputSettings;
use pss_metrics::{
    model::{Intake, Sample, Span, Value},
    score::{Plan, Planned, score},
};

fn with_options<T>(action: impl FnOnce(&ReadOptions<'_>) -> T) -> T {
    let registry = Registry::collect(PLUGIN_CRATES, &Default::default()).expect("registry");
    action(&ReadOptions {
        threads: 2,
        formats: &registry.formats,
        format: None,
        settings: &InputSettings::default(),
        rules: Default::default(),
        naming: None,
        selection: Default::default(),
        extras: &[],
        observers: &[],
        watches: &[],
        record_limit: 1 << 20,
        block: BLOCK,
        interrupt: &AtomicBool::new(false),
    })
}

/// Reads a file into a summary.
pub(crate) fn read_path(path: &Path) -> Result<ReadOutcome, InputError> {
    with_options(|options| read(&[Place::File(path.to_owned())], options, &Silent))
}

/// Reads bytes as a file of the given name into a summary.
pub(crate) fn read_bytes(name: &str, bytes: &[u8]) -> Result<ReadOutcome, InputError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    read_path(&path)
}

/// The records of bytes, each as one line of text with all its fields, in their order.
pub(crate) fn records(name: &str, bytes: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    records_of(&path)
}

/// The records of a file, each as one line of text with all its fields, in their order.
pub(crate) fn records_of(path: &Path) -> Vec<String> {
    let mut lines = Printed(Vec::new());
    with_options(|options| {
        pass(
            &[Place::File(path.to_owned())],
            options,
            &Silent,
            &mut lines,
        )
    })
    .expect("reads");
    lines.0
}

/// The score of each metric over a file, by code.
pub(crate) fn scores(path: &Path) -> BTreeMap<String, Option<f64>> {
    let summary = read_path(path).expect("reads").summary;
    let registry = Registry::collect(PLUGIN_CRATES, &Default::default()).expect("registry");
    let codes: Vec<String> = registry
        .metrics
        .iter()
        .map(|metric| metric.meta().code.to_owned())
        .collect();
    let metrics = registry.metrics.into_iter().map(Planned::new).collect();
    let plan = Plan {
        metrics,
        ..Plan::default()
    };
    let scored = score(&summary, &plan);
    codes
        .into_iter()
        .zip(scored.metrics.iter().map(|metric| metric.outcome.score()))
        .collect()
}

struct Printed(Vec<String>);

impl Intake for Printed {
    fn span(&mut self, span: &Span<'_>) {
        let mut attributes: Vec<String> = span
            .attributes
            .iter()
            .map(|attribute| match attribute.value {
                Value::Text(text) => format!("{}={text}", attribute.key),
                Value::Number(number) => format!("{}={number}", attribute.key),
                Value::Bool(truth) => format!("{}={truth}", attribute.key),
            })
            .collect();
        attributes.sort();
        self.0.push(format!(
            "span {} {} {} {:?} service={:?} name={:?} kind={:?} start={:?} duration={:?} wait={:?} memory={:?} error={:?} {}",
            span.trace_id,
            span.span_id,
            span.parent_id,
            span.parent,
            span.service,
            span.name,
            span.kind,
            span.start,
            span.duration,
            span.wait,
            span.memory,
            span.error,
            attributes.join(" ")
        ));
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.0.push(format!(
            "sample {} {} {:?} {}",
            sample.signal.name, sample.entity, sample.time, sample.value
        ));
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.0.push(format!("skipped {count} {what}"));
    }
}

/// A folder of `shared/data` beside the project, where it is there.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(folder);
    if path.is_dir() {
        Some(path)
    } else {
        // Not by a macro, of which the output of tests that pass is kept back.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: shared/data/{folder} is not beside the project"
        );
        None
    }
}
