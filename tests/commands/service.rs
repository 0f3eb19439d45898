//! A service on this machine for load and hooks: it answers, refuses or stalls, and remembers.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// What it does with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// 200.
    Answer,
    /// 503.
    Refuse,
    /// Nothing at all from the one time to the other after its first request, 200 else.
    Stall(Duration, Duration),
    /// No answer, ever.
    Hang,
}

/// The service.
pub(crate) struct Service {
    pub(crate) url: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    count: AtomicU64,
    connections: AtomicU64,
    first: Mutex<Option<Instant>>,
}

impl Service {
    pub(crate) fn new(manner: Manner) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let seen = Arc::new(Seen::default());
        let own = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, seen) = (stream.expect("a connection"), Arc::clone(&own));
                seen.connections.fetch_add(1, Ordering::Relaxed);
                std::thread::spawn(move || serve(&stream, manner, &seen));
            }
        });
        Service { url, seen }
    }

    /// The first requests, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().expect("sound").clone()
    }

    pub(crate) fn count(&self) -> u64 {
        self.seen.count.load(Ordering::Relaxed)
    }

    pub(crate) fn connections(&self) -> u64 {
        self.seen.connections.load(Ordering::Relaxed)
    }
}

fn serve(stream: &TcpStream, manner: Manner, seen: &Seen) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    let mut answers = stream;
    loop {
        let (mut head, mut line, mut length) = (String::new(), String::new(), 0);
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let now = Instant::now();
        let first = *seen.first.lock().expect("sound").get_or_insert(now);
        if seen.count.fetch_add(1, Ordering::Relaxed) < 100 {
            let mut requests = seen.requests.lock().expect("sound");
            requests.push(format!("{head}\r\n{}", String::from_utf8_lossy(&body)));
        }
        let status = match manner {
            Manner::Answer => "200 OK",
            Manner::Refuse => "503 Service Unavailable",
            Manner::Hang => return std::thread::sleep(Duration::from_secs(3600)),
            Manner::Stall(from, to) => {
                if (from..to).contains(&(now - first)) {
                    std::thread::sleep(to - (now - first));
                }
                "200 OK"
            }
        };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok");
        if answers.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
