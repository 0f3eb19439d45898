//! `sampler:sockets`: the TCP connections of the tree.

#[cfg(target_os = "linux")]
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

#[cfg(target_os = "linux")]
use pss_metrics::model::{Intake, Sample};
use pss_metrics::{model::Signal, plugin_meta};

use super::{
    contract::{Absent, Polling, Sampler, SamplerEntry, SamplerMeta},
    target::Target,
};
#[cfg(target_os = "linux")]
use super::{diag::Diagnosis, pace::Pace};

static META: SamplerMeta = SamplerMeta {
    plugin: plugin_meta!(
        Sampler,
        "sockets",
        "round-trip times and retransmits of the tree's TCP connections"
    ),
    emits: &[Signal::NET_RTT, Signal::NET_RETRANSMITS],
    needs: "Linux with netlink's sock_diag, and connections in the network namespace of pss",
    mapping: "connections of sock_diag (INET_DIAG_INFO) whose inode a process of the tree holds (/proc/PID/fd), at most four times a second
tcpi_rtt           -> net.rtt, ns, one sample for each connection; none before anything was acknowledged
tcpi_total_retrans -> net.retransmits, growth summed over connections, counter
entity: as sampler:process names processes; a connection that several share counts for the first of them
example: tcpi_rtt 250 -> net.rtt 250000",
};

/// The sampler.
#[derive(Debug)]
pub struct Sockets;

inventory::submit! { SamplerEntry { sampler: &Sockets } }

impl Sampler for Sockets {
    fn meta(&self) -> &'static SamplerMeta {
        &META
    }

    #[cfg(target_os = "linux")]
    fn start(&self, target: &Target) -> Result<Box<dyn Polling>, Absent> {
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
            pace: Pace::new(INTERVAL),
            seen: HashMap::new(),
            retransmits: BTreeMap::new(),
        }))
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&self, _: &Target) -> Result<Box<dyn Polling>, Absent> {
        Err(Absent(
            "connections are read through netlink, which only Linux has".to_owned(),
        ))
    }
}

/// Round-trip times are smoothed over some eight of them, so more often tells little more.
#[cfg(target_os = "linux")]
const INTERVAL: Duration = Duration::from_millis(250);

#[cfg(target_os = "linux")]
struct Connections {
    target: Target,
    diagnosis: Diagnosis,
    pace: Pace,
    /// Retransmits by inode, as last seen.
    seen: HashMap<u32, u32>,
    /// By entity, over connections that ended as well.
    retransmits: BTreeMap<Arc<str>, u64>,
}

#[cfg(target_os = "linux")]
impl Polling for Connections {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        if self.pace.is_due() {
            let start = Instant::now();
            self.read(now, into);
            self.pace.done_since(start);
        }
    }

    fn finish(&mut self, now: i64, into: &mut dyn Intake) {
        self.read(now, into);
    }
}

#[cfg(target_os = "linux")]
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
#[cfg(target_os = "linux")]
fn inode(link: &str) -> Option<u32> {
    link.strip_prefix("socket:[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::inode;

    #[test]
    fn links_of_sockets_are_read() {
        assert_eq!(inode("socket:[4711]"), Some(4711));
        assert_eq!(inode("pipe:[4711]"), None);
    }
}
