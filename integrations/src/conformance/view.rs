//! The rules for views.

use std::io::{self, Write};

use pss_metrics::{
    builtin::{db::Db, err::Err as Errors, time::Time},
    conformance::{Finding, Rule},
    plugin::{PluginKind, canonical, caught},
    report::{Generator, Provenance, Report, build},
    score::{Call, Outcome, Plan, Planned, Story, even, score},
    summary::Summary,
};

use crate::views::View;

/// All rules for views, in the order in which they are tried.
pub const VIEW_RULES: &[Rule] = &[
    Rule {
        name: "description",
        asks: "it says what it shows",
    },
    Rule {
        name: "renders",
        asks: "it renders a report of nothing, one with everything, and one with hostile names and a metric that failed",
    },
    Rule {
        name: "deterministic",
        asks: "the same report gives the same bytes",
    },
    Rule {
        name: "text",
        asks: "what it writes is UTF-8, and not nothing",
    },
    Rule {
        name: "writer",
        asks: "a writer that fails is an error",
    },
];

/// Tries a view by all rules.
pub fn check_view(view: &dyn View) -> Vec<Finding> {
    let mut findings = description(view);
    for (what, report) in reports() {
        findings.extend(on(view, what, &report));
    }
    findings
}

fn description(view: &dyn View) -> Vec<Finding> {
    let meta = view.meta();
    let mut wrong = Vec::new();
    if meta.kind != PluginKind::View {
        wrong.push(format!("is a {}", meta.kind.name()));
    }
    if canonical(meta.name) != meta.name {
        wrong.push(format!("its name {:?} is not in lower case", meta.name));
    }
    if meta.description.trim().is_empty() {
        wrong.push("its description is empty".to_owned());
    }
    wrong
        .into_iter()
        .map(|what| Finding::new("description", what))
        .collect()
}

/// One report. The first rule that is broken ends it.
fn on(view: &dyn View, what: &str, report: &Report) -> Option<Finding> {
    let found = |rule, why: String| Some(Finding::new(rule, format!("{what}: {why}")));
    let rendered = || {
        let mut bytes = Vec::new();
        match caught(|| view.render(report, &mut bytes)) {
            Ok(Ok(())) => Ok(bytes),
            Ok(Err(error)) => Err(error.to_string()),
            Err(why) => Err(why),
        }
    };
    let first = match rendered() {
        Ok(bytes) => bytes,
        Err(why) => return found("renders", why),
    };
    if rendered().as_ref() != Ok(&first) {
        return found("deterministic", "rendered twice, it differs".to_owned());
    }
    if first.is_empty() {
        return found("text", "nothing is written".to_owned());
    }
    if std::str::from_utf8(&first).is_err() {
        return found("text", "is no UTF-8".to_owned());
    }
    match caught(|| view.render(report, &mut Full)) {
        Ok(Err(_)) => None,
        Ok(Ok(())) => found("writer", "is told that all is well".to_owned()),
        Err(why) => found("writer", why),
    }
}

/// A writer on which there is no room.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

fn reports() -> [(&'static str, Report); 3] {
    let everything = story("sql select users");
    let hostile = story("<script>\"'&\u{1b}[31m\n::error::|`${x}");
    [
        ("a report of nothing", report(&Summary::default(), false)),
        (
            "a report with everything",
            report(&everything.summary(), false),
        ),
        (
            "a report with hostile names",
            report(&hostile.summary(), true),
        ),
    ]
}

fn story(operation: &'static str) -> Story {
    let duration = |at: u64| 5_000.0 + 9_000.0 * even(at) + if at % 25 == 3 { 3e5 } else { 0.0 };
    let with = |at: u64, call: Call| Call {
        error: Some(at % 17 == 3),
        ..call
    };
    Story::default()
        .calls("handle", 400, 50, duration, with)
        .calls(operation, 400, 50, duration, with)
}

fn report(summary: &Summary, fails: bool) -> Report {
    let plan = Plan {
        metrics: vec![
            Planned::new(&Time),
            Planned::new(&Db),
            Planned::new(&Errors),
        ],
        fail_under: Some(80.0),
        ..Plan::default()
    };
    let mut scored = score(summary, &plan);
    if fails && let Some(last) = scored.metrics.last_mut() {
        last.outcome = Outcome::Failed("panicked: <b>no \"way\"</b>".to_owned());
        last.interval = None;
        last.points = 0.0;
        scored.complete = false;
        scored
            .incomplete
            .push("ERR failed: panicked: <b>no \"way\"</b>".to_owned());
    }
    let provenance = Provenance {
        files: Vec::new(),
        partial: false,
        notices: vec!["a notice".to_owned()],
        generator: Generator {
            name: "pss".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: "default".to_owned(),
        },
        top: 10,
    };
    build(summary, &plan, &scored, provenance)
}
