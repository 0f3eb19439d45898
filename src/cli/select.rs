//! `--since`, `--until`, `--service`: which records of the inputs are asked for.

use std::time::Duration;

use clap::Args;

use crate::{
    error::Error,
    input::{Selection, instant_of},
    length::parse_length,
};

/// Which records are asked for.
#[derive(Debug, Args)]
pub(super) struct Select {
    /// Leave out what began before: 2026-11-20T14:00:00Z, seconds since 1970, or how long ago, such as 15m, 2h, 7d
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    since: Option<String>,
    /// Leave out what began at this time or later
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    until: Option<String>,
    /// Take only spans of this service; may be given several times. Samples belong to no service, and stay
    #[arg(long, value_name = "NAME")]
    service: Vec<String>,
    /// Go on for so long with what comes to a topic, such as 30s or 5m, instead of up to its end
    #[arg(long, value_name = "LENGTH")]
    follow: Option<String>,
}

impl Select {
    /// How long sources go on.
    pub(super) fn follow(&self) -> Result<Option<Duration>, Error> {
        let length = self.follow.as_deref().map(parse_length).transpose();
        length.map_err(|error| Error::Usage(format!("--follow: {error}")))
    }

    /// What it asks for.
    pub(super) fn selection(&self) -> Result<Selection, Error> {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos() as i64);
        let bound = |flag: &str, text: &Option<String>| {
            text.as_deref()
                .map(|text| instant_of(text, now))
                .transpose()
                .map_err(|error| Error::Usage(format!("{flag}: {error}")))
        };
        let selection = Selection {
            since: bound("--since", &self.since)?,
            until: bound("--until", &self.until)?,
            services: self.service.clone(),
        };
        if let (Some(since), Some(until)) = (selection.since, selection.until)
            && since >= until
        {
            return Err(Error::Usage(
                "--since is not before --until, so that nothing is asked for".to_owned(),
            ));
        }
        Ok(selection)
    }
}
