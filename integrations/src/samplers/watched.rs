//! One process under watch: its open files, and its counters as those of its entity.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use procfs_core::{FromRead, process::Io};
use pss_metrics::model::Signal;

use super::{
    clock::{nanoseconds, ticks},
    kept::{BUFFER, Kept},
    member::Process,
    threads::{Switches, Threads},
};

/// The counters of a process, in the order of [`Counters`].
pub(super) const COUNTERS: [Signal; 9] = [
    Signal::ON_CPU,
    Signal::RUN_DELAY,
    Signal::IO_READ,
    Signal::IO_WRITTEN,
    Signal::FAULTS_MINOR,
    Signal::FAULTS_MAJOR,
    Signal::SWITCHES_VOLUNTARY,
    Signal::SWITCHES_INVOLUNTARY,
    Signal::IO_DELAY,
];
/// Where time on a processor stands in them.
pub(super) const ON_CPU: usize = 0;
/// Values of [`COUNTERS`]; `None` where the machine does not tell.
pub(super) type Counters = [Option<u64>; COUNTERS.len()];

/// How often the long files are read, which cost the most.
const SELDOM: Duration = Duration::from_secs(1);

/// What earlier processes of each entity left behind.
pub(super) type Carried = BTreeMap<Arc<str>, Counters>;

/// A process under watch.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) started: u64,
    pub(super) entity: Arc<str>,
    threads: Threads,
    io: Kept,
    status: Kept,
    seldom_due: Option<Instant>,
    switches: Option<Switches>,
    raw: Counters,
    /// What is added to the process's own counters, so that those of its entity never fall.
    base: [i128; COUNTERS.len()],
    /// Whether its bytes read and written may not be read.
    pub(super) io_denied: bool,
}

impl Watched {
    /// A process seen for the first time: its counters go on where the one before it under its entity ended.
    pub(super) fn new(process: &Process, entity: &Arc<str>, carried: &Carried) -> Watched {
        let file = |name| Kept::new(format!("/proc/{}/{name}", process.pid).into());
        let mut watched = Watched {
            started: process.stat.starttime,
            entity: entity.clone(),
            threads: Threads::of(process.pid),
            io: file("io"),
            status: Kept::passing(format!("/proc/{}/status", process.pid).into()),
            seldom_due: None,
            switches: None,
            raw: Default::default(),
            base: Default::default(),
            io_denied: false,
        };
        watched.become_entity(entity, carried);
        watched
    }

    /// The process runs another program now: what it used until then stays with its old entity.
    pub(super) fn become_entity(&mut self, entity: &Arc<str>, carried: &Carried) {
        self.entity = entity.clone();
        let before = carried.get(entity).copied().unwrap_or_default();
        for ((base, before), raw) in self.base.iter_mut().zip(before).zip(self.raw) {
            *base = i128::from(before.unwrap_or(0)) - i128::from(raw.unwrap_or(0));
        }
    }

    /// Reads all counters, as those of the entity.
    pub(super) fn counters(&mut self, process: &Process, buffer: &mut [u8; BUFFER]) -> Counters {
        let stat = &process.stat;
        let mut read: Counters = [None; COUNTERS.len()];
        let count = usize::try_from(stat.num_threads).unwrap_or(0);
        if process.ended() {
            // Its threads tell nothing any more; what they told last stands.
        } else if let Some(used) = self.threads.used(count, buffer) {
            (read[0], read[1]) = (Some(used.on_cpu), Some(used.run_delay));
        } else if self.raw[1].is_none() {
            // Where the kernel keeps no run delay, time in ticks is all there is.
            read[0] = Some(nanoseconds(ticks(stat.utime + stat.stime)));
        }
        match self.io.read(buffer).map(Io::from_read) {
            Ok(Ok(io)) => (read[2], read[3]) = (Some(io.read_bytes), Some(io.write_bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                self.io_denied = true;
            }
            _ => {}
        }
        (read[4], read[5]) = (Some(stat.minflt), Some(stat.majflt));
        if let Some(switches) = self.switches {
            (read[6], read[7]) = (Some(switches.voluntary), Some(switches.involuntary));
        }
        // Always 0 unless the sysctl kernel.task_delayacct is on, which is no measurement.
        read[8] = stat
            .delayacct_blkio_ticks
            .filter(|delay| *delay > 0)
            .map(|delay| nanoseconds(ticks(delay)));
        for (raw, read) in self.raw.iter_mut().zip(read) {
            *raw = (*raw).max(read);
        }
        let mut counters = self.raw;
        for (counter, base) in counters.iter_mut().zip(self.base) {
            *counter = counter.map(|value| u64::try_from(i128::from(value) + base).unwrap_or(0));
        }
        counters
    }

    /// The entity's counters when the process began.
    pub(super) fn at_start(&self, now: &Counters) -> Counters {
        let mut start = *now;
        for (counter, base) in start.iter_mut().zip(self.base) {
            *counter = counter.map(|_| u64::try_from(base).unwrap_or(0));
        }
        start
    }

    /// Reads what is dear, if it is due: the most memory it ever had, in bytes; switches join the counters.
    pub(super) fn seldom(&mut self, buffer: &mut [u8; BUFFER]) -> Option<u64> {
        let now = Instant::now();
        if self.seldom_due.is_some_and(|due| now < due) {
            return None;
        }
        self.seldom_due = Some(now + SELDOM);
        self.switches = self.threads.switches(buffer).or(self.switches);
        peak(self.status.read(buffer).ok()?)
    }
}

/// `VmHWM`, in bytes.
fn peak(status: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(status);
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::peak;

    #[test]
    fn peaks_are_read() {
        assert_eq!(
            peak(b"Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"),
            Some(2_097_152)
        );
        assert_eq!(peak(b"Name:\tkthread\n"), None);
    }
}
