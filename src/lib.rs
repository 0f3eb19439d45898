//! The shell of `pss`: arguments, files, terminal. Nothing here decides a score.
//!
//! Data walks one way: **bytes -> records -> summary -> outcomes -> report -> views.** [`input`] opens, decompresses and cuts streams and hands records to a
//! format of `pss-integrations`; what formats push is folded into a summary by `pss-metrics`, which also scores it and fills the report; [`terminal`] and the
//! views of `pss-integrations` render that; with the feature `history`, `history` keeps it. [`cli`] has one file per command, [`config`] one per concern of `pss.toml`.
//!
//! [`process`] starts commands and leaves none behind; [`run`] drives samplers, the receiver of `pss-receiver`, rounds, load and the phases that hooks are told of. It
//! records native records and knows no score: they are read back as any trace is, so that a run and what was saved of it cannot differ.
//!
//! Crates point one way: `pss -> pss-integrations -> pss-metrics`; a heavy package, such as `pss-columnar` with polars, stands between `pss` and the latter two.
//!
//! # Plugins
//! Plugins register at compile time through `inventory`, which loses entries silently when a crate is linked but never named. So [`PLUGIN_CRATES`] names every
//! crate that brings some: a missing crate is a compile error, and at start the registry is compared with what the crates promise. A crate joins either by a
//! cargo feature of this package and a line in that list, or in a build of one's own that calls [`main_with`].
//!
//! Listing and describing plugins reads what they say of themselves and builds none. What a plan needs is built once: a metric by `Metric::build`, a format by
//! `open`, a sampler by `start`. Every call into a plugin is guarded (`pss_metrics::plugin::caught`): one that fails is told with its reason, leaves the others
//! as they are, and makes the score incomplete, which meets no threshold unless `allow_incomplete` says so. `pss plugins check` tries all of them by the rules in
//! `pss_metrics::conformance` and `pss_integrations::conformance`.
//!
//! Plugins that are programs of their own, of `pss-process`, join behind those by `pss-plugins.lock`; `programs` reads it, and runs none of them for that.
//!
//! # Where the code differs from the first design, and why
//! - A factor's shown value is the one that, shared by all operations, would give its score: a median over operations said "leak 0" beside a leaking process.
//! - A summary with fewer than 16 occupied windows has as many blocks for the interval as it has windows, and no interval with fewer than four.
//! - When there are more than 10 000 operations, the services and categories with most names coarsen first (`names.rs` in the core): a global level would punish
//!   the quiet services for a noisy one.
//! - A native record that names its own span but no parent is a root; whether other records of the file carry parents would depend on the order of reading.
//! - CSV is read by the `csv` crate and not by polars: its decimals stay exact, a bad row is told with its line and costs no other, and no heavy build is needed.
//! - Parquet is read through polars as far as its columns are nested or packed in rare ways. Plain ones are taken from their pages (`parquet` of `pss-columnar`):
//!   polars unpacks each page into new memory, in which new pages cost more than the values, and keeps a text for every row that has it.
//! - The rules that classify are constants in `rules.rs` of the core and not a parsed file: they cost no start-up, and a typo does not compile.
//! - There is no thread that cuts for those that decode: each worker takes the stream for as long as it cuts its next block, which then lies in the cache of the
//!   core that decodes it.
//! - A garbage collection log says that telemetry was on by a sample of zero at its first and last line; there is no flag of its own.
//! - Base runs that state no session count as one session a day (UTC): traces rarely say more, and runs of one day taken for one session only ever turn a failure
//!   into a warning.
//! - Odds of failing are compared as those of all spans of a run, and not as the middle of its windows: where one span in a thousand fails most windows have no
//!   failure, and the middle is whatever such a window is counted as (`operation_gate.rs` in the core).
//! - `pss run` scores what it recorded, and not a summary folded on the way: one path from records to scores, at the price of a temporary file.
//! - A second process guards the command of `pss run`: the kernel's parent-death signal needs unsafe code, and reaches one process instead of a group.
//! - Messages of a queue are read by a kind of plugin of their own, `source`: a format is given one stream of bytes, and messages have a place each and no end.
//! - Series in HTML are inline SVG without a chart library: a summary keeps 128 windows of a signal, so that no series is longer, and a page without scripts shows them.
//! - Samplers start on threads of their own: a driver may take a second to start, in which the others have looked fifty times.
//! - Views that join spans stand in `joined` of the core, and are asked for by `--self-time`; they read raw spans, which no summary keeps.
//! - Runs of the history stand in the order in which they were added, not of their traces' clocks: clocks of replayed or generated traces say nothing.
//! - The history keeps scores and operations' medians in tables beside each summary: a later form of summaries then costs no trend.
//! - SQL over one span (`value` and `where` in `[metrics.CODE]`) is walked as a tree where the span is decoded, and polars has no part in it: a value must not depend
//!   on the batch a span arrives in, for summaries are equal bit for bit. A test holds it to what polars makes of the same words. Only `score`, which is over all
//!   spans, is a query of polars.
//! - A plugin is registered as it is, and is built by a function of its trait: an entry of description and function apart would say the same things twice.
//! - A process plugin's limits stand in `[plugins]` for all of them, and its settings are the control points of its factors: the keys that every metric has.
//! - A load of commands samples no processes: each is too short to be seen twice, and counters of ones that ended belong to nobody. Its spans have their processor time.
//! - Single failures under load are scored and exit 0; only when every arrival failed does the run fail as a command does.
//! - A hook's `config`, a load and an alert are trees, checked by whom they are for: `[run.load]` and `[[hooks]]` may hold what only a third-party plugin knows.
//! - The command allocates through mimalloc, which a build of one's own may do or not: summaries are many small lists that grow, and reading is quicker than with
//!   the system's allocator, for some more memory.
//! - The `pypss` profiles report on no record at all what PyPSS prints, and still exit 3.

pub mod cli;
pub mod config;
pub mod error;
pub mod exit;
pub mod files;
#[cfg(feature = "history")]
pub mod history;
pub mod input;
pub mod length;
pub mod machine;
pub mod process;
#[cfg(all(unix, feature = "process"))]
pub mod programs;
pub mod registry;
#[cfg(unix)]
pub mod run;
pub mod terminal;

use std::{ffi::OsString, process::ExitCode};

use pss_metrics::plugin::PluginCrate;

/// The crates that bring plugins to this build.
pub const PLUGIN_CRATES: &[&PluginCrate] = &[
    &pss_metrics::builtin::PLUGIN_CRATE,
    &pss_integrations::PLUGIN_CRATE,
    #[cfg(feature = "columnar")]
    &pss_columnar::PLUGIN_CRATE,
    #[cfg(feature = "kafka")]
    &pss_kafka::PLUGIN_CRATE,
    #[cfg(feature = "gpu")]
    &pss_gpu::PLUGIN_CRATE,
    #[cfg(feature = "sample-plugin")]
    &pss_sample_plugin::PLUGIN_CRATE,
];

/// Runs `pss` with plugin crates beyond its own: the `main` of a custom build is `fn main() -> ExitCode { pss::main_with(&[&my_plugins::PLUGIN_CRATE]) }`.
pub fn main_with(more: &[&'static PluginCrate]) -> ExitCode {
    ExitCode::from(run_with(std::env::args_os(), more))
}

/// The same with these words, of which the first is the program's name, in the place of the program's own; gives the exit code. For tests of plugin crates.
pub fn run_with(words: impl Iterator<Item = OsString>, more: &[&'static PluginCrate]) -> u8 {
    let crates: Vec<&'static PluginCrate> = PLUGIN_CRATES
        .iter()
        .copied()
        .chain(more.iter().copied())
        .collect();
    quiet_panics();
    cli::run(words, &crates).code()
}

/// A panic inside a plugin becomes a reason in the report, and is not printed beside it.
fn quiet_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !pss_metrics::plugin::heard(panic) {
            before(panic);
        }
    }));
}
