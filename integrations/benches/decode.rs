//! Decoding native records: the scanner, beside serde_json into a projected struct and into values.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pss_integrations::formats::native::RecordDecoder;
use pss_metrics::{model::Batch, summary::Summariser};

#[derive(serde::Deserialize)]
struct Projected<'a> {
    #[serde(borrow)]
    name: Option<std::borrow::Cow<'a, str>>,
    duration: Option<f64>,
    cpu_time: Option<f64>,
    wait_time: Option<f64>,
    memory: Option<f64>,
    error: Option<bool>,
    timestamp: Option<f64>,
    #[serde(borrow)]
    branch_tag: Option<std::borrow::Cow<'a, str>>,
}

fn records() -> Vec<String> {
    (0..2000u32)
        .map(|i| {
            let duration = 0.002 + f64::from(i * 7919 % 1000) * 1.000_000_123e-5;
            format!(
                "{{\"trace_id\": \"1700000000.{i:07}-{i}\", \"name\": \"db_query_{}\", \"filename\": \"/srv/app/handlers.py\", \"lineno\": {i}, \"module\": \"app.handlers\", \
                 \"duration\": {duration}, \"cpu_time\": {}, \"wait_time\": {}, \"memory\": {}, \"memory_diff\": 100, \"error\": false, \"exception_type\": null, \
                 \"exception_message\": null, \"timestamp\": 1700000000.{i:07}, \"branch_tag\": \"fast\"}}",
                ["user", "order", "cart"][i as usize % 3],
                duration * 0.7,
                duration * 0.3,
                400_000_000 + i
            )
        })
        .collect()
}

fn decode(c: &mut Criterion) {
    let records = records();
    let mut group = c.benchmark_group("decode");
    group.throughput(Throughput::Bytes(
        records.iter().map(|record| record.len() as u64).sum(),
    ));
    group.bench_function("scanner", |b| {
        let mut decoder = RecordDecoder::default();
        let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
        b.iter(|| {
            for record in &records {
                decoder.push(record, &mut batch).expect("good records");
            }
            // Folded so that the batch does not grow; it is part of the work either way.
            summariser.fold(&mut batch);
        });
    });
    group.bench_function("serde_json projected", |b| {
        b.iter(|| {
            for record in &records {
                let record: Projected<'_> = serde_json::from_str(record).expect("good records");
                black_box((
                    record.name,
                    record.duration,
                    record.cpu_time,
                    record.wait_time,
                    record.memory,
                    record.error,
                    record.timestamp,
                    record.branch_tag,
                ));
            }
        });
    });
    group.bench_function("serde_json values", |b| {
        b.iter(|| {
            for record in &records {
                black_box(serde_json::from_str::<serde_json::Value>(record).expect("good records"));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
