//! All arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{
    load_flags::{LoadFlags, TargetFlags},
    scoring::Scoring,
    select::Select,
};
use crate::terminal::ColorChoice;

/// Scores how stable a program ran: give it traces, get a Program Stability Score (0 to 100), the reasons, and a verdict CI can act on.
#[derive(Debug, Parser)]
#[command(
    name = "pss",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 done, 1 a threshold was not met or a verdict of --fail-on was reached, 2 usage or configuration, 3 input unusable, 4 the measured command failed, 5 a report could not be written, 130 interrupted\n\n`pss --version --verbose` prints the plugins of this build as well"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
    /// What all commands know.
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Common {
    /// Read this file instead of the nearest pss.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorChoice,
    /// Print nothing but errors and what was asked for
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Score trace files
    Analyze(Box<Analyze>),
    /// Run a command, watch it, and score how stable it ran
    #[cfg(unix)]
    Run(Box<Run>),
    /// Say whether a run got worse than others, where, and whether that is more than noise
    Compare(Box<Compare>),
    /// Say what a metric asks, how it is computed, and what to do when it is bad; or why a report has its score
    Explain(Explain),
    /// Show what load a schedule will be, before anything starts
    #[cfg(unix)]
    Load(Load),
    /// List the plugins of this build
    Plugins(Plugins),
    /// Write a commented pss.toml
    Init(Init),
    /// Check or show the configuration
    Config(ConfigCommand),
    /// Convert records between formats
    Convert(Convert),
    /// Ask spans and samples in SQL
    Query(Query),
    /// Keep runs, list them, and show where their scores changed
    History(super::history::History),
    /// Print completions for a shell
    Completions(Completions),
    /// Write manual pages into a folder
    Man(Man),
    /// Stop what a killed `pss run` left
    #[cfg(unix)]
    #[command(name = crate::process::guard::COMMAND, hide = true)]
    Guard,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pss convert otel.json traces.parquet\n  pss convert traces.parquet traces.jsonl.gz\n  pss convert --to csv a.jsonl b.jsonl all.txt\n  pss convert --to native gc.log - | head"
)]
pub(super) struct Convert {
    /// Inputs of any format, and last the output: .jsonl, .csv, .parquet or .arrow; .gz or .zst after it compresses; - is a stream, which as the output needs --to
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Read all inputs as this format
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<String>,
    /// Write this format, whatever the output's name says
    #[arg(long, value_name = "FORMAT")]
    pub(super) to: Option<String>,
    #[command(flatten)]
    pub(super) select: Select,
}

#[derive(Debug, Args)]
#[command(after_help = super::query::help())]
pub(super) struct Query {
    /// A SELECT over the tables spans and samples
    #[arg(value_name = "SQL")]
    pub(super) sql: String,
    /// Trace files of any format, folders of them, or - for standard input; gzip and zstd are recognised
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Read all inputs as this format
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<String>,
    /// Write to this file, of the kind its ending says: .csv, .json, .parquet or .txt
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write this, to standard output or whatever the output's name says
    #[arg(long, value_name = "KIND")]
    pub(super) to: Option<QueryOutput>,
}

/// What an answer is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum QueryOutput {
    /// A table to read
    Table,
    /// CSV with a header
    Csv,
    /// A JSON array of objects
    Json,
    /// Parquet
    Parquet,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pss analyze traces.jsonl\n  pss analyze traces/ --fail-under 80 --export json=report.json\n  my-app | pss analyze -\n  pss analyze monday.pss tuesday.pss"
)]
pub(super) struct Analyze {
    /// Trace files, folders of them, .pss summaries, kafka://BROKER/TOPIC, or - for standard input; gzip and zstd are recognised
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Read all inputs as this format instead of finding it out, such as native; see `pss plugins list`
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<String>,
    /// How to score: default, pypss or pypss-core
    #[arg(long, value_name = "PROFILE")]
    pub(super) profile: Option<String>,
    /// Say which rule decided the category of this operation, instead of scoring
    #[arg(long, value_name = "NAME")]
    pub(super) why_category: Option<String>,
    /// Say of each operation its own time, its part of critical paths, orphans, and what it waits for, instead of scoring; needs whole traces
    #[arg(long, conflicts_with = "why_category")]
    pub(super) self_time: bool,
    #[command(flatten)]
    pub(super) select: Select,
    /// The traces were measured on this machine: say so in summaries, so that comparisons know
    #[arg(long)]
    pub(super) measured_here: bool,
    /// Name of the session the traces were measured in, for summaries; implies --measured-here
    #[arg(long, value_name = "NAME")]
    pub(super) session: Option<String>,
    /// Decoding threads; all cores by default
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    #[command(flatten)]
    pub(super) scoring: Scoring,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pss compare base.pss --head head.jsonl\n  pss compare monday.pss tuesday.pss wednesday.pss --head today.pss\n  pss compare before/ --head after/ --same-session --export json=report.json\n  pss compare --head today.jsonl --against last:10@main\n\nWithout base runs of three or more sessions, or --same-session, a regression warns and does not fail."
)]
pub(super) struct Compare {
    /// Base runs, one an argument: a trace file, a folder of one run's files, or a .pss summary; three or more are wanted
    #[arg(required_unless_present = "against", value_name = "BASE")]
    pub(super) bases: Vec<PathBuf>,
    /// Base runs of the history: last:10@main, last:10 of any branch, commit:1a2b3c, or a run's number; may be given several times, and beside BASE
    #[arg(long, value_name = "RUNS")]
    pub(super) against: Vec<String>,
    #[command(flatten)]
    pub(super) history: HistoryPlace,
    /// The run to judge: trace files, folders or .pss summaries, all of one run
    #[arg(long, required = true, num_args = 1.., value_name = "HEAD")]
    pub(super) head: Vec<PathBuf>,
    /// Base and head ran in one session, on one machine one after the other: a regression then fails
    #[arg(long)]
    pub(super) same_session: bool,
    /// Read all inputs as this format instead of finding it out
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<String>,
    /// Decoding threads; all cores by default
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    #[command(flatten)]
    pub(super) scoring: Scoring,
}

#[cfg(unix)]
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pss run -- ./server --bench\n  pss run --runs 20 --warmup 3 -- python job.py\n  pss run --read gc.log -- java -Xlog:gc*:gc.log -jar app.jar\n  pss run --kafka localhost:9092 --group billing --topic orders -- ./consumer\n  pss run --save run.jsonl --fail-under 80 -- pytest -q\n  pss run --load linear --rate 50 --duration 30s -- ./request.sh\n  pss run --load constant --rate 200 --duration 1m --arrivals poisson --warmup 5s --http http://127.0.0.1:8080/\n  pss run --runs 20 --against './server-old --bench' -- ./server --bench\n\nThe command keeps its standard streams, and the report goes to standard error. Spans are received over OTLP on a loopback port that the command is told by\nOTEL_EXPORTER_OTLP_ENDPOINT, unless that is set; native records may be appended to the file that PSS_TRACE_FILE names.\nExit 4 when the command failed."
)]
pub(super) struct Run {
    /// The command and its arguments; left out where load goes to a service
    #[arg(last = true, value_name = "CMD")]
    pub(super) command: Vec<std::ffi::OsString>,
    /// Rounds
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(super) runs: u64,
    /// Rounds before them that do not count; under load a length of time, such as 5s
    #[arg(long, value_name = "N")]
    pub(super) warmup: Option<String>,
    /// Rounds until they have taken so long, such as 30s or 5m; under load for so long arrivals start
    #[arg(long, value_name = "LENGTH", conflicts_with = "runs")]
    pub(super) duration: Option<String>,
    #[command(flatten)]
    pub(super) load: LoadFlags,
    #[command(flatten)]
    pub(super) target: TargetFlags,
    /// Stop a round that takes longer, and count it as failed; under load, an arrival
    #[arg(long, value_name = "LENGTH")]
    pub(super) timeout: Option<String>,
    /// Time between samples, such as 100ms; by the length of the round where nothing is said
    #[arg(long, value_name = "LENGTH")]
    pub(super) interval: Option<String>,
    /// A line for the shell, run in turn with the command: a round of this, a round of that; the report then says what the command does worse
    #[arg(long, value_name = "LINE", conflicts_with = "save")]
    pub(super) against: Option<String>,
    /// A line for the shell before each round
    #[arg(long, value_name = "LINE")]
    pub(super) prepare: Option<String>,
    /// A line for the shell after each round
    #[arg(long, value_name = "LINE")]
    pub(super) cleanup: Option<String>,
    /// Receive spans over OTLP; off: only watch processes, only: do not watch them, tee=http://HOST:PORT: and hand on to your own collector what is received
    #[arg(long, value_name = "on|off|only|tee=URL", default_value = "on")]
    pub(super) otlp: crate::run::Otlp,
    /// Brokers as HOST:PORT,..: sample how far a Kafka consumer group is behind, without joining it
    #[arg(long, value_name = "BROKERS")]
    pub(super) kafka: Option<String>,
    /// The consumer group, with --kafka
    #[arg(long, value_name = "GROUP")]
    pub(super) group: Option<String>,
    /// A topic that it consumes, with --kafka; may be given several times
    #[arg(long, value_name = "TOPIC")]
    pub(super) topic: Vec<String>,
    /// A file that the command writes anew, read after each round: a GC log, a trace; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(super) read: Vec<PathBuf>,
    /// Keep what was recorded, to analyse it again: run.jsonl, run.jsonl.gz or run.jsonl.zst
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    /// A command that fails is no failure of the run
    #[arg(long, conflicts_with = "exit_with_child")]
    pub(super) ignore_failure: bool,
    /// Exit as the command did when it failed, instead of with 4
    #[arg(long)]
    pub(super) exit_with_child: bool,
    /// Show no line of status
    #[arg(long)]
    pub(super) no_status: bool,
    #[command(flatten)]
    pub(super) scoring: Scoring,
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct Load {
    #[command(subcommand)]
    pub(super) command: LoadCommand,
}

#[cfg(unix)]
#[derive(Debug, Subcommand)]
pub(super) enum LoadCommand {
    /// Print or plot when arrivals will start
    Preview(Box<Preview>),
}

#[cfg(unix)]
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pss load preview --load linear --rate 50 --duration 30s\n  pss load preview --load sine:amplitude=0.8,period=20s --rate 50 --duration 1m --arrivals poisson --seed 7\n  pss load preview --load replay:file=monday.jsonl,speed=2 --csv"
)]
pub(super) struct Preview {
    #[command(flatten)]
    pub(super) load: LoadFlags,
    /// How long arrivals start, such as 30s
    #[arg(long, value_name = "LENGTH")]
    pub(super) duration: Option<String>,
    /// Rows of the plot
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) rows: u16,
    /// Print all start times as JSON, in nanoseconds
    #[arg(long, conflicts_with = "csv")]
    pub(super) json: bool,
    /// Print all start times as CSV, in nanoseconds
    #[arg(long)]
    pub(super) csv: bool,
}

/// Where the history lies, and of what its runs are.
#[derive(Debug, Args)]
pub(super) struct HistoryPlace {
    /// The history's file, instead of `path` in [history] of pss.toml, or .pss/history.sqlite beside pss.toml or in the working folder
    #[arg(long, value_name = "FILE")]
    pub(super) db: Option<PathBuf>,
    /// What the runs are runs of, instead of `project` in [history], the name of git's origin, or of the folder
    #[arg(long, value_name = "NAME")]
    pub(super) project: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A metric's code, such as DB, or a report that --export json= wrote
    #[arg(value_name = "METRIC|REPORT")]
    pub(super) metric: String,
}

#[derive(Debug, Args)]
pub(super) struct Plugins {
    #[command(subcommand)]
    pub(super) command: PluginsCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PluginsCommand {
    /// List all plugins as kind:name
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say all about one plugin, such as metric:db
    Info {
        /// kind:name, or a metric's code
        plugin: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print settings for a plugin, valid as they stand
    Example {
        /// kind:name, or a metric's code
        plugin: String,
    },
    /// Build plugins, and check that they keep their contracts
    Check {
        /// kind:name, or a metric's code; all where none is named
        plugin: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a plugin that is a program: asks it once what it is, and pins that and its file in pss-plugins.lock
    Add {
        /// The program
        program: PathBuf,
    },
}

impl Plugins {
    /// The program to add.
    pub(super) fn program(&self) -> Option<&std::path::Path> {
        match &self.command {
            PluginsCommand::Add { program } => Some(program),
            _ => None,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Overwrite a file that is there
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct ConfigCommand {
    #[command(subcommand)]
    pub(super) command: ConfigAction,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigAction {
    /// Check all layers and say what is wrong
    Check,
    /// Print every key with its value and where it comes from
    Show,
    /// Print the JSON Schema of pss.toml
    Schema,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  pss man ~/.local/share/man/man1")]
pub(super) struct Man {
    /// The folder, made where it is not there
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,
}
