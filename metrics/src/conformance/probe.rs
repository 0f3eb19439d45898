//! The runs that a metric is tried on: its own worked examples, and some that no metric expects.

use crate::{
    model::ExtraSpec,
    score::{Call, MetricMeta, Story, even, plain},
    summary::Summary,
};

/// A run with what it is called in findings.
pub(super) struct Probe {
    pub(super) title: String,
    pub(super) story: Story,
}

/// All runs for a metric.
pub(super) fn probes(meta: &MetricMeta) -> Vec<Probe> {
    let examples = meta.examples.iter().map(|example| Probe {
        title: format!("its example {:?}", example.title),
        story: (example.story)(),
    });
    let others: [(&str, Story); 4] = [
        ("a single span", calls(1, |_| 9_000.0)),
        (
            "spans of a nanosecond and of days",
            calls(200, |at| if at % 2 == 0 { 0.001 } else { 1e11 }),
        ),
        (
            "work of every category, with errors and waits",
            everything(),
        ),
        (
            "spans that all failed",
            Story::default().calls(
                "handle",
                200,
                50,
                |_| 9_000.0,
                |_, call| Call {
                    error: Some(true),
                    ..call
                },
            ),
        ),
    ];
    let others = others.into_iter().map(|(title, story)| Probe {
        title: title.to_owned(),
        story,
    });
    examples.chain(others).collect()
}

fn calls(n: u64, duration: impl Fn(u64) -> f64) -> Story {
    Story::default().calls("handle", n, 50, duration, plain)
}

fn everything() -> Story {
    let duration = |at: u64| 5_000.0 + 5_000.0 * even(at);
    let with = |at: u64, call: Call| Call {
        error: Some(at % 17 == 3),
        wait: Some(call.duration / 3),
        tag: Some(if at.is_multiple_of(5) { "hit" } else { "miss" }),
        ..call
    };
    [
        "handle",
        "sql select users",
        "http get /prices",
        "file read index",
        "cache get user",
    ]
    .into_iter()
    .fold(Story::default(), |story, operation| {
        story.calls(operation, 150, 80, duration, with)
    })
}

impl Story {
    /// The story told backwards.
    pub(super) fn backwards(&self) -> Story {
        let mut story = self.clone();
        story.calls.reverse();
        story.readings.reverse();
        story
    }

    /// One of three parts of the story, dealt out like cards.
    pub(super) fn part(&self, at: usize) -> Story {
        Story {
            calls: dealt(&self.calls, at),
            readings: dealt(&self.readings, at),
        }
    }

    /// The summaries of its three parts, merged in an order.
    pub(super) fn merged(&self, extras: &[ExtraSpec], order: [usize; 3]) -> Summary {
        let [first, second, third] = order.map(|at| self.part(at).summary_with(extras));
        first.merge(second.merge(third))
    }
}

fn dealt<T: Clone>(all: &[T], at: usize) -> Vec<T> {
    all.iter().skip(at).step_by(3).cloned().collect()
}
