//! What samplers watch: the process tree under one process.

#[cfg(target_os = "linux")]
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{collections::BTreeMap, sync::Arc};

use super::settings::SamplerSettings;
#[cfg(target_os = "linux")]
use super::tree::Tree;

/// The process tree of a command. Clones share one look at the processes, so that several samplers cost one scan.
///
/// The command should lead a process group of its own, and the caller be its subreaper where the system has that: then descendants are found that outlived
/// their parents before anyone saw them.
#[derive(Debug, Clone)]
pub struct Target {
    root: u32,
    settings: Arc<SamplerSettings>,
    #[cfg(target_os = "linux")]
    tree: Arc<Mutex<Tree>>,
}

impl Target {
    /// The tree under a process, best made right after that was started.
    pub fn new(root: u32) -> Target {
        Target {
            root,
            settings: Arc::default(),
            #[cfg(target_os = "linux")]
            tree: Arc::new(Mutex::new(Tree::new(root))),
        }
    }

    /// The same, with what the user says to samplers.
    pub fn with_settings(self, settings: Arc<SamplerSettings>) -> Target {
        Target { settings, ..self }
    }

    /// What the user says to a sampler, by its name.
    pub fn settings(&self, sampler: &str) -> &BTreeMap<String, String> {
        self.settings.of(sampler)
    }

    /// Id of the process at the root.
    pub fn root(&self) -> u32 {
        self.root
    }

    /// Ids of the processes of the tree that live, the root among them; `now` in nanoseconds since the Unix epoch. Looks anew, where samplers may spare it.
    #[cfg(target_os = "linux")]
    pub fn pids(&self, now: i64) -> Vec<u32> {
        let mut tree = self.look(now);
        tree.scan_now();
        tree.processes()
            .filter(|process| !process.ended())
            .map(|process| process.pid)
            .collect()
    }

    /// The processes of the tree that live, by id, with their names among the entities of samples: `None` for one that is too young to have a name. `now` in
    /// nanoseconds since the Unix epoch.
    #[cfg(target_os = "linux")]
    pub fn named(&self, now: i64) -> BTreeMap<u32, Option<Arc<str>>> {
        self.look(now)
            .processes()
            .filter(|process| !process.ended())
            .map(|process| (process.pid, process.entity().cloned()))
            .collect()
    }

    /// The tree, refreshed unless it was at the same `now`.
    #[cfg(target_os = "linux")]
    pub(super) fn look(&self, now: i64) -> MutexGuard<'_, Tree> {
        let mut tree = self.tree.lock().unwrap_or_else(PoisonError::into_inner);
        tree.refresh(now);
        tree
    }
}
