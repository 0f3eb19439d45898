//! How `sampler:sockets` finds the connections of a tree.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use pss_metrics::model::{Intake, Sample, Signal};

use super::{
    contract::{Absent, Polling},
    diag::Diagnosis,
    pace::Pace,
    target::Target,
};

/// Round-trip times are smoothed over some eight of them, so more often tells little more.
const INTERVAL: Duration = Duration::from_millis(250);

/// At most a hundredth of a processor: the kernel tells the connections of the whole machine.
const REST: u32 = 100;

pub(super) fn start(target: &Target) -> Result<Box<dyn Polling>, Absent> {
    let absent = |error: std::io::Error| {
        Absent(format!(
            "the kernel does not tell connections over netlink ({error}); it needs CONFIG_INET_DIAG, and a sandbox that lets it through"
        ))
    };
    let mut diagnosis = Diagnosis::new().map_err(absent)?;
    diagnosis.connections().map_err(absent)?;
    Ok(Box::new(Connections {
        target: target.clone(),
        diagnosis,
        pace: Pace::new(INTERVAL, REST),
        seen: HashMap::new(),
        retransmits: BTreeMap::new(),
    }))
}

struct Connections {
    target: Target,
    diagnosis: Diagnosis,
    pace: Pace,
    /// Retransmits by inode, as last seen.
    seen: HashMap<u32, u32>,
    /// By entity, over connections that ended as well.
    retransmits: BTreeMap<Arc<str>, u64>,
}

impl Polling for Connections {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        if let Some(begun) = self.pace.begin() {
            self.read(now, into);
            self.pace.end(&begun);
        }
    }

    fn finish(&mut self, now: i64, into: &mut dyn Intake) {
        self.read(now, into);
    }
}

impl Connections {
    fn read(&mut self, now: i64, into: &mut dyn Intake) {
        let owners = self.owners(now);
        // The kernel tells the connections of all processes, which is dear where there are many and none is ours.
        let connections = if owners.is_empty() {
            Vec::new()
        } else {
            self.diagnosis.connections().unwrap_or_default()
        };
        let mut seen = HashMap::new();
        for connection in connections {
            let Some(entity) = owners.get(&connection.inode) else {
                continue;
            };
            let before = self.seen.get(&connection.inode).copied().unwrap_or(0);
            // Less than before is another connection under the same inode.
            let grown = connection
                .retransmits
                .checked_sub(before)
                .unwrap_or(connection.retransmits);
            seen.insert(connection.inode, connection.retransmits);
            *self.retransmits.entry(entity.clone()).or_default() += u64::from(grown);
            if connection.rtt > 0 {
                into.sample(&Sample {
                    signal: Signal::NET_RTT,
                    entity,
                    time: Some(now),
                    value: u64::from(connection.rtt) * 1000,
                });
            }
        }
        self.seen = seen;
        for (entity, total) in &self.retransmits {
            into.sample(&Sample {
                signal: Signal::NET_RETRANSMITS,
                entity,
                time: Some(now),
                value: *total,
            });
        }
    }

    /// Sockets of the tree by inode, with the entity that holds them.
    fn owners(&self, now: i64) -> HashMap<u32, Arc<str>> {
        let processes: Vec<(u32, Arc<str>)> = self
            .target
            .look(now)
            .processes()
            .filter(|process| !process.ended())
            .filter_map(|process| Some((process.pid, process.entity()?.clone())))
            .collect();
        let mut owners = HashMap::new();
        for (pid, entity) in processes {
            // Another user's descriptors cannot be read, nor those of a process that ended.
            let Ok(descriptors) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
                continue;
            };
            for descriptor in descriptors.flatten() {
                let inode = std::fs::read_link(descriptor.path())
                    .ok()
                    .and_then(|link| inode(link.to_str()?));
                if let Some(inode) = inode {
                    owners.entry(inode).or_insert_with(|| entity.clone());
                }
            }
        }
        owners
    }
}

/// `socket:[123]`.
fn inode(link: &str) -> Option<u32> {
    link.strip_prefix("socket:[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::inode;

    #[test]
    fn links_of_sockets_are_read() {
        assert_eq!(inode("socket:[4711]"), Some(4711));
        assert_eq!(inode("pipe:[4711]"), None);
    }
}
