//! The arguments of `pss history`.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Subcommand};

use super::super::arguments::HistoryPlace;
use crate::{error::Error, history::Filter};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pss history add traces.jsonl --label runner=big\n  pss history list --branch main\n  pss history trend --branch main --operations\n  pss history export runs.csv\n  pss compare --head today.jsonl --against last:10@main\n\nRuns lie in .pss/history.sqlite beside the nearest pss.toml, or in the working folder where there is none; `path` in [history] of pss.toml names another file, and --db overrules both. Branch and commit are those of git where it is there."
)]
pub(in crate::cli) struct History {
    #[command(subcommand)]
    pub(super) command: HistoryCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum HistoryCommand {
    /// Score a run and keep it: its summary, its scores, branch and commit
    Add(Box<Add>),
    /// List runs, the newest first
    List(List),
    /// Show one run, or write its summary
    Show(Show),
    /// Show scores over runs, and where they changed
    Trend(Trend),
    /// Write runs as CSV, JSON or Parquet
    Export(Export),
    /// Drop all but the newest runs of each branch
    Prune(Prune),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Trace files, folders or .pss summaries, all of one run; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The branch; git's where it is not given
    #[arg(long, value_name = "NAME")]
    pub(super) branch: Option<String>,
    /// The commit; git's where it is not given
    #[arg(long, value_name = "HASH")]
    pub(super) commit: Option<String>,
    /// A further name of the run; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) label: Vec<String>,
    /// Read all inputs as this format instead of finding it out
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<String>,
    /// The traces were measured on this machine: say so in the summary, so that comparisons know
    #[arg(long)]
    pub(super) measured_here: bool,
    /// Name of the session the traces were measured in; implies --measured-here
    #[arg(long, value_name = "NAME")]
    pub(super) session: Option<String>,
    /// Print the run as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Decoding threads; all cores by default
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    #[command(flatten)]
    pub(super) place: HistoryPlace,
}

/// Which runs.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// Only runs of this branch
    #[arg(long, value_name = "NAME")]
    pub(super) branch: Option<String>,
    /// Only runs of the commit that starts so
    #[arg(long, value_name = "HASH")]
    pub(super) commit: Option<String>,
    /// Only runs with this label; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) label: Vec<String>,
    /// Only the newest N
    #[arg(long, value_name = "N")]
    pub(super) last: Option<usize>,
    #[command(flatten)]
    pub(super) place: HistoryPlace,
}

impl Which {
    /// The filter it stands for.
    pub(super) fn filter(&self, project: &str) -> Result<Filter, Error> {
        Ok(Filter {
            project: Some(project.to_owned()),
            branch: self.branch.clone(),
            commit: self.commit.clone(),
            labels: labels(&self.label)?,
            id: None,
            most: self.last,
        })
    }
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    pub(super) which: Which,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// A run's number, last, last@main, or commit:1a2b3c
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// Write the run's summary to this file, for `pss analyze` and `pss compare`
    #[arg(long, value_name = "FILE")]
    pub(super) summary: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) place: HistoryPlace,
}

#[derive(Debug, Args)]
pub(super) struct Trend {
    #[command(flatten)]
    pub(super) which: Which,
    /// The median durations of operations too
    #[arg(long)]
    pub(super) operations: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file, whose ending tells the form; standard output where none is given
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// The form, whatever the file's name says
    #[arg(long, value_name = "FORM")]
    pub(super) to: Option<Form>,
    #[command(flatten)]
    pub(super) which: Which,
}

/// What runs are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// A line a run, a column a metric
    Csv,
    /// An array of objects
    Json,
    /// The columns of CSV, each of its type
    Parquet,
}

#[derive(Debug, Args)]
pub(super) struct Prune {
    /// How many runs of each branch stay; `keep` in [history] of pss.toml where it is not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) keep: Option<u32>,
    /// Only runs of this branch
    #[arg(long, value_name = "NAME")]
    pub(super) branch: Option<String>,
    #[command(flatten)]
    pub(super) place: HistoryPlace,
}

/// Labels from `NAME=VALUE`.
pub(super) fn labels(texts: &[String]) -> Result<BTreeMap<String, String>, Error> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
            _ => Err(Error::Usage(format!(
                "--label {text:?} is not of the form NAME=VALUE, such as runner=big"
            ))),
        })
        .collect()
}
