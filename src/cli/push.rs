//! `--export openmetrics=http://HOST:9091/metrics/job/NAME`: a report put to a Pushgateway.

use pss_integrations::views::View;
use pss_metrics::report::Report;

use crate::error::Error;

/// The one view that a gateway takes.
const VIEW: &str = "openmetrics";

/// A view and where it goes.
pub(super) struct Push<'a> {
    #[cfg(feature = "http")]
    view: &'static dyn View,
    url: &'a str,
}

/// Whether an export names a server rather than a file.
pub(super) fn is_address(path: &str) -> bool {
    let scheme = path.split_once("://").map_or("", |(scheme, _)| scheme);
    ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
}

/// What is pushed; told before anything is read where it cannot be.
pub(super) fn push<'a>(view: &'static dyn View, url: &'a str) -> Result<Push<'a>, Error> {
    let name = view.meta().name;
    if name != VIEW {
        return Err(Error::Usage(format!(
            "view {name} goes to a file: a server takes {VIEW}, as in --export {VIEW}=http://host:9091/metrics/job/NAME"
        )));
    }
    built(url)?;
    Ok(Push {
        #[cfg(feature = "http")]
        view,
        url,
    })
}

#[cfg(feature = "http")]
mod built {
    use std::{io, time::Duration};

    use pss_integrations::http::{Message, Method, check, send};

    use super::{Error, Push, Report};
    use crate::cli::exports::rendered;

    /// A gateway keeps what it is given in memory: it answers at once or is not well.
    const LIMIT: Duration = Duration::from_secs(10);

    pub(super) fn built(url: &str) -> Result<(), Error> {
        check(url).map_err(|error| Error::Usage(format!("--export: {error}")))
    }

    impl Push<'_> {
        /// Puts the view: what the gateway had of this job before is replaced.
        pub(in crate::cli) fn send(&self, report: &Report) -> Result<(), Error> {
            let failed = |error: io::Error| Error::Output {
                what: format!("view {}", self.view.meta().name),
                error,
            };
            let mut body = Vec::new();
            rendered(self.view, report, &mut body).map_err(failed)?;
            let message = Message {
                method: Method::Put,
                url: self.url,
                // The view keeps to what OpenMetrics shares with this older form, which every gateway reads.
                content_type: "text/plain; version=0.0.4",
                headers: &[],
                body: &body,
                limit: LIMIT,
            };
            send(&message)
                .map(drop)
                .map_err(|error| failed(io::Error::other(error)))
        }
    }
}

#[cfg(feature = "http")]
use built::built;

#[cfg(not(feature = "http"))]
fn built(_: &str) -> Result<(), Error> {
    Err(Error::Usage(format!(
        "--export to a server is not in this build: {}",
        crate::registry::how("http")
    )))
}

#[cfg(not(feature = "http"))]
impl Push<'_> {
    /// No push is made in this build.
    pub(super) fn send(&self, _: &Report) -> Result<(), Error> {
        built(self.url)
    }
}
