//! Chrome trace events.

use crate::{
    pinned::{Brings, folder},
    reading::{read_bytes, records},
    truncation::every_cut,
};

#[test]
fn real_chrome_files() {
    folder(
        "chrome-trace",
        &[
            (
                "bazel_invocation_analyzer__bazel-profile-with_queuing.json.gz",
                Brings::Counts("chrome", 12691, 554, 0),
            ),
            (
                "bazel_invocation_analyzer__tiny.json.gz",
                Brings::Counts("chrome", 518, 24, 0),
            ),
            (
                "catapult__async_begin_end.json",
                Brings::Counts("chrome", 12, 0, 0),
            ),
            (
                "catapult__gpu_state_trace.json",
                Brings::Refused("object snapshots"),
            ),
            (
                "catapult__main_thread_has_unclosed_slices.json",
                Brings::Counts("chrome", 1680, 0, 0),
            ),
            (
                "catapult__nanoseconds.json",
                Brings::Counts("chrome", 8, 0, 0),
            ),
            (
                "catapult__simple_trace.json",
                Brings::Counts("chrome", 12, 0, 0),
            ),
            (
                "catapult__trivial_trace.json",
                Brings::Counts("chrome", 2, 0, 0),
            ),
            (
                "catapult__v8_runtime_call_stats.json",
                Brings::Counts("chrome", 1215, 68, 0),
            ),
            (
                "catapult__x_event_trace.json",
                Brings::Counts("chrome", 3294, 0, 0),
            ),
            (
                "nextest__example-chrome-trace.json",
                Brings::Counts("chrome", 779, 0, 0),
            ),
            (
                "speedscope__multiprocess.json",
                Brings::Counts("chrome", 8, 0, 0),
            ),
            (
                "speedscope__simple-hermes.json",
                Brings::Counts("chrome", 2, 0, 0),
            ),
            (
                "speedscope__simple-timeline.json",
                Brings::Counts("chrome", 2699, 0, 0),
            ),
        ],
    );
}

#[test]
fn real_pytorch_files() {
    folder(
        "pytorch-kineto",
        &[
            (
                "HolisticTraceAnalysis__benchmark_result_2869224_1695835535_trace.json.gz",
                Brings::Counts("chrome", 868, 8, 0),
            ),
            (
                "HolisticTraceAnalysis__benchmark_result_493459_1694039959_trace.json.gz",
                Brings::Counts("chrome", 838, 8, 0),
            ),
            (
                "HolisticTraceAnalysis__nccl_data.json.gz",
                Brings::Counts("chrome", 26933, 8, 0),
            ),
            (
                "HolisticTraceAnalysis__rank-34.Jul_15_10_52_41.1074.pt.trace.json.gz",
                Brings::Counts("chrome", 16, 0, 0),
            ),
            (
                "HolisticTraceAnalysis__memory_timeline.raw.gz",
                Brings::Refused("no known format"),
            ),
        ],
    );
}

const EVENTS: &str = r#"{"displayTimeUnit":"ns","traceEvents":[
{"ph":"B","pid":1,"tid":1,"ts":10,"tts":3,"name":"outer"},
{"ph":"X","pid":1,"tid":1,"ts":10.5,"dur":2.25,"tdur":1,"name":"inner","cat":"db"},
{"ph":"b","pid":1,"tid":1,"ts":11,"name":"load","cat":"io","id":"0x1"},
{"ph":"X","pid":1,"tid":1,"ts":13,"dur":2,"name":"V8.GCScavenger"},
{"ph":"B","pid":1,"tid":1,"ts":13.1,"name":"MinorGC"},{"ph":"E","pid":1,"tid":1,"ts":13.9,"name":"MinorGC"},
{"ph":"X","pid":1,"tid":9,"ts":13,"dur":2,"name":"V8.GC_MC_BACKGROUND_MARKING"},
{"ph":"e","pid":1,"tid":2,"ts":15,"name":"load","cat":"io","id":"0x1"},
{"ph":"s","pid":1,"tid":1,"ts":16,"name":"flow","id":1},
{"ph":"C","pid":1,"ts":17,"name":"rss","args":{"bytes":1048576}},
{"ph":"E","pid":1,"tid":1,"ts":20,"tts":8},
{"ph":"M","pid":1,"name":"process_name","args":{"name":"Browser"}}
],"otherData":{"traceEvents":1}}"#;

#[test]
fn events_are_mapped() {
    assert_eq!(
        records("a.json", EVENTS.as_bytes()),
        [
            "span    Unknown service=Some(\"Browser\") name=Some(\"inner\") kind=None start=Some(10500) duration=Some(2250) wait=None memory=None error=None cat=db",
            "sample gc.pause Browser Some(13000) 2000",
            "span    Unknown service=Some(\"Browser\") name=Some(\"V8.GC_MC_BACKGROUND_MARKING\") kind=None start=Some(13000) duration=Some(2000) wait=None memory=None error=None ",
            "span    Unknown service=Some(\"Browser\") name=Some(\"load\") kind=None start=Some(11000) duration=Some(4000) wait=None memory=None error=None cat=io",
            "sample memory.rss Browser Some(17000) 1048576",
            "span    Unknown service=Some(\"Browser\") name=Some(\"outer\") kind=None start=Some(10000) duration=Some(10000) wait=None memory=None error=None ",
            "skipped 1 flow events",
            "skipped 1 parts of garbage collections",
        ]
    );
}

/// Names, starts and durations in nanoseconds of the spans of events, in any order.
fn slices(events: &str) -> Vec<(String, u64, u64)> {
    let lines = records("a.json", format!("[{events}]").as_bytes());
    let part = |line: &str, key: &str| {
        let rest = line.split_once(key).expect("a field").1;
        rest.split_once(')').expect("closed").0.to_owned()
    };
    let number = |text: String| text.parse().expect("a number");
    let mut slices: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("span"))
        .map(|line| {
            (
                part(line, " name=Some(").trim_matches('"').to_owned(),
                number(part(line, "start=Some(")),
                number(part(line, "duration=Some(")),
            )
        })
        .collect();
    slices.sort();
    slices
}

fn event(phase: char, time: u32, name: &str, more: &str) -> String {
    format!(
        "{{\"ph\":\"{phase}\",\"ts\":{time},\"name\":\"{name}\",\"cat\":\"c\",\"tid\":1,{more}}}"
    )
}

fn slice(name: &str, start: u64, duration: u64) -> (String, u64, u64) {
    (name.to_owned(), 1_000 * start, 1_000 * duration)
}

/// Two processes count their own ids from one; another process may end what is known to all.
#[test]
fn an_identity_is_one_within_what_it_says() {
    let pairs = |one: &str, other: &str| {
        let events = [
            event('b', 1, "n", one),
            event('b', 2, "n", other),
            event('e', 4, "n", one),
            event('e', 10, "n", other),
        ];
        slices(&events.join(","))
    };
    let apart = [slice("n", 1, 3), slice("n", 2, 8)];
    let as_one = [slice("n", 1, 9), slice("n", 2, 2)];
    let local = |pid| format!("\"pid\":{pid},\"id2\":{{\"local\":\"0x1\"}}");
    assert_eq!(pairs(&local(1), &local(2)), apart);
    assert_eq!(pairs(&local(1), &local(1)), as_one);
    let global = |pid| format!("\"pid\":{pid},\"id2\":{{\"global\":\"0x1\"}}");
    assert_eq!(pairs(&global(1), &global(2)), as_one);
    assert_eq!(pairs(&global(1), &local(1)), apart);
    let scoped = |scope| format!("\"pid\":1,\"id\":7,\"scope\":\"{scope}\"");
    assert_eq!(pairs(&scoped("a"), &scoped("b")), apart);
    assert_eq!(pairs(&scoped("a"), &scoped("a")), as_one);
    assert_eq!(pairs("\"pid\":1,\"id\":7", "\"pid\":2,\"id\":7"), as_one);
}

#[test]
fn slices_of_one_identity_overlap_and_ends_say_which() {
    let id = "\"pid\":1,\"id\":\"0x1\"";
    let of = |events: &[(char, u32, &str)]| {
        let events: Vec<_> = events
            .iter()
            .map(|(phase, time, name)| event(*phase, *time, name, id))
            .collect();
        slices(&events.join(","))
    };
    assert_eq!(
        of(&[('b', 1, "A"), ('b', 2, "B"), ('e', 3, "A"), ('e', 10, "B")]),
        [slice("A", 1, 2), slice("B", 2, 8)]
    );
    assert_eq!(
        of(&[('b', 1, "A"), ('b', 2, "B"), ('e', 3, "B"), ('e', 10, "A")]),
        [slice("A", 1, 9), slice("B", 2, 1)]
    );
    // Ends without a name of theirs close in the order of a stack.
    assert_eq!(
        of(&[('b', 1, "A"), ('b', 2, "B"), ('e', 3, ""), ('e', 10, "x")]),
        [slice("A", 1, 9), slice("B", 2, 1)]
    );
}

/// Browsers and profilers write stacks and whole sources before the events.
#[test]
fn much_may_stand_before_the_events() {
    let event = r#"{"ph":"X","ts":2.5,"dur":1,"name":"a","pid":1,"tid":1}"#;
    let much: Vec<String> = (0..60_000)
        .map(|n| format!("\"{n}\":{{\"category\":\"c\",\"name\":\"frame {n}\"}}"))
        .collect();
    let much = much.join(",");
    for key in ["stackFrames", "otherData", "systemTraceEvents", "metadata"] {
        let text = format!("{{\"{key}\":{{{much}}},\"traceEvents\":[{event}]}}");
        assert!(text.len() > 2 << 20, "{}", text.len());
        let read = read_bytes("a.json", text.as_bytes()).expect("reads");
        let file = &read.files[0];
        assert_eq!(
            (&*file.format, file.spans, file.bad),
            ("chrome", 1, 0),
            "{key}"
        );
    }
}

#[test]
fn an_array_may_have_no_end_and_broken_bounds_are_told() {
    let unended = "[{\"ph\":\"X\",\"ts\":1,\"dur\":1,\"name\":\"a\"},\n{\"ph\":\"X\",\"ts\":2,\"dur\":1,\"name\":\"b\"},\n";
    let read = read_bytes("a.json", unended.as_bytes()).expect("reads");
    assert_eq!((read.files[0].spans, read.files[0].bad), (2, 0));

    let broken = "[{\"ph\":\"B\",\"ts\":5,\"name\":\"a\",\"pid\":1,\"tid\":1},{\"ph\":\"E\",\"ts\":2,\"pid\":1,\"tid\":1},,{\"ph\":\"X\",\"ts\":1,\"dur\":-1,\"name\":\"b\"},{\"ph\":\"?\"},7,{\"ph\":\"E\",\"ts\":9,\"pid\":3},{\"ph\":\"B\",\"ts\":9,\"pid\":3},{\"ph\":\"X\",\"ts\":1,\"dur\":1,\"name\":\"good\"}]";
    let read = read_bytes("a.json", broken.as_bytes()).expect("reads");
    assert_eq!((read.files[0].spans, read.files[0].bad), (1, 5));
    assert_eq!(
        read.files[0].skipped.iter().collect::<Vec<_>>(),
        [
            (&"ends without a beginning", &1),
            (&"slices that never end", &1)
        ]
    );
}

#[test]
fn every_cut_is_told() {
    every_cut("a.json", EVENTS.as_bytes(), |_| false);
    let array = "[{\"ph\":\"X\",\"ts\":1,\"dur\":1,\"name\":\"a\"},\n{\"ph\":\"X\",\"ts\":2,\"dur\":1,\"name\":\"b\"}]";
    // An array that ends between two events is whole by the definition of the format.
    every_cut("a.json", array.as_bytes(), |cut| {
        matches!(array.as_bytes()[cut - 1], b'}' | b',' | b'\n')
            && array[..cut].trim_end().ends_with(['}', ','])
    });
}

#[test]
fn what_pytorch_says_of_gpu_memory() {
    let text = r#"{"schemaVersion":1,"deviceProperties":[{"id":0,"totalGlobalMem":1000}],"traceEvents":[
{"ph":"i","name":"[memory]","pid":7,"tid":7,"ts":1,"args":{"Device Type":1,"Device Id":0,"Total Reserved":600,"Total Allocated":500,"Bytes":5}},
{"ph":"i","name":"[memory]","pid":7,"tid":7,"ts":2,"args":{"Device Type":0,"Device Id":-1,"Total Allocated":500}}]}"#;
    assert_eq!(
        records("x.pt.trace.json", text.as_bytes()),
        [
            "sample gpu.memory.used 0 Some(1000) 600",
            "sample gpu.memory.total 0 Some(1000) 1000",
            "skipped 1 instant events",
        ]
    );
}

/// PyTorch since 2.2 counts microseconds from an instant that it names, so that days fit a float.
#[test]
fn times_count_from_the_base_that_is_named_before_the_events() {
    let event = r#"{"ph":"X","ts":2.5,"dur":1,"name":"a","pid":1,"tid":1}"#;
    let start = |text: String| {
        let read = read_bytes("a.json", text.as_bytes()).expect("reads");
        (read.summary.facts().time, read.notices.len())
    };
    let base = r#""baseTimeNanoseconds":1700000000000000000"#;
    let at = 1_700_000_000_000_002_500;
    assert_eq!(
        start(format!("{{{base},\"traceEvents\":[{event}]}}")),
        (Some((at, at)), 0)
    );
    assert_eq!(
        start(format!("{{\"traceEvents\":[{event}],{base}}}")),
        (Some((2_500, 2_500)), 1)
    );
}
