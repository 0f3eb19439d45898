//! Logs of garbage collection: of the JVM and of Go.

use crate::{
    pinned::{Brings, folder},
    reading::{read_bytes, records, scores, shared},
};

pub(super) const ZGC: &str =
    "[2024-05-04T12:00:00.100+0200][info][gc,init] Initializing The Z Garbage Collector
[2024-05-04T12:00:01.000+0200][info][gc,phases] GC(0) Pause Mark Start 0.012ms
[2024-05-04T12:00:01.500+0200][info][gc,phases] GC(0) Concurrent Mark 499.012ms
[2024-05-04T12:00:01.600+0200][info][gc,phases] GC(1) Y: Pause Mark End 0.034ms
[2024-05-04T12:00:02.000+0200][info][gc] GC(0) Garbage Collection (Warmup) 110M(11%)->40M(4%)
";

pub(super) const SERIAL: &str = "[0.016s][info][gc] Using Serial
[0.293s][info][gc] GC(3) Pause Full (Allocation Failure) 74M->10M(92M) 7.097ms
[0.293s][info][gc] GC(2) Pause Young (Allocation Failure) 74M->10M(92M) 7.236ms
[0.302s][info][gc,start] GC(4) Pause Young (Allocation Failure)
[0.312s][info][gc] GC(4) Pause Young (Allocation Failure) 36M->36M(92M) 5.604ms
";

pub(super) const GCTRACE: &str = "starting
gc 1 @0.012s 2%: 0.026+0.39+0.10 ms clock, 0.21+0.88/0.52/0+0.84 ms cpu, 4->5->1 MB, 5 MB goal, 8 P
gc 2 @0.112s 2%: 0.020+0.31+0.05 ms clock, 0.21+0.88/0.52/0+0.84 ms cpu, 4->5->1 MB, 5 MB goal, 8 P
gc 3 @broken
";

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
