//! Joins the spans of each trace.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::{
    critical::path,
    traces::{Held, Traces},
};

/// What whole traces tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// Operations, most own time first.
    pub operations: Vec<JoinedOperation>,
    /// Traces joined.
    pub traces: u64,
    /// Their spans.
    pub spans: u64,
    /// All spans that were read.
    pub all_spans: u64,
    /// Of them, those that cannot be joined: without ids, a time or a duration.
    pub loose: u64,
    /// Share of traces kept; 1 unless there were too many.
    pub share: f64,
    /// Seconds that the traces took, by their first spans.
    pub seconds: f64,
}

/// What whole traces tell of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinedOperation {
    /// Its service.
    pub service: String,
    /// Its templated name.
    pub operation: String,
    /// Spans.
    pub n: u64,
    /// Seconds in which none of its children ran.
    pub own_seconds: f64,
    /// Seconds on the critical path of its traces.
    pub critical_seconds: f64,
    /// Spans whose parent is missing.
    pub orphans: u64,
    /// The operation that it waited for most on critical paths, as service, name and share of the time waited.
    pub waits_for: Option<(String, String, f64)>,
}

#[derive(Default)]
struct Sums {
    n: u64,
    own: i128,
    critical: i128,
    orphans: u64,
    waited: BTreeMap<u32, i128>,
}

impl Traces {
    /// Joins what is held.
    pub fn join(mut self) -> Joined {
        self.held.sort_unstable();
        let mut sums: BTreeMap<u32, Sums> = BTreeMap::new();
        let (mut traces, mut total) = (0, 0);
        for spans in self.held.chunk_by(|a, b| a.trace == b.trace) {
            traces += 1;
            total += trace(spans, &mut sums);
        }
        let names: BTreeMap<u32, &(String, String)> =
            self.names.iter().map(|(name, id)| (*id, name)).collect();
        let named = |id: &u32| {
            names
                .get(id)
                .map_or_else(Default::default, |name| (*name).clone())
        };
        let mut operations: Vec<JoinedOperation> = sums
            .iter()
            .map(|(id, sums)| {
                let (service, operation) = named(id);
                let waited: i128 = sums.waited.values().sum();
                let most = sums
                    .waited
                    .iter()
                    .max_by_key(|(child, time)| (**time, *child));
                JoinedOperation {
                    service,
                    operation,
                    n: sums.n,
                    own_seconds: sums.own as f64 * 1e-9,
                    critical_seconds: sums.critical as f64 * 1e-9,
                    orphans: sums.orphans,
                    waits_for: most.filter(|_| waited > 0).map(|(child, time)| {
                        let (service, operation) = named(child);
                        (service, operation, *time as f64 / waited as f64)
                    }),
                }
            })
            .collect();
        operations.sort_by(|a, b| {
            b.own_seconds
                .total_cmp(&a.own_seconds)
                .then_with(|| (&a.service, &a.operation).cmp(&(&b.service, &b.operation)))
        });
        Joined {
            operations,
            traces,
            spans: self.held.len() as u64,
            all_spans: self.spans,
            loose: self.loose,
            share: self.share(),
            seconds: total as f64 * 1e-9,
        }
    }
}

/// Joins one trace. Gives the time of its roots, in nanoseconds.
fn trace(spans: &[Held], sums: &mut BTreeMap<u32, Sums>) -> i128 {
    let places: HashMap<u64, usize> = spans
        .iter()
        .enumerate()
        .map(|(place, span)| (span.id, place))
        .collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    let mut parents = vec![None; spans.len()];
    for (place, span) in spans.iter().enumerate() {
        // A span cannot cause itself.
        let parent = places
            .get(&span.parent)
            .copied()
            .filter(|parent| *parent != place);
        parents[place] = parent;
        if let Some(parent) = parent {
            children[parent].push(place);
        }
        let sums = sums.entry(span.operation).or_default();
        sums.n += 1;
        sums.orphans += u64::from(span.parent != 0 && parent.is_none());
    }
    for list in &mut children {
        list.sort_unstable_by_key(|place| (spans[*place].end, spans[*place].start, *place));
    }
    for (place, span) in spans.iter().enumerate() {
        let own = i128::from(span.end - span.start) - covered(span, &children[place], spans);
        sums.entry(span.operation).or_default().own += own;
    }
    let mut total = 0;
    for root in (0..spans.len()).filter(|place| parents[*place].is_none()) {
        total += i128::from(spans[root].end - spans[root].start);
        // Who waits for a child waits for all that the child waits for; parents stand before their children.
        let mut whole: HashMap<usize, i128> = HashMap::new();
        for step in path(spans, &children, root).into_iter().rev() {
            let own = i128::from(step.nanoseconds);
            sums.entry(spans[step.span].operation).or_default().critical += own;
            let time = own + whole.remove(&step.span).unwrap_or(0);
            if let Some(above) = step.parent {
                let waited = &mut sums.entry(spans[above].operation).or_default().waited;
                *waited.entry(spans[step.span].operation).or_default() += time;
                *whole.entry(above).or_default() += time;
            }
        }
    }
    total
}

/// Nanoseconds of a span in which some child ran.
fn covered(span: &Held, children: &[usize], spans: &[Held]) -> i128 {
    let mut ran: Vec<(i64, i64)> = children
        .iter()
        .map(|child| {
            (
                spans[*child].start.max(span.start),
                spans[*child].end.min(span.end),
            )
        })
        .filter(|(start, end)| start < end)
        .collect();
    ran.sort_unstable();
    let (mut sum, mut until) = (0, i64::MIN);
    for (start, end) in ran {
        sum += i128::from((end - start.max(until)).max(0));
        until = until.max(end);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Intake, Span};

    fn push(traces: &mut Traces, trace: &str, id: &str, parent: &str, name: &str, ms: (i64, u64)) {
        traces.span(&Span {
            trace_id: trace,
            span_id: id,
            parent_id: parent,
            service: Some("s"),
            name: Some(name),
            start: Some(1_000_000 * ms.0),
            duration: Some(1_000_000 * ms.1),
            ..Span::default()
        });
    }

    fn found<'a>(joined: &'a Joined, name: &str) -> &'a JoinedOperation {
        let of = |operation: &&JoinedOperation| operation.operation == name;
        joined.operations.iter().find(of).expect("it is there")
    }

    #[test]
    fn own_time_critical_path_and_orphans_by_hand() {
        let mut traces = Traces::default();
        // 0..100: two calls at once, 10..40 and 20..60, one after them, 70..90, within which 75..85.
        push(&mut traces, "t", "r", "", "handle", (0, 100));
        push(&mut traces, "t", "a", "r", "cache", (10, 30));
        push(&mut traces, "t", "b", "r", "db", (20, 40));
        push(&mut traces, "t", "c", "r", "rpc", (70, 20));
        push(&mut traces, "t", "d", "c", "remote", (75, 10));
        push(&mut traces, "u", "o", "gone", "lost", (0, 5));
        let joined = traces.join();
        let own = |name| (found(&joined, name).own_seconds * 1e3).round();
        let critical = |name| (found(&joined, name).critical_seconds * 1e3).round();
        assert_eq!((joined.traces, joined.spans, joined.share), (2, 6, 1.0));
        // 0..10, 60..70 and 90..100 have no child.
        assert_eq!(
            (own("handle"), own("rpc"), own("remote")),
            (30.0, 10.0, 10.0)
        );
        // Back from 100: own 90..100, rpc, own 60..70, db from 20, own 0..20: the cache ended while db ran.
        assert_eq!(
            (critical("handle"), critical("db"), critical("cache")),
            (40.0, 40.0, 0.0)
        );
        assert_eq!((critical("rpc"), critical("remote")), (10.0, 10.0));
        let (_, name, share) = found(&joined, "handle")
            .waits_for
            .clone()
            .expect("children");
        assert_eq!((name.as_str(), (share * 1e3).round()), ("db", 667.0));
        assert_eq!(
            (
                found(&joined, "lost").orphans,
                found(&joined, "rpc").orphans
            ),
            (1, 0)
        );
        assert_eq!((joined.seconds * 1e3).round(), 105.0);
    }

    #[test]
    fn cycles_and_doubles_end() {
        let mut traces = Traces::default();
        push(&mut traces, "t", "a", "b", "x", (0, 10));
        push(&mut traces, "t", "b", "a", "y", (0, 10));
        push(&mut traces, "t", "c", "c", "z", (0, 10));
        push(&mut traces, "t", "c", "", "z", (0, 10));
        let joined = traces.join();
        assert_eq!(joined.spans, 4);
    }

    #[test]
    fn too_many_traces_are_halved_whole_and_in_any_order() {
        let fill = |order: &mut dyn Iterator<Item = u32>| {
            let mut traces = Traces::holding(1000);
            for at in order {
                let (trace, span) = (at / 5, at % 5);
                let parent = if span == 0 {
                    String::new()
                } else {
                    "0".to_owned()
                };
                push(
                    &mut traces,
                    &trace.to_string(),
                    &span.to_string(),
                    &parent,
                    "op",
                    (i64::from(at), 1),
                );
            }
            traces.join()
        };
        let joined = fill(&mut (0..20_000));
        assert!(joined.spans <= 1000 && joined.share < 0.1, "{joined:?}");
        assert_eq!(joined.spans, 5 * joined.traces, "whole traces only");
        assert_eq!(joined.all_spans, 20_000);
        assert_eq!(joined, fill(&mut (0..20_000).rev()));
    }
}
