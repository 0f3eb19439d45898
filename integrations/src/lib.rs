//! The contracts of `pss` towards the outside world, and their light built-ins.
//!
//! [`formats`] hands records on, to whatever takes them, and knows nothing of scores; [`samplers`] watches a running program; [`views`] renders a report and
//! decides nothing.
//!
//! # Formats
//! A format looks at the first bytes of a stream ([`formats::Head`]) and says how sure it is that they are its own; a format that is sure comes before one that is
//! not, and a name decides only between equals. Then it says how it reads ([`formats::Reading`]): record by record, cut at their bounds and decoded on all cores;
//! as a stream from beginning to end, where records lean on those before them; or by seeking in a file. What it reads it pushes into an
//! [`Intake`](pss_metrics::model::Intake): a summary, a table, another file. What formats share lies beside them: `json` (a strict scanner, the outline of a head,
//! values pulled out of a stream), [`formats::table`] (which column is what), [`formats::signals`] (which metric is which signal).
//!
//! # Samplers
//! A sampler watches the process tree of a command while it runs and pushes samples; see [`samplers::Sampler`]. `start` says what the machine does not offer, and
//! the run goes on without. Samplers share one look at the processes through [`samplers::Target`], which also names them: by program and place, not by process
//! id, so that runs can be compared. What the user says to one sampler comes with the target as texts by key ([`samplers::SamplerSettings`]); before anything
//! starts each is asked whether it takes part under them ([`samplers::Sampler::wanted`]), and a mistake ends the run there.
//!
//! # Adding one
//! To add a format: one file in `formats` with an implementation of [`formats::Format`] and `inventory::submit! { FormatEntry { format: &YourFormat } }`, and its
//! name in [`PLUGIN_CRATE`]; its tests go to `tests/formats`. A sampler likewise in `samplers`, its tests in `integrations/tests/samplers.rs`.
//!
//! # Views
//! A view is one file in [`views`] with an implementation of [`views::View`], `inventory::submit! { ViewEntry { view: &YourView } }` and its name in
//! [`PLUGIN_CRATE`]. It shows what the report says, escapes what comes from outside in the way of its form, and says `n/a` with the reason where there is nothing;
//! `tests/views` of `pss` reads every number back out of it.
//!
//! # Conformance
//! [`conformance`] holds the rules that each kind keeps; `pss plugins check` runs them, and so may the tests of any crate that brings plugins.
//!
//! # Messages to servers
//! `http` (feature `http`) is the one place that speaks to HTTP servers which other people run; what pushes a report or calls a hook goes through it, so that time limits,
//! refusals and the silence about credentials are the same everywhere.
//!
//! # SQL
//! [`sql_tables`] says which tables and columns a query sees; `pss-columnar` fills them.

pub mod conformance;
pub mod formats;
#[cfg(feature = "http")]
pub mod http;
pub mod samplers;
pub mod sql_tables;
pub mod views;

use pss_metrics::{plugin::PluginCrate, plugin_crate};

/// What this crate brings.
pub const PLUGIN_CRATE: PluginCrate = plugin_crate!(
    "format:chrome",
    "format:csv",
    "format:datadog",
    "format:gc-log",
    "format:gctrace",
    "format:gpu-csv",
    "format:gpu-dmon",
    "format:jaeger",
    "format:native",
    "format:otlp",
    "format:otlp-protobuf",
    "format:prometheus",
    "format:xray",
    "format:zipkin",
    "sampler:cgroup",
    "sampler:process",
    "sampler:psi",
    "sampler:sockets",
    "view:csv",
    "view:github",
    "view:github-output",
    "view:html",
    "view:json",
    "view:junit",
    "view:markdown",
    "view:openmetrics",
    "view:svg"
);
