//! `hook:pushgateway`: numbers of the report to a Prometheus Pushgateway.

use std::{fmt, sync::Arc, time::Duration};

use pss_metrics::plugin_meta;
use serde_json::Value;

use super::{
    contract::{Around, Hook, HookEntry, HookMeta, Telling},
    event::{Event, Phase},
};
use crate::{
    fields::{Fields, Parameter, Takes},
    http::{Message, Method, check, send},
};

static META: HookMeta = HookMeta {
    plugin: plugin_meta!(
        Hook,
        "pushgateway",
        "the score, and when phases were, to a Prometheus Pushgateway"
    ),
    parameters: &[
        Parameter::required(
            "url",
            Takes::Address,
            "the gateway, such as http://127.0.0.1:9091",
        ),
        Parameter::optional(
            "job",
            Takes::Text,
            Some("pss"),
            "the job that the metrics belong to",
        ),
    ],
    does: "POSTs pss_phase_timestamp_seconds{phase}, and once there is a report pss_score and pss_metric_score{metric}, to /metrics/job/JOB",
    example: "name = \"pushgateway\"\nconfig = { url = \"http://127.0.0.1:9091\" }\n",
};

/// The hook.
#[derive(Debug)]
pub struct Pushgateway;

inventory::submit! { HookEntry { hook: &Pushgateway } }

impl Hook for Pushgateway {
    fn meta(&self) -> &'static HookMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, _: &Arc<dyn Around>) -> Option<Box<dyn Telling>> {
        let job = if settings.has("job") {
            settings.text("job")
        } else {
            Some("pss")
        };
        let url = settings.text("url")?;
        if let Err(error) = check(url) {
            settings.wrong("url", format!("cannot be used: {}", error.of_host(url)));
            return None;
        }
        let job = job?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !job.chars().all(plain) {
            settings.wrong("job", "must be of letters, digits, `-`, `_` and `.`");
            return None;
        }
        Some(Box::new(Push {
            url: format!("{}/metrics/job/{job}", url.trim_end_matches('/')),
        }))
    }
}

struct Push {
    url: String,
}

impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Push").finish_non_exhaustive()
    }
}

impl Telling for Push {
    fn tell(&mut self, event: &Event, limit: Duration) -> Result<(), String> {
        let body = body(event);
        let message = Message {
            // Others' metrics of the job stay.
            method: Method::Post,
            url: &self.url,
            content_type: "text/plain; version=0.0.4",
            headers: &[],
            body: body.as_bytes(),
            limit,
        };
        send(&message)
            .map(drop)
            .map_err(|error| error.of_host(&self.url).to_string())
    }
}

fn body(event: &Event) -> String {
    let seconds = event.time as f64 * 1e-9;
    // A gateway has no clock of its own for each: what was pushed says when it was.
    let mut body = format!(
        "# TYPE pss_phase_timestamp_seconds gauge\npss_phase_timestamp_seconds{{phase=\"{}\"}} {seconds:.3}\n",
        event.phase.name()
    );
    if event.phase != Phase::ReportWritten {
        return body;
    }
    if let Some(score) = event.facts.get("score").and_then(Value::as_f64) {
        body.push_str(&format!("# TYPE pss_score gauge\npss_score {score}\n"));
    }
    let metrics = event.facts.get("metrics").and_then(Value::as_object);
    let scores: Vec<String> = metrics
        .into_iter()
        .flatten()
        .filter_map(|(code, score)| {
            let code: String = code
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            Some(format!(
                "pss_metric_score{{metric=\"{code}\"}} {}\n",
                score.as_f64()?
            ))
        })
        .collect();
    if !scores.is_empty() {
        body.push_str("# TYPE pss_metric_score gauge\n");
        body.push_str(&scores.concat());
    }
    body
}
