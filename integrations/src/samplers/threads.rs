//! What the threads of a process add up to. The kernel keeps run delay for each thread alone.

use std::{collections::BTreeMap, path::PathBuf};

use super::kept::{BUFFER, Kept};

/// What threads used, each a running total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Used {
    /// Nanoseconds on a processor.
    pub(super) on_cpu: u64,
    /// Nanoseconds runnable, but not running.
    pub(super) run_delay: u64,
}

impl Used {
    fn and(self, other: Used) -> Used {
        Used {
            on_cpu: self.on_cpu + other.on_cpu,
            run_delay: self.run_delay + other.run_delay,
        }
    }
}

/// How often threads gave their processor up: by waiting, and because they had to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Switches {
    pub(super) voluntary: u64,
    pub(super) involuntary: u64,
}

#[derive(Debug)]
struct Thread {
    schedstat: Kept,
    status: Kept,
    used: Used,
    switches: Switches,
}

/// The threads of a process.
#[derive(Debug)]
pub(super) struct Threads {
    folder: PathBuf,
    known: BTreeMap<u32, Thread>,
    /// Of threads that ended, as last seen: a total must not fall.
    ended: (Used, Switches),
}

impl Threads {
    pub(super) fn of(pid: u32) -> Threads {
        Threads {
            folder: format!("/proc/{pid}/task").into(),
            known: BTreeMap::new(),
            ended: Default::default(),
        }
    }

    /// Time of all threads, those that ended included as far as they were seen. `count` is how many there are now: only when that changed, or one ended, are they
    /// listed anew. `None` where the kernel keeps no such times.
    pub(super) fn used(&mut self, count: usize, buffer: &mut [u8; BUFFER]) -> Option<Used> {
        let complete = self.read_known(buffer);
        if !complete || self.known.len() != count {
            self.list(buffer);
        }
        (!self.known.is_empty()).then(|| {
            self.known
                .values()
                .fold(self.ended.0, |sum, thread| sum.and(thread.used))
        })
    }

    /// Switches of all threads, likewise; `None` where no thread's could be read. A thread's `status` is long, so this is dear.
    pub(super) fn switches(&mut self, buffer: &mut [u8; BUFFER]) -> Option<Switches> {
        let mut sum = self.ended.1;
        let mut any = false;
        for thread in self.known.values_mut() {
            if let Some(switches) = thread.status.read(buffer).ok().and_then(switches) {
                thread.switches = switches;
                any = true;
            }
            sum.voluntary += thread.switches.voluntary;
            sum.involuntary += thread.switches.involuntary;
        }
        any.then_some(sum)
    }

    fn read_known(&mut self, buffer: &mut [u8; BUFFER]) -> bool {
        let ended = &mut self.ended;
        let before = self.known.len();
        self.known.retain(|_, thread| {
            let used = thread.schedstat.read(buffer).ok().and_then(used);
            // Less than before is another thread under the same id.
            match used.filter(|used| used.on_cpu >= thread.used.on_cpu) {
                Some(used) => {
                    thread.used = used;
                    true
                }
                None => {
                    ended.0 = ended.0.and(thread.used);
                    ended.1.voluntary += thread.switches.voluntary;
                    ended.1.involuntary += thread.switches.involuntary;
                    false
                }
            }
        });
        self.known.len() == before
    }

    fn list(&mut self, buffer: &mut [u8; BUFFER]) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(tid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if self.known.contains_key(&tid) {
                continue;
            }
            let folder = self.folder.join(name);
            let mut thread = Thread {
                schedstat: Kept::new(folder.join("schedstat")),
                status: Kept::passing(folder.join("status")),
                used: Used::default(),
                switches: Switches::default(),
            };
            if let Some(used) = thread.schedstat.read(buffer).ok().and_then(used) {
                thread.used = used;
                self.known.insert(tid, thread);
            }
        }
    }
}

/// `schedstat`: time on a processor, run delay, times it ran.
fn used(text: &[u8]) -> Option<Used> {
    let mut words = std::str::from_utf8(text).ok()?.split_ascii_whitespace();
    Some(Used {
        on_cpu: words.next()?.parse().ok()?,
        run_delay: words.next()?.parse().ok()?,
    })
}

fn switches(status: &[u8]) -> Option<Switches> {
    let text = String::from_utf8_lossy(status);
    // They stand last.
    let mut numbers = text.lines().rev().filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.ends_with("voluntary_ctxt_switches")
            .then(|| value.trim().parse().ok())?
    });
    let (involuntary, voluntary) = (numbers.next()?, numbers.next()?);
    Some(Switches {
        voluntary,
        involuntary,
    })
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Instant};

    use super::*;

    fn spin(milliseconds: u128) {
        let start = Instant::now();
        while start.elapsed().as_millis() < milliseconds {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn lines_are_read() {
        assert_eq!(
            used(b"1500 42 7\n"),
            Some(Used {
                on_cpu: 1500,
                run_delay: 42
            })
        );
        assert_eq!(used(b""), None);
        let status = b"Name:\tx\nvoluntary_ctxt_switches:\t11\nnonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(
            switches(status),
            Some(Switches {
                voluntary: 11,
                involuntary: 3
            })
        );
    }

    #[test]
    fn what_ended_threads_used_is_kept() {
        let mut threads = Threads::of(std::process::id());
        let mut buffer = [0; BUFFER];
        let count = || std::fs::read_dir("/proc/self/task").expect("own").count();
        let (ran, has_run) = mpsc::channel();
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            spin(80);
            ran.send(()).expect("listening");
            stopped.recv().ok();
        });
        has_run.recv().expect("ran");
        let with = threads.used(count(), &mut buffer).expect("schedstat");
        // Ready all the time; how much of it was spent running is up to the machine.
        assert!(with.on_cpu + with.run_delay > 60_000_000, "{with:?}");
        drop(stop);
        thread.join().expect("ended");
        let without = threads.used(count(), &mut buffer).expect("schedstat");
        assert!(without.on_cpu >= with.on_cpu, "{without:?} after {with:?}");
        assert!(without.run_delay >= with.run_delay);
    }
}
