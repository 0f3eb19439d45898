//! `[[hooks]]` and `[[alerts]]`.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::work::Work;

fn phases(work: &Work) -> Vec<String> {
    let text = std::fs::read_to_string(work.path("phases.jsonl")).unwrap_or_default();
    text.lines()
        .map(|line| {
            let event: Value = serde_json::from_str(line).expect("JSON");
            event["phase"].as_str().expect("a phase").to_owned()
        })
        .collect()
}

const JSONL: &str = "[[hooks]]\nname = \"jsonl\"\nconfig = { file = \"phases.jsonl\" }\n";
const LOAD: [&str; 6] = ["--load", "constant", "--rate", "20", "--count", "10"];

#[test]
fn phases_are_told_in_their_order() {
    let work = Work::new();
    work.write("pss.toml", JSONL);
    let flags = [&LOAD[..], &["--warmup", "200ms", "--", "true"]].concat();
    let (ran, report) = work.run_report(&flags);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let all = [
        "run_start",
        "warmup_start",
        "warmup_end",
        "load_start",
        "sending_complete",
        "load_end",
        "analyze_start",
        "analyze_end",
        "report_written",
    ];
    assert_eq!(phases(&work), all);
    let hook = &report["run"]["hooks"][0];
    assert_eq!(
        (&hook["name"], &hook["told"], &hook["failed"]),
        (&"jsonl".into(), &8.into(), &0.into())
    );
    let last: Value =
        serde_json::from_str(work.read("phases.jsonl").lines().last().expect("a line"))
            .expect("JSON");
    assert_eq!(last["verdict"], report["verdict"]["outcome"]);
    assert_eq!(last["score"], report["pss"]["score"]);

    // Rounds have the same phases.
    std::fs::remove_file(work.path("phases.jsonl")).expect("a file");
    work.run_report(&["--runs", "2", "--warmup", "1", "--", "true"]);
    assert_eq!(phases(&work), all);
}

#[test]
fn a_run_without_a_report_has_failed_and_every_start_its_end() {
    let work = Work::new();
    work.write("pss.toml", JSONL);
    let ran = work.pss(
        &[
            &["run", "--quiet", "--cleanup", "exit 7"],
            &LOAD[..],
            &["--", "true"],
        ]
        .concat(),
    );
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert_eq!(
        phases(&work),
        [
            "run_start",
            "load_start",
            "sending_complete",
            "load_end",
            "run_failed"
        ]
    );
}

#[test]
fn ctrl_c_leaves_no_phase_open() {
    let work = Work::new();
    work.write("pss.toml", JSONL);
    let mut command = work.command(&[
        "run",
        "--quiet",
        "--otlp",
        "off",
        "--load",
        "constant",
        "--rate",
        "20",
        "--duration",
        "60s",
        "--",
        "true",
    ]);
    let mut child = command.spawn().expect("pss starts");
    let deadline = Instant::now() + Duration::from_secs(30);
    while phases(&work).len() < 2 {
        assert!(Instant::now() < deadline, "the load never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    let pid = child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.expect("kill runs").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(
        phases(&work),
        [
            "run_start",
            "load_start",
            "sending_complete",
            "load_end",
            "analyze_start",
            "analyze_end",
            "report_written"
        ]
    );
    let end = work.read("phases.jsonl");
    assert!(
        end.lines()
            .nth(3)
            .expect("a line")
            .contains("\"interrupted\":true"),
        "{end}"
    );
}

fn interrupt(child: &std::process::Child) {
    let pid = child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.expect("kill runs").success());
}

/// Waits until a file has a line.
fn await_file(work: &Work, name: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let text = std::fs::read_to_string(work.path(name)).unwrap_or_default();
        if text.ends_with('\n') {
            return text.trim().to_owned();
        }
        assert!(Instant::now() < deadline, "{name} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a process runs.
fn lives(pid: &str) -> bool {
    let known = std::process::Command::new("kill")
        .args(["-0", pid])
        .output();
    known.expect("kill runs").status.success()
}

/// Starts a run of `sleep 20` under a hook that takes a minute, and interrupts it so often once the hook runs.
fn interrupted_in_hook(
    phase: &str,
    required: bool,
    command: &str,
    times: u32,
) -> (Work, crate::work::Ran) {
    let work = Work::new();
    work.write(
        "pss.toml",
        format!("[[hooks]]\nname = \"exec\"\non = [\"{phase}\"]\nrequired = {required}\ntimeout = \"60s\"\nconfig = {{ command = [\"sh\", \"-c\", \"echo $$ > hook.pid; sleep 60\"] }}\n"),
    );
    let mut command = work.command(&[
        "run",
        "--quiet",
        "--otlp=off",
        "--export=json=r.json",
        "--",
        "sh",
        "-c",
        command,
    ]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("pss starts");
    let pid = await_file(&work, "hook.pid");
    for _ in 0..times {
        std::thread::sleep(Duration::from_millis(500));
        interrupt(&child);
    }
    let began = Instant::now();
    let ran = crate::work::Ran::of(child.wait_with_output().expect("it ends"));
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{phase}: {ran:?}"
    );
    assert!(
        !lives(&pid),
        "{phase}: the hook's program was left behind: {ran:?}"
    );
    (work, ran)
}

#[test]
fn ctrl_c_waits_for_no_hook_and_leaves_none_behind() {
    for (phase, required, command) in [
        ("load_start", false, "exec sleep 20"),
        ("run_start", true, "touch ran"),
        ("report_written", false, "true"),
    ] {
        let (work, ran) = interrupted_in_hook(phase, required, command, 1);
        assert_eq!(ran.code, Some(130), "{phase}: {ran:?}");
        assert!(
            ran.err.contains("waiting for hook:exec"),
            "{phase}: {ran:?}"
        );
        assert!(work.read("r.json").contains("pss.report/1"), "{phase}");
        assert!(!work.path("ran").exists(), "{phase}");
    }
}

#[test]
fn who_asks_twice_leaves_no_hook_behind_either() {
    let (_, ran) = interrupted_in_hook("load_start", false, "exec sleep 20", 2);
    assert!(matches!(ran.code, None | Some(130)), "{ran:?}");
}

#[test]
fn what_is_interrupted_before_there_is_anything_is_a_partial_report() {
    let load = ["--load=constant", "--rate=20", "--count=2"];
    for (flags, command) in [
        (&load[..], &["sh", "-c", "echo > began; exec sleep 20"][..]),
        (
            &["--load=constant", "--rate=20", "--count=2", "--warmup=20s"],
            &["sh", "-c", "echo > began"],
        ),
        (
            &["--warmup=2"],
            &["sh", "-c", "echo > began; exec sleep 20"],
        ),
        (&["--prepare=echo > began; sleep 20"], &["true"]),
        (
            &[
                "--load=constant",
                "--rate=20",
                "--count=2",
                "--prepare=echo > began; sleep 20",
            ],
            &["true"],
        ),
    ] {
        let work = Work::new();
        let head = ["run", "--quiet", "--otlp=off", "--export=json=r.json"];
        let all = [&head[..], flags, &["--"], command].concat();
        let child = work
            .command(&all)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("pss starts");
        await_file(&work, "began");
        std::thread::sleep(Duration::from_millis(400));
        interrupt(&child);
        let ran = crate::work::Ran::of(child.wait_with_output().expect("it ends"));
        assert_eq!(ran.code, Some(130), "{all:?}: {ran:?}");
        let report: Value = serde_json::from_str(&work.read("r.json")).expect("JSON");
        assert_eq!(report["input"]["partial"], true, "{all:?}");
        let in_flight = flags == load && command.len() == 3;
        if in_flight {
            let counts = &report["run"]["load"];
            let counts = ["started", "unfinished", "failed"].map(|key| counts[key].as_u64());
            assert_eq!(counts, [Some(2), Some(2), Some(0)]);
            let warnings = report["warnings"].to_string();
            assert!(
                warnings.contains("2 arrivals were in flight when the run was stopped"),
                "{warnings}"
            );
        }
    }
}

/// The starts of a load's arrivals after its first, in seconds.
fn starts(work: &Work) -> Vec<f64> {
    let text = work.read("run.jsonl");
    let span = |line: &str| -> Value { serde_json::from_str(line).expect("JSON") };
    let mut starts: Vec<f64> = text
        .lines()
        .map(|line| span(line)["start"].as_f64().expect("a number"))
        .collect();
    starts.sort_by(f64::total_cmp);
    starts.iter().map(|start| start - starts[0]).collect()
}

#[test]
fn a_hook_that_sleeps_moves_no_arrival() {
    let work = Work::new();
    let flags = [
        "--load",
        "constant",
        "--rate",
        "40",
        "--duration",
        "2s",
        "--arrivals",
        "poisson",
        "--seed",
        "3",
        "--save",
        "run.jsonl",
        "--",
        "true",
    ];
    let (_, without) = work.run_report(&flags);
    let before = starts(&work);
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"exec\"\non = [\"load_start\", \"sending_complete\"]\nconfig = { command = [\"sleep\", \"5\"] }\n",
    );
    let began = Instant::now();
    let (ran, with) = work.run_report(&flags);
    assert!(
        began.elapsed() >= Duration::from_secs(5),
        "the hook was not waited for: {}",
        ran.err
    );
    assert_eq!(with["run"]["hooks"][0]["failed"], 0, "{}", ran.err);
    let after = starts(&work);
    assert_eq!(before.len(), after.len());
    // What is left of an epoch in a double; both schedules are the same to the nanosecond.
    assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-5));
    for report in [without, with] {
        let load = &report["run"]["load"];
        assert_eq!(load["planned"], load["started"]);
        // Arrivals started at their times, and not five seconds later.
        assert!(load["delay"]["most"].as_f64() < Some(2.5), "{load}");
    }
}

#[test]
fn one_that_takes_too_long_is_stopped_and_told() {
    let work = Work::new();
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"exec\"\non = [\"load_start\"]\ntimeout = \"1s\"\nconfig = { command = [\"sh\", \"-c\", \"echo $PSS_PHASE >> told; sleep 60\"] }\n",
    );
    let began = Instant::now();
    let (ran, report) = work.run_report(&[&LOAD[..], &["--", "true"]].concat());
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(ran.code, Some(0), "a hook decides no verdict: {}", ran.err);
    assert_eq!(report["run"]["hooks"][0]["failed"], 1);
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("load_start: `sh` was stopped after 1.000 s"),
        "{warnings}"
    );
    assert_eq!(work.read("told"), "load_start\n");
}

#[test]
fn a_required_hook_that_fails_stops_before_anything_runs() {
    let work = Work::new();
    for command in ["[\"false\"]", "[\"./no-such-program\"]"] {
        work.write(
            "pss.toml",
            format!("[[hooks]]\nname = \"exec\"\nrequired = true\nconfig = {{ command = {command} }}\n{JSONL}"),
        );
        let ran = work.pss(&[&["run", "--quiet"], &LOAD[..], &["--", "touch", "ran"]].concat());
        ran.fails(
            2,
            &[
                "hook:exec is required, and failed at run_start",
                "nothing was run",
            ],
        );
        assert!(!work.path("ran").exists());
        assert_eq!(phases(&work), ["run_start", "run_failed"]);
        std::fs::remove_file(work.path("phases.jsonl")).expect("a file");
    }
}

#[test]
fn a_hook_that_is_switched_off_is_told_of_nothing() {
    let work = Work::new();
    work.write("pss.toml", format!("{JSONL}enabled = false\n"));
    let (_, report) = work.run_report(&["--runs", "1", "--", "true"]);
    assert_eq!(phases(&work), [""; 0]);
    assert_eq!(report["run"]["hooks"], serde_json::json!([]));
    // What is wrong with it is told all the same.
    work.write("pss.toml", "[[hooks]]\nname = \"jsonl\"\nenabled = false\n");
    work.pss(&["run", "--", "true"])
        .fails(2, &["`hooks[0].config.file` is missing"]);
}

#[test]
fn mistakes_are_told_with_their_paths_before_anything_runs() {
    let work = Work::new();
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"exce\"\n[[hooks]]\nname = \"jsonl\"\non = [\"load_begin\"]\nconfig = { fiel = \"x\" }\n[[hooks]]\nname = \"log\"\nconfig = { file = \"${NO_SUCH_NAME}\" }\n",
    );
    let ran = work.pss(&["run", "--", "touch", "ran"]);
    ran.fails(
        2,
        &["pss.toml:1: `hooks[2].config.file` asks for the environment variable NO_SUCH_NAME"],
    );
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"exce\"\n[[hooks]]\nname = \"jsonl\"\non = [\"load_begin\"]\nconfig = { fiel = \"x\" }\n[[alerts]]\nname = \"a\"\nwhen = \"metric.XX < 1\"\n",
    );
    let ran = work.pss(&["run", "--", "touch", "ran"]);
    ran.fails(
        2,
        &[
            "`hooks[0].name` names no hook; did you mean \"exec\"?",
            "`hooks[1].on` names no phase with \"load_begin\"",
            "`hooks[1].config.fiel` is unknown; did you mean `file`?",
            "`hooks[1].config.file` is missing",
            "`alerts[0].when` names no metric",
        ],
    );
    assert!(!work.path("ran").exists());
}

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

#[test]
fn mistakes_of_hooks_load_and_flags_are_told_together() {
    let work = Work::new();
    work.write(
        "pss.toml",
        "[pss]\nprofile = \"pypss\"\n[run.load]\nunknwon = 1\n[[hooks]]\nname = \"exce\"\n",
    );
    let ran = work.pss(&[
        "run",
        "--save=x.csv",
        "--export=htlm=x",
        "--runs=3",
        "--",
        "./none",
    ]);
    let says = [
        "profile pypss scores whole files",
        "`hooks[0].name` names no hook",
        "--export knows no view \"htlm\"",
        "`load.shape` is missing",
        "--runs is for rounds",
        "--save writes native records",
    ];
    ran.fails(2, &says);
    assert_eq!(
        ran.err.matches("error: ").count(),
        says.len(),
        "{}",
        ran.err
    );
}

#[test]
fn alerts_keep_silent_for_a_while_also_over_restarts() {
    let work = Work::new();
    let config = |cooldown: &str| {
        format!(
            "{JSONL}\n[[alerts]]\nname = \"any\"\nwhen = \"score > -1\"\ncooldown = \"{cooldown}\"\n[[alerts]]\nname = \"never\"\nwhen = \"score < 0\"\n"
        )
    };
    work.write("pss.toml", config("1h"));
    let script = "for i in $(seq 40); do printf '{\"name\":\"op\",\"duration\":0.01,\"start\":%d}\\n' $((1700000000 + i)) >> $PSS_TRACE_FILE; done";
    let flags = ["--runs", "1", "--", "sh", "-c", script];
    let alerts = || {
        phases(&work)
            .iter()
            .filter(|phase| *phase == "alert")
            .count()
    };
    let (_, report) = work.run_report(&flags);
    assert!(report["pss"]["score"].as_f64().is_some(), "{report}");
    assert_eq!(alerts(), 1);
    let line = work.read("phases.jsonl");
    let line = line
        .lines()
        .find(|line| line.contains("\"alert\""))
        .expect("an alert");
    assert!(
        line.contains("\"name\":\"any\"") && line.contains("score > -1 ("),
        "{line}"
    );
    work.run_report(&flags);
    assert_eq!(
        alerts(),
        1,
        "it keeps silent, though another process alerted"
    );
    work.write("pss.toml", config("1ms"));
    work.run_report(&flags);
    assert_eq!(alerts(), 2);
    assert!(work.read(".pss/alerts.json").contains("\"any\""));
}

#[cfg(feature = "http")]
mod http {
    use super::*;
    use crate::service::{Manner, Service};

    #[test]
    fn webhooks_have_the_body_their_server_takes() {
        for (body, says) in [
            ("json", "\"phase\":\"report_written\""),
            ("slack", "{\"text\":\"pss: report_written true"),
            (
                "teams",
                "\"contentType\":\"application/vnd.microsoft.card.adaptive\"",
            ),
            ("alertmanager", "\"alertname\":\"report_written\""),
        ] {
            let (work, service) = (Work::new(), Service::new(Manner::Answer));
            work.write(
                "pss.toml",
                format!(
                    "[[hooks]]\nname = \"webhook\"\non = [\"report_written\"]\nconfig = {{ url = \"{}/hook\", body = \"{body}\", headers = {{ x-key = \"k1\" }} }}\n",
                    service.url
                ),
            );
            let (ran, _) = work.run_report(&["--", "true"]);
            assert!(!ran.err.contains("hook:"), "{}", ran.err);
            let requests = service.requests();
            assert_eq!(requests.len(), 1, "{body}");
            assert!(
                requests[0].starts_with("POST /hook HTTP/1.1"),
                "{}",
                requests[0]
            );
            assert!(requests[0].contains(says), "{body}: {}", requests[0]);
            assert!(requests[0].to_ascii_lowercase().contains("x-key: k1"));
        }
    }

    #[test]
    fn a_gateway_is_pushed_times_and_scores() {
        let (work, service) = (Work::new(), Service::new(Manner::Answer));
        work.write(
            "pss.toml",
            format!("[[hooks]]\nname = \"pushgateway\"\non = [\"load_start\", \"report_written\"]\nconfig = {{ url = \"{}/\", job = \"shop\" }}\n", service.url),
        );
        work.run_report(&["--runs", "5", "--", "true"]);
        let requests = service.requests();
        assert_eq!(requests.len(), 2);
        assert!(
            requests[0].starts_with("POST /metrics/job/shop HTTP/1.1"),
            "{}",
            requests[0]
        );
        assert!(requests[0].contains("pss_phase_timestamp_seconds{phase=\"load_start\"} 1"));
        assert!(
            requests[1].contains("# TYPE pss_phase_timestamp_seconds gauge"),
            "{}",
            requests[1]
        );
    }

    #[test]
    fn servers_that_refuse_or_stall_or_are_not_there_fail_the_hook_and_not_the_run() {
        for (manner, says) in [
            (Some(Manner::Refuse), "answered 503"),
            (Some(Manner::Hang), "did not answer within 2.000 s"),
            (None, "cannot be reached"),
        ] {
            let work = Work::new();
            let service = manner.map(Service::new);
            let url = service
                .as_ref()
                .map_or("http://127.0.0.1:9", |service| &service.url);
            work.write(
                "pss.toml",
                format!("[[hooks]]\nname = \"webhook\"\non = [\"load_start\"]\ntimeout = \"2s\"\nconfig = {{ url = \"{url}/x?token=abc\" }}\n"),
            );
            let (ran, report) = work.run_report(&["--", "true"]);
            assert_eq!(ran.code, Some(0), "{}", ran.err);
            let warnings = report["warnings"].to_string();
            assert!(
                warnings.contains("hook:webhook failed 1 of 1 times: load_start:"),
                "{warnings}"
            );
            assert!(warnings.contains(says), "{warnings}");
            assert!(!warnings.contains("abc"), "{warnings}");
        }
    }

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
        let shown = super::shown(&work, &[]);
        assert!(shown.contains("${SECRET}.invalid"), "{shown}");
        assert!(!shown.contains("swordfish"), "{shown}");
    }

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
}
