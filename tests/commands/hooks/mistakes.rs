//! Mistakes in `[[hooks]]` and `[[alerts]]`, told before anything runs.

use crate::work::Work;

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
