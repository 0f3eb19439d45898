//! A run as raw values, with its windows by their definition.

use std::collections::BTreeMap;

/// One span.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) start: i64,
    pub(crate) duration: u64,
    pub(crate) wait: Option<u64>,
    pub(crate) error: Option<bool>,
    pub(crate) tag: Option<String>,
    pub(crate) memory: Option<u64>,
}

/// The categories that the operations of these tests fall into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Category {
    Internal,
    Db,
    Net,
    Io,
}

#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) spans: Vec<Work>,
}

impl Work {
    pub(crate) fn category(&self) -> Category {
        match self.operation.split(' ').next() {
            Some("db" | "sql") => Category::Db,
            Some("http" | "rpc") => Category::Net,
            Some("file" | "disk") => Category::Io,
            _ => Category::Internal,
        }
    }

    pub(crate) fn failed(&self) -> bool {
        self.error == Some(true)
    }
}

impl Run {
    /// Spans by service and operation.
    pub(crate) fn groups(&self) -> BTreeMap<(&str, &str), Vec<&Work>> {
        let mut groups: BTreeMap<(&str, &str), Vec<&Work>> = BTreeMap::new();
        for work in &self.spans {
            groups
                .entry((&work.service, &work.operation))
                .or_default()
                .push(work);
        }
        groups
    }

    /// Place of each instant's window among the occupied ones of the whole run: the smallest 2^k seconds with at most 32 of them.
    pub(crate) fn window(&self) -> impl Fn(i64) -> usize + use<> {
        let occupied = |k: i32| {
            let mut numbers: Vec<i64> = self
                .spans
                .iter()
                .map(|work| number(work.start, k))
                .collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let k = (-9..64)
            .find(|k| occupied(*k).len() <= 32)
            .expect("one window holds all");
        let numbers = occupied(k);
        move |time| numbers.binary_search(&number(time, k)).expect("occupied")
    }

    pub(crate) fn windows(&self) -> usize {
        let window = self.window();
        self.spans
            .iter()
            .map(|work| window(work.start))
            .max()
            .map_or(0, |last| last + 1)
    }
}

fn number(time: i64, k: i32) -> i64 {
    (time as f64 * 1e-9 / 2f64.powi(k)).floor() as i64
}
