//! What a run makes of samplers that fail.

use crate::Work;

#[test]
fn a_sampler_that_panics_makes_the_score_incomplete_and_leaves_the_other_samples() {
    let work = Work::new();
    let run = || {
        let asked = ["run", "--quiet", "--runs", "2", "--metrics", "TIME,MEM,ERR"];
        let export = ["--export", "json=r.json", "--", "sleep", "0.3"];
        work.pss(&[&asked[..], &export].concat()).ends(0);
        work.json("r.json")
    };
    let report = run();
    let incomplete = report["pss"]["incomplete"].to_string();
    assert!(
        incomplete.contains("sampler:stumbles failed at its start: panicked: a step"),
        "{incomplete}"
    );
    assert!(
        incomplete.contains("sampler:tires failed while the command ran: panicked: asleep"),
        "{incomplete}"
    );
    assert_eq!(report["pss"]["complete"], false);
    assert!(
        report["input"]["samples"].as_u64() > Some(0),
        "{}",
        report["input"]
    );
    work.write(
        "pss.toml",
        "[samplers.stumbles]\nenabled = false\n[samplers.tires]\nenabled = false\n",
    );
    let report = run();
    assert_eq!(report["pss"]["complete"], true, "{}", report["pss"]);
}
