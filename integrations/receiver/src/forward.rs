//! Sends one request after the other to a collector, over connections that are kept.

use std::{future::poll_fn, pin::Pin};

use hyper::{
    Request, Response,
    body::{Body as _, Bytes, Incoming},
    client::conn::{http1, http2},
    header::{
        CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, TRANSFER_ENCODING, UPGRADE,
    },
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::{collector::Collector, payload::Payload};

/// Headers that speak of one connection, and not of what is sent over it.
const OF_CONNECTION: [HeaderName; 6] = [
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    TRANSFER_ENCODING,
    UPGRADE,
];
/// Longest answer that is read. One that says what was rejected is a few hundred bytes long.
const ANSWER: usize = 1 << 20;

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) path: String,
    pub(crate) is_grpc: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

/// A client of one collector.
pub(crate) struct Forward {
    collector: Collector,
    http: Option<http1::SendRequest<Payload>>,
    grpc: Option<http2::SendRequest<Payload>>,
}

impl Forward {
    pub(crate) fn new(collector: Collector) -> Forward {
        Forward {
            collector,
            http: None,
            grpc: None,
        }
    }

    /// Drops its connections, whatever is under way on them.
    pub(crate) fn hang_up(&mut self) {
        (self.http, self.grpc) = (None, None);
    }

    /// Sends a request, and reads the answer: a fragment that follows "the collector" where it took nothing.
    pub(crate) async fn send(&mut self, copied: &Copied) -> Result<(), String> {
        let kept = if copied.is_grpc {
            self.grpc.as_ref().is_some_and(http2::SendRequest::is_ready)
        } else {
            self.http.as_ref().is_some_and(http1::SendRequest::is_ready)
        };
        // A connection that was kept may be closed by now, which shows only when it is used.
        if kept && let Ok(response) = self.ask(copied).await {
            return answer(copied.is_grpc, response).await;
        }
        self.connect(copied.is_grpc).await?;
        match self.ask(copied).await {
            Ok(response) => answer(copied.is_grpc, response).await,
            Err(error) => Err(format!("broke off ({error})")),
        }
    }

    async fn connect(&mut self, is_grpc: bool) -> Result<(), String> {
        let away = |error: &dyn std::fmt::Display| format!("is not there ({error})");
        let host = self.collector.host.trim_matches(['[', ']']);
        let stream = TcpStream::connect((host, self.collector.port))
            .await
            .map_err(|error| away(&error))?;
        // Only costs speed where it fails.
        let _ = stream.set_nodelay(true);
        let io = TokioIo::new(stream);
        // What ends a connection is told by the request on it.
        if is_grpc {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), io)
                .await
                .map_err(|error| away(&error))?;
            tokio::spawn(async move { drop(connection.await) });
            self.grpc = Some(sender);
        } else {
            let (sender, connection) = http1::handshake(io).await.map_err(|error| away(&error))?;
            tokio::spawn(async move { drop(connection.await) });
            self.http = Some(sender);
        }
        Ok(())
    }

    async fn ask(&mut self, copied: &Copied) -> Result<Response<Incoming>, String> {
        let request = self.request(copied).map_err(|error| error.to_string())?;
        let closed = || "there is no connection".to_owned();
        if copied.is_grpc {
            let sender = self.grpc.as_mut().ok_or_else(closed)?;
            sender.ready().await.map_err(|error| error.to_string())?;
            sender.send_request(request).await
        } else {
            let sender = self.http.as_mut().ok_or_else(closed)?;
            sender.ready().await.map_err(|error| error.to_string())?;
            sender.send_request(request).await
        }
        .map_err(|error| error.to_string())
    }

    fn request(&self, copied: &Copied) -> Result<Request<Payload>, hyper::http::Error> {
        let path = self.collector.path(&copied.path);
        let authority = self.collector.authority();
        let mut request = if copied.is_grpc {
            Request::post(format!("http://{authority}{path}"))
        } else {
            Request::post(path).header(HOST, authority)
        };
        for (name, value) in &copied.headers {
            if !OF_CONNECTION.contains(name) && name.as_str() != "keep-alive" {
                request = request.header(name, value);
            }
        }
        request.body(Payload {
            data: copied.bytes.clone(),
            trailers: None,
        })
    }
}

/// Reads an answer to its end, so that the connection can be used again.
async fn answer(is_grpc: bool, response: Response<Incoming>) -> Result<(), String> {
    let (head, mut body) = response.into_parts();
    let status = |headers: &HeaderMap| headers.get("grpc-status").cloned();
    let mut outcome = status(&head.headers);
    let mut length = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|error| format!("broke off ({error})"))?;
        match frame.into_data() {
            Ok(data) => length += data.len(),
            Err(frame) => {
                let trailers = frame.into_trailers().unwrap_or_default();
                outcome = status(&trailers).or(outcome);
            }
        }
        if length > ANSWER {
            return Err(format!("answered with more than {ANSWER} bytes"));
        }
    }
    if !head.status.is_success() {
        return Err(format!("answered {}", head.status.as_u16()));
    }
    match outcome.as_ref().map(hyper::http::HeaderValue::as_bytes) {
        Some(b"0") => Ok(()),
        None if !is_grpc => Ok(()),
        Some(code) => Err(format!(
            "answered with gRPC status {}",
            String::from_utf8_lossy(code)
        )),
        None => Err("answered without a status of gRPC".to_owned()),
    }
}
