//! Plugins that are programs: added, pinned, refused when changed, and caught whatever they do.

use std::{
    os::unix::fs::PermissionsExt,
    time::{Duration, Instant},
};

use crate::work::{Ran, Work, lines};

/// A metric plugin of shell: `task` is what it does with its input.
fn script(task: &str) -> String {
    format!(
        r#"#!/bin/sh
if [ "$1" = describe ]; then
cat <<'END'
{{"protocol": "pss-plugin/1", "name": "mine", "version": "1.0", "description": "counts",
 "metrics": [{{"code": "MINE", "question": "how many?", "weight": 0.5, "table": "spans", "columns": ["operation", "duration"],
 "factors": [{{"name": "disp", "what": "w", "good": 0.5, "mid": 1.25}}]}}]}}
END
exit 0
fi
{task}
"#
    )
}

/// Reads all, then answers.
const GOOD: &str = r#"bytes=$(wc -c); echo '{"score": 0.25, "details": ["one number"]}'; echo "read $bytes bytes as $* with $PSS_SETTINGS" >&2"#;

/// A folder with traces and this plugin, not added yet.
fn with(task: &str) -> Work {
    let work = Work::new();
    work.write("t.jsonl", lines(200))
        .write("plugin.sh", script(task));
    runnable(&work, "plugin.sh");
    work
}

fn runnable(work: &Work, name: &str) {
    let path = work.path(name);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
}

fn added(task: &str) -> Work {
    let work = with(task);
    let ran = work.pss(&["plugins", "add", "./plugin.sh"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    work
}

fn metric<'a>(report: &'a serde_json::Value, code: &str) -> &'a serde_json::Value {
    let metrics = report["metrics"].as_array().expect("metrics");
    metrics
        .iter()
        .find(|metric| metric["code"] == code)
        .expect("the metric")
}

fn report(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[test]
fn a_plugin_is_added_listed_configured_and_scored() {
    let work = added(GOOD);
    assert!(work.read("pss-plugins.lock").contains("sha256 = "));
    assert!(work.pss(&["plugins", "list"]).out.contains("metric:mine"));
    let info = work.pss(&["plugins", "info", "MINE"]).out;
    assert!(info.contains("the program `plugin.sh`"), "{info}");
    assert!(info.contains("how many?"), "{info}");
    assert!(
        !info.contains("it cannot see") && info.contains("\nneeds spans\n"),
        "{info}"
    );
    let list = work.pss(&["plugins", "list", "--json"]).out;
    let list: Vec<serde_json::Value> = serde_json::from_str(&list).expect("JSON");
    let mine = list.iter().find(|plugin| plugin["id"] == "metric:mine");
    let mine = mine.expect("is listed");
    assert_eq!(mine["capabilities"], serde_json::json!(["streams"]));
    assert_eq!(mine["declared"], "plugin.sh");
    let nothing = work.pss(&["plugins", "add", "./nothing"]);
    nothing.fails(2, &["`./nothing`"]);
    assert!(!nothing.err.contains("././"), "{nothing:?}");

    work.write(
        "pss.toml",
        "[pss.weights]\nMINE = 0.75\n[metrics.MINE.disp]\ngood = 0.75\n",
    );
    let ran = work.pss(&["analyze", "--json", "t.jsonl"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let report = report(&ran);
    let mine = metric(&report, "MINE");
    assert_eq!(
        (mine["score"].as_f64(), mine["weight"].as_f64()),
        (Some(0.25), Some(0.75))
    );
    assert_eq!(mine["n"], 200);
    assert_eq!(mine["low"], serde_json::Value::Null);
    assert_eq!(mine["flags"][0], "one number");
    assert!(ran.err.contains(r#""good":0.75"#), "{}", ran.err);
    // What it said comes with its name.
    assert!(ran.err.contains("plugin mine: read "), "{}", ran.err);
    assert!(
        ran.err.contains(" bytes as metric MINE with"),
        "{}",
        ran.err
    );
    // It counts in the whole: with its weight the loss is that of its score.
    let points = mine["points"].as_f64().expect("points");
    assert!(points > 10.0, "{points}");
}

#[test]
fn listing_explaining_and_checking_run_nothing() {
    let work = added(GOOD);
    // Whoever ran it would fail, or leave a file.
    work.write("plugin.sh", "#!/bin/sh\ntouch ran\nexit 1\n");
    for arguments in [
        &["plugins", "list"][..],
        &["plugins", "list", "--json"],
        &["plugins", "info", "metric:mine"],
        &["explain", "MINE"],
        &["config", "check"],
        &["config", "show"],
    ] {
        let ran = work.pss(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    }
    // And a reading that does not score it does not care that it changed.
    let ran = work.pss(&["analyze", "--metrics", "TIME", "t.jsonl"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!work.path("ran").exists());
}

#[test]
fn a_changed_file_is_refused_until_it_is_added_again() {
    let work = added(GOOD);
    work.write("plugin.sh", script(&format!("{GOOD} # changed")));
    let ran = work.pss(&["analyze", "t.jsonl"]);
    ran.fails(
        2,
        &[
            "is not the file that was added",
            "run `pss plugins add plugin.sh` again",
        ],
    );
    let again = work.pss(&["plugins", "add", "plugin.sh"]);
    assert!(again.out.starts_with("added again"), "{again:?}");
    assert_eq!(work.pss(&["analyze", "t.jsonl"]).code, Some(0));
    std::fs::remove_file(work.path("plugin.sh")).expect("there");
    work.pss(&["analyze", "t.jsonl"])
        .fails(2, &["plugin mine: `plugin.sh` cannot be read"]);
}

#[test]
fn the_lock_stands_beside_the_configuration() {
    let work = with(GOOD);
    work.write("conf/pss.toml", "");
    let ran = work.pss(&["--config", "conf/pss.toml", "plugins", "add", "plugin.sh"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(work.path("conf/pss-plugins.lock").exists());
    assert!(!work.pss(&["plugins", "list"]).out.contains("metric:mine"));
    let ran = work.pss(&[
        "--config",
        "conf/pss.toml",
        "analyze",
        "--metrics",
        "MINE",
        "t.jsonl",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for (text, says) in [
        ("version = 2", "knows version 1"),
        ("version = ", "line 1"),
        ("version = 1\nplugins = 3", "unknown field"),
    ] {
        work.write("conf/pss-plugins.lock", text);
        work.pss(&["--config", "conf/pss.toml", "plugins", "list"])
            .fails(2, &[says, "restore it, or remove it"]);
    }
}

#[test]
fn what_is_no_plugin_is_not_added() {
    let other = |from: &str, to: &str| script(GOOD).replace(from, to);
    for (name, text, says) in [
        (
            "silent",
            "#!/bin/sh\n".to_owned(),
            "something else than a manifest",
        ),
        (
            "garbage",
            "#!/bin/sh\necho hello\n".to_owned(),
            "something else than a manifest",
        ),
        (
            "crash",
            "#!/bin/sh\necho no such thing >&2\nexit 3\n".to_owned(),
            "failed: exit code 3; it said: no such thing",
        ),
        (
            "later",
            other("pss-plugin/1", "pss-plugin/2"),
            "speaks protocol \"pss-plugin/2\", and this pss speaks pss-plugin/1",
        ),
        (
            "builtin",
            other("MINE", "TIME"),
            "brings metric:time, which pss-metrics brings already",
        ),
        (
            "typo",
            other("\"columns\"", "\"colums\""),
            "unknown field `colums`",
        ),
        (
            "flood",
            "#!/bin/sh\nyes\n".to_owned(),
            "answered with more than 1048576 bytes",
        ),
    ] {
        let work = Work::new();
        work.write(name, text);
        runnable(&work, name);
        work.pss(&["plugins", "add", name]).fails(2, &[name, says]);
        assert!(!work.path("pss-plugins.lock").exists(), "{name}");
    }
    let work = with(GOOD);
    work.write("no.sh", "#!/bin/sh\n");
    work.pss(&["plugins", "add", "no.sh"])
        .fails(2, &["no permission to run"]);
    work.pss(&["plugins", "add", "nothing"])
        .fails(2, &["no file"]);
}

/// What each does, and what is said of it.
const BAD: [(&str, &str, &str); 13] = [
    (
        "crash",
        "cat >/dev/null; echo out of luck >&2; exit 3",
        "failed: exit code 3; it said: out of luck",
    ),
    ("crash at once", "exit 7", "failed: exit code 7"),
    ("killed", "cat >/dev/null; kill -9 $$", "ended by SIGKILL"),
    (
        "hang",
        "cat >/dev/null; sleep 600",
        "neither took its input nor answered for 1s",
    ),
    (
        "garbage",
        "cat >/dev/null; head -c 100 /dev/urandom | tr -d '\\000'",
        "something else than one JSON object",
    ),
    ("silence", "cat >/dev/null", "answered nothing"),
    (
        "flood",
        "cat >/dev/null; yes",
        "answered with more than 1048576 bytes",
    ),
    (
        "early close",
        "exec <&-; echo '{\"score\": 1}'; sleep 0.2",
        "stopped reading before the end",
    ),
    (
        "wrong protocol",
        "cat >/dev/null; echo '{\"result\": 1}'",
        "unknown field `result`",
    ),
    (
        "out of range",
        "cat >/dev/null; echo '{\"score\": 12}'",
        "a score of 12, which is not in [0, 1]",
    ),
    (
        "factor out of range",
        "cat >/dev/null; echo '{\"score\": 1, \"factors\": [{\"name\": \"disp\", \"value\": 1, \"score\": 2}]}'",
        "a score of 2 for its factor disp, which is not in [0, 1]",
    ),
    (
        "says so",
        "cat >/dev/null; echo '{\"failed\": \"no idea\"}'",
        "says it failed: no idea",
    ),
    (
        "good answer, bad end",
        "cat >/dev/null; echo '{\"score\": 1}'; exit 1",
        "failed: exit code 1",
    ),
];

/// Enough records that no pipe holds them all.
fn many(work: &Work) {
    work.write("t.jsonl", lines(20_000))
        .write("pss.toml", "[plugins]\ntimeout = \"1s\"\n");
}

#[test]
fn whatever_a_metric_does_the_others_keep_their_scores() {
    let plain = with(GOOD);
    many(&plain);
    let expected = plain.report(&["t.jsonl"]);
    for (name, task, says) in BAD {
        let work = added(task);
        many(&work);
        let began = Instant::now();
        let ran = work.pss(&["analyze", "--json", "t.jsonl"]);
        assert_eq!(ran.code, Some(0), "{name}: {ran:?}");
        let report = report(&ran);
        let mine = metric(&report, "MINE");
        let failed = mine["failed"]
            .as_str()
            .unwrap_or_else(|| panic!("{name}: {mine}"));
        assert!(
            failed.starts_with("plugin mine ") && failed.contains(says),
            "{name}: {failed}"
        );
        assert_eq!(mine["score"], serde_json::Value::Null, "{name}");
        assert_eq!(report["pss"]["complete"], false, "{name}");
        for other in expected["metrics"].as_array().expect("metrics") {
            let code = other["code"].as_str().expect("a code");
            assert_eq!(
                metric(&report, code)["score"],
                other["score"],
                "{name}: {code}"
            );
        }
        assert_eq!(report["pss"]["score"], expected["pss"]["score"], "{name}");
        assert!(began.elapsed() < Duration::from_secs(60), "{name}");
        // A score that lacks what was asked for passes no threshold.
        if name == "crash" {
            let ran = work.pss(&["analyze", "--fail-under", "1", "t.jsonl"]);
            assert_eq!(ran.code, Some(1), "{ran:?}");
        }
    }
}

/// What a program that keeps all rules does: it knows an empty stream, and depends on no order.
const KEEPS: &str = r#"bytes=$(wc -c); echo $bytes >>ran; if [ $bytes -lt 700 ]; then echo '{"no_data": "no span"}'; else echo '{"score": 0.25}'; fi"#;

#[test]
fn a_check_runs_the_program_and_tells_the_rule_it_breaks() {
    let work = added(KEEPS);
    let ran = work.pss(&["plugins", "check", "metric:mine"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("metric:mine: keeps "), "{ran:?}");
    assert!(work.read("ran").lines().count() > 10);
    let bad = [
        (
            "range",
            "cat >/dev/null; echo '{\"score\": 12}'",
            "plugin mine answered a score of 12",
        ),
        (
            "empty-input",
            "cat >/dev/null; echo '{\"score\": 1}'",
            "scores 1",
        ),
        ("answers", "cat >/dev/null; exit 7", "failed: exit code 7"),
        (
            "deterministic",
            "cat >/dev/null; echo >>ran; echo '{\"score\": 1, \"n\": '$(wc -l <ran)'}'",
            "asked twice",
        ),
        (
            "order",
            "sum=$(cksum | cut -d' ' -f1); echo '{\"score\": 1, \"n\": '$sum'}'",
            "in the opposite order",
        ),
    ];
    for (rule, task, says) in bad {
        let work = added(task);
        work.write("ran", "");
        let ran = work.pss(&["plugins", "check", "--json", "metric:mine"]);
        assert_eq!(ran.code, Some(1), "{rule}: {ran:?}");
        let checked: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let findings = checked[0]["findings"].as_array().expect("findings");
        let found = findings.iter().find(|found| found["rule"] == rule);
        let found = found.unwrap_or_else(|| panic!("{rule}: {ran:?}"));
        let what = found["what"].as_str().expect("text");
        assert!(what.contains(says), "{rule}: {what}");
    }
    // A changed file is not run.
    work.write("plugin.sh", "#!/bin/sh\ntouch changed\n");
    let ran = work.pss(&["plugins", "check", "metric:mine"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.out
            .contains("builds: plugin mine: `plugin.sh` is not the file that was added"),
        "{ran:?}"
    );
    assert!(!work.path("changed").exists());
}

/// Whether a process lives that is no zombie.
fn lives(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim()
            .starts_with('Z')
    })
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_of_a_plugin_is_left() {
    for task in [
        "sleep 600 & echo $! > left; cat >/dev/null; echo '{\"score\": 1}'",
        "sleep 600 & echo $! > left; cat >/dev/null; exit 1",
        "sleep 600 & echo $! > left; cat >/dev/null; sleep 600",
        "sleep 600 & echo $! > left; yes",
    ] {
        let work = added(task);
        many(&work);
        work.pss(&["analyze", "--json", "t.jsonl"]);
        let pid = work.read("left");
        let until = Instant::now() + Duration::from_secs(5);
        while lives(pid.trim()) {
            assert!(Instant::now() < until, "{task} left {pid}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_pss_takes_its_plugins_with_it() {
    let work = added("echo $$ > left; cat >/dev/null; sleep 600");
    work.write("t.jsonl", lines(200));
    let mut pss = work
        .command(&["analyze", "t.jsonl"])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("pss starts");
    let until = Instant::now() + Duration::from_secs(20);
    while !work.path("left").exists() || work.read("left").trim().is_empty() {
        assert!(Instant::now() < until, "the plugin does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = work.read("left");
    assert!(lives(pid.trim()));
    pss.kill().expect("it runs");
    pss.wait().expect("it ends");
    let until = Instant::now() + Duration::from_secs(5);
    while lives(pid.trim()) {
        assert!(Instant::now() < until, "it goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_plugin_sees_few_variables() {
    let task = "cat >/dev/null; env | cut -d= -f1 | grep -v -x -E 'PWD|SHLVL|_|OLDPWD' | sort | tr '\\n' ' ' >&2; echo '{\"score\": 1}'";
    let work = added(task);
    let seen = |ran: &Ran| {
        let line = ran
            .err
            .lines()
            .find_map(|line| line.strip_prefix("plugin mine: "));
        line.unwrap_or_default().trim().to_owned()
    };
    let variables = [("AWS_SECRET_ACCESS_KEY", "s"), ("MY_MODEL", "m")];
    let ran = work.pss_with(&["analyze", "t.jsonl"], &variables);
    let allowed = [
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "PATH",
        "PSS_PROTOCOL",
        "PSS_SETTINGS",
        "TEMP",
        "TMPDIR",
        "TZ",
    ];
    let names = seen(&ran);
    assert!(
        names.contains("PSS_PROTOCOL") && names.contains("LC_ALL"),
        "{ran:?}"
    );
    assert!(
        names.split(' ').all(|name| allowed.contains(&name)),
        "{names}"
    );
    work.write("pss.toml", "[plugins]\nenvironment = [\"MY_MODEL\"]\n");
    let names = seen(&work.pss_with(&["analyze", "t.jsonl"], &variables));
    assert!(
        names.contains("MY_MODEL") && !names.contains("SECRET"),
        "{names}"
    );
}

#[test]
fn what_a_plugin_says_cannot_write_over_the_report() {
    let work = added(
        "cat >/dev/null; printf 'a\\033[2Jb\\n' >&2; echo '{\"score\": 1, \"details\": [\"c\\u001b[2Jd\"]}'",
    );
    let ran = work.pss(&["analyze", "t.jsonl"]);
    assert!(ran.err.contains("plugin mine: a[2Jb"), "{ran:?}");
    assert!(
        !ran.err.contains('\u{1b}') && !ran.out.contains('\u{1b}'),
        "{ran:?}"
    );
}

#[test]
fn a_summary_has_nothing_for_it() {
    let work = added(&format!("touch ran; {GOOD}"));
    let ran = work.pss(&[
        "analyze",
        "--metrics",
        "TIME",
        "--export",
        "summary=t.pss",
        "t.jsonl",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let report = work.report(&["t.pss"]);
    let reason = metric(&report, "MINE")["no_data"]
        .as_str()
        .expect("n/a")
        .to_owned();
    assert!(
        reason.contains("the summary `t.pss` no longer holds"),
        "{reason}"
    );
    assert!(!work.path("ran").exists(), "nothing was run");
    let report = work.report(&["t.pss", "t.jsonl"]);
    assert!(
        metric(&report, "MINE")["no_data"].is_string(),
        "half of it is not all"
    );
}

#[test]
fn a_comparison_shows_it_for_the_head() {
    let work = added(GOOD);
    let ran = work.pss(&["compare", "t.jsonl", "--head", "t.jsonl", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(metric(&report(&ran), "MINE")["score"], 0.25);
}
