//! The contracts of `pss` towards the outside world, and their light built-ins.
//!
//! [`formats`] hands records on, to whatever takes them, and knows nothing of scores; [`samplers`] watches a running program; [`sources`] reads messages that lie elsewhere than in files; [`views`] renders a report and
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
//! # Sources
//! A source reads messages that lie elsewhere than in files, such as the records of a topic; the scheme of an address is its name: `kafka://..` is read by
//! `source:kafka`. It knows nothing of what messages hold: [`formats::MessageDecoder`] decodes each by itself. A message has a part and a number, by which the user
//! is told of it. See [`sources::Source`].
//!
//! # Load
//! A load shape ([`load::Load`]) is a rate over time with its integral; [`load::Schedule`] starts arrival k at the exact inverse of that integral, or around it for
//! random arrivals. Nothing of a schedule comes from the platform: its logarithms and sines are `libm`'s, its numbers PCG64's, and each use of a seed has a stream of
//! its own. Shapes, like hooks, take their settings from [`fields`], which collects all mistakes with their paths before anything starts.
//!
//! # Hooks
//! A hook ([`hooks::Hook`]) is told of a run's phases on a thread of its own, through a bounded queue ([`hooks::Hooks`]). What it needs of the machine, starting a
//! program and appending to a file, is handed to it ([`hooks::Around`]); what it sends goes through `http`, of the feature of that name.
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
//! # Cores
//! [`cores`] is where work is shared among threads, by whoever decodes, sums up or scores.
//!
//! # SQL
//! [`sql_tables`] says which tables and columns a query sees; `pss-columnar` fills them.

pub mod conformance;
pub mod cores;
pub mod fields;
pub mod formats;
pub mod hooks;
#[cfg(feature = "http")]
pub mod http;
pub mod length;
pub mod load;
#[cfg(feature = "http")]
pub mod requests;
pub mod samplers;
pub mod sources;
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
    "hook:exec",
    "hook:jsonl",
    "hook:log",
    "load:constant",
    "load:linear",
    "load:mix",
    "load:replay",
    "load:sequence",
    "load:sine",
    "load:step",
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
