//! One process of a tree, as `/proc/PID/stat` tells it.

use std::{sync::Arc, time::Duration};

use procfs_core::{
    FromRead,
    process::{Stat, StatFlags},
};

use super::{
    clock::{since_boot, ticks},
    kept::{BUFFER, Kept},
    places::Place,
};

/// A process of the tree.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// As of the last refresh.
    pub(super) stat: Stat,
    /// `None` as long as it is too young to have a name.
    pub(super) place: Option<Place>,
    /// Refreshes that found it ended.
    pub(super) farewells: u32,
    pub(super) file: Kept,
}

impl Process {
    /// Whether all that is left is its exit status.
    pub(super) fn ended(&self) -> bool {
        is_zombie(&self.stat)
    }

    /// Whether it was forked and has not run a program of its own.
    pub(super) fn is_copy(&self) -> bool {
        self.stat.flags & StatFlags::PF_FORKNOEXEC.bits() != 0
    }

    /// Its name among the entities.
    pub(super) fn entity(&self) -> Option<&Arc<str>> {
        self.place.as_ref().map(|place| &place.entity)
    }

    /// Time since its start.
    pub(super) fn age(&self) -> Duration {
        since_boot().saturating_sub(ticks(self.stat.starttime))
    }

    pub(super) fn ticks_run(&self) -> u64 {
        self.stat.utime + self.stat.stime
    }
}

/// The program of a process: its file, since threads and titles change what else it is called. Where the link is another user's, what the kernel calls it.
pub(super) fn program(pid: u32, stat: &Stat) -> String {
    std::fs::read_link(format!("/proc/{pid}/exe"))
        .ok()
        .and_then(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some(name.trim_end_matches(" (deleted)").to_owned())
        })
        .unwrap_or_else(|| stat.comm.clone())
}

/// A leading thread may end before the others do, which is no end.
pub(super) fn is_zombie(stat: &Stat) -> bool {
    matches!(stat.state, 'Z' | 'X' | 'x') && stat.num_threads <= 1
}

pub(super) fn stat_of(pid: u32) -> Kept {
    Kept::new(format!("/proc/{pid}/stat").into())
}

pub(super) fn read(file: &mut Kept, buffer: &mut [u8; BUFFER]) -> Option<Stat> {
    Stat::from_read(file.read(buffer).ok()?).ok()
}
