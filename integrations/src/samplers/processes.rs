//! How `sampler:process` reads `/proc`.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use pss_metrics::model::{Intake, Sample, Signal};

use super::{
    clock::nanoseconds,
    contract::{Absent, Facts, Polling},
    kept::BUFFER,
    member::Process,
    pace::Pace,
    target::Target,
    tree::Tree,
    watched::{COUNTERS, Carried, Counters, ON_CPU, Watched},
};

/// At most a fiftieth of a processor: a tree of thousands of threads is read less often than asked.
const REST: u32 = 50;
/// What the dear files of all processes may take in one poll; those left come next.
const DEAR: Duration = Duration::from_micros(500);

pub(super) fn start(target: &Target) -> Result<Box<dyn Polling>, Absent> {
    if !std::path::Path::new("/proc/self/stat").exists() {
        return Err(Absent("/proc is not mounted".to_owned()));
    }
    Ok(Box::new(Processes {
        target: target.clone(),
        pace: Pace::new(Duration::ZERO, REST),
        watched: BTreeMap::new(),
        carried: Carried::new(),
        facts: Facts::default(),
        io_denied: 0,
    }))
}

struct Processes {
    target: Target,
    pace: Pace,
    watched: BTreeMap<u32, Watched>,
    carried: Carried,
    facts: Facts,
    io_denied: usize,
}

impl Polling for Processes {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        if let Some(begun) = self.pace.begin() {
            self.read(now, into);
            self.pace.end(&begun);
        }
    }

    fn finish(&mut self, now: i64, into: &mut dyn Intake) {
        self.read(now, into);
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

impl Processes {
    fn read(&mut self, now: i64, into: &mut dyn Intake) {
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
            .filter_map(|counters| counters[ON_CPU])
            .sum();
        self.facts = tree.facts();
        // Ticks are coarse; threads that nobody saw count only there.
        self.facts.on_cpu = self.facts.on_cpu.max(seen);
    }

    fn process(
        &mut self,
        tree: &Tree,
        process: &Process,
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
        carry(self.carried.entry(entity.clone()).or_default(), &counters);
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

/// What is not known of one process does not undo what was of those before it.
fn carry(carried: &mut Counters, counters: &Counters) {
    for (carried, counter) in carried.iter_mut().zip(counters) {
        *carried = counter.or(*carried);
    }
}

fn for_each(counters: &Counters, mut push: impl FnMut(Signal, u64)) {
    for (signal, value) in COUNTERS.into_iter().zip(counters) {
        if let Some(value) = value {
            push(signal, *value);
        }
    }
}
