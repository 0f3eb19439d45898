//! A file's work, shared among sinks, with what polars says or panics about it.

use polars::prelude::{PolarsError, PolarsResult};
use pss_integrations::{
    cores::at_once,
    formats::{DecodeError, Sink},
};
use pss_metrics::plugin::caught;

/// Does the work with every sink at once.
pub(crate) fn together(
    sinks: &mut [Box<dyn Sink + '_>],
    work: impl Fn(&mut dyn Sink) -> Result<(), DecodeError> + Sync,
) -> Result<(), DecodeError> {
    let work = |sink: &mut dyn Sink| caught(|| work(sink)).unwrap_or_else(|why| Err(broken(&why)));
    let worked = at_once(sinks.iter_mut(), |sink| work(&mut **sink));
    worked.into_iter().collect()
}

/// Asks polars. Damage makes it panic in places, which is no more than another way to say so.
pub(crate) fn asked<T>(question: impl FnOnce() -> PolarsResult<T>) -> Result<T, DecodeError> {
    match caught(question) {
        Ok(answer) => answer.map_err(content),
        Err(why) => {
            // Where in polars is of no use to who has the file.
            let why = why.rsplit_once(" (/").map_or(&*why, |(why, _)| why);
            Err(damaged(&format!("polars {why}")))
        }
    }
}

/// What polars says, as a fragment that follows a file's name.
pub(crate) fn content(error: PolarsError) -> DecodeError {
    let why = error.to_string();
    // What pyarrow and others mark as more than what it is kept as.
    let advice = match why.contains("Extension") {
        true => {
            ". Write the column as what it is kept as, without its extension type, such as text or bytes"
        }
        false => "",
    };
    damaged(&format!("{why}{advice}"))
}

/// That the content is not what it should be, and why that is thought.
pub(crate) fn damaged(why: &str) -> DecodeError {
    DecodeError::Content(format!(
        "is truncated or damaged, or uses what cannot be read here: {why}"
    ))
}

fn broken(why: &str) -> DecodeError {
    DecodeError::Content(format!("was not read to its end: its reader {why}"))
}
