//! `[run.load]`, flags on top of it: what load to put on what.

use std::time::Duration;

use pss_integrations::{
    fields::{Fields, Mistake, Mistakes, Parameter, Table, Takes},
    load::{Arrivals, Asked, Load, Schedule, StartTimes, build},
};
use serde_json::json;

use super::pace::WhenBehind;

/// Settings that all shapes share.
pub const COMMON: &[Parameter] = &[
    Parameter::required(
        "shape",
        Takes::Text,
        "how the rate changes: one of `pss plugins list`'s load",
    ),
    Parameter::optional("rate", Takes::Rate, None, "arrivals a second"),
    Parameter::optional("duration", Takes::Length, None, "how long arrivals start"),
    Parameter::optional("count", Takes::Number, None, "arrivals after which it ends"),
    Parameter::optional(
        "arrivals",
        Takes::Text,
        Some("even"),
        "even, poisson, gamma:K or burst:N",
    ),
    Parameter::optional(
        "seed",
        Takes::Number,
        Some("1"),
        "which of all such schedules",
    ),
    Parameter::optional(
        "warmup",
        Takes::Length,
        None,
        "a phase before, at the mean rate, of which nothing is scored",
    ),
    Parameter::optional(
        "max_in_flight",
        Takes::Number,
        Some("256"),
        "arrivals beyond so many in flight are dropped and counted",
    ),
    Parameter::optional(
        "when_behind",
        Takes::Text,
        Some("keep"),
        "what to do with arrivals that are 100 ms late: keep, skip or reset",
    ),
    Parameter::optional(
        "grace",
        Takes::Length,
        Some("30s"),
        "how long what is in flight may take after the last arrival",
    ),
    Parameter::optional(
        "timeout",
        Takes::Length,
        None,
        "an arrival that takes longer is stopped, and failed",
    ),
    Parameter::optional(
        "http",
        Takes::Pairs,
        None,
        "a service instead of a command: url, and method, headers, body, expect",
    ),
];

/// What one HTTP arrival sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSettings {
    /// Address.
    pub url: String,
    /// GET where nothing is said, or POST where there is a body.
    pub method: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Vec<u8>,
    /// Statuses that are no failure, as ranges with their ends.
    pub expect: Vec<(u16, u16)>,
}

/// What load to put on what.
#[derive(Debug)]
pub struct LoadSettings {
    /// Name of the shape.
    pub shape: String,
    /// When arrivals start.
    pub schedule: Schedule,
    /// The same before anything is scored.
    pub warmup: Option<Schedule>,
    /// More are never in flight.
    pub max_in_flight: usize,
    /// What to do with late arrivals.
    pub behind: WhenBehind,
    /// For what is in flight after the last arrival.
    pub grace: Duration,
    /// For each arrival.
    pub timeout: Option<Duration>,
    /// The service, where there is one.
    pub http: Option<HttpSettings>,
}

const MAX_IN_FLIGHT: u64 = 256;
const GRACE: f64 = 30.0;
/// The longest that settings may ask for: schedules count in nanoseconds.
const LONGEST: f64 = 366.0 * 24.0 * 3600.0;

impl LoadSettings {
    /// Reads them, and builds the schedule.
    ///
    /// # Errors
    /// All mistakes, with paths such as `load.components[1].weight`.
    pub fn read(
        table: &Table,
        loads: &[&'static dyn Load],
        starts: &StartTimes<'_>,
    ) -> Result<LoadSettings, Vec<Mistake>> {
        let mistakes = Mistakes::default();
        let settings = read(&Fields::new("load", table, &mistakes), loads, starts);
        let mistakes = mistakes.into_list();
        match settings {
            Some(settings) if mistakes.is_empty() => Ok(settings),
            _ => Err(mistakes),
        }
    }
}

fn read(
    fields: &Fields<'_>,
    loads: &[&'static dyn Load],
    starts: &StartTimes<'_>,
) -> Option<LoadSettings> {
    let seconds = |name: &str| {
        let seconds = fields.seconds(name)?;
        if seconds > LONGEST {
            fields.wrong(name, "must be at most a year");
        }
        Some(seconds)
    };
    let (length, count) = (
        seconds("duration"),
        fields.whole("count", 1..=u32::MAX.into()),
    );
    // What is there and wrong has been told. Something stands in for it, so that no shape says it is missing.
    let instead = |name: &str, value: f64| fields.has(name).then_some(value);
    let asked = Asked {
        rate: fields.rate("rate").or(instead("rate", 1.0)),
        length: length.or(instead("duration", LONGEST)),
        loads,
        starts,
    };
    let arrivals = match fields.text("arrivals").map(str::parse::<Arrivals>) {
        Some(Ok(arrivals)) => arrivals,
        Some(Err(why)) => {
            fields.wrong("arrivals", why);
            Arrivals::default()
        }
        None => Arrivals::default(),
    };
    let seed = fields.whole("seed", 0..=(1 << 53)).unwrap_or(1);
    let max_in_flight = fields
        .whole("max_in_flight", 1..=10_000)
        .unwrap_or(MAX_IN_FLIGHT);
    let behind = fields.choice(
        "when_behind",
        &[
            ("keep", WhenBehind::Keep),
            ("skip", WhenBehind::Skip),
            ("reset", WhenBehind::Reset),
        ],
    );
    let (warm, grace, timeout) = (seconds("warmup"), seconds("grace"), seconds("timeout"));
    let http = fields.has("http").then(|| http(fields)).flatten();
    let others: Vec<&str> = COMMON.iter().map(|parameter| parameter.name).collect();
    let shape = build(fields, &asked, &others)?;
    let schedule = Schedule {
        shape,
        arrivals,
        seed,
        usage: "arrivals",
        length,
        count,
    };
    if !schedule.ends() {
        fields.wrong(
            "duration",
            "is missing: say how long, such as --duration 30s, or how many, such as --count 1000",
        );
        return None;
    }
    let seconds_asked = schedule.seconds();
    let warmup = warm.and_then(|length| {
        let rate = if seconds_asked > 0.0 {
            schedule.expected() / seconds_asked
        } else {
            schedule.shape.rate(0.0)
        };
        let table = json!({ "shape": "constant" });
        let mistakes = Mistakes::default();
        let fields = Fields::new("load.warmup", table.as_object()?, &mistakes);
        let asked = Asked {
            rate: Some(rate),
            length: Some(length),
            ..asked
        };
        Some(Schedule {
            shape: build(&fields, &asked, &[])?,
            arrivals,
            seed,
            usage: "warmup",
            length: Some(length),
            count: None,
        })
    });
    Some(LoadSettings {
        shape: fields.text("shape")?.to_owned(),
        schedule,
        warmup,
        max_in_flight: max_in_flight as usize,
        behind: behind.unwrap_or_default(),
        grace: Duration::from_secs_f64(grace.unwrap_or(GRACE)),
        timeout: timeout.map(Duration::from_secs_f64),
        http,
    })
}

const HTTP: &[Parameter] = &[
    Parameter::required(
        "url",
        Takes::Text,
        "the service, such as http://127.0.0.1:8080/health",
    ),
    Parameter::optional(
        "method",
        Takes::Text,
        Some("GET"),
        "the method; POST where there is a body",
    ),
    Parameter::optional("headers", Takes::Pairs, None, "further headers"),
    Parameter::optional("body", Takes::Text, None, "what is sent"),
    Parameter::optional(
        "expect",
        Takes::Texts,
        Some("[\"2xx\", \"3xx\"]"),
        "statuses that are no failure, such as 200 or 2xx",
    ),
];

fn http(fields: &Fields<'_>) -> Option<HttpSettings> {
    let http = fields.table("http")?;
    http.check(HTTP, &[]);
    let mut expect = Vec::new();
    let usual = || ["2xx", "3xx"].map(str::to_owned).to_vec();
    for text in http.words("expect").unwrap_or_else(usual) {
        match statuses(&text) {
            Some(range) => expect.push(range),
            None => http.wrong("expect", "must hold statuses such as \"200\" or \"2xx\""),
        }
    }
    let body = http.text("body").unwrap_or_default().as_bytes().to_vec();
    let method = match http.text("method") {
        Some(method) if method.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            method.to_ascii_uppercase()
        }
        Some(_) => {
            http.wrong("method", "must be a method such as GET or POST");
            "GET".to_owned()
        }
        None if body.is_empty() => "GET".to_owned(),
        None => "POST".to_owned(),
    };
    let url = http.text("url")?;
    if !["http://", "https://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        http.wrong("url", "must begin with http:// or https://");
        return None;
    }
    let headers = http.pairs("headers").unwrap_or_default();
    #[cfg(feature = "http")]
    can_be_sent(&http, url, &headers);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Some(HttpSettings {
        url: url.to_owned(),
        method,
        headers: headers.into_iter().map(owned).collect(),
        body,
        expect,
    })
}

/// Says what HTTP does not allow of a request.
#[cfg(feature = "http")]
fn can_be_sent(http: &Fields<'_>, url: &str, headers: &[(&str, &str)]) {
    use pss_integrations::requests::{check_address, check_header};
    if let Err(error) = check_address(url) {
        http.wrong("url", format!("cannot be used: {error}"));
    }
    for (name, value) in headers {
        if let Err(error) = check_header(name, value) {
            http.wrong("headers", format!("cannot be sent: {error}"));
        }
    }
}

/// `200` and `2xx` as ranges.
fn statuses(text: &str) -> Option<(u16, u16)> {
    if let Some(class) = text.strip_suffix("xx") {
        let class: u16 = class.parse().ok()?;
        return (1..=5)
            .contains(&class)
            .then_some((class * 100, class * 100 + 99));
    }
    let status: u16 = text.parse().ok()?;
    (100..=599).contains(&status).then_some((status, status))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read_json(settings: serde_json::Value) -> Result<LoadSettings, Vec<String>> {
        let loads =
            pss_integrations::load::loads(&[&pss_integrations::PLUGIN_CRATE], &BTreeMap::new())
                .expect("the registry is sound");
        let table = settings.as_object().expect("a table");
        LoadSettings::read(table, &loads, &|_, _| Err("no files here".to_owned()))
            .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let told = read_json(json!({
            "shape": "mix", "rate": "50/s", "duration": "soon", "arrivals": "odd", "max_in_flight": 0,
            "when_behind": "hurry", "grcae": "3s", "http": { "url": "ftp://x", "expect": ["ok"] },
            "components": [{ "shape": "constant" }, { "shape": "constant", "weight": "x" }],
        }))
        .expect_err("mistakes");
        for says in [
            "`load.duration` must be a length of time",
            "`load.arrivals` must be even, poisson",
            "`load.max_in_flight` must lie between",
            "`load.when_behind` must be one of keep, skip, reset",
            "`load.grcae` is unknown; did you mean `grace`?",
            "`load.http.url` must begin with",
            "`load.http.expect` must hold statuses",
            "`load.components[1].weight` is text, expected number",
        ] {
            assert!(
                told.iter().any(|told| told.starts_with(says)),
                "{says}: {told:#?}"
            );
        }
        assert_eq!(told.len(), 8, "{told:#?}");
    }

    #[test]
    fn statuses_may_be_numbers() {
        let settings = read_json(json!({
            "shape": "constant", "rate": 3, "count": 9, "http": { "url": "http://h", "expect": [200, "4xx"] },
        }))
        .expect("settings that fit");
        assert_eq!(
            settings.http.expect("a service").expect,
            [(200, 200), (400, 499)]
        );
    }

    #[test]
    fn what_follows_from_a_mistake_is_none() {
        for (settings, says) in [
            (
                json!({ "shape": "mix", "rate": 10, "duration": "9s", "components": [
                    { "shape": "constant", "weight": "x" }, { "shape": "constant", "weight": -1 },
                ] }),
                &[
                    "`load.components[0].weight` is text",
                    "`load.components[1].weight` must lie",
                ][..],
            ),
            (
                json!({ "shape": "mix", "rate": "x", "duration": "soon", "components": [
                    { "shape": "linear" }, { "shape": "constant" },
                ] }),
                &["`load.duration` must be a length", "`load.rate` is text"][..],
            ),
            (
                json!({ "shape": "sequence", "rate": "x", "duration": "soon", "parts": [
                    { "shape": "constant", "duration": "3s" }, { "shape": "constant" },
                ] }),
                &["`load.duration` must be a length", "`load.rate` is text"][..],
            ),
        ] {
            let told = read_json(settings).expect_err("mistakes");
            assert_eq!(told.len(), says.len(), "{told:#?}");
            for (told, says) in told.iter().zip(says) {
                assert!(told.starts_with(says), "{told}");
            }
        }
    }

    #[test]
    fn the_warmup_has_the_mean_rate_and_arrivals_of_its_own() {
        let settings = read_json(json!({
            "shape": "linear", "rate": 40, "duration": "10s", "warmup": "5s", "arrivals": "poisson",
        }))
        .expect("settings that fit");
        let warmup = settings.warmup.expect("a warm-up");
        assert_eq!(warmup.expected(), 100.0);
        assert_ne!(warmup.starts().next(), settings.schedule.starts().next());
    }

    #[test]
    fn an_end_is_needed() {
        let told = read_json(json!({ "shape": "constant", "rate": 3 })).expect_err("no end");
        assert!(told[0].contains("--count 1000"), "{told:?}");
        assert!(read_json(json!({ "shape": "constant", "rate": 3, "count": 9 })).is_ok());
    }
}
