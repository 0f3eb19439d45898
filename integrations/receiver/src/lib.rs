//! An OTLP receiver that is open for one run: one port of the loopback address takes gRPC, HTTP with protobuf and HTTP with JSON.
//!
//! It knows HTTP and nothing of spans: each accepted body is handed, decompressed, to a sink of the caller, who decodes it with
//! `pss_integrations::formats::otlp::Requests`, appends it to a file, or both. Only when the sink has taken a body is the emitter told so; what it was told is
//! not lost.
//!
//! ```
//! use std::sync::Mutex;
//! use pss_integrations::formats::otlp::Requests;
//! use pss_metrics::model::Batch;
//! use pss_receiver::{Counts, NotTaken, Options, Receiver, Taken};
//!
//! let requests = Mutex::new(Requests::default());
//! let receiver = Receiver::start(Options::default(), move |body| {
//!     let mut batch = Batch::new(Vec::new());
//!     let mut requests = requests.lock().map_err(|_| NotTaken::Failed("a worker panicked".to_owned()))?;
//!     let unusable = requests
//!         .decode(body.signal, body.encoding, body.bytes, &mut batch)
//!         .map_err(NotTaken::Malformed)?;
//!     Ok(Taken { records: batch.spans().len() as u64, unusable })
//! })?;
//! for (name, value) in receiver.environment() {
//!     // Into the environment of the command, where the user has not set it.
//!     assert!(name.starts_with("OTEL_") && !value.is_empty());
//! }
//! let counts: Counts = receiver.stop(std::time::Duration::from_secs(1));
//! assert_eq!(counts.lost(), 0);
//! # std::io::Result::Ok(())
//! ```
//!
//! # The way of a request
//! One thread, `otlp`, runs a tokio runtime that nothing outside sees: `server` accepts connections, `exchange` reads a request that `route` knows, `grpc` takes a
//! message out of its frame. A bounded queue leads to `workers`, threads that inflate and call the sink; `answer` says in the emitter's own protocol what became of
//! it. All bodies in memory together have a `budget`. Whoever finds the queue or the budget full is told to come again (503, `UNAVAILABLE`), which all SDKs do.
//! Every request has a `ticket` and is counted once: accepted, or refused for one [`Refusal`].
//!
//! [`Receiver::stop`] goes on accepting until nothing has arrived for a moment, nothing is open and nothing waits, at most for the given grace: what a command sent
//! just before its end lies in the kernel's buffers by then, and is read; `watched` sees to it that hyper does not drop a request whose emitter is gone.
//!
//! # A collector of the user's own
//! With [`Options::tee`] what was taken is also sent to a [`Collector`], as it came: path, headers and bytes, gRPC as gRPC. `tee` is a queue and a thread of its own,
//! `forward` its client. The emitter was answered before: a collector that is slow, refuses or is away costs copies, which [`Forwarded`] counts, and nothing else.
//!
//! # Why hyper, and not tonic
//! Three services of one unary method each need no generated code: a frame of gRPC is five bytes, its outcome a trailer. hyper tells HTTP/1.1 from HTTP/2 on one port;
//! tonic and axum would bring a dozen crates more to do the same, and tonic would decode messages which `pss-integrations` decodes already.
//!
//! # What a web page can do
//! A page in a browser can reach loopback ports, but neither of the three types without asking first (`OPTIONS`), which is answered with 405.
//!
//! Everything is behind the feature `serve`, which the feature `receiver` of `pss` switches on.

#[cfg(feature = "serve")]
mod answer;
#[cfg(feature = "serve")]
mod body;
#[cfg(feature = "serve")]
mod budget;
#[cfg(feature = "serve")]
mod collector;
#[cfg(feature = "serve")]
mod counts;
#[cfg(feature = "serve")]
mod environment;
#[cfg(feature = "serve")]
mod exchange;
#[cfg(feature = "serve")]
mod forward;
#[cfg(feature = "serve")]
mod grpc;
#[cfg(feature = "serve")]
mod inflate;
#[cfg(feature = "serve")]
mod messages;
#[cfg(feature = "serve")]
mod options;
#[cfg(feature = "serve")]
mod payload;
#[cfg(feature = "serve")]
mod receiver;
#[cfg(feature = "serve")]
mod refusal;
#[cfg(feature = "serve")]
mod route;
#[cfg(feature = "serve")]
mod server;
#[cfg(feature = "serve")]
mod sink;
#[cfg(feature = "serve")]
mod tee;
#[cfg(feature = "serve")]
mod ticket;
#[cfg(feature = "serve")]
mod watched;
#[cfg(feature = "serve")]
mod workers;

#[cfg(feature = "serve")]
pub use self::{
    collector::{Collector, NoCollector},
    counts::{Counts, Forwarded},
    options::Options,
    receiver::Receiver,
    refusal::Refusal,
    sink::{Body, NotTaken, Taken},
};
