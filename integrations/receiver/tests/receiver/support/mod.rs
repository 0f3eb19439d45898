//! Emitters, and a sink that remembers.

mod grpc;
mod http;
mod seen;
mod spans;

pub(crate) use self::{
    grpc::{Grpc, LOGS, TRACES, framed},
    http::{Http, Reply},
    seen::Seen,
    spans::{Response, json, protobuf},
};

use std::io::Write;

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

pub(crate) fn port(endpoint: &str) -> u16 {
    endpoint
        .strip_prefix("http://127.0.0.1:")
        .and_then(|port| port.parse().ok())
        .expect("an endpoint")
}
