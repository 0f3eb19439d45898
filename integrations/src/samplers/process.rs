//! `sampler:process`: what each process of the tree uses.

#[cfg(target_os = "linux")]
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

#[cfg(target_os = "linux")]
use pss_metrics::model::{Intake, Sample};
use pss_metrics::{model::Signal, plugin_meta};

#[cfg(target_os = "linux")]
use super::{
    contract::Facts,
    kept::BUFFER,
    tree::{Process as Member, Tree, nanoseconds},
    watched::{COUNTERS, Carried, Counters, Watched},
};
use super::{
    contract::{Absent, Polling, Sampler, SamplerEntry, SamplerMeta},
    target::Target,
};

static META: SamplerMeta = SamplerMeta {
    plugin: plugin_meta!(
        Sampler,
        "process",
        "memory, processor time and waits of each process of the tree"
    ),
    emits: &[
        Signal::MEMORY_RSS,
        Signal::ON_CPU,
        Signal::RUN_DELAY,
        Signal::MEMORY_PEAK,
        Signal::FAULTS_MINOR,
        Signal::FAULTS_MAJOR,
        Signal::IO_READ,
        Signal::IO_WRITTEN,
        Signal::IO_DELAY,
        Signal::THREADS,
        Signal::SWITCHES_VOLUNTARY,
        Signal::SWITCHES_INVOLUNTARY,
    ],
    needs: "Linux with /proc, for all; elsewhere memory and processor time alone",
    mapping: "entity: the program's file name, with #2, #3 .. for those of the same name that live at once. The place of one that ended goes to the next of its name,
whose counters go on from there: a thousand short workers, one after the other, are one entity
/proc/PID/task/*/schedstat  sum over threads, those that ended as last seen -> sched.on_cpu, sched.run_delay, ns, counters
/proc/PID/stat rss          -> memory.rss, bytes          num_threads -> sched.threads
               minflt, majflt -> memory.faults.minor, .major, counters
               delayacct_blkio_ticks, where it is ever above 0 (sysctl kernel.task_delayacct) -> io.delay, ns, counter
/proc/PID/io read_bytes, write_bytes: what storage had to do, caches left out -> io.read, io.written, bytes, counters
/proc/PID/status VmHWM, once a second -> memory.peak, bytes
/proc/PID/task/*/status, once a second -> sched.switches.voluntary, .involuntary, counters
example: two threads with schedstat `5000000 1000000 9` and `2000000 0 4` -> sched.on_cpu 7000000, sched.run_delay 1000000
Threads and processes that begin and end between two polls are not seen; memory that processes share counts for each.",
};

/// The sampler.
#[derive(Debug)]
pub struct Process;

inventory::submit! { SamplerEntry { sampler: &Process } }

impl Sampler for Process {
    fn meta(&self) -> &'static SamplerMeta {
        &META
    }

    #[cfg(target_os = "linux")]
    fn start(&self, target: &Target) -> Result<Box<dyn Polling>, Absent> {
        if !std::path::Path::new("/proc/self/stat").exists() {
            return Err(Absent("/proc is not mounted".to_owned()));
        }
        Ok(Box::new(Processes {
            target: target.clone(),
            watched: BTreeMap::new(),
            carried: Carried::new(),
            facts: Facts::default(),
            io_denied: 0,
        }))
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&self, target: &Target) -> Result<Box<dyn Polling>, Absent> {
        super::portable::start(target)
    }
}

/// What the dear files of all processes may take in one poll; those left come next.
#[cfg(target_os = "linux")]
const DEAR: Duration = Duration::from_micros(500);

#[cfg(target_os = "linux")]
struct Processes {
    target: Target,
    watched: BTreeMap<u32, Watched>,
    carried: Carried,
    facts: Facts,
    io_denied: usize,
}

#[cfg(target_os = "linux")]
impl Polling for Processes {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        let target = self.target.clone();
        let tree = target.look(now);
        let dear_until = Instant::now() + DEAR;
        let mut buffer = [0; BUFFER];
        self.watched.retain(|pid, watched| {
            tree.process(*pid)
                .is_some_and(|process| process.stat.starttime == watched.started)
        });
        for process in tree.processes() {
            self.process(&tree, process, now, dear_until, &mut buffer, into);
        }
        let seen: u64 = self
            .carried
            .values()
            .filter_map(|counters| counters[0])
            .sum();
        self.facts = tree.facts();
        // Ticks are coarse; threads that nobody saw count only there.
        self.facts.on_cpu = self.facts.on_cpu.max(seen);
    }

    fn facts(&self) -> Option<Facts> {
        Some(self.facts)
    }

    fn notices(&self) -> Vec<String> {
        match self.io_denied {
            0 => Vec::new(),
            count => vec![format!(
                "bytes read and written of {count} processes (they run as another user)"
            )],
        }
    }
}

#[cfg(target_os = "linux")]
impl Processes {
    fn process(
        &mut self,
        tree: &Tree,
        process: &Member,
        now: i64,
        dear_until: Instant,
        buffer: &mut [u8; BUFFER],
        into: &mut dyn Intake,
    ) {
        let Some(entity) = process.entity() else {
            return;
        };
        let known = self.watched.contains_key(&process.pid);
        let watched = self
            .watched
            .entry(process.pid)
            .or_insert_with(|| Watched::new(process, entity, &self.carried));
        if watched.entity != *entity {
            watched.become_entity(entity, &self.carried);
        }
        let mut push = |signal, time, value| {
            into.sample(&Sample {
                signal,
                entity,
                time: Some(time),
                value,
            });
        };
        let denied = watched.io_denied;
        let counters = watched.counters(process, buffer);
        self.io_denied += usize::from(watched.io_denied && !denied);
        if !known && tree.is_new(process) {
            // A counter starts at nothing: without this, what it grew before the first poll were lost.
            let age = i64::try_from(nanoseconds(process.age())).unwrap_or(i64::MAX);
            let start = now.saturating_sub(age.max(1));
            for_each(&watched.at_start(&counters), |signal, value| {
                push(signal, start, value);
            });
        }
        for_each(&counters, |signal, value| push(signal, now, value));
        self.carried.insert(entity.clone(), counters);
        if process.ended() {
            return;
        }
        let page = rustix::param::page_size() as u64;
        push(Signal::MEMORY_RSS, now, process.stat.rss * page);
        push(
            Signal::THREADS,
            now,
            u64::try_from(process.stat.num_threads).unwrap_or(0),
        );
        if Instant::now() < dear_until
            && let Some(peak) = watched.seldom(buffer)
        {
            push(Signal::MEMORY_PEAK, now, peak);
        }
    }
}

#[cfg(target_os = "linux")]
fn for_each(counters: &Counters, mut push: impl FnMut(Signal, u64)) {
    for (signal, value) in COUNTERS.into_iter().zip(counters) {
        if let Some(value) = value {
            push(signal, *value);
        }
    }
}
