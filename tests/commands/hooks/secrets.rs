//! What people see of hooks has no secret in it.

use super::JSONL;
#[cfg(feature = "http")]
use crate::service::{Manner, Service};
use crate::work::Work;

/// All that a run leaves for people: what it prints, and every report.
fn shown(work: &Work, arguments: &[&str]) -> String {
    let exports = ["json", "html", "markdown", "csv", "junit", "openmetrics"];
    let flags: Vec<String> = exports
        .map(|view| format!("--export={view}=r.{view}"))
        .into();
    let mut all = vec!["run", "--quiet", "--otlp=off"];
    all.extend(flags.iter().map(String::as_str));
    all.extend(arguments);
    let ran = work.pss_with(&all, &[("SECRET", "swordfish")]);
    let files = exports.map(|view| work.read(&format!("r.{view}")));
    format!("{}{}{}", ran.out, ran.err, files.concat())
}

#[test]
fn what_hooks_say_of_their_failures_shows_no_secret() {
    let work = Work::new();
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"exec\"\nconfig = { command = [\"./x${SECRET}\"] }\n[[hooks]]\nname = \"jsonl\"\nconfig = { file = \"none/${SECRET}\" }\n[[hooks]]\nname = \"log\"\nconfig = { file = \"none/${SECRET}\" }\n",
    );
    let shown = shown(&work, &["--", "true"]);
    for says in [
        "./x${SECRET}` cannot be started",
        "none/${SECRET}` cannot be written",
    ] {
        assert!(shown.contains(says), "{says}: {shown}");
    }
    assert!(!shown.contains("swordfish"), "{shown}");
}

#[test]
fn what_hooks_are_told_of_a_failed_run_shows_no_secret() {
    let work = Work::new();
    work.write(
        "pss.toml",
        format!("{JSONL}[[hooks]]\nname = \"exec\"\nrequired = true\nconfig = {{ command = [\"./x${{SECRET}}\"] }}\n"),
    );
    let ran = work.pss_with(&["run", "--", "true"], &[("SECRET", "swordfish")]);
    ran.fails(2, &["hook:exec is required"]);
    let told = work.read("phases.jsonl");
    assert!(told.contains("./x${SECRET}` cannot be started"), "{told}");
    assert!(!told.contains("swordfish") && !ran.err.contains("swordfish"));
}

#[cfg(feature = "http")]
#[test]
fn what_webhooks_fail_with_has_no_path_and_no_variable() {
    let service = Service::new(Manner::Refuse);
    for (url, says) in [
        (
            "http://127.0.0.1:9/${SECRET}",
            "http://127.0.0.1:9 cannot be reached",
        ),
        (
            "http://127.0.0.1:9/T0/swordfish",
            "http://127.0.0.1:9 cannot be reached",
        ),
        (&format!("{}/T0/swordfish", service.url), "answered 503"),
    ] {
        for hook in ["webhook", "pushgateway"] {
            let work = Work::new();
            work.write("pss.toml", format!("[[hooks]]\nname = \"{hook}\"\non = [\"load_start\"]\nconfig = {{ url = \"{url}\" }}\n"));
            let shown = shown(&work, &["--", "true"]);
            assert!(shown.contains(says), "{shown}");
            assert!(!shown.contains("swordfish"), "{shown}");
        }
    }
    let work = Work::new();
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"webhook\"\nconfig = { url = \"hooks.example/T0/swordfish\" }\n",
    );
    let ran = work.pss(&["run", "--", "true"]);
    ran.fails(
        2,
        &["`hooks[0].config.url` cannot be used: hooks.example is no address"],
    );
    assert!(!ran.err.contains("swordfish"), "{}", ran.err);
}

#[cfg(feature = "http")]
#[test]
fn what_load_is_put_on_is_shown_without_what_variables_held() {
    let (work, service) = (Work::new(), Service::new(Manner::Answer));
    work.write(
        "pss.toml",
        format!("[run.load]\nshape = \"constant\"\nrate = 20\ncount = 5\n[run.load.http]\nurl = \"{}/${{SECRET}}/tok\"\n", service.url),
    );
    let shown = shown(&work, &["--save=run.jsonl"]);
    assert!(service.requests()[0].starts_with("GET /swordfish/tok "));
    assert!(shown.contains("GET /${SECRET}/tok"), "{shown}");
    assert!(!(shown + &work.read("run.jsonl")).contains("swordfish"));
    // Nor where it fails.
    work.write(
        "pss.toml",
        "[run.load]\nshape = \"constant\"\nrate = 20\ncount = 5\n[run.load.http]\nurl = \"http://${SECRET}.invalid/x\"\n",
    );
    let shown = super::secrets::shown(&work, &[]);
    assert!(shown.contains("${SECRET}.invalid"), "{shown}");
    assert!(!shown.contains("swordfish"), "{shown}");
}

#[cfg(feature = "http")]
#[test]
fn addresses_of_webhooks_are_shown_to_nobody() {
    let work = Work::new();
    work.write("pss.toml", "[[hooks]]\nname = \"webhook\"\nconfig = { url = \"http://h/secret1\", headers = { authorization = \"secret2\" } }\n");
    let ran = work.pss(&["config", "show"]);
    assert!(
        ran.out.contains("webhook") && !ran.out.contains("secret"),
        "{}",
        ran.out
    );
}
