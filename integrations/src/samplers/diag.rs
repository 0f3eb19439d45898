//! TCP connections as the kernel tells them over netlink (sock_diag).

use std::io;

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_sock_diag::{
    SockDiagMessage,
    constants::{AF_INET, AF_INET6, IPPROTO_TCP},
    inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags, nlas::Nla},
};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_SOCK_DIAG};

/// As large as the kernel makes one part of an answer.
const PART: usize = 1 << 15;
/// Places in `struct tcp_info` of include/uapi/linux/tcp.h, which only ever grows at its end.
const RTT: usize = 68;
const TOTAL_RETRANS: usize = 100;

/// A TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Connection {
    /// The inode by which descriptors name it.
    pub(super) inode: u32,
    /// Smoothed round-trip time in microseconds; 0 where nothing was acknowledged yet.
    pub(super) rtt: u32,
    /// Segments sent again since it began.
    pub(super) retransmits: u32,
}

/// Asks the kernel.
pub(super) struct Diagnosis {
    socket: Socket,
    part: Vec<u8>,
}

impl Diagnosis {
    pub(super) fn new() -> io::Result<Diagnosis> {
        let mut socket = Socket::new(NETLINK_SOCK_DIAG)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        // The kernel writes an answer while it is received, so there is never anything to wait for; and whoever waits could wait for ever.
        socket.set_non_blocking(true)?;
        Ok(Diagnosis {
            socket,
            part: vec![0; PART],
        })
    }

    /// All connections of this network namespace.
    pub(super) fn connections(&mut self) -> io::Result<Vec<Connection>> {
        let mut connections = Vec::new();
        for (family, socket_id) in [
            (AF_INET, SocketId::new_v4()),
            (AF_INET6, SocketId::new_v6()),
        ] {
            self.ask(family, socket_id)?;
            while self.hear(&mut connections)? {}
        }
        Ok(connections)
    }

    fn ask(&self, family: u8, socket_id: SocketId) -> io::Result<()> {
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | NLM_F_DUMP;
        let mut states = StateFlags::all();
        states.remove(StateFlags::LISTEN | StateFlags::TIME_WAIT | StateFlags::CLOSE);
        let request = SockDiagMessage::InetRequest(InetRequest {
            family,
            protocol: IPPROTO_TCP,
            extensions: ExtensionFlags::INFO,
            states,
            socket_id,
        });
        let mut message = NetlinkMessage::new(header, request.into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        self.socket.send(&bytes, 0).map(|_| ())
    }

    /// Receives one part; whether more follow.
    fn hear(&mut self, connections: &mut Vec<Connection>) -> io::Result<bool> {
        let size = self.socket.recv(&mut &mut self.part[..], 0)?;
        let mut rest = &self.part[..size.min(self.part.len())];
        while !rest.is_empty() {
            let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            match message.payload {
                NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
                    connections.extend(connection(&response));
                }
                NetlinkPayload::Done(_) => return Ok(false),
                NetlinkPayload::Error(error) => return Err(error.to_io()),
                _ => {}
            }
            // Messages are aligned to four bytes.
            let length = (message.header.length as usize).next_multiple_of(4).max(4);
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(size > 0)
    }
}

fn connection(response: &InetResponse) -> Option<Connection> {
    let info = response.nlas.iter().find_map(|attribute| {
        if let Nla::TcpInfo(info) = attribute {
            Some(info)
        } else {
            None
        }
    })?;
    let number = |at: usize| {
        info.get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u32::from_ne_bytes)
    };
    Some(Connection {
        inode: response.header.inode,
        rtt: number(RTT)?,
        retransmits: number(TOTAL_RETRANS)?,
    })
}
