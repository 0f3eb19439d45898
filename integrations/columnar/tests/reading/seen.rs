//! What a file brings, as `pss` reads it with two sinks.

use pss_columnar::{arrow::Arrow, parquet::Parquet};
use pss_integrations::formats::{Format, Head, Sink, read_plainly};
use pss_metrics::model::{Intake, Sample, Span};

/// What was pushed and said.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Name, start and duration of each span.
    pub(crate) spans: Vec<(Option<String>, Option<i64>, Option<u64>)>,
    /// How many spans went well and how many failed, of those that say so.
    pub(crate) ended: [usize; 2],
    pub(crate) bad: Vec<String>,
    pub(crate) notices: Vec<String>,
}

impl Intake for Seen {
    fn span(&mut self, span: &Span<'_>) {
        self.spans
            .push((span.name.map(str::to_owned), span.start, span.duration));
        if let Some(failed) = span.error {
            self.ended[usize::from(failed)] += 1;
        }
    }

    fn sample(&mut self, _: &Sample<'_>) {}

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl Sink for Seen {
    fn record(&mut self, _: u64, outcome: Result<(), String>) {
        self.bad.extend(outcome.err());
    }

    fn notice(&mut self, text: String) {
        self.notices.push(text);
    }

    fn interrupted(&self) -> bool {
        // More than any file of these tests holds.
        self.spans.len() + self.bad.len() > 1 << 22
    }
}

/// Reads the bytes of a Parquet file.
pub(crate) fn parquet(bytes: &[u8]) -> Result<Seen, String> {
    read(&Parquet, bytes)
}

/// Reads the bytes of an Arrow file or stream.
pub(crate) fn arrow(bytes: &[u8]) -> Result<Seen, String> {
    read(&Arrow, bytes)
}

fn read(format: &dyn Format, bytes: &[u8]) -> Result<Seen, String> {
    let (mut first, mut second) = (Seen::default(), Seen::default());
    let outcome = {
        let head = Head::new(bytes, true);
        let mut sinks: [Box<dyn Sink + '_>; 2] = [Box::new(&mut first), Box::new(&mut second)];
        read_plainly(format, &head, bytes, &mut { bytes }, &mut sinks)
    };
    first.spans.append(&mut second.spans);
    first.bad.append(&mut second.bad);
    first.notices.append(&mut second.notices);
    for (all, more) in first.ended.iter_mut().zip(second.ended) {
        *all += more;
    }
    first.spans.sort();
    outcome.map(|()| first).map_err(|error| error.to_string())
}
