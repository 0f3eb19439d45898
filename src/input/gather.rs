//! Gathers what a format pushes: folds spans and samples into a summary, counts records, remembers the bad ones.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    options::ReadOptions,
    remote::Placed,
    select::{LeftOut, Selection},
};
use pss_integrations::formats::Sink;
use pss_metrics::{
    model::{Batch, Intake, OwnOutcomes, OwnRules, Sample, Span},
    summary::Summariser,
};

/// So many bad records at least are remembered with their place, the first of the input; all are counted.
const REMEMBERED: usize = 1000;

/// A bad record by its place among those of a block.
#[derive(Debug, Clone)]
pub(super) struct BadAt {
    /// Number of the block; a stream that is read as a whole is block 0. Of messages, their part.
    pub(super) block: usize,
    /// Lines or elements before it in the block; of messages, their number.
    pub(super) offset: u64,
    pub(super) reason: String,
}

/// What one thread gathers.
pub(super) struct Gather<'a> {
    pub(super) batch: Batch,
    pub(super) summariser: Summariser,
    pub(super) bad: Vec<BadAt>,
    pub(super) bad_total: u64,
    pub(super) records: u64,
    pub(super) notices: Vec<String>,
    pub(super) left_out: LeftOut,
    /// Block and offset of the record that is being decoded, for its parts.
    pub(super) at: (usize, u64),
    /// Which messages are gathered, where they are.
    part: Option<u32>,
    /// Nothing where everything is asked for.
    selection: Option<Arc<Selection>>,
    /// Rules that tell how spans ended, where there are some.
    outcomes: Option<Arc<OwnRules>>,
    /// Beside the summary: metrics that watch the raw records.
    taps: Vec<Box<dyn Intake + Send + 'a>>,
    identities: bool,
    interrupt: &'a AtomicBool,
}

impl<'a> Gather<'a> {
    pub(super) fn new(options: &ReadOptions<'a>) -> Gather<'a> {
        Gather {
            batch: Batch::new(options.extras.to_vec())
                .with_rules(Arc::clone(&options.rules))
                .with_naming(options.naming.clone()),
            summariser: Summariser::new(options.extras),
            bad: Vec::new(),
            bad_total: 0,
            records: 0,
            notices: Vec::new(),
            left_out: LeftOut::default(),
            at: (0, 0),
            part: None,
            selection: (!options.selection.is_all()).then(|| Arc::clone(&options.selection)),
            outcomes: (options.rules.1 != OwnOutcomes::default())
                .then(|| Arc::clone(&options.rules)),
            taps: options.watches.iter().map(|watch| watch.tap()).collect(),
            identities: options
                .observers
                .iter()
                .any(|observing| observing.observer.wants_identities())
                || options.extras.iter().any(|extra| extra.identities),
            interrupt: options.interrupt,
        }
    }

    /// Folds what waits when much does.
    pub(super) fn fold_if_full(&mut self) {
        if self.batch.is_full() {
            self.summariser.fold(&mut self.batch);
        }
    }

    /// Folds what waits.
    pub(super) fn fold(&mut self) {
        if !self.batch.is_empty() {
            self.summariser.fold(&mut self.batch);
        }
    }

    /// Records that are neither span nor sample, by what they are.
    pub(super) fn take_skipped(&mut self) -> BTreeMap<&'static str, u64> {
        self.batch.take_skipped()
    }

    /// Notes a bad record.
    pub(super) fn note(&mut self, block: usize, offset: u64, reason: String) {
        self.bad_total += 1;
        self.bad.push(BadAt {
            block,
            offset,
            reason,
        });
        if self.bad.len() >= 2 * REMEMBERED {
            self.compact();
        }
    }

    /// Hands those of the last places over to the summary without them, so that a file of bad records costs no memory.
    fn compact(&mut self) {
        self.bad.sort_by_key(|bad| (bad.block, bad.offset));
        for bad in self.bad.split_off(REMEMBERED) {
            self.summariser.bad_reason(&bad.reason);
        }
    }
}

impl Intake for Gather<'_> {
    fn span(&mut self, span: &Span<'_>) {
        if let Some(selection) = &self.selection
            && !selection.takes_span(span, &mut self.left_out)
        {
            return;
        }
        let (taps, batch) = (&mut self.taps, &mut self.batch);
        let mut push = |span: &Span<'_>| {
            for tap in taps.iter_mut() {
                tap.span(span);
            }
            batch.span(span);
        };
        match &self.outcomes {
            None => push(span),
            Some(rules) => rules.decide(span, push),
        }
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        if let Some(selection) = &self.selection
            && !selection.takes_sample(sample, &mut self.left_out)
        {
            return;
        }
        for tap in &mut self.taps {
            tap.sample(sample);
        }
        self.batch.sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.batch.skipped(what, count);
    }

    fn unusable(&mut self, reason: String) {
        self.records += 1;
        let (block, offset) = self.at;
        self.note(block, offset, reason);
    }

    fn one_of_several(&mut self) {
        self.records += 1;
    }
}

impl Sink for Gather<'_> {
    fn record(&mut self, place: u64, outcome: Result<(), String>) {
        self.records += 1;
        if let Err(reason) = outcome {
            match self.part {
                Some(part) => self.note(part as usize, place, reason),
                None => self.note(0, place.saturating_sub(1), reason),
            }
        }
        self.fold_if_full();
    }

    fn notice(&mut self, text: String) {
        self.notices.push(text);
    }

    fn wants_identities(&self) -> bool {
        self.identities
    }

    fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

impl Placed for Gather<'_> {
    fn of_part(&mut self, part: u32) {
        self.part = Some(part);
    }
}
