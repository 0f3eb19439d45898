//! A server on this machine's loopback for what sends messages: it answers, or it does not.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// What it does when it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// 200, whatever is sent.
    Answers,
    /// Takes the call, and says nothing until it is dropped.
    Stalls,
}

/// The server; dropped, it ends.
#[derive(Debug)]
pub(super) struct Peer {
    port: u16,
    calls: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How often it looks whether it is over.
const PAUSE: Duration = Duration::from_millis(2);
/// A request that stops in its middle is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of a request that are read at most.
const REQUEST: usize = 1 << 20;

impl Peer {
    /// Listens on a free port.
    pub(super) fn start(manner: Manner) -> Result<Peer, String> {
        let listener = listener()?;
        let words = |error: std::io::Error| format!("no server can be started here: {error}");
        listener.set_nonblocking(true).map_err(words)?;
        let port = listener.local_addr().map_err(words)?.port();
        let calls = Arc::new(AtomicUsize::new(0));
        let over = Arc::new(AtomicBool::new(false));
        let (counted, ended) = (Arc::clone(&calls), Arc::clone(&over));
        let thread = std::thread::Builder::new()
            .name("peer".to_owned())
            .spawn(move || {
                let mut held = Vec::new();
                while !ended.load(Ordering::Relaxed) {
                    let Ok((stream, _)) = listener.accept() else {
                        std::thread::sleep(PAUSE);
                        continue;
                    };
                    counted.fetch_add(1, Ordering::Relaxed);
                    match manner {
                        Manner::Answers => answer(stream),
                        Manner::Stalls => held.push(stream),
                    }
                }
            })
            .map_err(words)?;
        Ok(Peer {
            port,
            calls,
            over,
            thread: Some(thread),
        })
    }

    /// A port at which nobody listens.
    pub(super) fn closed() -> Result<u16, String> {
        let address = listener()?.local_addr();
        address
            .map(|address| address.port())
            .map_err(|error| error.to_string())
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// How often it was called.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn listener() -> Result<TcpListener, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .map_err(|error| format!("no server can be started here: {error}"))
}

/// Reads the request to its end, so that closing resets nothing, and answers. A caller who breaks off has what it asked for.
fn answer(mut stream: TcpStream) {
    let _ = stream.set_nonblocking(false);
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !whole(&request) && request.len() < REQUEST {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return,
            Ok(n) => request.extend_from_slice(&part[..n]),
        }
    }
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

/// Whether the head and as much of a body as it says are there.
fn whole(request: &[u8]) -> bool {
    const END: &[u8] = b"\r\n\r\n";
    let Some(head) = memchr::memmem::find(request, END) else {
        return false;
    };
    let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    request.len() >= head + END.len() + length
}
