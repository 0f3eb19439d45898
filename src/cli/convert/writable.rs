//! Which format is written.

use pss_integrations::formats::Format;

use super::{super::arguments::Convert, target::Target};
use crate::{error::Error, input::format_of_name, registry::Registry};

/// The format to write: by name, else by the output's extension.
pub(super) fn writable(
    arguments: &Convert,
    target: Target<'_>,
    registry: &Registry,
) -> Result<&'static dyn Format, Error> {
    let known = || {
        registry
            .formats
            .iter()
            .filter(|format| format.meta().capabilities.write)
            .map(|format| format.meta().plugin.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(name) = &arguments.to {
        let format = registry.format(name)?;
        return if format.meta().capabilities.write {
            Ok(format)
        } else {
            Err(Error::Usage(format!(
                "format {} cannot be written; these can: {}",
                format.meta().plugin.name,
                known()
            )))
        };
    }
    let writing: Vec<&'static dyn Format> = registry
        .formats
        .iter()
        .copied()
        .filter(|format| format.meta().capabilities.write)
        .collect();
    let Target::File(path) = target else {
        return Err(Error::Usage(format!(
            "standard output has no ending that says which format to write: use --to with one of {}",
            known()
        )));
    };
    let name = path.display().to_string();
    format_of_name(&name, &writing).ok_or_else(|| {
        let unbuilt = crate::registry::unbuilt_format_of(&name)
            .map_or_else(String::new, |how| format!("; {how}"));
        Error::Usage(format!(
            "`{name}` does not say in its ending which format to write: end it in .jsonl, .csv, .parquet or .arrow, or use --to with one of {}{unbuilt}",
            known()
        ))
    })
}
