//! Summarising, merging and scoring: a summary of 1000 operations in 32 windows, interval and timeline included.

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pss_metrics::{
    builtin::PLUGIN_CRATE,
    compare::compare,
    model::{Batch, ExtraSpec, Span},
    score::{Plan, Planned, metrics, score},
    summary::{Summariser, Summary},
};

const OPERATIONS: u64 = 1000;
const START: i64 = 1_700_000_000_000_000_000;

/// Splitmix64, which needs no state but a counter.
fn random(at: u64) -> u64 {
    let z = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn push(batch: &mut Batch, names: &[String], spans: std::ops::Range<u64>) {
    for at in spans {
        let duration = 1_000_000 + random(at) % 20_000_000;
        batch.push_span(&Span {
            service: Some("s"),
            name: Some(&names[(random(at * 3) % OPERATIONS) as usize]),
            start: Some(START + at as i64 * 1_000_000),
            duration: Some(duration),
            wait: Some(duration * (random(at * 5) % 100) / 100),
            error: Some(random(at * 7).is_multiple_of(200)),
            ..Span::default()
        });
    }
}

fn names() -> Vec<String> {
    let letter = |n: u64| char::from(b'a' + (n % 26) as u8);
    (0..OPERATIONS)
        .map(|at| format!("op {}{}{}", letter(at), letter(at / 26), letter(at / 676)))
        .collect()
}

fn summary(names: &[String], spans: std::ops::Range<u64>) -> Summary {
    let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
    for start in spans.step_by(10_000) {
        push(&mut batch, names, start..start + 10_000);
        summariser.fold(&mut batch);
    }
    summariser.finish()
}

fn benches(c: &mut Criterion) {
    let names = names();
    let mut group = c.benchmark_group("summarise");
    group.throughput(Throughput::Elements(10_000));
    group.bench_function("push and fold 10 000 spans", |b| {
        let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
        b.iter(|| {
            push(&mut batch, &names, 0..10_000);
            summariser.fold(&mut batch);
        });
    });
    group.bench_function("the same, with a value of each span", |b| {
        let extras = [ExtraSpec {
            key: "MINE".to_owned(),
            identities: false,
            extract: Arc::new(|decided| decided.span.wait),
        }];
        let (mut batch, mut summariser) = (Batch::new(extras.to_vec()), Summariser::new(&extras));
        b.iter(|| {
            push(&mut batch, &names, 0..10_000);
            summariser.fold(&mut batch);
        });
    });
    group.finish();
    let (left, right) = (
        summary(&names, 0..300_000),
        summary(&names, 300_000..600_000),
    );
    c.bench_function("merge two summaries of 1000 operations", |b| {
        b.iter(|| black_box(left.clone().merge(right.clone())))
    });
    let whole = left.merge(right);
    assert!(whole.windows().len() > 16);
    let metrics = metrics(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    let metrics = metrics.into_iter().map(Planned::new).collect();
    let plan = Plan {
        metrics,
        ..Plan::default()
    };
    let mut group = c.benchmark_group("score");
    group.sample_size(10);
    group.bench_function("1000 operations with interval and timeline", |b| {
        b.iter(|| black_box(score(&whole, &plan)))
    });
    let head = summary(&names, 600_000..1_200_000);
    let bases = [whole.clone()];
    group.bench_function("compare two summaries of 1000 operations", |b| {
        b.iter(|| black_box(compare(&bases, &head, &plan)))
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
