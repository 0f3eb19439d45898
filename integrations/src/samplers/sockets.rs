//! `sampler:sockets`: the TCP connections of the tree.

use pss_metrics::{model::Signal, plugin_meta};

use super::{
    contract::{Absent, Polling, Sampler, SamplerEntry, SamplerMeta},
    target::Target,
};

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
        super::connections::start(target)
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&self, _: &Target) -> Result<Box<dyn Polling>, Absent> {
        Err(Absent(
            "connections are read through netlink, which only Linux has".to_owned(),
        ))
    }
}
