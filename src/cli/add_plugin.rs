//! `pss plugins add PROGRAM`.

use std::path::Path;

use super::{arguments::Common, stdout};
use crate::{error::Error, exit::Exit, programs::add, registry::Registry};

pub(super) fn run(
    program: &Path,
    common: &Common,
    lock: &Path,
    built_in: Registry,
) -> Result<Exit, Error> {
    let added = add(program, lock, built_in)?;
    let manifest = &added.manifest;
    let metrics = manifest
        .metrics
        .iter()
        .map(|metric| format!("metric {}", metric.code));
    let formats = manifest
        .formats
        .iter()
        .map(|format| format!("format {}", format.name));
    let brings: Vec<String> = metrics.chain(formats).collect();
    if !common.quiet {
        stdout::text(&format!(
            "{} plugin {} {} to `{}`: {}\n",
            if added.replaced {
                "added again"
            } else {
                "added"
            },
            manifest.name,
            manifest.version,
            lock.display(),
            brings.join(", ")
        ))?;
    }
    Ok(Exit::Done)
}
