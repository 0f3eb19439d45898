//! `hook:webhook`: a message to an HTTP server.

use std::{fmt, sync::Arc, time::Duration};

use pss_metrics::plugin_meta;
use serde_json::{Value, json};

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
        "webhook",
        "a message to an HTTP server: JSON, Slack, Teams or Alertmanager"
    ),
    parameters: &[
        Parameter::required(
            "url",
            Takes::Address,
            "where to send it; \"${NAME}\" takes it from the environment",
        ),
        Parameter::optional(
            "body",
            Takes::Text,
            Some("json"),
            "the form of the body: json, slack, teams or alertmanager",
        ),
        Parameter::optional(
            "headers",
            Takes::Pairs,
            None,
            "further headers, such as { authorization = \"Bearer ${TOKEN}\" }",
        ),
    ],
    does: "POSTs the JSON object of hook:jsonl; as Slack's and Teams' incoming webhooks take it (a text, an adaptive card); or an alert to /api/v2/alerts of Alertmanager",
    example: "name = \"webhook\"\non = [\"report_written\", \"run_failed\", \"alert\"]\nconfig = { url = \"http://127.0.0.1:9093/api/v2/alerts\", body = \"alertmanager\" }\n",
};

/// The hook.
#[derive(Debug)]
pub struct Webhook;

inventory::submit! { HookEntry { hook: &Webhook } }

#[derive(Debug, Clone, Copy)]
enum Form {
    Json,
    Slack,
    Teams,
    Alertmanager,
}

impl Hook for Webhook {
    fn meta(&self) -> &'static HookMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, _: &Arc<dyn Around>) -> Option<Box<dyn Telling>> {
        let form = settings.choice(
            "body",
            &[
                ("json", Form::Json),
                ("slack", Form::Slack),
                ("teams", Form::Teams),
                ("alertmanager", Form::Alertmanager),
            ],
        );
        let headers = settings.pairs("headers").unwrap_or_default();
        let url = settings.text("url")?;
        if let Err(error) = check(url) {
            settings.wrong("url", format!("cannot be used: {}", error.of_host(url)));
            return None;
        }
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Some(Box::new(Post {
            url: url.to_owned(),
            form: form.unwrap_or(Form::Json),
            headers: headers.into_iter().map(owned).collect(),
        }))
    }
}

struct Post {
    url: String,
    form: Form,
    headers: Vec<(String, String)>,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

impl Telling for Post {
    fn tell(&mut self, event: &Event, limit: Duration) -> Result<(), String> {
        let body = body(self.form, event).to_string();
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let message = Message {
            method: Method::Post,
            url: &self.url,
            content_type: "application/json",
            headers: &headers,
            body: body.as_bytes(),
            limit,
        };
        send(&message)
            .map(drop)
            .map_err(|error| error.of_host(&self.url).to_string())
    }
}

fn body(form: Form, event: &Event) -> Value {
    match form {
        Form::Json => event.json(),
        Form::Slack => json!({ "text": format!("pss: {}", escaped(&event.line())) }),
        Form::Teams => json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [{ "type": "TextBlock", "wrap": true, "text": format!("pss: {}", event.line()) }],
                },
            }],
        }),
        Form::Alertmanager => {
            let alert = event.facts.get("alert");
            let name = alert
                .and_then(|alert| alert.get("name")?.as_str())
                .unwrap_or(event.phase.name());
            let severity = match event.phase {
                Phase::Alert | Phase::RunFailed => "critical",
                _ => "info",
            };
            json!([{
                "labels": { "alertname": name, "severity": severity, "command": event.command, "generator": "pss" },
                "annotations": { "summary": event.line() },
                "startsAt": event.when(),
            }])
        }
    }
}

/// Slack takes these three for markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
