//! Every format, on bytes that it likes or does not.

use pss_integrations::formats::{Head, Sink, formats as registered, read_plainly};
use pss_metrics::{
    model::{Batch, Intake, Sample, Span},
    summary::{Summariser, Summary},
};

/// Counts what comes, and folds it, so that no value is too wild for a summary.
#[derive(Default)]
struct Counter {
    batch: Batch,
    summariser: Summariser,
    records: u64,
    bad: u64,
}

impl Intake for Counter {
    fn span(&mut self, span: &Span<'_>) {
        self.batch.span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.batch.sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.batch.skipped(what, count);
    }
}

impl Sink for Counter {
    fn record(&mut self, _: u64, outcome: Result<(), String>) {
        self.records += 1;
        if let Err(reason) = outcome {
            assert!(!reason.is_empty(), "a reason is missing");
            self.bad += 1;
        }
        if self.batch.is_full() {
            self.summariser.fold(&mut self.batch);
        }
    }

    fn notice(&mut self, text: String) {
        assert!(!text.is_empty(), "a notice says nothing");
    }

    fn interrupted(&self) -> bool {
        false
    }
}

/// Every format that likes the bytes, and the one that the first byte names, reads them without a panic.
pub(crate) fn formats(data: &[u8]) {
    let (choice, data) = data.split_first().unwrap_or((&0, data));
    let all = registered(pss::PLUGIN_CRATES, &Default::default()).expect("the registry is sound");
    let head = Head::new(data, true);
    for (at, format) in all.iter().enumerate() {
        let liked = format.sniff(&head);
        if liked.is_none() && at != usize::from(*choice) % all.len() {
            continue;
        }
        let mut counter = Counter::default();
        // An error is an answer.
        let _ = read_plainly(
            *format,
            &head,
            data,
            &mut { data },
            &mut [Box::new(&mut counter)],
        );
        counter.summariser.fold(&mut counter.batch);
        let summary = counter.summariser.finish();
        let bytes = summary.to_bytes().expect("a summary encodes");
        assert!(Summary::from_bytes(&bytes).expect("it decodes") == summary);
    }
}
