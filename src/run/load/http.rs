//! A request to a service per arrival, over connections that are kept.

use std::time::Duration;

use pss_integrations::requests::Requests;
use pss_metrics::model::Kind;

use super::{
    settings::HttpSettings,
    target::{Fired, Names, Target},
};
use crate::config::hidden;

/// Where nobody says, a request takes no longer.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(super) struct Service {
    requests: Requests,
    expect: Vec<(u16, u16)>,
    service: String,
    operation: String,
    method: String,
}

impl Service {
    /// What is wrong with the request is told before anything starts.
    pub(super) fn new(
        settings: &HttpSettings,
        timeout: Option<Duration>,
        connections: usize,
    ) -> Result<Service, String> {
        let requests = Requests::new(
            &settings.method,
            &settings.url,
            &settings.headers,
            &settings.body,
            timeout.unwrap_or(TIMEOUT),
            connections,
        )
        .map_err(|error| format!("`load.http`: {error}"))?;
        let shown = pss_integrations::http::shown(&settings.url);
        let shown = hidden(&shown).into_owned();
        let (_, rest) = shown.split_once("://").unwrap_or(("", &shown));
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Ok(Service {
            requests,
            expect: settings.expect.clone(),
            service: host.to_owned(),
            operation: format!(
                "{} {}",
                settings.method,
                if path.is_empty() { "/" } else { path }
            ),
            method: settings.method.clone(),
        })
    }
}

impl Target for Service {
    fn fire(&self) -> Fired {
        match self.requests.send() {
            Ok(status) => {
                let fine = self
                    .expect
                    .iter()
                    .any(|(low, high)| (*low..=*high).contains(&status));
                Fired {
                    failed: (!fine).then(|| format!("status {status}")),
                    status: Some(status),
                    cpu: None,
                }
            }
            Err(why) => Fired {
                failed: Some(why),
                ..Fired::default()
            },
        }
    }

    fn names(&self) -> Names<'_> {
        Names {
            service: &self.service,
            operation: &self.operation,
            kind: Kind::Client,
            method: Some(&self.method),
        }
    }
}
