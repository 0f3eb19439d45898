//! Every format, on bytes that it likes or does not.

use std::io::{Seek as _, Write as _};

use pss_integrations::formats::{
    Head, InputSettings, Layout, Reading, Sink, formats as registered,
};
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

/// A counter that a file's reader has for a while.
struct Lent<'a>(&'a mut Counter);

impl Intake for Lent<'_> {
    fn span(&mut self, span: &Span<'_>) {
        self.0.span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.0.sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.0.skipped(what, count);
    }
}

impl Sink for Lent<'_> {
    fn record(&mut self, place: u64, outcome: Result<(), String>) {
        self.0.record(place, outcome);
    }

    fn notice(&mut self, text: String) {
        self.0.notice(text);
    }

    fn interrupted(&self) -> bool {
        self.0.interrupted()
    }
}

/// Every format that likes the bytes, and the one that the first byte names, reads them without a panic.
pub(crate) fn formats(data: &[u8]) {
    let (choice, data) = data.split_first().unwrap_or((&0, data));
    let all = registered(pss::PLUGIN_CRATES, &Default::default()).expect("the registry is sound");
    let head = Head::new(data, true);
    let settings = InputSettings::default();
    for (at, format) in all.iter().enumerate() {
        let liked = format.sniff(&head);
        if liked.is_none() && at != usize::from(*choice) % all.len() {
            continue;
        }
        let Ok(reading) = format.open(&head, &settings) else {
            continue;
        };
        let mut counter = Counter::default();
        match reading {
            Reading::Stream(decoder) => {
                let mut bytes = data;
                // An error is an answer.
                let _ = decoder.decode(&mut bytes, &mut counter);
            }
            Reading::Records(layout, decoder) => {
                let mut decoder = decoder(&settings);
                let Ok(text) = std::str::from_utf8(data) else {
                    continue;
                };
                let records: Vec<&str> = match layout {
                    Layout::Lines => text.lines().collect(),
                    Layout::Array(start) => vec![
                        text.get(start..)
                            .unwrap_or_default()
                            .trim_end_matches([']', '}']),
                    ],
                    Layout::Values => vec![text],
                };
                for record in records {
                    let outcome = decoder.decode(record, &mut counter);
                    counter.record(0, outcome);
                }
            }
            Reading::File(decoder) => {
                let mut file = tempfile::tempfile().expect("a file");
                file.write_all(data).expect("written");
                file.rewind().expect("seeks");
                let mut sinks: [Box<dyn Sink + '_>; 1] = [Box::new(Lent(&mut counter))];
                let _ = decoder.decode(file, &mut sinks);
            }
        }
        counter.summariser.fold(&mut counter.batch);
        let summary = counter.summariser.finish();
        let bytes = summary.to_bytes().expect("a summary encodes");
        assert!(Summary::from_bytes(&bytes).expect("it decodes") == summary);
    }
}
