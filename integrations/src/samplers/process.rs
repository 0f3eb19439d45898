//! `sampler:process`: what each process of the tree uses.

use pss_metrics::{model::Signal, plugin_meta};

#[cfg(not(target_os = "linux"))]
use super::portable as processes;
#[cfg(target_os = "linux")]
use super::processes;
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
Threads and processes that begin and end between two polls are not seen, nor processes that live for less than 20 ms; memory that processes share counts for each.",
};

/// The sampler.
#[derive(Debug)]
pub struct Process;

inventory::submit! { SamplerEntry { sampler: &Process } }

impl Sampler for Process {
    fn meta(&self) -> &'static SamplerMeta {
        &META
    }

    fn start(&self, target: &Target) -> Result<Box<dyn Polling>, Absent> {
        processes::start(target)
    }
}
