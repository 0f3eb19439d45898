//! `sampler:cgroup`: was the command held back or killed by the limits it ran under?

use pss_metrics::{
    model::{Intake, Sample, Signal},
    plugin_meta,
};

use super::{
    contract::{Absent, Polling, Sampler, SamplerEntry, SamplerMeta},
    groups::Group,
    target::Target,
};

static META: SamplerMeta = SamplerMeta {
    plugin: plugin_meta!(
        Sampler,
        "cgroup",
        "time held back by a processor limit, and kills for lack of memory, of the command's control group"
    ),
    emits: &[Signal::CGROUP_THROTTLED, Signal::OOM],
    needs: "control groups of version 1 or 2, and one that is not the machine's root",
    mapping: "the groups of the command (/proc/PID/cgroup), found again under their mounts; as entity the group's path. Version 2, and in brackets 1:
cpu.stat throttled_usec [throttled_time, ns]  -> cgroup.throttled, ns, counter: of each group from the command's upwards that has a limit
memory.events [memory.oom_control] oom_kill   -> oom, growth since the last poll; zero says that nothing was killed
The group may hold more than the command: a container or a CI job as a whole. Its limits held back the command all the same: the wait is in sched.run_delay too.
Each processor on which the group was held back counts, so that there can be more of it than time.
example: throttled_usec 250000 -> cgroup.throttled 250000000",
};

/// The sampler.
#[derive(Debug)]
pub struct Cgroup;

inventory::submit! { SamplerEntry { sampler: &Cgroup } }

impl Sampler for Cgroup {
    fn meta(&self) -> &'static SamplerMeta {
        &META
    }

    fn start(&self, target: &Target) -> Result<Box<dyn Polling>, Absent> {
        let of = |path: String| {
            std::fs::read_to_string(&path)
                .map_err(|error| Absent(format!("{path} cannot be read ({error})")))
        };
        let groups = of(format!("/proc/{}/cgroup", target.root()))?;
        let mountinfo = of("/proc/self/mountinfo".to_owned())?;
        Ok(Box::new(Limits::new(
            Group::find(&groups, &mountinfo, "cpu"),
            Group::find(&groups, &mountinfo, "memory"),
        )?))
    }
}

struct Limits {
    held_back: Vec<HeldBack>,
    memory: Option<Memory>,
}

/// A group with a processor limit.
struct HeldBack {
    group: Group,
    /// At the start and lately, in nanoseconds.
    first: u64,
    last: u64,
}

/// The group whose kills are counted.
struct Memory {
    group: Group,
    seen: u64,
    killed: u64,
}

impl Limits {
    fn new(cpu: Option<Group>, memory: Option<Group>) -> Result<Limits, Absent> {
        let mut held_back: Vec<HeldBack> = cpu
            .iter()
            .flat_map(Group::upwards)
            .filter_map(HeldBack::new)
            .collect();
        // One without a limit tells that nothing was held back, which no other need say again.
        let limited = held_back.iter().any(HeldBack::is_limited);
        if limited {
            held_back.retain(HeldBack::is_limited);
        } else {
            held_back.retain(|own| !(own.group.is_root() && own.group.first));
            held_back.truncate(1);
        }
        let killed = |group: &Group| (!(group.is_root() && group.first)).then(|| kills(group))?;
        let memory = memory.and_then(|group| {
            killed(&group).map(|seen| Memory {
                group,
                seen,
                killed: 0,
            })
        });
        if held_back.is_empty() && memory.is_none() {
            return Err(Absent(match cpu {
                None => "the command is in no control group that is mounted".to_owned(),
                Some(Group { path, .. }) => format!(
                    "control group {path} tells neither time held back nor kills: it is the root, or its controllers cpu and memory are not on"
                ),
            }));
        }
        Ok(Limits { held_back, memory })
    }
}

impl HeldBack {
    fn new(group: Group) -> Option<HeldBack> {
        let first = throttled(&group)?;
        Some(HeldBack {
            group,
            first,
            last: first,
        })
    }

    fn is_limited(&self) -> bool {
        let unlimited = |text: String| {
            let text = text.trim();
            text.starts_with("max") || text.starts_with('-')
        };
        let file = if self.group.first {
            "cpu.cfs_quota_us"
        } else {
            "cpu.max"
        };
        self.group.text(file).is_some_and(|text| !unlimited(text))
    }
}

/// Time for which a group was held back, in nanoseconds.
fn throttled(group: &Group) -> Option<u64> {
    if group.first {
        return group.number("cpu.stat", "throttled_time");
    }
    let microseconds = group.number("cpu.stat", "throttled_usec")?;
    Some(microseconds.saturating_mul(1000))
}

/// Processes of a group that were killed for lack of memory, whichever group's limit it was.
fn kills(group: &Group) -> Option<u64> {
    let file = if group.first {
        "memory.oom_control"
    } else {
        "memory.events"
    };
    group.number(file, "oom_kill")
}

impl Polling for Limits {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        let mut push = |signal, entity: &str, value| {
            into.sample(&Sample {
                signal,
                entity,
                time: Some(now),
                value,
            });
        };
        for limit in &mut self.held_back {
            if let Some(throttled) = throttled(&limit.group) {
                limit.last = throttled;
                push(Signal::CGROUP_THROTTLED, &limit.group.path, throttled);
            }
        }
        if let Some(memory) = &mut self.memory
            && let Some(killed) = kills(&memory.group)
        {
            let new = killed.saturating_sub(memory.seen);
            push(Signal::OOM, &memory.group.path, new);
            memory.seen = killed;
            memory.killed += new;
        }
    }

    fn notices(&self) -> Vec<String> {
        let held_back = self.held_back.iter().filter_map(|limit| {
            let held_back = limit.last.checked_sub(limit.first).filter(|time| *time > 0)?;
            Some(format!(
                "the processor limit of control group {} held it back for {:.3} s, summed over processors",
                limit.group.path,
                held_back as f64 * 1e-9
            ))
        });
        let killed = self.memory.iter().filter(|memory| memory.killed > 0);
        let killed = killed.map(|memory| {
            format!(
                "for lack of memory the kernel killed in control group {}: {} of its processes",
                memory.group.path, memory.killed
            )
        });
        held_back.chain(killed).collect()
    }
}

#[cfg(test)]
mod tests {
    use pss_metrics::model::Span;

    use super::*;

    #[derive(Default)]
    struct Seen(Vec<(&'static str, String, u64)>);

    impl Intake for Seen {
        fn span(&mut self, _: &Span<'_>) {}
        fn sample(&mut self, sample: &Sample<'_>) {
            self.0
                .push((sample.signal.name, sample.entity.to_owned(), sample.value));
        }
        fn skipped(&mut self, _: &'static str, _: u64) {}
    }

    /// Removed with this.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let name = format!("pss-cgroup-{name}-{}", std::process::id());
            Folder(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    /// A tree of groups as folders.
    fn group(root: &std::path::Path, path: &str, first: bool, files: &[(&str, &str)]) -> Group {
        let group = Group {
            folder: root.join(path.trim_start_matches('/')),
            path: path.to_owned(),
            first,
        };
        std::fs::create_dir_all(&group.folder).expect("a folder");
        for (name, text) in files.iter().chain(&[("cgroup.procs", "")]) {
            std::fs::write(group.folder.join(name), text).expect("written");
        }
        group
    }

    fn polled(limits: &mut Limits) -> Vec<(&'static str, String, u64)> {
        let mut seen = Seen::default();
        limits.poll(0, &mut seen);
        seen.0
    }

    #[test]
    fn growth_is_told_and_the_root_is_absent() {
        for first in [false, true] {
            let folder = Folder::new(&format!("growth-{first}"));
            let (cpu, memory) = if first {
                ("throttled_time", "memory.oom_control")
            } else {
                ("throttled_usec", "memory.events")
            };
            let files = |throttled: u64, killed: u64| {
                [
                    ("cpu.stat", format!("nr_throttled 1\n{cpu} {throttled}\n")),
                    (memory, format!("oom 9\noom_kill {killed}\n")),
                ]
            };
            let write = |throttled, killed| {
                let files = files(throttled, killed);
                let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
                group(&folder.0, "/job", first, &files)
            };
            let root = group(&folder.0, "/", first, &[]);
            assert!(Limits::new(Some(root.clone()), Some(root)).is_err());
            let job = write(10, 3);
            let mut limits = Limits::new(Some(job.clone()), Some(job)).expect("present");
            let unit = if first { 1 } else { 1000 };
            let job = || "/job".to_owned();
            assert_eq!(
                polled(&mut limits),
                [("cgroup.throttled", job(), 10 * unit), ("oom", job(), 0)]
            );
            assert!(limits.notices().is_empty());
            write(250, 4);
            assert_eq!(
                polled(&mut limits),
                [("cgroup.throttled", job(), 250 * unit), ("oom", job(), 1)]
            );
            assert_eq!(limits.notices().len(), 2, "{:?}", limits.notices());
            drop(folder);
            assert_eq!(polled(&mut limits), []);
        }
    }

    /// The kernel counts a hold-up where the limit is, and not in the groups below.
    #[test]
    fn a_limit_further_up_is_found() {
        let folder = Folder::new("upwards");
        let free = [
            ("cpu.stat", "throttled_usec 0\n"),
            ("cpu.max", "max 100000\n"),
        ];
        group(&folder.0, "/", false, &[]);
        let limited = [
            ("cpu.stat", "throttled_usec 7\n"),
            ("cpu.max", "5000 100000\n"),
        ];
        group(&folder.0, "/slice", false, &limited);
        let job = group(&folder.0, "/slice/job", false, &free);
        let mut limits = Limits::new(Some(job), None).expect("present");
        assert_eq!(
            polled(&mut limits),
            [("cgroup.throttled", "/slice".to_owned(), 7000)]
        );
    }
}
