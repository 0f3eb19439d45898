//! `pss history export`: runs as CSV or JSON, the oldest first.

use std::path::Path;

use super::{
    super::stdout,
    arguments::{Export, Form},
    json, place_of, some,
};
use crate::{
    config::Config,
    error::Error,
    exit::Exit,
    files,
    history::{Entry, Store},
};

pub(super) fn run(arguments: &Export, config: &Config) -> Result<Exit, Error> {
    let file = arguments
        .file
        .as_deref()
        .filter(|file| *file != Path::new("-"));
    let form = form(arguments.to, file)?;
    let place = place_of(config, &arguments.which.place)?;
    let store = Store::read(&place.path)?;
    let mut entries = some(&store, &arguments.which.filter(&place.project)?)?;
    entries.reverse();
    let text = match form {
        Form::Json => json(&entries)?.into_bytes(),
        Form::Csv => table(&entries).map_err(|error| Error::Output {
            what: "CSV".to_owned(),
            error: error.into(),
        })?,
    };
    match file {
        Some(path) => {
            files::write(path, |out| out.write_all(&text)).map_err(|error| Error::Output {
                what: format!("`{}`", path.display()),
                error,
            })?;
        }
        None => stdout::write(|out| out.write_all(&text))?,
    }
    Ok(Exit::Done)
}

fn form(to: Option<Form>, file: Option<&Path>) -> Result<Form, Error> {
    let ending = file
        .and_then(Path::extension)
        .and_then(std::ffi::OsStr::to_str);
    match (to, ending) {
        (Some(form), _) => Ok(form),
        (None, Some("json")) => Ok(Form::Json),
        (None, Some("csv")) => Ok(Form::Csv),
        (None, _) if file.is_none() => Ok(Form::Csv),
        (None, _) => Err(Error::Usage(
            "runs are written as .csv or .json: name the file so, or say --to csv".to_owned(),
        )),
    }
}

/// A line a run; a column a metric, empty where it has no score.
fn table(entries: &[Entry]) -> Result<Vec<u8>, csv::Error> {
    let mut codes: Vec<&str> = Vec::new();
    for metric in entries.iter().flat_map(|entry| &entry.headline.metrics) {
        if !codes.contains(&metric.code.as_str()) {
            codes.push(&metric.code);
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fixed = [
        "id", "project", "branch", "commit", "dirty", "added", "labels", "pss", "low", "high",
        "complete", "verdict", "spans", "samples", "start", "end", "session", "version",
    ];
    writer.write_record(fixed.iter().chain(&codes))?;
    for entry in entries {
        let headline = &entry.headline;
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let labels: Vec<String> = entry
            .labels
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let scores = codes.iter().map(|code| {
            let metric = headline.metrics.iter().find(|metric| metric.code == *code);
            number(metric.and_then(|metric| metric.score))
        });
        let line = [
            entry.id.to_string(),
            entry.project.clone(),
            text(&entry.branch),
            text(&entry.commit),
            entry.dirty.map_or(String::new(), |dirty| dirty.to_string()),
            entry.added.clone(),
            labels.join(" "),
            number(headline.pss),
            number(headline.low),
            number(headline.high),
            headline.complete.to_string(),
            headline.verdict.clone(),
            headline.spans.to_string(),
            headline.samples.to_string(),
            number(headline.start),
            number(headline.end),
            text(&headline.session),
            headline.version.clone(),
        ];
        writer.write_record(line.into_iter().chain(scores))?;
    }
    writer.flush()?;
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}
