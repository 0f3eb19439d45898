//! Plugins of `pss` that are programs of their own, in any language: protocol `pss-plugin/1`.
//!
//! # Adding one
//! `pss plugins add ./my-plugin` runs `./my-plugin describe` once and writes what it answers, with the sha256 of the file, to `pss-plugins.lock` beside `pss.toml`. From
//! then on its metrics and formats are metrics and formats like any other, by that text: listing, explaining and configuring them runs nothing. Before it is run for
//! an analysis, the file's sha256 is compared; one that changed is refused (exit 2) until it is added again. Only that file is pinned, not what it loads.
//!
//! # The protocol
//! A plugin is an executable file. It is started with one of these arguments, for one task each time, in the working folder of `pss`:
//!
//! | arguments | standard input | standard output |
//! |---|---|---|
//! | `describe` | nothing | the manifest: one JSON object |
//! | `metric CODE` | one Arrow IPC stream of the columns that the manifest asks for | the answer: one JSON object |
//! | `format NAME` | the bytes of one input, decompressed | Arrow IPC streams of records |
//!
//! It reads its input to the end, answers, and ends with exit code 0. JSON is UTF-8, one value, white space around it allowed; unknown keys are refused in both. Standard
//! error is for people: its last lines are shown, each with the plugin's name before it.
//!
//! **Environment.** Of the variables of `pss` it sees only `PATH`, `LANG`, `LC_ALL`, `LC_CTYPE`, `TZ`, `TMPDIR`, `TEMP`, `SYSTEMROOT` and those that `environment` in
//! `[plugins]` of `pss.toml` names. Beside them stand `PSS_PROTOCOL=pss-plugin/1` and `PSS_SETTINGS`, a JSON object: for a metric the control points of its factors as
//! they were set, `{"disp": {"good": 0.5, "mid": 1.25, "exponent": 1.0}}`; for a format `{}`.
//!
//! **Limits.** It leads a process group of its own, which is killed when it ended, however it ended, and when `pss` does. It is stopped when it is waited for and for `timeout`
//! (60 s) neither takes input nor writes nor ends; when it describes or scores with more than a mebibyte, or a format writes more than `output_limit` (4 GiB), a head
//! of a message above 1 MiB or a body above 256 MiB. Both limits stand in `[plugins]`.
//!
//! ## The manifest
//! ```json
//! { "protocol": "pss-plugin/1", "name": "my-plugin", "version": "1.0.0", "description": "one line on what it does",
//!   "metrics": [ { "code": "CHECKOUT", "question": "does checkout take a steady time?", "weight": 0.1,
//!                  "table": "spans", "columns": ["operation", "duration"],
//!                  "needs": "spans of checkout", "minimum": "30 of them", "limits": "", "advice": "look at the slow ones",
//!                  "factors": [ { "name": "disp", "what": "IQR / median", "unit": "", "good": 0.5, "mid": 1.25, "exponent": 1.0 } ] } ],
//!   "formats": [ { "name": "watch", "description": "stopwatch logs", "extensions": ["watch"], "starts_with": ["# watch"], "mapping": "what is mapped to what" } ] }
//! ```
//! `needs` to `factors`, `exponent`, `extensions`, `starts_with` and `mapping` may be left out (`needs` is the table's name then), and one of `metrics` and `formats`. A code has capitals, digits and `_`, a name
//! lower-case letters, digits and `-`. Each value of a factor scores 0.9 at `good` and 0.5 at `mid`. A format without `starts_with` is used only where `--format` names it.
//!
//! ## What a metric gets
//! One Arrow IPC stream (the streaming form, with its end marker) with the columns that it asked for, in that order, all nullable; null wherever a record did not say. Tables, names,
//! units and meaning are those of `pss query`, see [`sql_tables`](pss_integrations::sql_tables): text is `Utf8`, boolean `Bool`, integer `Int64`, float `Float64`, time
//! `Timestamp(nanosecond)` without a zone, in UTC. Rows come in batches of any size and **in no order**: several threads read at once. So an answer must not depend on
//! the order. Batches are sent as they are read; `pss` holds a few of them, never all, and waits for a plugin that is slow.
//!
//! ## What a metric answers
//! ```json
//! { "score": 0.93, "n": 1200, "factors": [ { "name": "disp", "value": 0.41 } ], "details": ["three operations"] }
//! ```
//! or `{ "no_data": "why" }` or `{ "failed": "why" }`. `score` is from 0 to 1. `n`, the records it rests on, is all that were sent where nothing is said; a factor may
//! state `score` and `exponent` itself, which else follow from its control points; `details` are shown beside the score.
//!
//! The score enters the report as any metric's does, by its weight from `[pss.weights]`, `[metrics.CODE]` or the manifest. It has no interval and no part in the timeline, since
//! nothing can be left out of one number, and in the interval of the whole it stands as it is. On `.pss` summaries, which hold no records, it is n/a, and `pss compare` shows it for the head
//! alone. In the core this is [`Observer`](pss_metrics::score::Observer).
//!
//! ## What a format answers
//! One or more Arrow IPC streams, one after the other, each **with its end marker** (`FF FF FF FF 00 00 00 00`; libraries write it when the writer is closed): a pipe that ends without one
//! is an error, because a plugin that died halfway must not look like one that was done. A stream with a column `signal` holds samples, any other spans, in the columns of the same tables;
//! any of them may be missing, but for `duration`, and for `signal` and `value`. Text may be any of Arrow's (also as dictionaries), integers `Int64`, `UInt64` or `Float64`, floats the
//! same, times any timestamp, or `timestamp` in seconds. A column `attributes.KEY` is an attribute of that key. `operation` and `category` are left out: `pss` decides them from name and
//! attributes. Any other column is an error, so that a typo loses nothing. A row that cannot be used is a bad record, told with its number.
//!
//! ## What goes wrong
//! A metric that cannot be started, crashes, takes too long, floods, stops reading early, or answers with something else fails: it is shown with the reason, all other scores stay, and
//! the score is incomplete. A format that does so makes its input unusable (exit 3), whatever it answered before.
//!
//! # This crate
//! `manifest` is what a plugin says, `Installed` what was pinned of it; `Programs` is how the shell starts programs for this crate, `call` one run of one, under a
//! `watchdog`. `ProcessMetric` and `ProcessFormat` are the plugins as the rest of `pss` sees them; `columns` makes batches of records, `frames`, `stream` and `rows` records of
//! batches. `serve` turns a metric of Rust into a plugin.
//!
//! Arrow IPC is `arrow-ipc` of the Arrow project, with `arrow-array`, `arrow-buffer` and `arrow-schema`, none of their features: the reference implementation, validating what it reads, a
//! small part of what polars would bring. Everything that needs it is behind the feature `arrow`, which the feature `process` of `pss` switches on.

#[cfg(feature = "arrow")]
mod answer;
#[cfg(feature = "arrow")]
mod call;
#[cfg(feature = "arrow")]
mod columns;
#[cfg(feature = "arrow")]
mod describe;
#[cfg(feature = "arrow")]
mod format;
#[cfg(feature = "arrow")]
mod frames;
#[cfg(feature = "arrow")]
mod installed;
#[cfg(feature = "arrow")]
mod manifest;
#[cfg(feature = "arrow")]
mod metric;
#[cfg(feature = "arrow")]
mod output;
#[cfg(feature = "arrow")]
mod programs;
#[cfg(feature = "arrow")]
mod rows;
#[cfg(feature = "arrow")]
pub mod serve;
#[cfg(feature = "arrow")]
mod stream;
#[cfg(feature = "arrow")]
mod texts;
#[cfg(feature = "arrow")]
mod watchdog;

#[cfg(feature = "arrow")]
pub use answer::{Answer, FactorAnswer};
#[cfg(feature = "arrow")]
pub use format::ProcessFormat;
#[cfg(feature = "arrow")]
pub use installed::{Installed, describe, fingerprint};
#[cfg(feature = "arrow")]
pub use manifest::{
    FactorManifest, FormatManifest, Manifest, ManifestError, MetricManifest, PROTOCOL,
};
#[cfg(feature = "arrow")]
pub use metric::ProcessMetric;
#[cfg(feature = "arrow")]
pub use programs::{ALLOWED, Ended, Group, Limits, Program, Programs};
