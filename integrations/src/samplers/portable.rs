//! `sampler:process` where there is no `/proc`: memory and processor time, through sysinfo.

use std::collections::BTreeMap;

use pss_metrics::model::{Intake, Sample, Signal};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::{
    contract::{Absent, Facts, Polling},
    target::Target,
};

pub(super) fn start(target: &Target) -> Result<Box<dyn Polling>, Absent> {
    if !sysinfo::IS_SUPPORTED_SYSTEM {
        return Err(Absent(
            "processes of this operating system cannot be read".to_owned(),
        ));
    }
    Ok(Box::new(Processes {
        root: Pid::from_u32(target.root()),
        system: System::new(),
        on_cpu: BTreeMap::new(),
        facts: Facts::default(),
    }))
}

struct Processes {
    root: Pid,
    system: System,
    /// Milliseconds by process, of all that were ever seen.
    on_cpu: BTreeMap<Pid, u64>,
    facts: Facts,
}

impl Polling for Processes {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
        self.system
            .refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        self.facts = Facts::default();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        // By id, which is nearly by start, so that names hardly change from poll to poll.
        let processes: BTreeMap<_, _> = self.system.processes().iter().collect();
        for (pid, process) in processes {
            if !self.is_ours(*pid) {
                continue;
            }
            let program = process.name().to_string_lossy().into_owned();
            let number = names.entry(program.clone()).or_default();
            *number += 1;
            let entity = match *number {
                1 => program,
                number => format!("{program}#{number}"),
            };
            let on_cpu = process.accumulated_cpu_time();
            self.on_cpu.insert(*pid, on_cpu);
            self.facts.processes += 1;
            self.facts.rss += process.memory();
            for (signal, value) in [
                (Signal::MEMORY_RSS, process.memory()),
                (Signal::ON_CPU, on_cpu.saturating_mul(1_000_000)),
            ] {
                into.sample(&Sample {
                    signal,
                    entity: &entity,
                    time: Some(now),
                    value,
                });
            }
        }
        self.facts.on_cpu = self.on_cpu.values().sum::<u64>().saturating_mul(1_000_000);
    }

    fn facts(&self) -> Option<Facts> {
        Some(self.facts)
    }
}

impl Processes {
    fn is_ours(&self, pid: Pid) -> bool {
        let mut at = Some(pid);
        // Parents of reused ids may form a ring.
        for _ in 0..64 {
            match at {
                Some(pid) if pid == self.root => return true,
                Some(pid) => at = self.system.process(pid).and_then(sysinfo::Process::parent),
                None => return false,
            }
        }
        false
    }
}
