//! Logs and metrics that bring signals, and the metrics that they bring to a score.

use std::path::Path;

use crate::{
    pinned::{Brings, folder},
    reading::{read_bytes, records, scores, shared},
    truncation::every_cut,
};

#[test]
fn real_gc_logs() {
    folder(
        "gc-log",
        &[
            (
                "GCViewer__SampleShenandoahPassiveHeuristics.txt",
                Brings::Counts("gc-log", 0, 2, 0),
            ),
            (
                "GCViewer__SampleSun1_8_0G1PrintGCID.txt",
                Brings::Counts("gc-log", 0, 9, 0),
            ),
            (
                "GCViewer__sample-ujl-cms-gc-all_safepoint_os+cpu.txt",
                Brings::Counts("gc-log", 0, 12, 0),
            ),
            (
                "GCViewer__sample-ujl-g1-gc-all_safepoint_os+cpu.txt",
                Brings::Counts("gc-log", 0, 15, 0),
            ),
            (
                "GCViewer__sample-ujl-jdk17-full-concurrent-cycle-g1-gc-all-safepont_os-cpu.txt",
                Brings::Counts("gc-log", 0, 11, 0),
            ),
            (
                "GCViewer__sample-ujl-parallel-gc-all_safepoint_os+cpu.txt",
                Brings::Counts("gc-log", 0, 10, 0),
            ),
            (
                "GCViewer__sample-ujl-serial-gc-defaults.txt",
                Brings::Counts("gc-log", 0, 10, 0),
            ),
        ],
    );
}

#[test]
fn a_gc_log_alone_gives_gc_a_score() {
    let Some(folder) = shared("formats/gc-log") else {
        return;
    };
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let scores = scores(&path);
        assert!(scores["GC"].is_some(), "{}", path.display());
        assert!(
            scores
                .iter()
                .all(|(code, score)| code == "GC" || score.is_none()),
            "{}: {scores:?}",
            path.display()
        );
    }
}

const ZGC: &str =
    "[2024-05-04T12:00:00.100+0200][info][gc,init] Initializing The Z Garbage Collector
[2024-05-04T12:00:01.000+0200][info][gc,phases] GC(0) Pause Mark Start 0.012ms
[2024-05-04T12:00:01.500+0200][info][gc,phases] GC(0) Concurrent Mark 499.012ms
[2024-05-04T12:00:01.600+0200][info][gc,phases] GC(1) Y: Pause Mark End 0.034ms
[2024-05-04T12:00:02.000+0200][info][gc] GC(0) Garbage Collection (Warmup) 110M(11%)->40M(4%)
";

const SERIAL: &str = "[0.016s][info][gc] Using Serial
[0.293s][info][gc] GC(3) Pause Full (Allocation Failure) 74M->10M(92M) 7.097ms
[0.293s][info][gc] GC(2) Pause Young (Allocation Failure) 74M->10M(92M) 7.236ms
[0.302s][info][gc,start] GC(4) Pause Young (Allocation Failure)
[0.312s][info][gc] GC(4) Pause Young (Allocation Failure) 36M->36M(92M) 5.604ms
";

#[test]
fn pauses_are_read_and_phases_beside_the_program_are_not() {
    assert_eq!(
        records("gc.log", ZGC.as_bytes()),
        [
            "sample gc.pause  Some(1714816800999988000) 12000",
            "sample gc.pause  Some(1714816801599966000) 34000",
            "sample gc.pause  Some(1714816800100000000) 0",
            "sample gc.pause  Some(1714816802000000000) 0",
        ]
    );
    assert_eq!(
        records("gc.log", SERIAL.as_bytes()),
        [
            "sample gc.pause  Some(285764000) 7236000",
            "sample gc.pause  Some(306396000) 5604000",
            "sample gc.pause  Some(16000000) 0",
            "sample gc.pause  Some(312000000) 0",
        ]
    );
}

const GCTRACE: &str = "starting
gc 1 @0.012s 2%: 0.026+0.39+0.10 ms clock, 0.21+0.88/0.52/0+0.84 ms cpu, 4->5->1 MB, 5 MB goal, 8 P
gc 2 @0.112s 2%: 0.020+0.31+0.05 ms clock, 0.21+0.88/0.52/0+0.84 ms cpu, 4->5->1 MB, 5 MB goal, 8 P
gc 3 @broken
";

#[test]
fn go_collections_have_two_pauses() {
    assert_eq!(
        records("trace.log", GCTRACE.as_bytes()),
        [
            "sample gc.pause  Some(12000000) 26000",
            "sample gc.pause  Some(12000000) 100000",
            "sample gc.pause  Some(112000000) 20000",
            "sample gc.pause  Some(112000000) 50000",
        ]
    );
    let read = read_bytes("trace.log", GCTRACE.as_bytes()).expect("reads");
    assert_eq!(read.files[0].bad, 1);
}

const NVIDIA: &str =
    "timestamp, index, name, memory.used [MiB], memory.total [MiB], utilization.gpu [%]
2023/05/04 12:00:00.123, 0, NVIDIA A100, 1024 MiB, 40960 MiB, 45 %
2023/05/04 12:00:00.125, 1, NVIDIA A100, 3 MiB, 40960 MiB, [N/A]
";

#[test]
fn nvidia_smi_tables_are_read() {
    assert_eq!(
        records("gpu.csv", NVIDIA.as_bytes()),
        [
            "sample gpu.memory.used 0 Some(1683201600123000000) 1073741824",
            "sample gpu.memory.total 0 Some(1683201600123000000) 42949672960",
            "sample gpu.utilization 0 Some(1683201600123000000) 450000",
            "sample gpu.memory.used 1 Some(1683201600125000000) 3145728",
            "sample gpu.memory.total 1 Some(1683201600125000000) 42949672960",
        ]
    );
    let dcgm = "timestamp,gpu,DCGM_FI_DEV_FB_USED,DCGM_FI_DEV_FB_FREE,DCGM_FI_DEV_GPU_UTIL\n1700000000,0,3,5,50\nx,0,1,1,1\n1700000001,0,3\n";
    assert_eq!(
        records("gpu.csv", dcgm.as_bytes()),
        [
            "sample gpu.memory.used 0 Some(1700000000000000000) 3145728",
            "sample gpu.memory.total 0 Some(1700000000000000000) 8388608",
            "sample gpu.utilization 0 Some(1700000000000000000) 500000",
        ]
    );
    let read = read_bytes("gpu.csv", dcgm.as_bytes()).expect("reads");
    assert_eq!(read.files[0].bad, 2);
}

#[test]
fn nvidia_smi_tables_without_a_header_are_refused() {
    for row in [
        "2023/05/04 12:00:00.123, 0, 1024 MiB, 40960 MiB, 45 %\n",
        "0, 2023/05/04 12:00:00.123, 1024, 40960, 45\n",
    ] {
        let error = read_bytes("gpu.csv", row.as_bytes()).expect_err("refused");
        assert!(error.to_string().contains("noheader"), "{error}");
    }
}

const DMON: &str = "#Date       Time        gpu     sm    mem     fb   bar1
#YYYYMMDD   HH:MM:SS    Idx      %      %     MB     MB
 20230504   12:00:00      0     45     12   1024      3
 20230504   12:00:00      1      -      -      3      3
#Date       Time        gpu     sm    mem     fb   bar1
#YYYYMMDD   HH:MM:SS    Idx      %      %     MB     MB
 20230504   12:00:01      0     46     12   1025      3
 20230504   12:00:01      1      x      -      3      3
";

const DCGMI: &str = "#Entity   GPUTL             FBTTL             FBUSD
ID
GPU 0     75                81920             28456
GPU 1     N/A               81920             0
GPU-I 3   1                 N/A               N/A
";

#[test]
fn monitors_of_devices_are_read() {
    assert_eq!(
        records("gpu.log", DMON.as_bytes()),
        [
            "sample gpu.memory.used 0 Some(1683201600000000000) 1073741824",
            "sample gpu.utilization 0 Some(1683201600000000000) 450000",
            "sample gpu.memory.used 1 Some(1683201600000000000) 3145728",
            "sample gpu.memory.used 0 Some(1683201601000000000) 1074790400",
            "sample gpu.utilization 0 Some(1683201601000000000) 460000",
        ]
    );
    let read = read_bytes("gpu.log", DMON.replace('\n', "\r\n").as_bytes()).expect("reads");
    assert_eq!(
        (
            &*read.files[0].format,
            read.files[0].samples,
            read.files[0].bad
        ),
        ("gpu-dmon", 5, 1)
    );
    assert_eq!(
        records("gpu.log", DCGMI.as_bytes()),
        [
            "sample gpu.memory.used 0 None 29838278656",
            "sample gpu.memory.total 0 None 85899345920",
            "sample gpu.utilization 0 None 750000",
            "sample gpu.memory.used 1 None 0",
            "sample gpu.memory.total 1 None 85899345920",
            "sample gpu.utilization GPU-I 3 None 10000",
        ]
    );
    let read = read_bytes("gpu.log", DCGMI.as_bytes()).expect("reads");
    assert!(
        read.notices
            .iter()
            .any(|notice| notice.contains("without a time")),
        "{:?}",
        read.notices
    );
    let midnight = "#Time        gpu     sm\n#HH:MM:SS    Idx      %\n 23:59:59      0     45\n 00:00:01      0     45\n";
    assert_eq!(
        records("gpu.log", midnight.as_bytes()),
        [
            "sample gpu.utilization 0 Some(86399000000000) 450000",
            "sample gpu.utilization 0 Some(86401000000000) 450000",
        ]
    );
}

#[test]
fn monitors_of_what_is_not_scored_are_refused() {
    for (text, why) in [
        (
            "# gpu        pid  type    sm   mem   enc   dec   command\n    0       1234     C    45    12     0     0   python\n",
            "pmon",
        ),
        (
            "# gpu   pwr gtemp mtemp  mclk  pclk\n    0    25    29     -  4006  1506\n",
            "-s um",
        ),
    ] {
        let error = read_bytes("gpu.log", text.as_bytes()).expect_err("refused");
        assert!(error.to_string().contains(why), "{error}");
    }
}

const SCRAPES: &str = "# HELP jvm_gc_pause_seconds Time spent in GC pause
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

/// As `promtool tsdb dump-openmetrics` writes: one series after the other, each with all its times.
const DUMP: &str = "{__name__=\"x\"} 1 1700000000
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

/// As `/federate` writes: sorted by name, bounds as text, so the endless bucket comes first and sum and count after all buckets.
const FEDERATED: &str =
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
fn buckets_in_the_order_of_text_are_read_and_their_pauses_count_once() {
    assert_eq!(
        records("m.prom", FEDERATED.as_bytes()),
        ["sample gc.pause a Some(1700000010000000000) 5000000",]
    );
}

#[test]
fn every_cut_is_told() {
    let at_line_end = |text: &'static str| {
        move |cut: usize| {
            // A line of blanks is none.
            text[..cut].trim_end_matches(' ').ends_with('\n') || text[cut..].starts_with('\n')
        }
    };
    every_cut("gc.log", SERIAL.as_bytes(), at_line_end(SERIAL));
    every_cut("gc.log", ZGC.as_bytes(), at_line_end(ZGC));
    every_cut("trace.log", GCTRACE.as_bytes(), at_line_end(GCTRACE));
    every_cut("gpu.csv", NVIDIA.as_bytes(), at_line_end(NVIDIA));
    every_cut("gpu.log", DMON.as_bytes(), at_line_end(DMON));
    every_cut("gpu.log", DCGMI.as_bytes(), at_line_end(DCGMI));
    every_cut("m.prom", SCRAPES.as_bytes(), at_line_end(SCRAPES));
    every_cut("m.prom", FEDERATED.as_bytes(), at_line_end(FEDERATED));
    every_cut("m.om", DUMP.as_bytes(), at_line_end(DUMP));
}

/// A series of scrapes, one a second, with what `value` makes of each.
fn series(count: u64, row: impl Fn(u64) -> String) -> Vec<u8> {
    (0..count)
        .map(|at| format!("{} {}\n", row(at), 1_700_000_000_000 + 1000 * at))
        .collect::<String>()
        .into_bytes()
}

fn scores_of(name: &str, bytes: &[u8]) -> std::collections::BTreeMap<String, Option<f64>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    scores(Path::new(&path))
}

#[test]
fn each_signal_reaches_its_metric() {
    let memory = series(200, |at| {
        format!("process_resident_memory_bytes {}", 100_000_000 + at % 7)
    });
    assert!(scores_of("m.prom", &memory)["MEM"] > Some(0.9));
    let leak = series(200, |at| {
        format!(
            "process_resident_memory_bytes {}",
            100_000_000 + at * 1_000_000
        )
    });
    let leak = scores_of("m.prom", &leak)["MEM"];
    assert!(leak < Some(0.65), "{leak:?}");

    let lag = |rising: u64| {
        series(200, move |at| {
            format!(
                "kafka_consumergroup_lag{{consumergroup=\"g\",topic=\"t\",partition=\"0\"}} {}",
                10 + at % 3 + rising * at
            )
        })
    };
    let steady = scores_of("m.prom", &lag(0))["KAFKA"];
    assert!(steady > Some(0.8) && scores_of("m.prom", &lag(500))["KAFKA"] < Some(0.5));

    let delay = |seconds: f64| {
        series(200, move |at| {
            format!(
                "nodejs_eventloop_lag_seconds {}",
                seconds * (1.0 + (at % 5) as f64)
            )
        })
    };
    let prompt = scores_of("m.prom", &delay(0.0005))["STARVE"];
    assert!(prompt > Some(0.9) && scores_of("m.prom", &delay(0.1))["STARVE"] < Some(0.5));

    let gpu = |used: fn(u64) -> u64| {
        let mut text = NVIDIA.lines().next().expect("a header").to_owned() + "\n";
        for at in 0..120 {
            text.push_str(&format!(
                "2023/05/04 12:{:02}:{:02}.000, 0, NVIDIA A100, {} MiB, 40960 MiB, 90 %\n",
                at / 60,
                at % 60,
                used(at)
            ));
        }
        text.into_bytes()
    };
    let mut dmon = DMON.lines().take(2).collect::<Vec<_>>().join("\n");
    for at in 0..120 {
        dmon.push_str(&format!(
            "\n 20230504   12:{:02}:{:02}      0     90     12  10000      3",
            at / 60,
            at % 60
        ));
    }
    dmon.push('\n');
    assert!(scores_of("gpu.log", dmon.as_bytes())["GPU"] > Some(0.9));

    let flat = scores_of("gpu.csv", &gpu(|_| 10_000))["GPU"];
    assert!(flat > Some(0.9) && scores_of("gpu.csv", &gpu(|at| 10_000 + 250 * at))["GPU"] < flat);
}

#[test]
fn signals_that_no_metric_reads_survive_conversion() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let lines: String = pss_metrics::model::Signal::OBSERVED
        .iter()
        .zip(1..)
        .map(|(signal, value)| {
            let key = if signal.name.starts_with("gpu.") { "device" } else { "process" };
            format!(
                "{{\"system_metric\":true,\"start\":1700000000.5,\"metadata\":{{\"signal\":\"{}\",\"value\":{value},\"{key}\":\"shop#2\"}}}}\n",
                signal.name
            )
        })
        .collect();
    std::fs::write(path("a.jsonl"), &lines).expect("written");
    crate::same::convert(&[&path("a.jsonl"), &path("b.csv")]).expect("converted");
    crate::same::convert(&[&path("b.csv"), &path("c.jsonl")]).expect("converted");
    let back = std::fs::read_to_string(path("c.jsonl")).expect("text");
    assert_eq!(back, lines);
}

#[test]
fn a_log_without_a_line_of_the_collector_proves_nothing() {
    let line =
        "[1.000s][info][safepoint] Safepoint \"Cleanup\", Time since last: 100 ns, Total: 30 ns\n";
    let error = read_bytes("gc.log", line.repeat(9).as_bytes()).expect_err("refused");
    assert!(error.to_string().contains("-Xlog:gc"), "{error}");
    let idle = format!("[0.010s][info][gc] Using G1\n{line}");
    let read = read_bytes("gc.log", idle.as_bytes()).expect("reads");
    assert_eq!((read.files[0].samples, read.files[0].bad), (2, 0));
}

/// Logs that name collections, or only the heap, and would show no pause: no pause in them is no finding.
#[test]
fn a_log_that_would_show_no_pause_is_refused() {
    const ZGC_PLAIN: &str = "[0.104s][info][gc] Using The Z Garbage Collector
[1.500s][info][gc] GC(1) Garbage Collection (Allocation Rate) 204M(10%)->26M(3%)
";
    const GENERATIONAL: &str = "[0.104s][info][gc] Using The Z Garbage Collector
[1.500s][info][gc] GC(1) Minor Collection (Allocation Rate) 204M(10%)->26M(3%) 0.015s
";
    const STARTS: &str = "[0.302s][info][gc,start] GC(4) Pause Young (Allocation Failure)
[0.402s][info][gc,start] GC(5) Pause Young (Allocation Failure)
";
    const HEAP: &str = "[0.302s][info][gc,heap] GC(4) Eden regions: 24->0(15)
[0.402s][info][gc,heap] GC(5) Eden regions: 24->0(15)
";
    for text in [ZGC_PLAIN, GENERATIONAL, STARTS, HEAP] {
        let error = read_bytes("gc.log", text.as_bytes()).expect_err(text);
        assert!(error.to_string().contains("gc+phases"), "{error}");
    }
    for text in [
        "[0.018s][info][gc,heap] Heap region size: 1M\n",
        "[0.018s][warning][gc] -Xloggc is deprecated\n",
    ] {
        let error = read_bytes("gc.log", text.as_bytes()).expect_err(text);
        assert!(error.to_string().contains("-Xlog:gc"), "{error}");
    }
}

#[test]
fn lengths_of_pauses_are_read_or_told() {
    for (line, length) in [
        (
            "[2.000s][info][gc] GC(1) Pause Full (System.gc()) 74M->10M(92M) 1.456s",
            1_456_000_000_u64,
        ),
        (
            "2026-03-02T09:00:01,123+0000: 1,456: [GC (Allocation Failure) [PSYoungGen: 33280K->5118K(38400K)] 33280K->5200K(125952K), 0,0051234 secs] [Times: user=0,01 sys=0,00, real=0,01 secs]",
            5_123_400,
        ),
    ] {
        let read = records("gc.log", format!("{line}\n").as_bytes());
        assert!(read[0].ends_with(&format!(" {length}")), "{read:?}");
    }
    for line in [
        "[2.000s][info][gc] GC(1) Pause Full (System.gc()) 74M->10M(92M) 1.456 jiffies",
        "[2.000s][info][gc] GC(1) Pause Full (System.gc()) 74M->10M(92M)",
        "1.456: [GC (Allocation Failure) 33280K->5200K(125952K), soon secs]",
    ] {
        let alone = read_bytes("gc.log", format!("{line}\n").as_bytes()).expect_err(line);
        assert!(
            alone.to_string().contains("length cannot be read"),
            "{alone}"
        );
        let among = format!("{SERIAL}{line}\n");
        let read = read_bytes("gc.log", among.as_bytes()).expect("reads");
        assert_eq!((read.files[0].samples, read.files[0].bad), (4, 1), "{line}");
    }
}

#[test]
fn stalls_of_threads_are_told_and_are_no_pauses() {
    let text = format!(
        "{ZGC}[2024-05-04T12:00:03.000+0200][info][gc] Allocation Stall (main) 1500.123ms\n"
    );
    let read = read_bytes("gc.log", text.as_bytes()).expect("reads");
    assert_eq!((read.files[0].samples, read.files[0].bad), (4, 0));
    assert!(
        read.notices
            .iter()
            .any(|notice| notice.contains("1 allocation stalls") && notice.contains("1500 ms")),
        "{:?}",
        read.notices
    );
}

#[test]
fn a_log_without_times_says_how_to_get_them() {
    let text = "GC(0) Pause Young (Normal) (G1 Evacuation Pause) 14M->5M(128M) 3.512ms\n";
    let error = read_bytes("gc.log", text.repeat(3).as_bytes()).expect_err("refused");
    assert!(
        error
            .to_string()
            .contains("has no times: log with uptime or time"),
        "{error}"
    );
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
