//! Samplers on real processes. The children are this test binary again, as `child` in a role.

#![cfg(target_os = "linux")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use pss_integrations::{
    PLUGIN_CRATE,
    samplers::{Absent, Facts, Polling, Target, samplers},
};
use pss_metrics::{
    model::{Batch, Intake, Sample, Signal, Span},
    score::{Plan, Planned, metrics, score},
    summary::Summariser,
};
use rustix::{
    process::{
        Pid, Signal as Kill, WaitId, WaitIdOptions, WaitOptions, kill_process, kill_process_group,
        set_child_subreaper, waitid, waitpgid, waitpid,
    },
    time::{ClockId, clock_gettime},
};

const ROLE: &str = "PSS_TEST_ROLE";

/// What a child does, until it is killed.
#[test]
#[ignore = "run by the other tests as their child"]
fn child() {
    let role = std::env::var(ROLE).expect("a role");
    let (name, number) = role.split_once(':').unwrap_or((&role, "1"));
    let number: usize = number.parse().expect("a number");
    match name {
        "busy" => {
            for _ in 1..number {
                std::thread::spawn(spin);
            }
            spin();
        }
        "idle-threads" => {
            for _ in 1..number {
                std::thread::spawn(|| std::thread::sleep(Duration::from_secs(60)));
            }
        }
        "short-threads" => loop {
            std::thread::spawn(|| spin_for(Duration::from_millis(30)))
                .join()
                .expect("ended");
        },
        "memory" => {
            std::thread::sleep(Duration::from_millis(200));
            std::hint::black_box(vec![1_u8; number << 20]);
            let kept = std::hint::black_box(vec![1_u8; number << 20]);
            std::thread::sleep(Duration::from_secs(60));
            drop(kept);
        }
        "write" => {
            let path = std::env::temp_dir().join(format!("pss-write-{}", std::process::id()));
            let mut file = std::fs::File::create(&path).expect("a file");
            std::fs::remove_file(&path).expect("removed");
            file.write_all(&vec![7; number << 20]).expect("written");
            file.sync_all().expect("on storage");
        }
        // A grandchild in a group and session that nobody saw, left behind at once.
        "leave" => {
            let mut setsid = Command::new("setsid");
            drop(setsid.args(["sleep", "60"]).spawn().expect("setsid"));
            return;
        }
        "tree" => {
            for _ in 0..number {
                let mut child = Command::new(std::env::current_exe().expect("a path"));
                child.args(AS_CHILD).env(ROLE, "idle-threads:10");
                drop(child.spawn().expect("a grandchild"));
            }
        }
        "tcp" => exchange(),
        "exec" => {
            std::thread::sleep(Duration::from_millis(300));
            let error = Command::new("sleep").arg("60").exec();
            panic!("{error}");
        }
        "workers" => loop {
            Command::new("sleep").arg("0.06").status().expect("sleep");
        },
        "copy" => {
            let mut shell = Command::new("sh");
            shell.args(["-c", "(while :; do :; done; true) & wait; true"]);
            shell.status().expect("sh");
        }
        "storm" => loop {
            let many: Vec<Child> = (0..8)
                .filter_map(|_| Command::new("true").spawn().ok())
                .collect();
            for mut child in many {
                child.wait().expect("ended");
            }
        },
        role => panic!("no role {role}"),
    }
    std::thread::sleep(Duration::from_secs(60));
}

const AS_CHILD: [&str; 4] = ["--exact", "child", "--ignored", "--nocapture"];

fn spin() {
    spin_for(Duration::from_secs(60));
}

fn spin_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

fn exchange() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut byte = [0];
        while stream.read_exact(&mut byte).is_ok() && stream.write_all(&byte).is_ok() {}
    });
    let mut stream = TcpStream::connect(address).expect("connected");
    let mut byte = [1];
    loop {
        stream.write_all(&byte).expect("written");
        stream.read_exact(&mut byte).expect("read");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A child that is killed with its group when the test ends.
struct Running {
    child: Child,
    _alone: Option<MutexGuard<'static, ()>>,
}

impl Running {
    /// The only one of all tests: some keep processors busy, and what one leaves behind would be another's orphan.
    fn alone(role: &str) -> Running {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = Running::beside(role);
        running._alone = Some(alone);
        running
    }

    /// One beside another of the same test.
    fn beside(role: &str) -> Running {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.args(AS_CHILD).env(ROLE, role);
        command.stdout(Stdio::null()).process_group(0);
        Running {
            child: command.spawn().expect("a child"),
            _alone: None,
        }
    }

    fn target(&self) -> Target {
        Target::new(self.child.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = Pid::from_raw(self.child.id() as i32).expect("above 0");
        kill_process_group(group, Kill::KILL).ok();
        self.child.kill().ok();
        self.child.wait().ok();
        // What it left to us were an orphan for the next test as well, as long as it dies.
        while waitpgid(group, WaitOptions::empty()).is_ok() {}
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    signal: Signal,
    entity: String,
    time: i64,
    value: u64,
}

#[derive(Default)]
struct Samples(Vec<Seen>);

impl Intake for Samples {
    fn span(&mut self, _: &Span<'_>) {
        panic!("samplers push no spans");
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.0.push(Seen {
            signal: sample.signal,
            entity: sample.entity.to_owned(),
            time: sample.time.expect("a time"),
            value: sample.value,
        });
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl Samples {
    fn of(&self, signal: Signal) -> Vec<&Seen> {
        self.0.iter().filter(|seen| seen.signal == signal).collect()
    }

    fn last(&self, signal: Signal) -> u64 {
        self.of(signal).last().map_or(0, |seen| seen.value)
    }

    fn entities(&self, signal: Signal) -> Vec<&str> {
        let mut entities: Vec<&str> = self.of(signal).iter().map(|seen| &*seen.entity).collect();
        entities.sort_unstable();
        entities.dedup();
        entities
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("after 1970").as_nanos() as i64
}

fn start(name: &str, target: &Target) -> Result<Box<dyn Polling>, Absent> {
    samplers(&[&PLUGIN_CRATE], &Default::default())
        .expect("registered")
        .into_iter()
        .find(|sampler| sampler.meta().plugin.name == name)
        .expect("known")
        .start(target)
}

fn process(target: &Target) -> Box<dyn Polling> {
    start("process", target).expect("Linux")
}

/// Polls each 50 ms for a time.
fn poll(sampler: &mut dyn Polling, milliseconds: u64) -> Samples {
    let mut samples = Samples::default();
    poll_until(sampler, &mut samples, milliseconds, |_| false);
    samples
}

/// Polls each 50 ms until something is seen; says whether it was.
fn poll_until(
    sampler: &mut dyn Polling,
    samples: &mut Samples,
    milliseconds: u64,
    enough: impl Fn(&Samples) -> bool,
) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(milliseconds) {
        sampler.poll(now(), samples);
        if enough(samples) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

#[test]
fn all_are_registered_and_say_what_they_do() {
    for sampler in samplers(&[&PLUGIN_CRATE], &Default::default()).expect("registered") {
        let meta = sampler.meta();
        assert!(!meta.emits.is_empty() && !meta.needs.is_empty());
        for signal in meta.emits {
            let family = signal.name.split('.').next().expect("a name");
            assert!(
                meta.mapping.contains(signal.name) || meta.mapping.contains(&format!("{family}.")),
                "{} does not say where {} comes from",
                meta.plugin.name,
                signal.name
            );
        }
        assert!(meta.mapping.contains("example"), "{}", meta.plugin.name);
    }
}

#[test]
fn a_busy_child_runs_about_all_the_time_it_has() {
    let child = Running::alone("busy");
    let mut sampler = process(&child.target());
    let start = Instant::now();
    let samples = poll(&mut *sampler, 1500);
    let wall = start.elapsed().as_nanos() as f64;
    // Ready is ready: on a machine that others use as well, the rest is run delay.
    let (ran, waited) = (
        samples.last(Signal::ON_CPU),
        samples.last(Signal::RUN_DELAY),
    );
    let share = (ran + waited) as f64 / wall;
    println!("ran {ran} ns, waited {waited} ns of {wall} ns");
    assert!((0.8..1.3).contains(&share), "{share}");
    assert!(ran > 10_000_000, "{ran}");
    let first = samples.of(Signal::ON_CPU)[0];
    assert_eq!(first.value, 0, "a counter begins with the process");
    let entities = samples.entities(Signal::ON_CPU);
    assert_eq!(entities.len(), 1, "{entities:?}");
    let facts = sampler.facts().expect("of processes");
    assert!(facts.processes == 1 && facts.rss > 1 << 20, "{facts:?}");
    assert!(
        facts.on_cpu.abs_diff(ran) < 100_000_000,
        "{facts:?} after {ran}"
    );
}

#[test]
fn more_busy_threads_than_processors_wait() {
    let threads = 4 * std::thread::available_parallelism().expect("known").get();
    let child = Running::alone(&format!("busy:{threads}"));
    let samples = poll(&mut *process(&child.target()), 1500);
    let (ran, waited) = (
        samples.last(Signal::ON_CPU) as f64,
        samples.last(Signal::RUN_DELAY) as f64,
    );
    println!("{threads} threads ran {ran} ns and waited {waited} ns");
    assert!(waited / (waited + ran) > 0.5, "{waited} of {ran}");
}

#[test]
fn counters_never_fall_while_threads_come_and_go() {
    let child = Running::alone("short-threads");
    let samples = poll(&mut *process(&child.target()), 1000);
    for signal in [
        Signal::ON_CPU,
        Signal::RUN_DELAY,
        Signal::SWITCHES_VOLUNTARY,
    ] {
        let values: Vec<u64> = samples.of(signal).iter().map(|seen| seen.value).collect();
        assert!(values.is_sorted(), "{}: {values:?}", signal.name);
    }
    assert!(samples.last(Signal::ON_CPU) > 10_000_000);
}

#[test]
fn allocated_memory_shows() {
    let child = Running::alone("memory:64");
    let mut sampler = process(&child.target());
    let mut samples = Samples::default();
    let shows = |samples: &Samples| {
        let memory = samples.of(Signal::MEMORY_RSS);
        // Pages of the program's file may be dropped meanwhile.
        memory
            .last()
            .is_some_and(|last| last.value >= memory[0].value + (60 << 20))
    };
    assert!(
        poll_until(&mut *sampler, &mut samples, 8000, shows),
        "{}",
        samples.last(Signal::MEMORY_RSS)
    );
    samples.0.clear();
    assert!(poll_until(&mut *sampler, &mut samples, 3000, |samples| {
        samples.last(Signal::MEMORY_PEAK) > 64 << 20
    }));
    assert!(samples.last(Signal::FAULTS_MINOR) > 16_000);
}

#[test]
fn bytes_written_show() {
    let child = Running::alone("write:8");
    let mut samples = Samples::default();
    let written = poll_until(
        &mut *process(&child.target()),
        &mut samples,
        8000,
        |samples| samples.last(Signal::IO_WRITTEN) >= 8 << 20,
    );
    // On a file system in memory nothing goes to storage.
    println!(
        "written {} (seen: {written})",
        samples.last(Signal::IO_WRITTEN)
    );
    assert!(!samples.of(Signal::IO_WRITTEN).is_empty());
}

#[test]
fn a_grandchild_that_outlives_its_parent_is_found() {
    set_child_subreaper(Some(rustix::process::getpid())).expect("allowed");
    let mut child = Running::alone("leave");
    let target = child.target();
    // Not polled while the parent lives: all there is to find it by is that it was left to us.
    child.child.wait().expect("ended");
    let mut sampler = process(&target);
    let mut samples = Samples::default();
    let found = poll_until(&mut *sampler, &mut samples, 5000, |samples| {
        samples.entities(Signal::MEMORY_RSS).contains(&"sleep")
    });
    for pid in target.pids(now()) {
        if let Some(pid) = Pid::from_raw(pid as i32) {
            kill_process(pid, Kill::KILL).ok();
            // Else it were an orphan for the next test as well.
            waitpid(Some(pid), WaitOptions::empty()).ok();
        }
    }
    assert!(found, "{:?}", samples.entities(Signal::MEMORY_RSS));
}

#[test]
fn what_is_left_is_told_at_once() {
    let child = Running::alone("busy");
    let target = child.target();
    assert_eq!(target.pids(now()), [child.child.id()]);
    // Into the group of the tree, as a shell's job would be.
    let mut other = Command::new("sleep")
        .arg("60")
        .process_group(child.child.id() as i32)
        .spawn()
        .expect("sleep");
    let left = target.pids(now());
    other.kill().expect("killed");
    other.wait().expect("reaped");
    assert!(left.contains(&other.id()), "{left:?}");
}

#[test]
fn children_of_ours_that_are_not_of_the_tree_are_left_out() {
    let child = Running::alone("busy");
    let target = child.target();
    let stranger = Running::beside("busy");
    let mut sampler = process(&target);
    poll(&mut *sampler, 200);
    assert_eq!(target.pids(now()), [child.child.id()]);
    drop(stranger);
}

#[test]
fn a_process_that_vanishes_is_no_failure() {
    let mut child = Running::alone("busy");
    let mut sampler = process(&child.target());
    let mut samples = poll(&mut *sampler, 150);
    let before = samples.last(Signal::ON_CPU);
    child.child.kill().expect("killed");
    let pid = Pid::from_raw(child.child.id() as i32).expect("above 0");
    let only_look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(pid), only_look).expect("ended");
    // A zombie: counters stand, memory is no zero.
    samples.0.clear();
    sampler.poll(now(), &mut samples);
    assert!(samples.last(Signal::ON_CPU) >= before);
    assert!(samples.of(Signal::MEMORY_RSS).is_empty());
    child.child.wait().expect("reaped");
    samples.0.clear();
    sampler.finish(now(), &mut samples);
    assert_eq!(samples.0, []);
    let facts = sampler.facts().expect("of processes");
    assert_eq!(
        facts,
        Facts {
            on_cpu: facts.on_cpu,
            ..Facts::default()
        }
    );
    assert!(facts.on_cpu >= before, "{facts:?}, {before}");
    // And one that was gone before anyone looked.
    let gone = Target::new(child.child.id());
    assert!(poll(&mut *process(&gone), 100).0.is_empty());
}

#[test]
fn a_storm_of_short_processes_is_no_failure() {
    let child = Running::alone("storm");
    let mut sampler = process(&child.target());
    let mut samples = Samples::default();
    for _ in 0..200 {
        sampler.poll(now(), &mut samples);
        std::thread::sleep(Duration::from_millis(3));
    }
    let entities = samples.entities(Signal::FAULTS_MINOR);
    println!("{} samples of {entities:?}", samples.0.len());
    assert!((1..40).contains(&entities.len()), "{entities:?}");
    for entity in entities {
        let faults = samples.of(Signal::FAULTS_MINOR).into_iter();
        let faults: Vec<u64> = faults
            .filter(|seen| seen.entity == entity)
            .map(|seen| seen.value)
            .collect();
        assert!(faults.is_sorted(), "{entity}: {faults:?}");
    }
}

#[test]
fn workers_one_after_the_other_are_one_entity() {
    let child = Running::alone("workers");
    let mut samples = Samples::default();
    poll_until(
        &mut *process(&child.target()),
        &mut samples,
        8000,
        |samples| {
            let sleeps = samples.of(Signal::FAULTS_MINOR);
            sleeps.iter().filter(|seen| seen.entity == "sleep").count() > 8
        },
    );
    let entities = samples.entities(Signal::MEMORY_RSS);
    assert_eq!(entities.len(), 2, "{entities:?}");
    assert!(entities.contains(&"sleep"), "{entities:?}");
    let faults: Vec<u64> = samples
        .of(Signal::FAULTS_MINOR)
        .iter()
        .filter(|seen| seen.entity == "sleep")
        .map(|seen| seen.value)
        .collect();
    assert!(faults.is_sorted() && faults.len() > 4, "{faults:?}");
}

#[test]
fn a_copy_of_its_parent_is_an_entity_once_it_stays_one() {
    let child = Running::alone("copy");
    let mut sampler = process(&child.target());
    let mut samples = Samples::default();
    let second = |samples: &Samples| {
        let entities = samples.entities(Signal::MEMORY_RSS);
        entities.iter().any(|entity| entity.ends_with("sh#2"))
    };
    assert!(
        poll_until(&mut *sampler, &mut samples, 8000, second),
        "{:?}",
        samples.entities(Signal::MEMORY_RSS)
    );
    assert_eq!(samples.entities(Signal::MEMORY_RSS).len(), 3);
}

#[test]
fn what_runs_another_program_is_another_entity() {
    let child = Running::alone("exec");
    let mut samples = Samples::default();
    poll_until(
        &mut *process(&child.target()),
        &mut samples,
        8000,
        |samples| samples.entities(Signal::ON_CPU).len() > 1,
    );
    let entities = samples.entities(Signal::ON_CPU);
    assert_eq!(entities.len(), 2, "{entities:?}");
    // What the first program used is not the second's.
    let sleep: Vec<&Seen> = samples
        .of(Signal::FAULTS_MINOR)
        .into_iter()
        .filter(|seen| seen.entity == "sleep")
        .collect();
    assert!(!sleep.is_empty() && sleep[0].value < 1000, "{sleep:?}");
}

#[test]
fn pressure_is_read_or_said_to_be_absent() {
    let child = Running::alone("busy:8");
    match start("psi", &child.target()) {
        Ok(mut sampler) => {
            let samples = poll(&mut *sampler, 500);
            let cpu = samples.of(Signal::PSI_CPU_SOME);
            assert!(cpu.len() >= 5, "{cpu:?}");
            println!(
                "{:?}",
                cpu.iter().map(|seen| seen.value).collect::<Vec<_>>()
            );
            assert!(
                samples
                    .0
                    .iter()
                    .all(|seen| seen.entity == "host" && seen.value <= 1_000_000)
            );
            assert!(cpu.iter().any(|seen| seen.value > 0), "{cpu:?}");
        }
        Err(absent) => assert!(absent.to_string().contains("CONFIG_PSI")),
    }
}

#[test]
fn the_control_group_is_read_or_said_to_be_absent() {
    let child = Running::alone("busy");
    match start("cgroup", &child.target()) {
        Ok(mut sampler) => assert!(!poll(&mut *sampler, 100).0.is_empty()),
        Err(absent) => println!("{absent}"),
    }
}

#[test]
fn connections_of_a_child_show_their_round_trips() {
    let child = Running::alone("tcp");
    let mut sampler = match start("sockets", &child.target()) {
        Ok(sampler) => sampler,
        Err(absent) => {
            assert!(absent.to_string().contains("netlink"));
            return;
        }
    };
    let mut samples = Samples::default();
    assert!(poll_until(&mut *sampler, &mut samples, 5000, |samples| {
        samples.of(Signal::NET_RTT).len() >= 4
    }));
    let values: Vec<u64> = samples
        .of(Signal::NET_RTT)
        .iter()
        .map(|seen| seen.value)
        .collect();
    println!("{values:?} ns");
    assert!(
        values
            .iter()
            .all(|value| (1000..1_000_000_000).contains(value))
    );
    assert!(!samples.of(Signal::NET_RETRANSMITS).is_empty());
}

/// What is sampled reaches the metrics: threads that crowd the processors starve, and steady memory is steady.
#[test]
fn samples_become_scores() {
    let threads = 6 * std::thread::available_parallelism().expect("known").get();
    let child = Running::alone(&format!("busy:{threads}"));
    let samples = poll(&mut *process(&child.target()), 2000);
    let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
    for seen in &samples.0 {
        batch.push_sample(&Sample {
            signal: seen.signal,
            entity: &seen.entity,
            time: Some(seen.time),
            value: seen.value,
        });
    }
    summariser.fold(&mut batch);
    let metrics = metrics(&[&pss_metrics::builtin::PLUGIN_CRATE], &Default::default());
    let plan = Plan {
        metrics: metrics
            .expect("registered")
            .into_iter()
            .map(Planned::new)
            .collect(),
        ..Plan::default()
    };
    let scored = score(&summariser.finish(), &plan);
    let of = |code: &str| {
        let found = scored.metrics.iter().zip(&plan.metrics);
        let found = found.filter(|(_, planned)| planned.metric.meta().code == code);
        found
            .filter_map(|(metric, _)| metric.outcome.score())
            .next()
    };
    println!("STARVE {:?}, MEM {:?}", of("STARVE"), of("MEM"));
    assert!(of("STARVE").is_some_and(|score| score < 0.3));
    assert!(of("MEM").is_some_and(|score| score > 0.8));
}

/// Microseconds of processor time a poll takes, printed:
/// `cargo test --release -p pss-integrations --test samplers -- --ignored --nocapture cost`.
#[test]
#[ignore = "measures"]
fn cost_of_a_poll() {
    let on_cpu = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
    };
    let print = |name: &str, what: &mut dyn FnMut()| {
        let mut times: Vec<i128> = (0..100)
            .map(|_| {
                std::thread::sleep(Duration::from_millis(100));
                let start = on_cpu();
                what();
                (on_cpu() - start) / 1000
            })
            .collect();
        times.sort_unstable();
        println!(
            "{name}: median {} us, 90 % {} us, most {} us",
            times[50], times[90], times[99]
        );
    };
    let child = Running::alone("tree:10");
    let target = child.target();
    std::thread::sleep(Duration::from_millis(500));
    let mut samples = Samples::default();
    print("finding the processes", &mut || {
        target.pids(now());
    });
    for name in ["process", "psi", "cgroup", "sockets"] {
        let Ok(mut sampler) = start(name, &target) else {
            continue;
        };
        print(name, &mut || {
            samples.0.clear();
            sampler.poll(now(), &mut samples);
        });
        println!("{} samples; {:?}", samples.0.len(), sampler.facts());
    }
}
