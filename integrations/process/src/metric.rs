//! A metric that a plugin scores: it gets the raw records as they are read.

use std::{
    io::BufWriter,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, SchemaRef};
use pss_metrics::{
    model::{Intake, Sample, Span},
    score::{
        Curve, FactorMeta, Metric, MetricMeta, Observer, Outcome, Settings, Setup, SummaryView,
        Watch,
    },
};

use crate::{
    answer::Answer,
    call::{self, Call, collect, unread},
    columns::{Rows, Wanted},
    describe::{leaked, plugin},
    installed::{ANSWER, Installed},
    manifest::MetricManifest,
    watchdog::Watched,
};

/// Batches that may wait for the plugin to take them: with those that threads fill, all that is ever in memory.
const WAITING: usize = 2;

/// A metric that a plugin scores.
#[derive(Debug)]
pub struct ProcessMetric {
    meta: &'static MetricMeta,
    wanted: Wanted,
    installed: Installed,
}

impl ProcessMetric {
    /// The metric as it was described. It stays for as long as the program does, as those that are built in do.
    pub fn new(
        installed: &Installed,
        described: &MetricManifest,
    ) -> Option<&'static ProcessMetric> {
        let table = described.table()?;
        Some(Box::leak(Box::new(ProcessMetric {
            meta: meta(installed, described),
            wanted: Wanted::new(table, &described.columns),
            installed: installed.clone(),
        })))
    }
}

impl Metric for ProcessMetric {
    fn meta(&self) -> &'static MetricMeta {
        self.meta
    }

    fn score(&self, _: &SummaryView<'_>, _: &Settings) -> Outcome {
        Outcome::NoData("its plugin needs raw records, which a summary does not hold".to_owned())
    }

    fn observer(&self) -> Option<&dyn Observer> {
        Some(self)
    }
}

impl Observer for ProcessMetric {
    fn ready(&self) -> Result<(), String> {
        self.installed.verify()
    }

    fn wants_identities(&self) -> bool {
        self.wanted.identities()
    }

    fn watch(&self, setup: Setup) -> Box<dyn Watch + '_> {
        Box::new(Watching {
            metric: self,
            setup,
            feed: Mutex::new(None),
            sent: AtomicU64::new(0),
        })
    }
}

/// One reading.
struct Watching<'a> {
    metric: &'a ProcessMetric,
    setup: Setup,
    /// Since the first tap.
    feed: Mutex<Option<Result<Feed, String>>>,
    sent: AtomicU64,
}

/// A program that is fed.
struct Feed {
    batches: SyncSender<RecordBatch>,
    writer: JoinHandle<Result<(), String>>,
    answer: call::Answer,
    call: Call,
}

impl Watch for Watching<'_> {
    fn tap(&self) -> Box<dyn Intake + Send + '_> {
        let mut feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        let feed = feed.get_or_insert_with(|| Feed::start(self.metric, &self.setup.settings));
        Box::new(Tap {
            rows: Rows::new(self.metric.wanted.clone(), &self.setup),
            spans: self.metric.wanted.spans(),
            batches: feed.as_ref().ok().map(|feed| feed.batches.clone()),
            sent: &self.sent,
        })
    }

    fn finish(self: Box<Self>, unseen: Option<String>) -> Outcome {
        let feed = self.feed.into_inner();
        if let Some(reason) = unseen {
            return Outcome::NoData(reason);
        }
        let outcome = match feed.unwrap_or_else(PoisonError::into_inner) {
            Some(Ok(feed)) => feed.answer(
                self.metric.meta,
                &self.setup.settings,
                self.sent.into_inner(),
            ),
            Some(Err(why)) => Err(why),
            None => return Outcome::NoData("there is no record".to_owned()),
        };
        let name = &self.metric.installed.manifest.name;
        outcome.unwrap_or_else(|why| Outcome::Failed(format!("plugin {name} {why}")))
    }
}

impl Feed {
    fn start(metric: &ProcessMetric, settings: &Settings) -> Result<Feed, String> {
        let installed = &metric.installed;
        let mut call = Call::start(
            &installed.programs,
            &installed.manifest.name,
            &installed.path,
            &["metric", metric.meta.code],
            &curves(metric.meta, settings),
        )?;
        let answer = collect(&mut call, ANSWER)?;
        let stdin = call.stdin().ok_or("has no standard input")?;
        let schema = metric.wanted.schema.clone();
        let (batches, inbox) = sync_channel(WAITING);
        let writer = std::thread::Builder::new()
            .name("plugin input".to_owned())
            .spawn(move || write(stdin, &schema, &inbox))
            .map_err(|error| format!("cannot be written to: {error}"))?;
        Ok(Feed {
            batches,
            writer,
            answer,
            call,
        })
    }

    /// Ends its input, waits for it, reads what it answered. How it ended says more than a pipe that broke, and that more than half an answer.
    fn answer(
        mut self,
        meta: &MetricMeta,
        settings: &Settings,
        sent: u64,
    ) -> Result<Outcome, String> {
        drop(self.batches);
        let written = self.writer.join();
        let ended = self.call.end();
        let answer = self.answer.take();
        ended?;
        written.map_err(|_| "cannot be written to: a bug in pss".to_owned())??;
        Answer::outcome(&answer?, meta, settings, sent)
    }
}

/// Writes batches until there are no more, then the end marker.
fn write(
    stdin: Watched,
    schema: &SchemaRef,
    batches: &Receiver<RecordBatch>,
) -> Result<(), String> {
    let failed = |error: ArrowError| match error {
        ArrowError::IoError(_, error) => unread(&error),
        error => format!("cannot be written to: {error}"),
    };
    let buffered = BufWriter::with_capacity(1 << 16, stdin);
    let mut writer = StreamWriter::try_new(buffered, schema).map_err(failed)?;
    for batch in batches {
        writer.write(&batch).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    writer.flush().map_err(failed)
}

/// Gathers the records of one thread.
struct Tap<'a> {
    rows: Rows,
    spans: bool,
    /// Nothing once the plugin takes no more: why, is told at the end.
    batches: Option<SyncSender<RecordBatch>>,
    sent: &'a AtomicU64,
}

impl Tap<'_> {
    fn hand_on(&mut self) {
        let Some(batches) = &self.batches else { return };
        let gone = match self.rows.take() {
            Ok(batch) => {
                self.sent
                    .fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
                batches.send(batch).is_err()
            }
            Err(_) => true,
        };
        if gone {
            self.batches = None;
        }
    }
}

impl Intake for Tap<'_> {
    fn span(&mut self, span: &Span<'_>) {
        if self.spans && self.batches.is_some() {
            self.rows.span(span);
            if self.rows.is_full() {
                self.hand_on();
            }
        }
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        if !self.spans && self.batches.is_some() {
            self.rows.sample(sample);
            if self.rows.is_full() {
                self.hand_on();
            }
        }
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl Drop for Tap<'_> {
    fn drop(&mut self) {
        if !self.rows.is_empty() {
            self.hand_on();
        }
    }
}

/// The control points of all factors, as the plugin is told them.
fn curves(meta: &MetricMeta, settings: &Settings) -> String {
    let points = meta.factors.iter().enumerate().map(|(at, factor)| {
        let curve = meta.curve(at, settings);
        let points = serde_json::json!({
            "good": curve.good, "mid": curve.mid, "exponent": curve.exponent
        });
        (factor.name.to_owned(), points)
    });
    serde_json::Value::Object(points.collect()).to_string()
}

fn meta(installed: &Installed, described: &MetricManifest) -> &'static MetricMeta {
    let factors: Vec<FactorMeta> = described
        .factors
        .iter()
        .map(|factor| FactorMeta {
            name: leaked(&factor.name),
            what: leaked(&factor.what),
            unit: leaked(&factor.unit),
            curve: Curve {
                good: factor.good,
                mid: factor.mid,
                exponent: factor.exponent,
            },
            origin: "the plugin's own",
        })
        .collect();
    Box::leak(Box::new(MetricMeta {
        plugin: plugin(
            installed,
            pss_metrics::plugin::PluginKind::Metric,
            &described.code.to_ascii_lowercase().replace('_', "-"),
            &described.question,
        ),
        code: leaked(&described.code),
        question: leaked(&described.question),
        weight: described.weight,
        reads: leaked(&format!(
            "{} of {}",
            described.columns.join(", "),
            described.table
        )),
        factors: Vec::leak(factors),
        combination: "by the plugin; no interval, no part in the timeline, and n/a on summaries",
        // A manifest need not say; what is sent to it is the least that it needs.
        needs: match described.needs.trim() {
            "" => leaked(&described.table),
            needs => leaked(needs),
        },
        minimum: leaked(&described.minimum),
        limits: leaked(&described.limits),
        advice: leaked(&described.advice),
        sources: &[],
        examples: &[],
    }))
}
