//! What an emitter is told, in its own protocol.

use hyper::{
    HeaderMap, Response, StatusCode,
    body::Bytes,
    header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use prost::Message;
use pss_integrations::formats::otlp::{Encoding, Signal, Unusable};

use crate::{
    grpc,
    messages::{ExportResponse, PartialSuccess, Status},
    payload::Payload,
    refusal::{Refusal, Refused},
    route::Transport,
};

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// Everything arrived, or all but some records that cannot be used.
pub(crate) fn accepted(
    transport: Transport,
    signal: Signal,
    unusable: Option<&Unusable>,
) -> Response<Payload> {
    let body = match transport.encoding() {
        Encoding::Protobuf => ExportResponse {
            partial_success: unusable.map(|unusable| PartialSuccess {
                rejected: i64::try_from(unusable.count).unwrap_or(i64::MAX),
                error_message: unusable.first.clone(),
            }),
        }
        .encode_to_vec(),
        Encoding::Json => json_response(signal, unusable),
    };
    match transport {
        Transport::Grpc => {
            let mut response = response(
                StatusCode::OK,
                "application/grpc",
                grpc::frame(&body).into(),
            );
            response.body_mut().trailers =
                Some(HeaderMap::from_iter([(GRPC_STATUS, HeaderValue::from(0))]));
            response
        }
        Transport::Http(encoding) => response(StatusCode::OK, media_type(encoding), body.into()),
    }
}

/// Nothing was accepted. `transport` is `None` where the request spoke no known one: it is answered in JSON, which people can read.
pub(crate) fn refused(transport: Option<Transport>, refused: &Refused) -> Response<Payload> {
    let code = refused.refusal.grpc_status();
    match transport {
        Some(Transport::Grpc) => {
            let mut response = response(StatusCode::OK, "application/grpc", Bytes::new());
            let headers = response.headers_mut();
            headers.insert(GRPC_STATUS, HeaderValue::from(u16::from(code)));
            if let Ok(message) = HeaderValue::try_from(grpc::percent_encoded(&refused.message)) {
                headers.insert(GRPC_MESSAGE, message);
            }
            if refused.refusal == Refusal::UnknownCompression {
                headers.insert(
                    HeaderName::from_static("grpc-accept-encoding"),
                    HeaderValue::from_static("identity,gzip"),
                );
            }
            response
        }
        Some(Transport::Http(Encoding::Protobuf)) => {
            let status = Status {
                code: i32::from(code),
                message: refused.message.clone(),
            };
            http(refused.refusal, Encoding::Protobuf, status.encode_to_vec())
        }
        Some(Transport::Http(Encoding::Json)) | None => {
            let status = serde_json::json!({ "code": code, "message": refused.message });
            http(refused.refusal, Encoding::Json, status.to_string().into())
        }
    }
}

fn json_response(signal: Signal, unusable: Option<&Unusable>) -> Vec<u8> {
    let rejected = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Metrics => "rejectedDataPoints",
        Signal::Logs => "rejectedLogRecords",
    };
    let Some(unusable) = unusable else {
        return b"{}".to_vec();
    };
    // JSON of protobuf writes 64-bit numbers as text.
    serde_json::json!({ "partialSuccess": { rejected: unusable.count.to_string(), "errorMessage": unusable.first } })
        .to_string()
        .into()
}

fn http(refusal: Refusal, encoding: Encoding, body: Vec<u8>) -> Response<Payload> {
    let status =
        StatusCode::from_u16(refusal.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = response(status, media_type(encoding), body.into());
    match refusal {
        Refusal::WrongMethod => {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("POST"));
        }
        Refusal::Busy => {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    response
}

fn media_type(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Json => "application/json",
        Encoding::Protobuf => "application/x-protobuf",
    }
}

fn response(status: StatusCode, media_type: &'static str, data: Bytes) -> Response<Payload> {
    let mut response = Response::new(Payload {
        data,
        trailers: None,
    });
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
