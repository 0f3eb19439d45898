//! What one input brings, on its way to what all inputs do.

use std::collections::BTreeMap;

use pss_integrations::cores::{on_all_cores, worthwhile};
use pss_metrics::{
    each::{ForEach, each_mut},
    model::Bad,
    summary::Summariser,
};

use super::{
    compressed::Compression,
    gather::{BadAt, Gather},
    outcome::{FileReport, spanning},
    seen::Seen,
    select::LeftOut,
};

/// What one input brings.
pub(super) struct Brought<'a> {
    /// Of it alone.
    pub(super) report: &'a mut FileReport,
    /// The summary of all inputs.
    pub(super) all: &'a mut Summariser,
    pub(super) seen: &'a mut Seen,
    pub(super) notices: &'a mut Vec<String>,
    pub(super) threads: usize,
}

impl Brought<'_> {
    /// Adds what was gathered. `place` says in which file and line a bad record lies, where that was kept.
    pub(super) fn add(
        &mut self,
        mut gathered: Vec<Gather<'_>>,
        place: impl Fn(&BadAt) -> Option<(String, u64)>,
    ) {
        let report = &mut *self.report;
        let name = &report.name;
        let mut left_out = LeftOut::default();
        let spans = |gather: &Gather<'_>| gather.summariser.facts().spans;
        let threads = worthwhile(self.threads, gathered.iter().map(spans).sum());
        let for_each: ForEach<'_> = &|n, work| on_all_cores(threads, n, work);
        each_mut(gathered.iter_mut(), for_each, &|gather| gather.fold());
        for mut gather in gathered {
            left_out.absorb(self.seen.add(&mut gather));
            report.records += gather.records;
            report.bad += gather.bad_total;
            for (what, count) in gather.take_skipped() {
                *report.skipped.entry(what).or_default() += count;
            }
            let notices = gather.notices.iter();
            self.notices
                .extend(notices.map(|notice| format!("`{name}`: {notice}")));
            let facts = gather.summariser.facts();
            report.time = spanning(report.time, facts.time);
            report.spans += facts.spans;
            report.samples += facts.samples;
            self.all.join(gather.summariser, for_each);
            self.all.read(gather.records);
            for bad in gather.bad {
                match place(&bad) {
                    Some((file, line)) => self.all.bad(Bad {
                        file,
                        line,
                        reason: bad.reason,
                    }),
                    None => self.all.bad_reason(&bad.reason),
                }
            }
        }
        for (what, count) in &report.skipped {
            self.notices.push(format!(
                "`{name}` holds {count} {what}, which pss does not score"
            ));
        }
        for (what, count) in left_out.list() {
            report.skipped.insert(what, count);
            self.notices
                .push(format!("`{name}`: {count} {what} are left out"));
        }
    }

    /// Notes that the input broke off. `before` is how many lines or messages came before, if those are more than the records.
    pub(super) fn broke(&mut self, before: u64, reason: &str) {
        let report = &mut *self.report;
        self.notices.push(format!(
            "`{}`: {reason}; what stands before is used",
            report.name
        ));
        self.all.bad(Bad {
            file: report.name.clone(),
            line: before.max(report.records) + 1,
            reason: reason.to_owned(),
        });
        report.bad += 1;
        report.records += 1;
        self.all.read(1);
    }
}

impl FileReport {
    /// Of an input of which nothing was read yet.
    pub(super) fn new(name: &str, format: &str, compression: Compression) -> FileReport {
        FileReport {
            name: name.to_owned(),
            format: format.to_owned(),
            compression,
            bytes: 0,
            records: 0,
            bad: 0,
            time: None,
            spans: 0,
            samples: 0,
            skipped: BTreeMap::new(),
        }
    }
}
