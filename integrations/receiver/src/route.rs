//! Which service a request is for, and how it speaks.

use hyper::{
    HeaderMap, Method, Version,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName},
    http::request::Parts,
};
use pss_integrations::formats::otlp::{Encoding, Signal};

use crate::refusal::{Refusal, Refused};

/// How a request speaks, and is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Grpc,
    Http(Encoding),
}

impl Transport {
    /// By the media type, whose parameters say nothing that matters. `None` for any other.
    pub(crate) fn of(head: &Parts) -> Option<Transport> {
        let value = text(&head.headers, CONTENT_TYPE);
        let media_type = value.split(';').next().unwrap_or_default().trim();
        match media_type.to_ascii_lowercase().as_str() {
            // gRPC has its outcome in trailers, which HTTP/1.1 clients do not read.
            "application/grpc" | "application/grpc+proto" if head.version == Version::HTTP_2 => {
                Some(Transport::Grpc)
            }
            "application/x-protobuf" | "application/protobuf" => {
                Some(Transport::Http(Encoding::Protobuf))
            }
            "application/json" => Some(Transport::Http(Encoding::Json)),
            _ => None,
        }
    }

    pub(crate) fn encoding(self) -> Encoding {
        match self {
            Transport::Grpc => Encoding::Protobuf,
            Transport::Http(encoding) => encoding,
        }
    }
}

/// What is known of a request before its body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) signal: Signal,
    pub(crate) transport: Transport,
    pub(crate) gzip: bool,
}

/// Finds the service.
pub(crate) fn route(head: &Parts) -> Result<Route, Refused> {
    let path = head.uri.path();
    let Some((signal, is_grpc)) = service(path) else {
        return Err(no_service(path));
    };
    if head.method != Method::POST {
        return Err(Refused::new(
            Refusal::WrongMethod,
            format!("{} is not taken, only POST", head.method),
        ));
    }
    let transport = Transport::of(head).ok_or_else(|| {
        Refused::new(
            Refusal::UnknownType,
            "the content type is none of application/x-protobuf, application/json, application/grpc over HTTP/2",
        )
    })?;
    if is_grpc != (transport == Transport::Grpc) {
        return Err(no_service(path));
    }
    let name = if is_grpc {
        HeaderName::from_static("grpc-encoding")
    } else {
        CONTENT_ENCODING
    };
    let gzip = match text(&head.headers, name)
        .trim()
        .to_ascii_lowercase()
        .as_str()
    {
        "" | "identity" => false,
        "gzip" | "x-gzip" => true,
        _ => {
            return Err(Refused::new(
                Refusal::UnknownCompression,
                "the compression is neither gzip nor identity",
            ));
        }
    };
    Ok(Route {
        signal,
        transport,
        gzip,
    })
}

/// The signal of an address, and whether it is one of gRPC.
pub(crate) fn service(path: &str) -> Option<(Signal, bool)> {
    Some(match path {
        "/v1/traces" => (Signal::Traces, false),
        "/v1/metrics" => (Signal::Metrics, false),
        "/v1/logs" => (Signal::Logs, false),
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => (Signal::Traces, true),
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => {
            (Signal::Metrics, true)
        }
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => (Signal::Logs, true),
        _ => return None,
    })
}

fn no_service(path: &str) -> Refused {
    // As long as any address of a service may be, so that no answer is as long as its asker likes.
    let path: String = path.chars().take(100).collect();
    Refused::new(
        Refusal::WrongPath,
        format!("{path} is no service: /v1/traces, /v1/metrics, /v1/logs and OTLP over gRPC are"),
    )
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
