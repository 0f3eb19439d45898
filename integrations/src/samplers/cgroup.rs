//! `sampler:cgroup`: was the command held back or killed by the limits it ran under?

use std::path::{Path, PathBuf};

use pss_metrics::{
    model::{Intake, Sample, Signal},
    plugin_meta,
};

use super::{
    contract::{Absent, Polling, Sampler, SamplerEntry, SamplerMeta},
    target::Target,
};

static META: SamplerMeta = SamplerMeta {
    plugin: plugin_meta!(
        Sampler,
        "cgroup",
        "time held back by a processor limit, and kills for lack of memory, of the command's control group"
    ),
    emits: &[Signal::CGROUP_THROTTLED, Signal::OOM],
    needs: "control groups version 2, and a group that is not the machine's root",
    mapping: "the group of the command (/proc/PID/cgroup, line 0::), found again under the mount of cgroup2; as entity the group's path
cpu.stat throttled_usec    -> cgroup.throttled, ns, counter
memory.events oom_kill     -> oom, growth since the last poll; zero says that nothing was killed
The group may hold more than the command: a container or a CI job as a whole. Its limits held back the command all the same.
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
        let of = |what: &str| {
            let path = format!("/proc/{}/{what}", target.root());
            std::fs::read_to_string(&path)
                .map_err(|error| Absent(format!("{path} cannot be read ({error})")))
        };
        let group = own_group(&of("cgroup")?)
            .ok_or_else(|| Absent("the command is in no control group of version 2".to_owned()))?;
        let mount = std::fs::read_to_string("/proc/self/mountinfo")
            .ok()
            .and_then(|text| mount_of_version_2(&text))
            .ok_or_else(|| Absent("no cgroup2 file system is mounted".to_owned()))?;
        Ok(Box::new(Limits::new(&mount, &group)?))
    }
}

struct Limits {
    folder: PathBuf,
    entity: String,
    killed: Option<u64>,
}

impl Limits {
    fn new(mount: &Path, group: &str) -> Result<Limits, Absent> {
        let mut limits = Limits {
            folder: mount.join(group.trim_start_matches('/')),
            entity: group.to_owned(),
            killed: None,
        };
        limits.killed = limits.number("memory.events", "oom_kill");
        if limits.killed.is_none() && limits.throttled().is_none() {
            return Err(Absent(format!(
                "control group {group} tells neither throttled_usec nor oom_kill: it is the root, or its controllers cpu and memory are not on"
            )));
        }
        Ok(limits)
    }

    fn throttled(&self) -> Option<u64> {
        self.number("cpu.stat", "throttled_usec")
    }

    fn number(&self, file: &str, key: &str) -> Option<u64> {
        let text = std::fs::read_to_string(self.folder.join(file)).ok()?;
        text.lines()
            .filter_map(|line| line.split_once(' '))
            .find(|(name, _)| *name == key)?
            .1
            .trim()
            .parse()
            .ok()
    }
}

impl Polling for Limits {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        let mut push = |signal, value| {
            into.sample(&Sample {
                signal,
                entity: &self.entity,
                time: Some(now),
                value,
            });
        };
        if let Some(throttled) = self.throttled() {
            push(Signal::CGROUP_THROTTLED, throttled.saturating_mul(1000));
        }
        if let Some(killed) = self.number("memory.events", "oom_kill") {
            push(
                Signal::OOM,
                killed.saturating_sub(self.killed.unwrap_or(killed)),
            );
            self.killed = Some(killed);
        }
    }
}

/// The path after `0::`, which is version 2's line.
fn own_group(text: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.strip_prefix("0::"))
        .map(|path| path.trim_end_matches(" (deleted)").to_owned())
}

/// Where version 2 is mounted: alone, or beside version 1.
fn mount_of_version_2(mountinfo: &str) -> Option<PathBuf> {
    mountinfo.lines().find_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        (system.split(' ').next() == Some("cgroup2"))
            .then(|| mount.split(' ').nth(4).map(PathBuf::from))?
    })
}

#[cfg(test)]
mod tests {
    use pss_metrics::model::Span;

    use super::*;

    #[derive(Default)]
    struct Seen(Vec<(&'static str, u64)>);

    impl Intake for Seen {
        fn span(&mut self, _: &Span<'_>) {}
        fn sample(&mut self, sample: &Sample<'_>) {
            self.0.push((sample.signal.name, sample.value));
        }
        fn skipped(&mut self, _: &'static str, _: u64) {}
    }

    #[test]
    fn groups_and_mounts_are_found() {
        let mixed = "8:pids:/\n4:memory:/job\n0::/user.slice/run-7.scope\n";
        assert_eq!(own_group(mixed).as_deref(), Some("/user.slice/run-7.scope"));
        assert_eq!(own_group("4:memory:/job\n"), None);
        let mountinfo = "30 24 0:26 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw\n31 30 0:27 / /sys/fs/cgroup/unified rw,relatime shared:5 - cgroup2 cgroup2 rw\n";
        assert_eq!(
            mount_of_version_2(mountinfo),
            Some("/sys/fs/cgroup/unified".into())
        );
    }

    #[test]
    fn growth_of_kills_is_told_and_the_root_is_absent() {
        let mount = std::env::temp_dir().join(format!("pss-cgroup-{}", std::process::id()));
        let folder = mount.join("job");
        std::fs::create_dir_all(&folder).expect("a folder");
        assert!(Limits::new(&mount, "/").is_err());
        let write = |throttled: u64, killed: u64| {
            std::fs::write(
                folder.join("cpu.stat"),
                format!("usage_usec 5\nnr_throttled 1\nthrottled_usec {throttled}\n"),
            )
            .expect("written");
            std::fs::write(
                folder.join("memory.events"),
                format!("low 0\noom 9\noom_kill {killed}\n"),
            )
            .expect("written");
        };
        write(10, 3);
        let mut limits = Limits::new(&mount, "/job").expect("present");
        let mut seen = Seen::default();
        limits.poll(0, &mut seen);
        write(250, 4);
        limits.poll(1, &mut seen);
        std::fs::remove_dir_all(&mount).expect("removed");
        limits.poll(2, &mut seen);
        assert_eq!(
            seen.0,
            [
                ("cgroup.throttled", 10_000),
                ("oom", 0),
                ("cgroup.throttled", 250_000),
                ("oom", 1)
            ]
        );
    }
}
