//! `pss history export`: runs as CSV, JSON or Parquet, the oldest first.

use std::path::Path;

use super::{
    super::stdout,
    arguments::{Export, Form},
    json, place_of, some,
    table::Table,
};
use crate::{config::Config, error::Error, exit::Exit, files, history::Store, registry::how};

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
        Form::Csv => Table::of(&entries).csv().map_err(made("CSV"))?,
        #[cfg(feature = "columnar")]
        Form::Parquet => {
            let mut bytes = Vec::new();
            let written = Table::of(&entries).parquet(&mut bytes);
            written.map_err(made("Parquet"))?;
            bytes
        }
        #[cfg(not(feature = "columnar"))]
        Form::Parquet => return Err(no_parquet()),
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

fn made(what: &str) -> impl Fn(std::io::Error) -> Error {
    move |error| Error::Output {
        what: what.to_owned(),
        error,
    }
}

fn no_parquet() -> Error {
    Error::Usage(format!(
        "Parquet is not in this build: {}, or export .csv or .json",
        how("columnar")
    ))
}

fn form(to: Option<Form>, file: Option<&Path>) -> Result<Form, Error> {
    let ending = file
        .and_then(Path::extension)
        .and_then(std::ffi::OsStr::to_str);
    match (to, ending) {
        // Told before the history is opened.
        (Some(Form::Parquet), _) | (None, Some("parquet" | "pq"))
            if !cfg!(feature = "columnar") =>
        {
            Err(no_parquet())
        }
        (Some(form), _) => Ok(form),
        (None, Some("json")) => Ok(Form::Json),
        (None, Some("csv")) => Ok(Form::Csv),
        (None, Some("parquet" | "pq")) => Ok(Form::Parquet),
        (None, _) if file.is_none() => Ok(Form::Csv),
        (None, _) => Err(Error::Usage(
            "runs are written as .csv, .json or .parquet: name the file so, or say --to csv"
                .to_owned(),
        )),
    }
}
