//! The command, where the build has an engine.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use pss_columnar::sql;
use pss_metrics::model::{Intake, OwnRules, Sample, Span};

use super::{
    super::{
        arguments::{Common, Query, QueryOutput},
        places::places,
        stdout,
        warning::warn,
    },
    csv, json, table,
};
use crate::{
    config::{Flags, Keys, load},
    error::Error,
    exit::Exit,
    files,
    input::{InputError, ReadOptions, pass},
    registry::Registry,
    terminal::{Bar, Look},
};

pub(in crate::cli) fn run(
    arguments: &Query,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let to = wanted(arguments)?;
    // A mistake in the query is told before a file is read.
    let query = sql::Query::new(&arguments.sql).map_err(mistake)?;
    let tables = tables(&query, arguments, common, registry)?;
    let mut answer = query.run(tables).map_err(mistake)?;
    let Some(path) = &arguments.output else {
        return stdout::write(|out| match to {
            QueryOutput::Table => table::write(&answer, &Look::of_stdout(common.color), out),
            _ => write(&mut answer, to, out),
        })
        .map(|()| Exit::Done);
    };
    files::write(path, |out| write(&mut answer, to, out)).map_err(|error| Error::Output {
        what: format!("`{}`", path.display()),
        error,
    })?;
    if !common.quiet {
        let rows = answer.height();
        stdout::text(&format!("{rows} rows written to {}\n", path.display()))?;
    }
    Ok(Exit::Done)
}

fn mistake(error: sql::QueryError) -> Error {
    Error::Usage(error.to_string())
}

fn write(answer: &mut sql::Answer, to: QueryOutput, out: &mut dyn Write) -> io::Result<()> {
    match to {
        QueryOutput::Table => table::write(answer, &Look::plain(), out),
        QueryOutput::Csv => csv::write(answer, out),
        QueryOutput::Json => json::write(answer, out),
        QueryOutput::Parquet => answer.write_parquet(out),
    }
}

/// What to write: as asked, else as the output's name ends, else a table.
fn wanted(arguments: &Query) -> Result<QueryOutput, Error> {
    let to = match (arguments.to, &arguments.output) {
        (Some(to), _) => to,
        (None, None) => QueryOutput::Table,
        (None, Some(path)) => of_name(path)?,
    };
    if to == QueryOutput::Parquet && arguments.output.is_none() && io::stdout().is_terminal() {
        return Err(Error::Usage(
            "Parquet is nothing for a terminal: give it a file with --output FILE".to_owned(),
        ));
    }
    let given = |output: &PathBuf| arguments.files.contains(output);
    match &arguments.output {
        Some(output) if given(output) => Err(Error::Usage(format!(
            "`{}` is read and written: give the output another name",
            output.display()
        ))),
        _ => Ok(to),
    }
}

fn of_name(path: &Path) -> Result<QueryOutput, Error> {
    match path.extension().and_then(std::ffi::OsStr::to_str) {
        Some("csv") => Ok(QueryOutput::Csv),
        Some("json") => Ok(QueryOutput::Json),
        Some("parquet" | "pq") => Ok(QueryOutput::Parquet),
        Some("txt") => Ok(QueryOutput::Table),
        _ => Err(Error::Usage(format!(
            "`{}` does not say in its ending what to write: end it in .csv, .json, .parquet or .txt, or use --to",
            path.display()
        ))),
    }
}

/// All records of all inputs.
fn tables(
    query: &sql::Query,
    arguments: &Query,
    common: &Common,
    registry: &Registry,
) -> Result<sql::Tables, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config = load(&keys, common.config.as_deref(), &Flags::new()).map_err(Error::Config)?;
    let registry = &registry.enabled(&config);
    let settings = config.input_settings();
    let rules = Arc::new(config.rules());
    let bar = Bar::new(common.quiet);
    let interrupt = AtomicBool::new(false);
    let options = ReadOptions {
        threads: 1,
        format: registry.format_if(arguments.format.as_deref())?,
        rules: Arc::clone(&rules),
        ..ReadOptions::new(&registry.formats, &settings, &interrupt)
    };
    let places = places(&arguments.files, registry, &config, None)?;
    let mut tables = query.tables(Arc::clone(&rules));
    let mut decided = Decided {
        tables: &mut tables,
        rules,
    };
    let passed = pass(&places, &options, &bar, &mut decided)?;
    bar.clear();
    for notice in &passed.notices {
        warn(notice);
    }
    for bad in &passed.examples {
        warn(&format!("{}:{} {}", bad.file, bad.line, bad.reason));
    }
    if passed.bad > 0 {
        warn(&format!(
            "{} of {} records could not be used",
            passed.bad, passed.records
        ));
    }
    if tables.counts() == (0, 0) {
        let inputs: Vec<String> = arguments
            .files
            .iter()
            .map(|input| format!("`{}`", input.display()))
            .collect();
        return Err(Error::Input(InputError::NoGoodRecord {
            inputs: inputs.join(", "),
            why: "there is nothing to query".to_owned(),
        }));
    }
    Ok(tables)
}

/// Spans as the user's own rules tell how they ended, on their way to the tables.
struct Decided<'a> {
    tables: &'a mut sql::Tables,
    rules: Arc<OwnRules>,
}

impl Intake for Decided<'_> {
    fn span(&mut self, span: &Span<'_>) {
        self.rules.decide(span, |span| self.tables.span(span));
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.tables.sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.tables.skipped(what, count);
    }
}
