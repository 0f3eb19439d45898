//! Configuration: its layers, and what is said of mistakes.

use crate::work::{Work, lines};

#[track_caller]
fn mistake(text: &str, says: &[&str]) {
    let work = Work::new();
    work.write("t.jsonl", lines(200)).write("pss.toml", text);
    work.pss(&["analyze", "t.jsonl"]).fails(2, says);
    work.pss(&["config", "check"]).fails(2, says);
}

#[test]
fn mistakes_are_named_with_line_key_and_nearest_name() {
    mistake(
        "[pss]\nfail_undr = 80\n",
        &[
            "pss.toml:2",
            "unknown key `fail_undr`",
            "did you mean `fail_under`?",
        ],
    );
    mistake(
        "[pss.weights]\nKAFAK = 1\n",
        &["pss.toml:2", "unknown key `KAFAK`", "did you mean `KAFKA`?"],
    );
    mistake(
        "[pss]\nfail_under = \"80\"\n",
        &[
            "pss.toml:2",
            "`pss.fail_under` is text",
            "expected a number",
        ],
    );
    mistake(
        "\n[pss.weights]\nDB = -1\n",
        &["pss.toml:3", "must not be negative"],
    );
    mistake(
        "[pss]\nmetrics = [\"DB\"]\n[pss.weights]\nDB = 0\n",
        &["pss.toml:", "sum to zero"],
    );
    mistake(
        "[metrics.DB.disp]\ngood = 2\n",
        &["pss.toml:2: `metrics.DB.disp.mid` must be larger than `good`"],
    );
    mistake(
        "[metrics.DB.dips]\ngood = 2\n",
        &["unknown key `dips`", "did you mean `disp`?"],
    );
    mistake(
        "[pss]\nrequire = [\"TIEM\"]\n",
        &["pss.toml:2", "did you mean \"TIME\"?"],
    );
    mistake(
        "[pss]\nfail_under = 1e300\n",
        &["`pss.fail_under` is 1e300 and must lie between 0 and 100"],
    );
    mistake(
        "[pss]\nfail_under = 123456789012345678901\n",
        &["`pss.fail_under` is a value of type integer that does not fit"],
    );
    mistake("[pss\n", &["pss.toml:1"]);
    mistake("pss = 3\n", &["pss.toml:1", "expected a table"]);
    mistake(
        "[pss]\nbad_records = \"many\"\n",
        &["pss.toml:2", "a share such as"],
    );
}

#[test]
fn a_key_in_other_letters_is_the_same_key() {
    mistake(
        "[metrics.DB]\nmin_score = 0.7\n[metrics.db]\nmin_score = 0.1\n",
        &["pss.toml:", "`metrics.DB.min_score` is set twice"],
    );
    mistake(
        "[pss]\nfail_under = 1\nFail_Under = 80\n",
        &["`pss.fail_under` is set twice"],
    );
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_a_pipe_is_refused() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    nix::unistd::mkfifo(&work.path("pipe"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    work.pss(&["analyze", "t.jsonl", "--config", "pipe"])
        .fails(2, &["pipe", "write it into a file"]);
}

#[test]
fn no_gate_goes_without_a_word() {
    let says = |key: &str| format!("`{key}` asks for GC, which is not among the metrics scored");
    let gate = "[metrics.GC]\nmin_score = 0.7\n";
    mistake(
        &format!("{gate}enabled = false\n"),
        &["pss.toml:2", &says("metrics.GC.min_score")],
    );
    mistake(
        &format!("[pss]\nmetrics = [\"TIME\"]\nrequire = [\"GC\"]\n{gate}"),
        &[
            "pss.toml:3",
            &says("pss.require"),
            "pss.toml:5",
            &says("metrics.GC.min_score"),
        ],
    );
    let work = Work::new();
    work.write("t.jsonl", lines(200)).write("pss.toml", gate);
    work.pss(&["analyze", "t.jsonl", "--metrics", "TIME"])
        .fails(2, &[&says("metrics.GC.min_score")]);
    let ran = work.pss(&["analyze", "t.jsonl"]);
    assert_eq!(
        ran.code,
        Some(1),
        "no data is below every threshold: {ran:?}"
    );
}

#[test]
fn all_mistakes_are_named_at_once() {
    mistake("[pss]\nfail_undr = 80\ntpo = 3\n", &["fail_undr", "tpo"]);
}

#[test]
fn flags_are_checked_like_the_file() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    work.pss(&["analyze", "t.jsonl", "--weight", "KAFAK=1"])
        .fails(2, &["--weight", "did you mean KAFKA?"]);
    work.pss(&["analyze", "t.jsonl", "--fail-under", "many"])
        .fails(2, &["--fail-under", "expected a number"]);
    work.pss(&["analyze", "t.jsonl", "--metrics", "TIEM"])
        .fails(2, &["--metrics", "did you mean \"TIME\"?"]);
    work.pss(&["analyze", "t.jsonl", "--export", "jsno=x"])
        .fails(2, &["jsno", "did you mean json?"]);
    work.pss(&["analyze"]).fails(2, &["<FILE>"]);
    work.pss_with(&["analyze", "t.jsonl"], &[("PSS_FAIL_UNDR", "80")])
        .fails(2, &["PSS_FAIL_UNDR", "did you mean PSS_FAIL_UNDER?"]);
}

#[test]
fn layers_lie_on_each_other_and_say_where_values_come_from() {
    let work = Work::new();
    work.write("xdg/pss/pss.toml", "[pss]\nfail_under = 10\ntop = 3\n");
    let shown = |variables: &[(&str, &str)]| work.pss_with(&["config", "show"], variables).out;
    assert!(shown(&[]).contains("pss.top = 3  # "), "{}", shown(&[]));
    assert!(shown(&[]).contains("pss.weights.TIME = 0.3  # default"));
    work.write("pss.toml", "[pss]\nfail_under = 20\n");
    assert!(
        shown(&[]).contains("pss.fail_under = 20  # pss.toml:2"),
        "{}",
        shown(&[])
    );
    assert!(
        shown(&[("PSS_FAIL_UNDER", "30")])
            .contains("pss.fail_under = 30  # environment variable PSS_FAIL_UNDER")
    );
    work.write("t.jsonl", lines(200));
    assert_eq!(
        work.pss_with(
            &["analyze", "t.jsonl", "--fail-under", "50"],
            &[("PSS_FAIL_UNDER", "100")]
        )
        .code,
        Some(0),
        "a flag lies on top"
    );
    assert_eq!(
        work.pss_with(&["analyze", "t.jsonl"], &[("PSS_FAIL_UNDER", "100")])
            .code,
        Some(1)
    );
}

#[test]
fn the_nearest_file_upwards_holds() {
    let work = Work::new();
    work.write("pss.toml", "[pss]\nfail_under = 100\n")
        .write("below/t.jsonl", lines(200));
    let mut command = work.command(&["analyze", "t.jsonl"]);
    assert_eq!(
        command
            .current_dir(work.path("below"))
            .output()
            .expect("pss starts")
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn what_init_writes_is_fine_and_changes_nothing() {
    let work = Work::new();
    let before = work.pss(&["config", "show"]).out;
    assert_eq!(work.pss(&["init"]).code, Some(0));
    assert_eq!(work.pss(&["config", "check"]).code, Some(0));
    assert_eq!(work.pss(&["config", "show"]).out, before);
    work.pss(&["init"])
        .fails(2, &["is there already", "--force"]);
    // Taking the comment marks away gives settings that are valid as well.
    let template = work.read("pss.toml");
    let open: String = template
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| rest.contains(" = ") && !rest.starts_with("Settings"))
                .unwrap_or(line)
                .to_owned()
                + "\n"
        })
        .collect();
    work.write("pss.toml", &open);
    assert_eq!(work.pss(&["config", "check"]).code, Some(0), "{open}");
}

#[test]
fn the_schema_accepts_the_template_s_settings_and_refuses_others() {
    let work = Work::new();
    let schema: serde_json::Value =
        serde_json::from_str(&work.pss(&["config", "schema"]).out).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    assert!(validator.is_valid(&serde_json::json!({"pss": {"fail_under": 80, "weights": {"DB": 0.2}}, "metrics": {"DB": {"disp": {"good": 0.4}}}})));
    assert!(!validator.is_valid(&serde_json::json!({"pss": {"fail_undr": 80}})));
}

/// What `pss run` would say before it starts anything, `pss config check` says too.
#[cfg(unix)]
#[test]
fn hooks_alerts_and_load_are_checked() {
    let both = |text: &str, says: &[&str]| {
        let work = Work::new();
        work.write("pss.toml", text);
        work.pss(&["run", "--", "touch", "ran"]).fails(2, says);
        work.pss(&["config", "check"]).fails(2, says);
        assert!(!work.path("ran").exists());
    };
    both(
        "[[hooks]]\nname = \"exce\"\nfoo = 1\n",
        &[
            "`hooks[0].name` names no hook; did you mean \"exec\"?",
            "`hooks[0].foo` is unknown",
        ],
    );
    both(
        "[[hooks]]\nname = \"jsonl\"\nconfig = { file = \"${NO_SUCH_NAME}\" }\n",
        &["`hooks[0].config.file` asks for the environment variable NO_SUCH_NAME"],
    );
    both(
        "[[alerts]]\nname = \"a\"\nwhen = \"nosuch < 3\"\n",
        &["`alerts[0].when` is no condition"],
    );
    both(
        "[run.load]\nshape = \"linaer\"\nrate = 5\n",
        &["`load.shape` names no load shape; did you mean \"linear\"?"],
    );
    both(
        "[run.load]\nshape = \"constant\"\nrate = \"${NO_SUCH_NAME}\"\ncount = 5\n",
        &["`run.load.rate` asks for the environment variable NO_SUCH_NAME"],
    );
    both(
        "[run.load]\nshape = \"constant\"\nrate = 5\ncount = 5\n[run.load.http]\nurl = \"http://h\"\nexpect_status = [\"200\"]\n",
        &["`load.http.expect_status` is unknown"],
    );
    both(
        "[loads.sine]\nenabled = false\n[run.load]\nshape = \"sine\"\nrate = 5\nduration = \"3s\"\n",
        &["load:sine is switched off by"],
    );
    let work = Work::new();
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"exec\"\nconfig = { command = [\"touch\", \"ran\"] }\n[[alerts]]\nname = \"a\"\nwhen = \"score < 3\"\n[run.load]\nshape = \"constant\"\nrate = 5\ncount = 5\n",
    );
    let ran = work.pss(&["config", "check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("fine"), "{ran:?}");
    assert!(!work.path("ran").exists());
}
