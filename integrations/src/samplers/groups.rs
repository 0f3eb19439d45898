//! Where the control groups of a process are, in version 1 and 2 of them.

use std::path::{Path, PathBuf};

/// A control group, as a controller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Its files.
    pub(super) folder: PathBuf,
    /// Its path, as `/proc/PID/cgroup` says it.
    pub(super) path: String,
    /// Whether it is one of version 1, whose files have other names.
    pub(super) first: bool,
}

impl Group {
    /// The group that a controller has a process in, by the texts of `/proc/PID/cgroup` and `/proc/self/mountinfo`. Version 1 has a controller where it is mounted
    /// for it; version 2 has all others.
    pub(super) fn find(groups: &str, mountinfo: &str, controller: &str) -> Option<Group> {
        let line = |named: &str| {
            groups.lines().find_map(|line| {
                let (_, rest) = line.split_once(':')?;
                let (names, path) = rest.split_once(':')?;
                let path = path.trim_end_matches(" (deleted)");
                names.split(',').any(|name| name == named).then_some(path)
            })
        };
        let (path, named) = match line(controller) {
            Some(path) => (path, Some(controller)),
            None => (line("")?, None),
        };
        let folder = mountinfo
            .lines()
            .find_map(|line| folder(line, named, path))?;
        Some(Group {
            folder,
            path: path.to_owned(),
            first: named.is_some(),
        })
    }

    /// This group and those above it, up to the one that is mounted.
    pub(super) fn upwards(&self) -> Vec<Group> {
        let mut groups = vec![self.clone()];
        let (mut folder, mut path) = (self.folder.as_path(), Path::new(&self.path));
        while let (Some(above), Some(named)) = (folder.parent(), path.parent())
            && above.join("cgroup.procs").exists()
        {
            groups.push(Group {
                folder: above.to_owned(),
                path: named.display().to_string(),
                first: self.first,
            });
            (folder, path) = (above, named);
        }
        groups
    }

    /// Whether there is nothing above it that could be limited.
    pub(super) fn is_root(&self) -> bool {
        self.path == "/"
    }

    /// A number from a file of lines such as `oom_kill 3`.
    pub(super) fn number(&self, file: &str, key: &str) -> Option<u64> {
        self.text(file)?
            .lines()
            .filter_map(|line| line.split_once(' '))
            .find(|(name, _)| *name == key)?
            .1
            .trim()
            .parse()
            .ok()
    }

    /// What is in one of its files.
    pub(super) fn text(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.join(file)).ok()
    }
}

/// Where a mount shows a group, if it is one of the controller, or of version 2 where none is named.
fn folder(mount: &str, controller: Option<&str>, path: &str) -> Option<PathBuf> {
    let (mount, system) = mount.split_once(" - ")?;
    let mut system = system.split(' ');
    let kind = system.next()?;
    let mut options = system.nth(1).unwrap_or_default().split(',');
    let fits = match controller {
        Some(controller) => kind == "cgroup" && options.any(|option| option == controller),
        None => kind == "cgroup2",
    };
    let mut fields = mount.split(' ').skip(3);
    let (root, point) = (fields.next()?, fields.next()?);
    // A container may see its own group mounted in the place of the root.
    let below = Path::new(path).strip_prefix(root).ok();
    let below = below.unwrap_or_else(|| Path::new(path.trim_start_matches('/')));
    fits.then(|| Path::new(point).join(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(groups: &str, mountinfo: &str, controller: &str) -> Option<(String, bool)> {
        let group = Group::find(groups, mountinfo, controller)?;
        Some((group.folder.display().to_string(), group.first))
    }

    #[test]
    fn each_controller_has_its_mount() {
        let groups =
            "8:pids:/\n4:memory:/job\n3:cpu,cpuacct:/limited\n0::/user.slice/run-7.scope\n";
        let mounts = "30 24 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n\
            31 30 0:27 / /sys/fs/cgroup/unified rw,relatime shared:5 - cgroup2 cgroup2 rw\n\
            32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
            33 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
        for (controller, folder, first) in [
            ("memory", "/sys/fs/cgroup/memory/job", true),
            ("cpu", "/sys/fs/cgroup/cpu,cpuacct/limited", true),
            ("io", "/sys/fs/cgroup/unified/user.slice/run-7.scope", false),
        ] {
            assert_eq!(
                found(groups, mounts, controller),
                Some((folder.to_owned(), first))
            );
        }
        assert_eq!(found("4:memory:/job\n", mounts, "cpu"), None);
        assert_eq!(
            found("0::/a (deleted)\n", mounts, "cpu")
                .map(|(folder, _)| folder)
                .as_deref(),
            Some("/sys/fs/cgroup/unified/a")
        );
    }

    #[test]
    fn a_container_sees_its_group_in_the_place_of_the_root() {
        let mounts = "32 30 0:28 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n";
        let folder = |groups| found(groups, mounts, "cpu").map(|(folder, _)| folder);
        assert_eq!(
            folder("3:cpu:/docker/abc\n").as_deref(),
            Some("/sys/fs/cgroup/cpu/")
        );
        assert_eq!(
            folder("3:cpu:/docker/abc/job\n").as_deref(),
            Some("/sys/fs/cgroup/cpu/job")
        );
    }
}
