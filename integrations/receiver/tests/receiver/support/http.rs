//! An emitter of HTTP/1.1 over a socket, so that what goes over it can be broken.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use super::port;

pub(crate) struct Http(BufReader<TcpStream>);

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Http {
    pub(crate) fn connect(endpoint: &str) -> Http {
        let stream = TcpStream::connect(("127.0.0.1", port(endpoint))).expect("a receiver");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a timeout");
        Http(BufReader::new(stream))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        // A refusal may close the connection before all is written.
        let _ = self.0.get_mut().write_all(bytes);
    }

    pub(crate) fn send(&mut self, path: &str, media_type: &str, gzip: bool, body: &[u8]) {
        let encoding = if gzip {
            "Content-Encoding: gzip\r\n"
        } else {
            ""
        };
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\n{encoding}Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.write(&[head.as_bytes(), body].concat());
    }

    pub(crate) fn post(&mut self, path: &str, media_type: &str, gzip: bool, body: &[u8]) -> Reply {
        self.send(path, media_type, gzip, body);
        self.reply().expect("a reply")
    }

    /// The next reply; `None` when the connection was closed.
    pub(crate) fn reply(&mut self) -> Option<Reply> {
        let mut headers = String::new();
        while !headers.ends_with("\r\n\r\n") {
            if !matches!(self.0.read_line(&mut headers), Ok(1..)) {
                return None;
            }
        }
        let headers = headers.to_ascii_lowercase();
        let length = headers
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.trim().parse().expect("a length"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        let status = headers.split(' ').nth(1)?.parse().ok()?;
        Some(Reply {
            status,
            headers,
            body,
        })
    }
}
