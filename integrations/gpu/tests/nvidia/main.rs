//! The sampler on a library that answers as a driver would: compiled here, told by a file what to say.

#![cfg(target_os = "linux")]

mod stub;

use std::process::{Child, Command};

use pss_gpu::{Nvidia, Pids};
use pss_integrations::samplers::{Polling, Sampler, Target};
use pss_metrics::model::{Intake, Sample, Signal, Span};

use stub::Stub;

/// A second, in nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// A command to watch.
struct Running(Child);

impl Running {
    fn new() -> Running {
        Running(Command::new("sleep").arg("300").spawn().expect("started"))
    }

    /// It on a device, as samples name it: by its program, which some systems keep under another name.
    fn on(&self, device: u32) -> String {
        let program = std::fs::read_link(format!("/proc/{}/exe", self.0.id())).expect("a program");
        let name = program.file_name().expect("a name").display();
        format!("{device}/{name}")
    }

    /// Its processes, old enough to have names.
    fn target(&self) -> Target {
        std::thread::sleep(std::time::Duration::from_millis(150));
        Target::new(self.0.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("ended");
    }
}

/// Samples of one poll.
#[derive(Default)]
struct Polled(Vec<(&'static str, String, u64)>);

impl Polled {
    fn of(watch: &mut dyn Polling, second: i64) -> Polled {
        let mut polled = Polled::default();
        watch.poll(second * SECOND, &mut polled);
        polled
    }

    fn value(&self, signal: Signal, entity: &str) -> Option<u64> {
        self.0
            .iter()
            .find(|(name, of, _)| *name == signal.name && of == entity)
            .map(|(.., value)| *value)
    }

    fn entities(&self) -> Vec<&str> {
        let mut entities: Vec<&str> = self.0.iter().map(|(_, entity, _)| &**entity).collect();
        entities.sort_unstable();
        entities.dedup();
        entities
    }
}

impl Intake for Polled {
    fn span(&mut self, _: &Span<'_>) {}

    fn sample(&mut self, sample: &Sample<'_>) {
        assert!(Nvidia.meta().emits.contains(&sample.signal));
        assert!(sample.time.is_some());
        self.0
            .push((sample.signal.name, sample.entity.to_owned(), sample.value));
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

/// A device with all there is, used by these processes.
fn full(device: u32, users: &str) -> String {
    format!(
        "used.{device} = 20000\ntotal.{device} = 80000\nutilization.{device} = 90\ntemperature.{device} = 61\nreasons.{device} = 0\ncorrected.{device} = 7\n\
         uncorrected.{device} = 0\ncompute.{device} = {users}\ngraphics.{device} = \nbusy.{device} = \nevents.{device} = 8\n"
    )
}

#[test]
fn a_device_that_the_command_uses_counts_and_its_neighbour_does_not() {
    let (stub, command) = (Stub::new(&[]), Running::new());
    let pid = command.0.id();
    stub.says(&format!(
        "count.-1 = 2\n{}{}busy.1 = {pid}:500:40 {pid}:600:60 1:600:30 {pid}:700:4000\n",
        full(0, "1:9000"),
        full(1, &format!("1:15000 {pid}:5000")),
    ));
    let mut watch = stub
        .source(Pids::Ours)
        .watch(&command.target())
        .expect("two devices");
    let polled = Polled::of(&mut *watch, 1);
    assert_eq!(polled.entities(), ["1", &command.on(1)]);
    let process = command.on(1);
    for (signal, entity, value) in [
        (Signal::GPU_MEMORY_USED, "1", 20_000),
        (Signal::GPU_MEMORY_TOTAL, "1", 80_000),
        (Signal::GPU_UTILIZATION, "1", 900_000),
        (Signal::GPU_TEMPERATURE, "1", 61),
        (Signal::GPU_SLOWED_HEAT, "1", 0),
        (Signal::GPU_ECC_CORRECTED, "1", 7),
        (Signal::GPU_ECC_UNCORRECTED, "1", 0),
        (Signal::XID, "1", 0),
        (Signal::GPU_PROCESS_MEMORY, &*process, 5000),
        // The mean of 40 and 60 %; what no share can be is no reading.
        (Signal::GPU_PROCESS_UTILIZATION, &*process, 500_000),
    ] {
        assert_eq!(polled.value(signal, entity), Some(value), "{}", signal.name);
    }
    let polled = Polled::of(&mut *watch, 3);
    assert_eq!(
        polled.value(Signal::GPU_PROCESS_UTILIZATION, &command.on(1)),
        None,
        "no reading is new"
    );
    assert!(watch.notices().is_empty(), "{:?}", watch.notices());
}

#[test]
fn a_device_counts_from_its_first_use_on() {
    let (stub, command) = (Stub::new(&[]), Running::new());
    let pid = command.0.id();
    let mut watch = {
        stub.says(&format!("count.-1 = 1\n{}", full(0, "")));
        let source = stub.source(Pids::Ours);
        source.watch(&command.target()).expect("a device")
    };
    assert!(Polled::of(&mut *watch, 1).0.is_empty());
    // Drawing is use as well, and the larger of two sizes is all that the process has.
    stub.says(&format!(
        "count.-1 = 1\n{}graphics.0 = {pid}:600\n",
        full(0, &format!("{pid}:-1"))
    ));
    let polled = Polled::of(&mut *watch, 3);
    assert_eq!(
        polled.value(Signal::GPU_PROCESS_MEMORY, &command.on(0)),
        Some(600)
    );
    stub.says(&format!("count.-1 = 1\n{}", full(0, "")));
    assert_eq!(Polled::of(&mut *watch, 5).entities(), ["0"]);
    // Nothing is read twice within a tenth of a second, except for the last time.
    let mut polled = Polled::default();
    watch.poll(5 * SECOND + 1000, &mut polled);
    assert!(polled.0.is_empty());
    watch.finish(5 * SECOND + 2000, &mut polled);
    assert_eq!(polled.entities(), ["0"]);
}

#[test]
fn a_device_that_is_lost_says_so_once_and_its_neighbour_goes_on() {
    let (stub, command) = (Stub::new(&[]), Running::new());
    let users = format!("{}:100", command.0.id());
    let both = format!("count.-1 = 2\n{}{}", full(0, &users), full(1, &users));
    stub.says(&both);
    let mut watch = stub
        .source(Pids::Ours)
        .watch(&command.target())
        .expect("two devices");
    assert_eq!(
        Polled::of(&mut *watch, 1).value(Signal::GPU_LOST, "1"),
        None
    );
    stub.says(&format!("{both}lost.1 = yes\nxids.1 = 79\n"));
    let polled = Polled::of(&mut *watch, 3);
    assert_eq!(polled.value(Signal::GPU_LOST, "1"), Some(1));
    assert_eq!(polled.value(Signal::XID, "1"), Some(1));
    assert_eq!(polled.value(Signal::GPU_MEMORY_USED, "1"), None);
    assert_eq!(polled.value(Signal::GPU_MEMORY_USED, "0"), Some(20_000));
    assert_eq!(Polled::of(&mut *watch, 5).entities(), ["0", &command.on(0)]);
    assert_eq!(
        watch.notices(),
        [
            "GPU 1: the driver reported Xid 79",
            "GPU 1 was lost during the run: it fell off its bus or needs a reset"
        ]
    );
}

#[test]
fn what_a_device_does_not_tell_is_said_in_one_line() {
    let (stub, command) = (Stub::new(&[]), Running::new());
    let users = format!("{}:-1", command.0.id());
    // Of the first only the size of its memory is known, and not who uses it; the second has no ECC memory.
    let second = full(1, &users).replace("corrected.1 =", "corrected.1 = !3");
    stub.says(&format!("count.-1 = 2\nused.0 = 1\ntotal.0 = 2\n{second}"));
    let mut watch = stub
        .source(Pids::Ours)
        .watch(&command.target())
        .expect("two devices");
    let polled = Polled::of(&mut *watch, 1);
    assert_eq!(polled.entities(), ["0", "1"]);
    assert_eq!(polled.value(Signal::GPU_MEMORY_USED, "0"), Some(1));
    assert_eq!(polled.value(Signal::GPU_UTILIZATION, "0"), None);
    assert_eq!(polled.value(Signal::GPU_ECC_CORRECTED, "1"), None);
    assert_eq!(
        watch.notices(),
        [
            "of GPU 0 the driver does not tell: utilisation, temperature, slowdowns, ECC errors, Xid errors, processes (so it counts whether the command used it or not)",
            "of GPU 1 the driver does not tell: ECC errors, memory by process",
        ]
    );
}

#[test]
fn all_devices_count_where_the_drivers_process_ids_are_not_ours() {
    let (stub, command) = (Stub::new(&[]), Running::new());
    let users = format!("{}:100", command.0.id());
    stub.says(&format!("count.-1 = 2\n{}{}", full(0, ""), full(1, &users)));
    let mut watch = stub
        .source(Pids::Foreign)
        .watch(&command.target())
        .expect("two devices");
    // A process of the host may have the id of one of ours.
    assert_eq!(Polled::of(&mut *watch, 1).entities(), ["0", "1"]);
    assert!(watch.notices()[0].contains("container"));
}

#[test]
fn errors_and_slowdowns_are_counted_as_they_come() {
    let (stub, command) = (Stub::new(&[]), Running::new());
    let users = format!("{}:100", command.0.id());
    let device = format!("count.-1 = 1\n{}", full(0, &users));
    stub.says(&device);
    let mut watch = stub
        .source(Pids::Ours)
        .watch(&command.target())
        .expect("a device");
    Polled::of(&mut *watch, 1);
    // Idle and limited by a power cap; then too hot, which the hardware notices as well.
    stub.says(&format!("{device}xids.0 = 31 31 999\nreasons.0 = 5\n"));
    let polled = Polled::of(&mut *watch, 3);
    assert_eq!(polled.value(Signal::XID, "0"), Some(3));
    assert_eq!(polled.value(Signal::GPU_SLOWED_POWER, "0"), Some(1_000_000));
    assert_eq!(polled.value(Signal::GPU_SLOWED_HEAT, "0"), Some(0));
    stub.says(&format!("{device}xids.0 = 31 31 999\nreasons.0 = 72\n"));
    let polled = Polled::of(&mut *watch, 5);
    assert_eq!(polled.value(Signal::XID, "0"), Some(0));
    assert_eq!(polled.value(Signal::GPU_SLOWED_POWER, "0"), Some(0));
    assert_eq!(polled.value(Signal::GPU_SLOWED_HEAT, "0"), Some(1_000_000));
    assert_eq!(
        polled.value(Signal::GPU_SLOWED_HARDWARE, "0"),
        Some(1_000_000)
    );
    assert_eq!(
        watch.notices(),
        [
            "GPU 0: the driver reported Xid of no known number",
            "GPU 0: the driver reported Xid 31 (2 times)"
        ]
    );
}

#[test]
fn a_storm_of_errors_does_not_hold_up_the_run() {
    let (stub, command) = (Stub::new(&[]), Running::new());
    let users = format!("{}:100", command.0.id());
    let storm = "13 ".repeat(100);
    stub.says(&format!(
        "count.-1 = 1\n{}xids.0 = {storm}\n",
        full(0, &users)
    ));
    let mut watch = stub
        .source(Pids::Ours)
        .watch(&command.target())
        .expect("a device");
    assert_eq!(Polled::of(&mut *watch, 1).value(Signal::XID, "0"), Some(64));
    assert_eq!(Polled::of(&mut *watch, 3).value(Signal::XID, "0"), Some(36));
}

#[test]
fn functions_that_the_library_lacks_are_missing_and_no_more() {
    let stub = Stub::new(&["WITHOUT_UTILIZATION", "WITHOUT_SET_FREE"]);
    let command = Running::new();
    let users = format!("{}:100", command.0.id());
    stub.says(&format!("count.-1 = 1\n{}", full(0, &users)));
    let mut watch = stub
        .source(Pids::Ours)
        .watch(&command.target())
        .expect("a device");
    let polled = Polled::of(&mut *watch, 1);
    assert_eq!(polled.value(Signal::GPU_MEMORY_USED, "0"), Some(20_000));
    assert_eq!(polled.value(Signal::GPU_UTILIZATION, "0"), None);
    assert_eq!(
        watch.notices(),
        ["of GPU 0 the driver does not tell: utilisation, Xid errors"]
    );
}

#[test]
fn a_machine_without_devices_is_told_in_one_line() {
    let target = Target::new(std::process::id());
    let absent = |stub: &Stub| match stub.source(Pids::Ours).watch(&target) {
        Ok(_) => panic!("there is none"),
        Err(absent) => {
            let said = absent.to_string();
            assert!(!said.contains('\n'), "{said}");
            said
        }
    };
    let stub = Stub::new(&[]);
    stub.says("init.-1 = 9\n");
    assert_eq!(
        absent(&stub),
        "the NVIDIA driver does not start (NVIDIA driver is not loaded)"
    );
    stub.says("count.-1 = !999\n");
    assert!(absent(&stub).contains("tells no devices"));
    stub.says("count.-1 = 0\n");
    assert_eq!(absent(&stub), "the NVIDIA driver knows no device");
    stub.says("count.-1 = 1\nclosed.0 = yes\n");
    assert!(absent(&stub).starts_with("GPU 0 cannot be read (the current user"));
    stub.says(&format!("count.-1 = 2\nclosed.0 = yes\n{}", full(1, "")));
    let watch = stub.source(Pids::Ours).watch(&target).expect("one of two");
    assert!(watch.notices()[0].starts_with("GPU 0 cannot be read"));

    let stub = Stub::new(&["WITHOUT_INIT"]);
    let said = absent(&stub);
    assert!(
        said.contains("is no NVIDIA driver's library") && said.contains("nvmlInit_v2"),
        "{said}"
    );
    let mut source = stub.source(Pids::Ours);
    source.library = "/nonexistent/libnvidia-ml.so.1".into();
    let said = match source.watch(&target) {
        Ok(_) => panic!("there is none"),
        Err(absent) => absent.to_string(),
    };
    assert!(
        said.starts_with("the NVIDIA driver's library cannot be loaded (/nonexistent/"),
        "{said}"
    );
}

#[test]
fn the_description_says_where_each_signal_comes_from() {
    let meta = Nvidia.meta();
    assert_eq!(meta.plugin.id(), "sampler:gpu");
    assert!(meta.mapping.contains("example"));
    for signal in meta.emits {
        let (_, last) = signal.name.rsplit_once('.').unwrap_or(("", signal.name));
        assert!(meta.mapping.contains(last), "{}", signal.name);
    }
}
