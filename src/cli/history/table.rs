//! Runs as a table: a row a run, a column a metric. Its forms cannot disagree.

use std::io;

use crate::history::Entry;

/// Names and cells.
pub(super) struct Table {
    pub(super) height: usize,
    pub(super) columns: Vec<(String, Cells)>,
}

/// The cells of a column.
pub(super) enum Cells {
    Texts(Vec<Option<String>>),
    Numbers(Vec<Option<f64>>),
    Integers(Vec<i64>),
    Counts(Vec<u64>),
    Truths(Vec<Option<bool>>),
}

impl Table {
    /// The table of runs. A metric that a run does not have, or that has no score, is empty there.
    pub(super) fn of(entries: &[Entry]) -> Table {
        let mut table = Table {
            height: entries.len(),
            columns: Vec::new(),
        };
        let texts =
            |of: &dyn Fn(&Entry) -> Option<String>| Cells::Texts(entries.iter().map(of).collect());
        let numbers =
            |of: &dyn Fn(&Entry) -> Option<f64>| Cells::Numbers(entries.iter().map(of).collect());
        let counts = |of: &dyn Fn(&Entry) -> u64| Cells::Counts(entries.iter().map(of).collect());
        let truths =
            |of: &dyn Fn(&Entry) -> Option<bool>| Cells::Truths(entries.iter().map(of).collect());
        let mut add = |name: &str, cells| table.columns.push((name.to_owned(), cells));
        add(
            "id",
            Cells::Integers(entries.iter().map(|entry| entry.id).collect()),
        );
        add("project", texts(&|entry| Some(entry.project.clone())));
        add("branch", texts(&|entry| entry.branch.clone()));
        add("commit", texts(&|entry| entry.commit.clone()));
        add("dirty", truths(&|entry| entry.dirty));
        add("added", texts(&|entry| Some(entry.added.clone())));
        add("labels", texts(&|entry| Some(labels(entry))));
        add("pss", numbers(&|entry| entry.headline.pss));
        add("low", numbers(&|entry| entry.headline.low));
        add("high", numbers(&|entry| entry.headline.high));
        add("complete", truths(&|entry| Some(entry.headline.complete)));
        add(
            "verdict",
            texts(&|entry| Some(entry.headline.verdict.clone())),
        );
        add("spans", counts(&|entry| entry.headline.spans));
        add("samples", counts(&|entry| entry.headline.samples));
        add("start", numbers(&|entry| entry.headline.start));
        add("end", numbers(&|entry| entry.headline.end));
        add("session", texts(&|entry| entry.headline.session.clone()));
        add(
            "version",
            texts(&|entry| Some(entry.headline.version.clone())),
        );
        let mut codes: Vec<&str> = Vec::new();
        for metric in entries.iter().flat_map(|entry| &entry.headline.metrics) {
            if !codes.contains(&metric.code.as_str()) {
                codes.push(&metric.code);
            }
        }
        for code in codes {
            let score = |entry: &Entry| {
                let mut metrics = entry.headline.metrics.iter();
                metrics.find(|metric| metric.code == code)?.score
            };
            add(code, numbers(&score));
        }
        table
    }

    /// Writes it as CSV; what is not there is empty.
    pub(super) fn csv(&self) -> io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        for row in 0..self.height {
            writer.write_record(self.columns.iter().map(|(_, cells)| cells.text(row)))?;
        }
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    /// Writes it as Parquet.
    #[cfg(feature = "columnar")]
    pub(super) fn parquet(self, out: &mut dyn io::Write) -> io::Result<()> {
        let table = pss_columnar::figures::Figures::of(self.height);
        let add =
            |table: pss_columnar::figures::Figures, (name, cells): (String, Cells)| match cells {
                Cells::Texts(values) => table.texts(&name, values),
                Cells::Numbers(values) => table.numbers(&name, values),
                Cells::Integers(values) => table.integers(&name, values),
                Cells::Counts(values) => table.counts(&name, values),
                Cells::Truths(values) => table.truths(&name, values),
            };
        self.columns.into_iter().fold(table, add).write_parquet(out)
    }
}

impl Cells {
    fn text(&self, row: usize) -> String {
        fn some<T: ToString>(value: Option<T>) -> String {
            value.map_or(String::new(), |value| value.to_string())
        }
        match self {
            Cells::Texts(values) => values[row].clone().unwrap_or_default(),
            Cells::Numbers(values) => some(values[row]),
            Cells::Integers(values) => values[row].to_string(),
            Cells::Counts(values) => values[row].to_string(),
            Cells::Truths(values) => some(values[row]),
        }
    }
}

fn labels(entry: &Entry) -> String {
    let labels = entry.labels.iter();
    let labels: Vec<String> = labels
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    labels.join(" ")
}
