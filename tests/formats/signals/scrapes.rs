//! Metrics as text: Prometheus and OpenMetrics.

use crate::reading::{read_bytes, records};

pub(super) const SCRAPES: &str = "# HELP jvm_gc_pause_seconds Time spent in GC pause
# TYPE jvm_gc_pause_seconds summary
jvm_gc_pause_seconds_count{action=\"minor\",instance=\"a:1\"} 10 1700000000000
jvm_gc_pause_seconds_sum{action=\"minor\",instance=\"a:1\"} 0.5 1700000000000
process_resident_memory_bytes{instance=\"a:1\"} 1048576 1700000000000
kafka_consumergroup_lag{consumergroup=\"g\",topic=\"t\",partition=\"0\"} 7 1700000000000
my_own 1 1700000000000
jvm_gc_pause_seconds_count{action=\"minor\",instance=\"a:1\"} 12 1700000010000
jvm_gc_pause_seconds_sum{action=\"minor\",instance=\"a:1\"} 0.56 1700000010000
process_resident_memory_bytes{instance=\"a:1\"} NaN 1700000010000
";

/// As `promtool tsdb dump-openmetrics` writes: one series after the other, each with all its times.
pub(super) const DUMP: &str = "{__name__=\"x\"} 1 1700000000
go_gc_duration_seconds_count{instance=\"a:1\"} 10 1700000000.000
go_gc_duration_seconds_count{instance=\"a:1\"} 12 1700000010.000
go_gc_duration_seconds_count{instance=\"b:1\"} 4 1700000000.000
go_gc_duration_seconds_sum{instance=\"a:1\"} 0.5 1700000000.000
go_gc_duration_seconds_sum{instance=\"a:1\"} 0.56 1700000010.000
go_gc_duration_seconds_sum{instance=\"b:1\"} 0.1 1700000000.000
jvm_gc_duration_seconds_bucket{le=\"+Inf\"} 9 1700000000.000
jvm_gc_duration_seconds_bucket{le=\"+Inf\"} 9 1700000010.000
jvm_gc_duration_seconds_bucket{le=\"0.1\"} 9 1700000000.000
jvm_gc_duration_seconds_bucket{le=\"0.1\"} 9 1700000010.000
jvm_gc_duration_seconds_count 9 1700000000.000
jvm_gc_duration_seconds_count 9 1700000010.000
jvm_gc_duration_seconds_sum 0.3 1700000000.000
jvm_gc_duration_seconds_sum 0.3 1700000010.000
";

/// As `/federate` writes: sorted by name, bounds as text, so the endless bucket comes first and sum and count after all buckets.
pub(super) const FEDERATED: &str =
    "jvm_gc_duration_seconds_bucket{instance=\"a\",le=\"+Inf\"} 10 1700000000000
jvm_gc_duration_seconds_bucket{instance=\"a\",le=\"0.01\"} 6 1700000000000
jvm_gc_duration_seconds_bucket{instance=\"b\",le=\"+Inf\"} 1 1700000000000
jvm_gc_duration_seconds_bucket{instance=\"b\",le=\"0.01\"} 1 1700000000000
jvm_gc_duration_seconds_count{instance=\"a\"} 10 1700000000000
jvm_gc_duration_seconds_count{instance=\"b\"} 1 1700000000000
jvm_gc_duration_seconds_sum{instance=\"a\"} 0.1 1700000000000
jvm_gc_duration_seconds_sum{instance=\"b\"} 0.1 1700000000000
jvm_gc_duration_seconds_bucket{instance=\"a\",le=\"+Inf\"} 11 1700000010000
jvm_gc_duration_seconds_bucket{instance=\"a\",le=\"0.01\"} 7 1700000010000
jvm_gc_duration_seconds_count{instance=\"a\"} 11 1700000010000
jvm_gc_duration_seconds_sum{instance=\"a\"} 0.11 1700000010000
";

#[test]
fn scrapes_are_read_against_each_other() {
    assert_eq!(
        records("m.prom", SCRAPES.as_bytes()),
        [
            "sample memory.rss a:1 Some(1700000000000000000) 1048576",
            "sample kafka.lag g/t/0 Some(1700000000000000000) 7",
            "skipped 1 metric points of no known signal",
            "sample gc.pause a:1 Some(1700000010000000000) 30000000",
            "sample gc.pause a:1 Some(1700000010000000000) 30000000",
            "skipped 1 metric points without a value",
        ]
    );
}

#[test]
fn series_one_after_the_other_find_their_halves() {
    assert_eq!(
        records("m.om", DUMP.as_bytes()),
        [
            "skipped 1 metric points of no known signal",
            "sample gc.pause a:1 Some(1700000010000000000) 30000000",
            "sample gc.pause a:1 Some(1700000010000000000) 30000000",
            "skipped 1 metric points without a value",
            "skipped 1 metric points without a value",
            "skipped 1 metric points without a value",
            "skipped 1 metric points without a value",
            "sample gc.pause  Some(1700000010000000000) 0",
        ]
    );
    let alone =
        "go_gc_duration_seconds_sum 0.5 1700000000\nprocess_resident_memory_bytes 7 1700000000\n";
    assert_eq!(
        records("m.om", alone.as_bytes()),
        [
            "sample memory.rss  Some(1700000000000000000) 7",
            "skipped 1 metric points without a value",
        ]
    );
}

#[test]
fn buckets_in_the_order_of_text_are_read_and_their_pauses_count_once() {
    assert_eq!(
        records("m.prom", FEDERATED.as_bytes()),
        ["sample gc.pause a Some(1700000010000000000) 5000000",]
    );
}

#[test]
fn open_metrics_without_an_end_may_be_truncated() {
    let sample =
        "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes 100 1700000000";
    let notices = |ending: &str| {
        let text = format!("{sample}{ending}");
        read_bytes("m.txt", text.as_bytes()).expect("reads").notices
    };
    let told = |ending: &str| {
        notices(ending)
            .iter()
            .any(|notice| notice.contains("# EOF"))
    };
    assert!(told(".000\n"));
    assert!(!told(".000\n# EOF\n"));
    assert!(!told("000\n"), "Prometheus has no such line");
}

/// Of delays that tell the same one is read, in every format and reading; lengths of queues are no delays, and that is said.
#[test]
fn delays_of_event_loops_and_queues() {
    let row = |name: &str, value: u64| format!("{name}_seconds {value} 1700000000000\n");
    let scrape = row("nodejs_eventloop_delay_p90", 2)
        + &row("nodejs_eventloop_delay_max", 3)
        + &row("nodejs_eventloop_delay_mean", 1);
    assert_eq!(
        records("m.prom", scrape.as_bytes()),
        [
            "skipped 1 metric points beside others that tell the same better",
            "skipped 1 metric points beside others that tell the same better",
            "sample loop.lag  Some(1700000000000000000) 3000000000",
        ]
    );
    let metric = |name: &str| {
        format!(
            "{{\"name\":\"{name}\",\"unit\":\"ms\",\"gauge\":{{\"dataPoints\":[{{\"timeUnixNano\":\"5\",\"asDouble\":2}}]}}}}"
        )
    };
    let document = |metrics: &[&str]| {
        let metrics: Vec<String> = metrics.iter().map(|name| metric(name)).collect();
        format!(
            "{{\"resourceMetrics\":[{{\"scopeMetrics\":[{{\"metrics\":[{}]}}]}}]}}",
            metrics.join(",")
        )
    };
    let mean = document(&["nodejs.eventloop.delay.mean"]);
    assert_eq!(
        records("m.json", mean.as_bytes()),
        ["sample loop.lag  Some(5) 2000000"]
    );
    let queue = document(&["dotnet.thread_pool.queue.length"]);
    let error = read_bytes("m.json", queue.as_bytes()).expect_err("refused");
    assert!(error.to_string().contains("no seconds of lag"), "{error}");
}

#[test]
fn a_broken_line_among_samples_is_a_bad_record() {
    let good = "process_resident_memory_bytes 100 1700000000000\n";
    for broken in ["process_resident_memory_bytes{a=\"b 100\n", "m 1 2 3\n"] {
        let text = format!("{broken}{}", good.repeat(9));
        let read = read_bytes("m.prom", text.as_bytes()).expect("reads");
        assert_eq!(
            (read.files[0].samples, read.files[0].bad),
            (9, 1),
            "{broken}"
        );
    }
    read_bytes("m.txt", b"one sample 1\nprocess 2\n").expect_err("no format");
}
