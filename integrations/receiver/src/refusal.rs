//! Why a request was not accepted.

/// Why a request, or a connection, was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// No OTLP, or not in its frame or compression.
    Malformed,
    /// Longer than allowed.
    TooLarge,
    /// Did not arrive in time.
    Slow,
    /// A media type that is neither protobuf, JSON nor gRPC.
    UnknownType,
    /// A compression that is not gzip.
    UnknownCompression,
    /// An address of none of the services.
    WrongPath,
    /// Anything but `POST`.
    WrongMethod,
    /// The sink was behind, or too much was in memory. The emitter comes again.
    Busy,
    /// The sink failed.
    Failed,
    /// The connection broke off before the body was there.
    CutOff,
    /// The receiver was stopped, and its grace ended, before the request was done.
    Stopped,
    /// No HTTP.
    NotHttp,
    /// More connections than allowed.
    TooManyConnections,
}

impl Refusal {
    /// All of them, in their order.
    pub const ALL: [Refusal; 13] = [
        Refusal::Malformed,
        Refusal::TooLarge,
        Refusal::Slow,
        Refusal::UnknownType,
        Refusal::UnknownCompression,
        Refusal::WrongPath,
        Refusal::WrongMethod,
        Refusal::Busy,
        Refusal::Failed,
        Refusal::CutOff,
        Refusal::Stopped,
        Refusal::NotHttp,
        Refusal::TooManyConnections,
    ];

    /// In words, for a report: "3 requests refused: " and then this.
    pub fn reason(self) -> &'static str {
        match self {
            Refusal::Malformed => "malformed",
            Refusal::TooLarge => "longer than allowed",
            Refusal::Slow => "did not arrive in time",
            Refusal::UnknownType => "unknown content type",
            Refusal::UnknownCompression => "unknown compression",
            Refusal::WrongPath => "no such service",
            Refusal::WrongMethod => "no POST",
            Refusal::Busy => "the receiver was behind",
            Refusal::Failed => "the receiver failed",
            Refusal::CutOff => "the connection broke off",
            Refusal::Stopped => "the receiver was stopped before they were done",
            Refusal::NotHttp => "no HTTP",
            Refusal::TooManyConnections => "too many connections",
        }
    }

    /// Whether emitters send it again by themselves, so that nothing need be lost yet.
    pub fn is_retried(self) -> bool {
        matches!(self, Refusal::Busy | Refusal::TooManyConnections)
    }

    /// The status of HTTP.
    pub fn http_status(self) -> u16 {
        match self {
            Refusal::Malformed | Refusal::CutOff | Refusal::NotHttp => 400,
            Refusal::WrongPath => 404,
            Refusal::WrongMethod => 405,
            Refusal::Slow => 408,
            Refusal::TooLarge => 413,
            Refusal::UnknownType | Refusal::UnknownCompression => 415,
            Refusal::Failed => 500,
            Refusal::Busy | Refusal::Stopped | Refusal::TooManyConnections => 503,
        }
    }

    /// The status of gRPC. `RESOURCE_EXHAUSTED` without a delay means "never again" in OTLP, so whoever should come again is told `UNAVAILABLE`.
    pub fn grpc_status(self) -> u8 {
        const INVALID_ARGUMENT: u8 = 3;
        const DEADLINE_EXCEEDED: u8 = 4;
        const RESOURCE_EXHAUSTED: u8 = 8;
        const UNIMPLEMENTED: u8 = 12;
        const INTERNAL: u8 = 13;
        const UNAVAILABLE: u8 = 14;
        match self {
            Refusal::Malformed | Refusal::CutOff | Refusal::NotHttp | Refusal::UnknownType => {
                INVALID_ARGUMENT
            }
            Refusal::Slow => DEADLINE_EXCEEDED,
            Refusal::TooLarge => RESOURCE_EXHAUSTED,
            Refusal::UnknownCompression | Refusal::WrongPath | Refusal::WrongMethod => {
                UNIMPLEMENTED
            }
            Refusal::Failed => INTERNAL,
            Refusal::Busy | Refusal::Stopped | Refusal::TooManyConnections => UNAVAILABLE,
        }
    }
}

/// A refusal, and what the emitter is told.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    pub(crate) message: String,
}

impl Refused {
    pub(crate) fn new(refusal: Refusal, message: impl Into<String>) -> Refused {
        Refused {
            refusal,
            message: message.into(),
        }
    }
}
