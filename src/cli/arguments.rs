//! All arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::terminal::ColorChoice;

/// Scores how stable a program ran: give it traces, get a Program Stability Score (0 to 100), the reasons, and a verdict CI can act on.
#[derive(Debug, Parser)]
#[command(
    name = "pss",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 done, 1 a threshold was not met, 2 usage or configuration, 3 input unusable, 5 a report could not be written, 130 interrupted"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
    /// What all commands know.
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
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
    /// Say what a metric asks, how it is computed, and what to do when it is bad
    Explain(Explain),
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
    /// Print completions for a shell
    Completions(Completions),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pss convert otel.json traces.parquet\n  pss convert traces.parquet traces.jsonl.gz\n  pss convert --to csv a.jsonl b.jsonl all.txt"
)]
pub(super) struct Convert {
    /// Inputs of any format, and last the output: .jsonl, .csv, .parquet or .arrow; .gz or .zst after it compresses
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Read all inputs as this format
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<String>,
    /// Write this format, whatever the output's name says
    #[arg(long, value_name = "FORMAT")]
    pub(super) to: Option<String>,
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
    /// Trace files, folders of them, .pss summaries, or - for standard input; gzip and zstd are recognised
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Read all inputs as this format instead of finding it out, such as native; see `pss plugins list`
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<String>,
    /// Exit 1 when the score is below this (0 to 100), n/a or incomplete
    #[arg(
        long,
        visible_alias = "fail-if-below",
        value_name = "SCORE",
        allow_negative_numbers = true
    )]
    pub(super) fail_under: Option<String>,
    /// Verdicts that exit 1: fail, warn, inconclusive
    #[arg(long, value_name = "VERDICTS")]
    pub(super) fail_on: Option<String>,
    /// The same as --fail-on fail,warn,inconclusive
    #[arg(long, conflicts_with = "fail_on")]
    pub(super) strict: bool,
    /// Score only these metrics, such as IO,DB
    #[arg(long, value_name = "CODES")]
    pub(super) metrics: Option<String>,
    /// Set a metric's weight, such as IO=.25
    #[arg(long, value_name = "CODE=WEIGHT")]
    pub(super) weight: Vec<String>,
    /// How to score: default, pypss or pypss-core
    #[arg(long, value_name = "PROFILE")]
    pub(super) profile: Option<String>,
    /// Write a view to a file, such as json=report.json or summary=run.pss; - is standard output
    #[arg(long, value_name = "VIEW=PATH")]
    pub(super) export: Vec<String>,
    /// Print the report as JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
    /// Say which rule decided the category of this operation, instead of scoring
    #[arg(long, value_name = "NAME")]
    pub(super) why_category: Option<String>,
    /// Operations shown
    #[arg(long, value_name = "N")]
    pub(super) top: Option<String>,
    /// Decoding threads; all cores by default
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A metric's code, such as DB
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
    },
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
