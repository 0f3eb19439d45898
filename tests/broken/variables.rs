//! `${NAME}` in pss.toml.

use crate::Work;

#[test]
fn variables_are_put_in_and_never_shown() {
    let work = Work::traced();
    work.write(
        "pss.toml",
        "[pss]\nfail_under = \"${LEVEL}\"\n[metrics.CHOOSY]\npassword = \"a-${SECRET}\"\nway = \"${WAY}\"\n[input]\noperation = \"$${name}\"\n",
    );
    let variables = [("LEVEL", "99.5"), ("SECRET", "swordfish"), ("WAY", "down")];
    let shown = work.pss_with(&["config", "show"], &variables);
    shown.ends(0).says(&[
        "pss.fail_under = \"${LEVEL}\"  # pss.toml:2",
        "metrics.CHOOSY.way = \"${WAY}\"",
    ]);
    assert!(!shown.out.contains("swordfish"), "{shown:?}");
    let info = work.pss_with(&["plugins", "info", "metric:choosy"], &variables);
    info.ends(0).says(&["metrics.CHOOSY.way"]);
    assert!(!info.out.contains("swordfish"), "{info:?}");
    // The threshold holds, and what the variable holds is no message.
    let metrics = ["analyze", "t.jsonl", "--metrics", "TIME,CHOOSY"];
    work.pss_with(&metrics, &variables).ends(1).says(&["99.5"]);
}

#[test]
fn one_that_is_not_set_or_does_not_fit_is_told_with_its_key_alone() {
    let work = Work::traced();
    work.write(
        "pss.toml",
        "[pss]\nfail_under = \"${LEVEL}\"\n[metrics.CHOOSY]\nway = \"${WAY}\"\n",
    );
    work.pss(&["config", "check"]).ends(2).says(&[
        "pss.toml:2: `pss.fail_under` asks for the environment variable LEVEL, which is not set",
        "pss.toml:4: `metrics.CHOOSY.way` asks for the environment variable WAY, which is not set",
    ]);
    let wrong = work.pss_with(
        &["config", "check"],
        &[("LEVEL", "swordfish"), ("WAY", "swordfish")],
    );
    wrong.ends(2).says(&[
        "`pss.fail_under` takes a number from 0 to 100, and \"${LEVEL}\" holds something else",
        "`metrics.CHOOSY.way` takes one of up, down, and \"${WAY}\" holds something else",
    ]);
    assert!(!wrong.err.contains("swordfish"), "{wrong:?}");
}

#[test]
fn what_a_variable_held_is_hidden_in_errors_of_all_kinds() {
    let work = Work::traced();
    work.write("t.csv", "operation,took\na,1\n");
    work.write("pss.toml", "[input.columns]\nname = \"${COLUMN}\"\n");
    let ran = work.pss_with(&["analyze", "t.csv"], &[("COLUMN", "swordfish")]);
    ran.ends(2).says(&["${COLUMN}"]);
    assert!(!ran.err.contains("swordfish"), "{ran:?}");
}
