//! The base runs of `pss compare --against last:10@main`.

use pss_metrics::summary::Summary;

use super::{super::arguments::Compare, place_of};
use crate::{
    config::Config,
    error::Error,
    history::{HistoryError, Store},
};

/// The summaries of the runs that `--against` names, each with what messages call it; without those that hold the same records as the head, which would be
/// compared with itself where it was added first.
pub(in crate::cli) fn against(
    arguments: &Compare,
    config: &Config,
    head: &Summary,
) -> Result<Vec<(String, Summary)>, Error> {
    if arguments.against.is_empty() {
        return Ok(Vec::new());
    }
    let place = place_of(config, &arguments.history)?;
    let store = Store::read(&place.path)?;
    let mut bases = Vec::new();
    let mut taken = Vec::new();
    for word in &arguments.against {
        let mut own = 0;
        let found = store.wanted(word, &place.project, |store, entry| {
            if taken.contains(&entry.id) {
                return Ok(None);
            }
            let summary = store.summary(entry.id)?;
            let same = same_records(&summary, head);
            own += usize::from(same);
            Ok((!same).then_some(summary))
        });
        let found = found.map_err(|error| left_out(error, own))?;
        for (entry, summary) in found {
            taken.push(entry.id);
            bases.push((entry.id.to_string(), summary));
        }
    }
    Ok(bases)
}

/// Says of an error that no run is there that some were left out.
fn left_out(mut error: HistoryError, own: usize) -> HistoryError {
    if let HistoryError::NoRun { help, .. } = &mut error
        && own > 0
    {
        *help = format!("{help}; {own} with the head's own records were left out");
    }
    error
}

/// Whether both hold the same records, whatever their files were called and wherever they were measured.
fn same_records(a: &Summary, b: &Summary) -> bool {
    let (x, y) = (a.facts(), b.facts());
    (x.spans, x.samples, x.time) == (y.spans, y.samples, y.time) && a.groups().eq(b.groups())
}
