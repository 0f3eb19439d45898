//! Flags that say what load to generate, on top of `[run.load]`.

use clap::Args;
use pss_integrations::fields::Table;
use serde_json::{Map, Value};

use crate::{config::Config, error::Error, run::load::COMMON};

/// What load to generate.
#[derive(Debug, Args)]
pub(super) struct LoadFlags {
    /// Start an arrival at its time whatever is in flight: constant, linear, step, sine, mix, sequence or replay, with settings as in sine:amplitude=0.8,period=10s; off leaves [run.load] out
    #[arg(long, value_name = "SHAPE")]
    load: Option<String>,
    /// Arrivals a second, or such as 3000/m
    #[arg(long, value_name = "RATE")]
    rate: Option<String>,
    /// Arrivals after which the load ends
    #[arg(long, value_name = "N")]
    count: Option<String>,
    /// How arrivals lie around the rate: even, poisson, gamma:K or burst:N
    #[arg(long, value_name = "HOW")]
    arrivals: Option<String>,
    /// Which of all schedules of random arrivals
    #[arg(long, value_name = "N")]
    seed: Option<String>,
}

/// How it is put on a target.
#[derive(Debug, Args)]
pub(super) struct TargetFlags {
    /// Drop and count arrivals beyond so many in flight; 256 where nothing is said
    #[arg(long, value_name = "N")]
    max_in_flight: Option<String>,
    /// What to do with arrivals that are 100 ms late: keep starts them, skip counts them, reset moves the schedule
    #[arg(long, value_name = "HOW")]
    when_behind: Option<String>,
    /// How long arrivals in flight may take after the last was started; 30s where nothing is said
    #[arg(long, value_name = "LENGTH")]
    grace: Option<String>,
    /// Arrivals are requests to this service instead of commands
    #[arg(long, value_name = "URL")]
    pub(super) http: Option<String>,
    /// The method of requests, with --http
    #[arg(long, value_name = "METHOD", requires = "http")]
    method: Option<String>,
    /// A header of requests, such as 'Accept: text/plain'; may be given several times
    #[arg(long, value_name = "HEADER", requires = "http")]
    header: Vec<String>,
    /// The body of requests, or @FILE
    #[arg(long, value_name = "TEXT", requires = "http")]
    body: Option<String>,
    /// Statuses that are no failure, such as 200,404 or 2xx; 2xx,3xx where nothing is said
    #[arg(long, value_name = "STATUSES", requires = "http")]
    expect_status: Option<String>,
}

/// Flags of the command itself that mean something else under load.
pub(super) struct Shared<'a> {
    pub(super) duration: Option<&'a str>,
    pub(super) warmup: Option<&'a str>,
    pub(super) timeout: Option<&'a str>,
}

impl LoadFlags {
    /// `[run.load]` with these on top; nothing where neither asks for load.
    pub(super) fn table(
        &self,
        config: &Config,
        shared: &Shared<'_>,
        target: Option<&TargetFlags>,
        wrong: &mut Vec<Error>,
    ) -> Option<(Table, String)> {
        let off = self.load.as_deref() == Some("off");
        let own = match config.tree("run.load", |name| std::env::var(name).ok()) {
            Ok(own) => own,
            Err(mistakes) => {
                wrong.push(Error::Config(mistakes));
                return None;
            }
        };
        let (mut table, mut place) = match own {
            Some((Value::Object(table), place)) => (Some(table), place.to_owned()),
            _ => (None, "flags".to_owned()),
        };
        if off {
            return None;
        }
        if let Some(load) = &self.load {
            let before = table.take().unwrap_or_default();
            place = "--load".to_owned();
            table = Some(named(load, before, wrong)?);
        }
        let http = target.and_then(|target| target.http.as_ref());
        let Some(mut table) = table else {
            for (flag, given) in [
                ("--rate", self.rate.is_some()),
                ("--count", self.count.is_some()),
                ("--arrivals", self.arrivals.is_some()),
                ("--http", http.is_some()),
            ] {
                if given {
                    wrong.push(Error::Usage(format!(
                        "{flag} needs a load: name its shape, such as --load constant --rate 50 --duration 30s"
                    )));
                }
            }
            return None;
        };
        if self.rate.is_some() && table.get("shape").and_then(Value::as_str) == Some("replay") {
            wrong.push(Error::Usage(
                "--rate takes no part in a replay, which has the rate of its file: speed changes it, as in --load replay:file=t.jsonl,speed=2".to_owned(),
            ));
        }
        let mut set = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                table.insert(key.to_owned(), Value::from(value));
            }
        };
        set("rate", self.rate.as_deref());
        set("count", self.count.as_deref());
        set("arrivals", self.arrivals.as_deref());
        set("seed", self.seed.as_deref());
        set("duration", shared.duration);
        set("warmup", shared.warmup);
        set("timeout", shared.timeout);
        if let Some(target) = target {
            set("max_in_flight", target.max_in_flight.as_deref());
            set("when_behind", target.when_behind.as_deref());
            set("grace", target.grace.as_deref());
            if let Some(http) = target.http(wrong) {
                table.insert("http".to_owned(), http.into());
            }
        }
        Some((table, place))
    }
}

impl TargetFlags {
    fn http(&self, wrong: &mut Vec<Error>) -> Option<Table> {
        let url = self.http.as_ref()?;
        let mut http = Map::new();
        http.insert("url".to_owned(), Value::from(url.as_str()));
        if let Some(method) = &self.method {
            http.insert("method".to_owned(), Value::from(method.as_str()));
        }
        if let Some(body) = &self.body {
            let text = match body.strip_prefix('@') {
                Some(path) => std::fs::read_to_string(path).unwrap_or_else(|error| {
                    let told = format!("--body: `{path}` cannot be read: {error}");
                    wrong.push(Error::Usage(told));
                    // Stands in for what is there, so that nothing is said of a body that is empty.
                    body.clone()
                }),
                None => body.clone(),
            };
            http.insert("body".to_owned(), Value::from(text));
        }
        if let Some(expect) = &self.expect_status {
            let list: Vec<&str> = expect.split(',').map(str::trim).collect();
            http.insert("expect".to_owned(), Value::from(list));
        }
        let mut headers = Map::new();
        for header in &self.header {
            // Without the header, which may be a secret.
            let Some((name, value)) = header.split_once(':') else {
                wrong.push(Error::Usage(
                    "--header is not of the form 'NAME: VALUE'".to_owned(),
                ));
                continue;
            };
            headers.insert(name.trim().to_owned(), Value::from(value.trim()));
        }
        if !headers.is_empty() {
            http.insert("headers".to_owned(), headers.into());
        }
        Some(http)
    }
}

/// A shape as a flag names it. Of the file's table what all shapes share stays, and all of it where the shape is the same.
fn named(load: &str, mut before: Table, wrong: &mut Vec<Error>) -> Option<Table> {
    let mut whole = true;
    let (name, rest) = load.split_once(':').unwrap_or((load, ""));
    if before.get("shape").and_then(Value::as_str) != Some(name) {
        before.retain(|key, _| COMMON.iter().any(|common| common.name == key));
    }
    before.insert("shape".to_owned(), Value::from(name));
    for pair in rest.split(',').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            wrong.push(Error::Usage(format!(
                "--load {load:?}: {pair:?} is not of the form KEY=VALUE, as in sine:amplitude=0.8,period=10s"
            )));
            whole = false;
            continue;
        };
        let value = match value {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => Value::from(text),
        };
        before.insert(key.trim().to_owned(), value);
    }
    // Of a table that lacks a part everything else would be wrong too.
    whole.then_some(before)
}
