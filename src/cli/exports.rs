//! `--export VIEW=PATH`, `--json`, and the report for people.

use std::{
    io::{self, Write},
    path::Path,
};

use pss_integrations::views::View;
use pss_metrics::{
    plugin::{caught, nearest},
    report::Report,
    summary::Summary,
};

use super::{
    arguments::Common,
    ci::Ci,
    push::{Push, is_address, push},
    scoring::Scoring,
    stdout::{self, Stream},
    warning::warn,
};
use crate::{
    error::Error,
    files,
    input::write_summary,
    registry::Registry,
    terminal::{Look, render},
};

/// What to write where.
pub(super) enum Export<'a> {
    View(&'static dyn View, &'a str),
    Push(Push<'a>),
    Summary(&'a str),
}

impl Export<'_> {
    /// The file that it is written to as a whole, if it is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Export::View(_, "-") | Export::Push(_) => None,
            Export::View(_, path) | Export::Summary(path) => {
                (!path.starts_with('+')).then_some(Path::new(*path))
            }
        }
    }
}

/// What is asked for.
pub(super) fn exports<'a>(
    scoring: &'a Scoring,
    registry: &Registry,
) -> Result<Vec<Export<'a>>, Error> {
    let mut names: Vec<&str> = registry.views.iter().map(|view| view.meta().name).collect();
    names.push("summary");
    let parse = |export: &'a String| {
        let (name, path) = export.split_once('=').ok_or_else(|| {
            Error::Usage(format!(
                "--export {export:?} is not of the form VIEW=PATH, such as json=report.json"
            ))
        })?;
        if name == "summary" {
            return if path == "-" {
                Err(Error::Usage(
                    "a summary is no text: give --export summary= a file".to_owned(),
                ))
            } else if is_address(path) {
                Err(Error::Usage(
                    "a summary is kept in a file: give --export summary= a path".to_owned(),
                ))
            } else {
                Ok(Export::Summary(path))
            };
        }
        match registry.views.iter().find(|view| view.meta().name == name) {
            Some(view) if is_address(path) => push(*view, path).map(Export::Push),
            Some(view) => Ok(Export::View(*view, path)),
            None => {
                if let Some(why) = registry.switched_off(&format!("view:{name}")) {
                    return Err(Error::Usage(format!("--export {name}: {why}")));
                }
                let help = nearest(name, names.iter().copied()).map_or_else(
                    || format!("known: {}", names.join(", ")),
                    |near| format!("did you mean {near}?"),
                );
                Err(Error::Usage(format!(
                    "--export knows no view {name:?}; {help}"
                )))
            }
        }
    };
    scoring.export.iter().map(parse).collect()
}

/// Writes every report, even when one fails; the first failure is the error, and each further one is told as well. The report for people goes to a stream.
pub(super) fn write_all(
    stream: Stream,
    scoring: &Scoring,
    common: &Common,
    report: &Report,
    summary: &Summary,
    exports: &[Export<'_>],
) -> Result<(), Error> {
    let mut first = Ok(());
    let mut keep = |result: Result<(), Error>| match (&first, result) {
        (Ok(()), result) => first = result,
        (Err(_), Err(error)) => warn(&error.to_string()),
        (Err(_), Ok(())) => {}
    };
    let mut stdout_taken = false;
    for export in exports {
        keep(match export {
            Export::Summary(path) => {
                write_summary(Path::new(path), summary).map_err(|error| Error::Output {
                    what: format!("`{path}`"),
                    error: std::io::Error::other(error),
                })
            }
            Export::View(view, "-") => {
                stdout_taken = true;
                stdout::write(|out| rendered(*view, report, out))
            }
            Export::View(view, path) => files::export(path, |file| rendered(*view, report, file))
                .map_err(|error| Error::Output {
                    what: format!("`{path}`"),
                    error,
                }),
            Export::Push(_) => Ok(()),
        });
    }
    // After all files: a server may keep us waiting.
    for export in exports {
        if let Export::Push(push) = export {
            keep(push.send(report));
        }
    }
    let taken = stdout_taken && stream == Stream::Out;
    if scoring.json {
        keep(stream.write(|out| pss_integrations::views::json::Json.render(report, out)));
    } else if !taken && !common.quiet {
        let ci = scoring.ci.unwrap_or_else(Ci::recognised);
        let look = Look::of(stream == Stream::Err, common.color, ci.is_coloured());
        let text = render(report, &look);
        let annotated = exports
            .iter()
            .any(|export| matches!(export, Export::View(view, _) if view.meta().name == "github"));
        keep(stream.write(|out| ci.write(report, &text, annotated, out)));
    }
    first
}

/// A view that panics is a report that could not be written, and the others still are.
pub(super) fn rendered(view: &dyn View, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    caught(|| view.render(report, out)).unwrap_or_else(|panicked| {
        let name = view.meta().name;
        Err(io::Error::other(format!(
            "view {name} failed: it {panicked}"
        )))
    })
}
