//! `[[alerts]]`.

use super::{JSONL, phases};
use crate::work::Work;

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
