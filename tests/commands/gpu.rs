//! `sampler:gpu` in a run, on a library that answers as a driver would.

use std::{path::Path, process::Command};

use crate::work::Work;

/// Two devices, of which the driver does not tell who uses them.
const DEVICES: &str = "count.-1 = 2
used.0 = 20000
total.0 = 80000
utilization.0 = 90
used.1 = 70000
total.1 = 80000
temperature.1 = 61
events.1 = 8
xids.1 = 31
";

fn run(work: &Work, library: &str) -> crate::work::Ran {
    let arguments = [
        "run",
        "--save",
        "run.jsonl",
        "--interval",
        "100ms",
        "--json",
    ];
    let command = ["--", "sleep", "0.5"];
    work.pss_with(
        &[&arguments[..], &command[..]].concat(),
        &[("PSS_NVML", library)],
    )
}

#[test]
fn devices_are_found_recorded_and_told() {
    let work = Work::new();
    work.write("state", DEVICES);
    let library = work.path("libnvidia-ml.so.1");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("integrations/gpu/tests/nvidia/stub.c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(format!("-DSTATE=\"{}\"", work.path("state").display()))
        .arg(source)
        .status()
        .expect("a C compiler, which linking Rust needs as well");
    assert!(compiled.success());
    let ran = run(&work, library.to_str().expect("a path"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let saved = work.read("run.jsonl");
    for record in [
        "\"gpu_memory_used\":20000,\"device\":\"0\"",
        "\"gpu_memory_total\":80000,\"device\":\"1\"",
        "\"gpu_utilization\":90,\"device\":\"0\"",
        "\"signal\":\"gpu.temperature\",\"value\":61,\"device\":\"1\"",
        "\"xid\":1,\"device\":\"1\"",
    ] {
        assert!(saved.contains(record), "{record} is not in {saved}");
    }
    let said = format!("{}{}", ran.out, ran.err);
    assert!(
        said.contains("GPU 1: the driver reported Xid 31")
            && said.contains("of GPU 0 the driver does not tell: temperature"),
        "{said}"
    );
}

#[test]
fn a_machine_without_a_driver_is_told_once() {
    let work = Work::new();
    let ran = run(&work, "/nonexistent/libnvidia-ml.so.1");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let said = format!("{}{}", ran.out, ran.err);
    assert_eq!(said.matches("sampler:gpu").count(), 1, "{said}");
    assert!(
        said.contains("the NVIDIA driver's library cannot be loaded"),
        "{said}"
    );
}
