//! The processes of a tree, found without any privilege.
//!
//! A process belongs to it whose parent does, or that is in a process group or session of one that does, or that was left to us as their subreaper. What once
//! belonged stays, whoever its parent is by then.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use procfs_core::process::Stat;

use super::{
    clock::{nanoseconds, since_boot, ticks},
    contract::Facts,
    kept::{BUFFER, Kept},
    member::{Process, is_zombie, program, read, stat_of},
    pace::Pace,
    places::Places,
};

/// Age at which a process is named: what lives shorter tells nothing but that it was there.
const SETTLED: Duration = Duration::from_millis(20);
/// Age at which one that never ran a program of its own is a copy of its parent for good, as the workers of a server are. Until then it may be on its way from fork
/// to exec, which takes long where processors are crowded.
const COPY: Duration = Duration::from_millis(200);
/// A scan that took a time rests a hundred times as long: machines with thousands of processes take milliseconds.
const SCAN_REST: u32 = 100;
/// How long before the tree was made its root may have started and still count as started for it.
const JUST_NOW: Duration = Duration::from_secs(1);

/// A process tree.
#[derive(Debug)]
pub(super) struct Tree {
    members: BTreeMap<u32, Process>,
    places: Places,
    /// Process groups and sessions of members, ours excepted.
    groups: BTreeSet<i32>,
    sessions: BTreeSet<i32>,
    us: Option<Stat>,
    /// Processes looked at that do not belong: nothing makes them belong later.
    strangers: BTreeSet<u32>,
    pace: Pace,
    /// The newest process or thread when the last scan began.
    scanned: Option<u32>,
    loadavg: Kept,
    refreshed: Option<i64>,
    made: Duration,
    ticks_of_ended: u64,
}

impl Tree {
    pub(super) fn new(root: u32) -> Tree {
        let mut tree = Tree {
            members: BTreeMap::new(),
            places: Places::default(),
            groups: BTreeSet::new(),
            sessions: BTreeSet::new(),
            us: read(&mut stat_of(std::process::id()), &mut [0; BUFFER]),
            strangers: BTreeSet::new(),
            pace: Pace::new(Duration::ZERO, SCAN_REST),
            scanned: None,
            loadavg: Kept::new("/proc/loadavg".into()),
            refreshed: None,
            made: since_boot(),
            ticks_of_ended: 0,
        };
        let mut file = stat_of(root);
        if let Some(stat) = read(&mut file, &mut [0; BUFFER]) {
            tree.admit(root, stat, file);
        }
        tree
    }

    /// The processes by id.
    pub(super) fn processes(&self) -> impl Iterator<Item = &Process> {
        self.members.values()
    }

    /// A process by its id.
    pub(super) fn process(&self, pid: u32) -> Option<&Process> {
        self.members.get(&pid)
    }

    /// Whether a process began after the tree was made, or was its root and began right before.
    pub(super) fn is_new(&self, process: &Process) -> bool {
        ticks(process.stat.starttime) + JUST_NOW >= self.made
    }

    /// The tree in sums.
    pub(super) fn facts(&self) -> Facts {
        let page = rustix::param::page_size() as u64;
        let live = || self.processes().filter(|process| !process.ended());
        let run: u64 = self.processes().map(Process::ticks_run).sum();
        Facts {
            processes: live().count(),
            threads: live()
                .map(|process| u64::try_from(process.stat.num_threads).unwrap_or(0))
                .sum(),
            rss: live().map(|process| process.stat.rss * page).sum(),
            on_cpu: nanoseconds(ticks(run + self.ticks_of_ended)),
        }
    }

    /// Reads the state of all processes and, where it is due, looks for new ones. Once for each `now`.
    pub(super) fn refresh(&mut self, now: i64) {
        if self.refreshed.replace(now) == Some(now) {
            return;
        }
        let mut buffer = [0; BUFFER];
        let mut gone = Vec::new();
        for (pid, process) in &mut self.members {
            match read(&mut process.file, &mut buffer) {
                // Another start time: another process under the same id.
                Some(stat) if stat.starttime == process.stat.starttime => {
                    let renamed = stat.comm != process.stat.comm;
                    process.stat = stat;
                    process.farewells += u32::from(process.ended());
                    if renamed
                        && let Some(place) = &process.place
                        && program(*pid, &process.stat) != place.program()
                    {
                        self.places.leave(place);
                        process.place = None;
                    }
                }
                _ => gone.push(*pid),
            }
        }
        for pid in gone {
            self.remove(pid);
        }
        if let Some(begun) = self.pace.begin() {
            self.scan(&mut buffer);
            self.pace.end(&begun);
        }
        self.name();
    }

    /// Looks for new processes, due or not: who stops what is left of a tree must miss none.
    pub(super) fn scan_now(&mut self) {
        self.scan(&mut [0; BUFFER]);
        self.name();
    }

    fn scan(&mut self, buffer: &mut [u8; BUFFER]) {
        let newest = newest(&mut self.loadavg, buffer);
        if newest.is_none() || newest != self.scanned {
            self.look_for_new(buffer);
            self.scanned = newest;
        }
        self.dismiss();
    }

    /// Looks through `/proc`. `task/TID/children` would tell of children alone, and only where the kernel was built for it.
    fn look_for_new(&mut self, buffer: &mut [u8; BUFFER]) {
        let Ok(entries) = std::fs::read_dir("/proc") else {
            return;
        };
        let mut unknown = Vec::new();
        let mut strangers = BTreeSet::new();
        for pid in entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .filter(|pid| !self.members.contains_key(pid))
        {
            if self.strangers.contains(&pid) {
                strangers.insert(pid);
                continue;
            }
            let mut file = stat_of(pid);
            if let Some(stat) = read(&mut file, buffer) {
                unknown.push((pid, stat, file));
            }
        }
        // A child may stand before its parent, so until nothing is added.
        loop {
            let before = unknown.len();
            for (pid, stat, file) in std::mem::take(&mut unknown) {
                if self.belongs(&stat) {
                    self.admit(pid, stat, file);
                } else {
                    unknown.push((pid, stat, file));
                }
            }
            if unknown.len() == before {
                break;
            }
        }
        strangers.extend(unknown.into_iter().map(|(pid, ..)| pid));
        self.strangers = strangers;
        self.groups.clear();
        self.sessions.clear();
        let kinds: Vec<(i32, i32)> = self
            .members
            .values()
            .map(|process| (process.stat.pgrp, process.stat.session))
            .collect();
        for (group, session) in kinds {
            self.note(group, session);
        }
    }

    fn remove(&mut self, pid: u32) {
        if let Some(process) = self.members.remove(&pid) {
            self.ticks_of_ended += process.ticks_run();
            if let Some(place) = &process.place {
                self.places.leave(place);
            }
        }
    }

    /// Zombies that were told once: a parent that never reaps its children must not hold their places.
    fn dismiss(&mut self) {
        let told: Vec<u32> = self
            .members
            .values()
            .filter(|process| process.farewells > 1)
            .map(|process| process.pid)
            .collect();
        for pid in told {
            self.remove(pid);
            self.strangers.insert(pid);
        }
    }

    fn belongs(&self, stat: &Stat) -> bool {
        if is_zombie(stat) {
            return false;
        }
        let parent = u32::try_from(stat.ppid).unwrap_or(0);
        self.members.contains_key(&parent)
            || self.groups.contains(&stat.pgrp)
            || self.sessions.contains(&stat.session)
            || (parent == std::process::id() && self.is_orphan(stat))
    }

    /// Whether a child of ours was not started by us: our own are in our group, or lead one in our session, as hooks do.
    fn is_orphan(&self, stat: &Stat) -> bool {
        let Some(us) = &self.us else { return false };
        let own = stat.session == us.session && (stat.pgrp == us.pgrp || stat.pgrp == stat.pid);
        !own && ticks(stat.starttime) + JUST_NOW >= self.made
    }

    fn admit(&mut self, pid: u32, stat: Stat, file: Kept) {
        self.note(stat.pgrp, stat.session);
        let process = Process {
            pid,
            stat,
            place: None,
            farewells: 0,
            file,
        };
        self.members.insert(pid, process);
    }

    fn note(&mut self, group: i32, session: i32) {
        let (our_group, our_session) = self.us.as_ref().map_or((0, 0), |us| (us.pgrp, us.session));
        // Zero is a group or session that this namespace has no name for.
        if group != our_group && group != 0 {
            self.groups.insert(group);
        }
        if session != our_session && session != 0 {
            self.sessions.insert(session);
        }
    }

    /// Names those old enough, in the order in which they started, so that names do not depend on the scan.
    fn name(&mut self) {
        let mut settled: Vec<(u64, u32)> = self
            .members
            .values()
            .filter(|process| process.place.is_none() && !process.ended())
            .filter(|process| process.age() >= if process.is_copy() { COPY } else { SETTLED })
            .map(|process| (process.stat.starttime, process.pid))
            .collect();
        settled.sort_unstable();
        for (_, pid) in settled {
            if let Some(process) = self.members.get_mut(&pid) {
                process.place = Some(self.places.take(&program(pid, &process.stat)));
            }
        }
    }
}

/// Id of the newest process or thread: as long as it is the same, nothing new can be found, and a scan is spared. Sandboxes that tell none say 0.
fn newest(loadavg: &mut Kept, buffer: &mut [u8; BUFFER]) -> Option<u32> {
    let text = std::str::from_utf8(loadavg.read(buffer).ok()?).ok()?;
    let id = text.split_ascii_whitespace().nth(4)?.parse().ok()?;
    (id != 0).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_thread_is_the_newest() {
        let mut loadavg = Kept::new("/proc/loadavg".into());
        let mut buffer = [0; BUFFER];
        let before = newest(&mut loadavg, &mut buffer);
        std::thread::spawn(|| ()).join().expect("ended");
        assert_ne!(newest(&mut loadavg, &mut buffer), before);
    }
}
