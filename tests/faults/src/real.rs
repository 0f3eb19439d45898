//! The same faults in real windows, in durations and errors only.

use std::{collections::HashMap, fs::File, io::BufRead, io::BufReader, path::Path};

use flate2::read::GzDecoder;
use pss_metrics::{
    model::{Batch, Category, OwnRules, Parent, Span, classify},
    summary::{Summariser, Summary},
};
use serde::Deserialize;

use crate::{
    effect::{Place, duration, fails},
    fault::{FAULTS, Fault, Injected, Kind},
    operation::Role,
    random::Random,
    scores::scores,
    separate::mean,
};

/// The first three windows of each system in the index of the fixtures.
const WINDOWS: [&str; 6] = [
    "nezha_ob_0022",
    "nezha_ob_0066",
    "nezha_ob_0062",
    "nezha_tt_0061",
    "nezha_tt_0065",
    "nezha_tt_0051",
];
/// The windows are 30 s long, so a burst of 30 s is no burst: it is a tenth of the window here.
const BURST: (f64, f64) = (0.45, 0.55);

#[derive(Deserialize)]
struct Record {
    trace_id: String,
    span_id: String,
    parent_span_id: String,
    service: String,
    name: String,
    start: f64,
    duration: f64,
    error: bool,
}

struct Window {
    records: Vec<Record>,
    places: Vec<Place>,
    busiest: String,
}

/// A fault's mean scores of its own metric over the windows in which that has data: clean, low, middle, top.
pub(crate) struct RealRow {
    pub(crate) fault: Fault,
    pub(crate) windows: usize,
    pub(crate) scores: [f64; 4],
}

impl RealRow {
    /// Middle below clean and top below middle; `None` where no window has data.
    pub(crate) fn ordered(&self) -> Option<bool> {
        let [clean, _, middle, top] = self.scores;
        (self.windows > 0).then_some(middle < clean && top < middle)
    }
}

/// Injects every fault of durations and errors into every window.
pub(crate) fn real() -> Result<Vec<RealRow>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/nezha");
    let windows = WINDOWS
        .iter()
        .map(|name| read(&folder.join(format!("{name}.jsonl.gz"))))
        .collect::<Result<Vec<_>, _>>()?;
    FAULTS
        .iter()
        .filter(|fault| {
            matches!(
                fault.kind,
                Kind::Jitter(_)
                    | Kind::Tail(_)
                    | Kind::Level(_)
                    | Kind::ErrorBurst
                    | Kind::ErrorRate
            )
        })
        .map(|fault| row(*fault, &windows))
        .collect()
}

fn row(fault: Fault, windows: &[Window]) -> Result<RealRow, String> {
    let mut columns: [Vec<f64>; 4] = Default::default();
    for (at, window) in windows.iter().enumerate() {
        let mut found = Vec::new();
        for dose in [None, Some(0), Some(1), Some(2)] {
            let injected = dose.map(|dose: usize| Injected {
                kind: fault.kind,
                dose: fault.doses[dose],
            });
            let scored = scores(&window.summary(injected, at as u64))?;
            found.extend(scored.get(fault.own).map(|(score, _)| *score));
        }
        // Errors shorten the histograms of durations, but never so far that a metric loses its data: all four or none.
        if found.len() == columns.len() {
            for (column, score) in columns.iter_mut().zip(found) {
                column.push(score);
            }
        }
    }
    Ok(RealRow {
        fault,
        windows: columns[0].len(),
        scores: columns.map(|column| mean(&column)),
    })
}

impl Window {
    fn summary(&self, injected: Option<Injected>, seed: u64) -> Summary {
        let mut random = Random::new(seed, 6);
        let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
        for (record, place) in self.records.iter().zip(&self.places) {
            let took = duration(record.duration, place, injected, &mut random);
            let failed = fails(
                place.at,
                record.service == self.busiest,
                BURST,
                injected,
                &mut random,
            );
            batch.push_span(&Span {
                trace_id: &record.trace_id,
                parent: if record.parent_span_id.is_empty() {
                    Parent::Root
                } else {
                    Parent::Child
                },
                service: Some(&record.service),
                name: Some(&record.name),
                start: Some((record.start * 1e9) as i64),
                duration: Some((took * 1e9) as u64),
                error: Some(record.error || failed),
                ..Span::default()
            });
        }
        summariser.fold(&mut batch);
        summariser.finish()
    }
}

fn read(path: &Path) -> Result<Window, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| failed(&error))?;
    let records = BufReader::new(GzDecoder::new(file))
        .lines()
        .map(|line| {
            let line = line.map_err(|error| failed(&error))?;
            serde_json::from_str(&line).map_err(|error| failed(&error))
        })
        .collect::<Result<Vec<Record>, String>>()?;
    let places = places(&records);
    let mut spans: HashMap<&str, usize> = HashMap::new();
    for record in &records {
        *spans.entry(&record.service).or_default() += 1;
    }
    let busiest = spans
        .iter()
        .max_by_key(|(service, n)| (**n, **service))
        .map_or_else(String::new, |(service, _)| (*service).to_owned());
    Ok(Window {
        places,
        busiest,
        records,
    })
}

/// What each span is: by the category `pss` gives it, and as an entry span where a trace comes into a service.
fn places(records: &[Record]) -> Vec<Place> {
    let service_of: HashMap<(&str, &str), &str> = records
        .iter()
        .map(|record| ((&*record.trace_id, &*record.span_id), &*record.service))
        .collect();
    let role = |record: &Record| match classify(None, &record.name, &OwnRules::default()).category {
        Category::Db => Role::Db,
        Category::Net => Role::Net,
        Category::Internal => {
            let parent = service_of.get(&(&*record.trace_id, &*record.parent_span_id));
            if parent.is_none_or(|service| *service != record.service) {
                Role::Entry
            } else {
                Role::File
            }
        }
        Category::Cache | Category::Messaging | Category::Io => Role::File,
    };
    let mut durations: HashMap<(&str, &str), Vec<f64>> = HashMap::new();
    for record in records {
        durations
            .entry((&record.service, &record.name))
            .or_default()
            .push(record.duration.max(1e-9));
    }
    let medians: HashMap<(&str, &str), (f64, f64)> = durations
        .into_iter()
        .map(|(key, mut values)| {
            values.sort_by(f64::total_cmp);
            let median = values[values.len() / 2];
            (key, (median, values.len() as f64 * libm::sqrt(median)))
        })
        .collect();
    let heaviest = medians
        .iter()
        .filter(|((_, name), _)| {
            classify(None, name, &OwnRules::default()).category == Category::Db
        })
        .max_by(|a, b| a.1.1.total_cmp(&b.1.1).then(a.0.cmp(b.0)))
        .map(|(key, _)| *key);
    let start = records.iter().map(|r| r.start).fold(f64::MAX, f64::min);
    let end = records.iter().map(|r| r.start).fold(f64::MIN, f64::max);
    records
        .iter()
        .map(|record| {
            let key = (&*record.service, &*record.name);
            Place {
                role: role(record),
                heaviest_db: heaviest == Some(key),
                operation: None,
                median: medians
                    .get(&key)
                    .map_or(record.duration, |(median, _)| *median),
                at: (record.start - start) / (end - start).max(1e-9),
            }
        })
        .collect()
}
