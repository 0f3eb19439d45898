//! An emitter of gRPC, over hyper's client.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{
    HeaderMap, Request,
    body::{Body, Bytes, Frame, Incoming},
    client::conn::http2::{SendRequest, handshake},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, runtime::Runtime};

use super::port;

pub(crate) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
pub(crate) const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

pub(crate) struct Grpc {
    runtime: Runtime,
    sender: SendRequest<Once>,
}

/// The status, its message, and the body without its frame.
pub(crate) type Outcome = (u16, String, Vec<u8>);

pub(crate) struct Once(Option<Bytes>);

impl Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// A message in a frame.
pub(crate) fn framed(compressed: u8, message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u32).to_be_bytes();
    [&[compressed], &length[..], message].concat()
}

impl Grpc {
    pub(crate) fn connect(endpoint: &str) -> Grpc {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let sender = runtime.block_on(async {
            let stream = TcpStream::connect(("127.0.0.1", port(endpoint)))
                .await
                .expect("a receiver");
            let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .expect("HTTP/2");
            tokio::spawn(async move {
                let _ = connection.await;
            });
            sender
        });
        Grpc { runtime, sender }
    }

    pub(crate) fn export(&mut self, path: &str, gzip: bool, message: &[u8]) -> Outcome {
        let message = if gzip {
            framed(1, &super::gzip(message))
        } else {
            framed(0, message)
        };
        let request = request(path, if gzip { "gzip" } else { "identity" }, message);
        self.runtime.block_on(call(self.sender.clone(), request))
    }

    /// Sends anything.
    pub(crate) fn raw(&mut self, path: &str, encoding: &str, body: Vec<u8>) -> Outcome {
        self.runtime
            .block_on(call(self.sender.clone(), request(path, encoding, body)))
    }

    /// Sends, and is gone without its answer.
    pub(crate) fn vanish(self, gzip: bool, message: &[u8]) {
        let (flag, encoding, message) = if gzip {
            (1, "gzip", super::gzip(message))
        } else {
            (0, "identity", message.to_vec())
        };
        let request = request(TRACES, encoding, framed(flag, &message));
        let Grpc { runtime, sender } = self;
        runtime.block_on(async {
            tokio::spawn(call(sender, request));
            // The connection's task writes as far as the socket takes it each time it has its turn.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        });
    }
}

fn request(path: &str, encoding: &str, body: Vec<u8>) -> Request<Once> {
    Request::post(format!("http://127.0.0.1{path}"))
        .header("content-type", "application/grpc")
        .header("grpc-encoding", encoding)
        .header("te", "trailers")
        .body(Once(Some(body.into())))
        .expect("a request")
}

async fn call(mut sender: SendRequest<Once>, request: Request<Once>) -> Outcome {
    sender.ready().await.expect("a connection");
    let response = sender.send_request(request).await.expect("a response");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/grpc");
    let (head, mut incoming) = response.into_parts();
    let (body, trailers) = collect(&mut incoming).await;
    let found = trailers.unwrap_or(head.headers);
    let text = |name: &str| {
        found
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
            .to_owned()
    };
    let status = text("grpc-status").parse().expect("a status");
    let body = body.get(5..).unwrap_or_default().to_vec();
    (status, text("grpc-message"), body)
}

async fn collect(incoming: &mut Incoming) -> (Vec<u8>, Option<HeaderMap>) {
    let (mut body, mut trailers) = (Vec::new(), None);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut *incoming).poll_frame(context)).await {
        match frame.expect("a frame").into_data() {
            Ok(data) => body.extend_from_slice(&data),
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
    }
    (body, trailers)
}
