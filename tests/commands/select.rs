//! `--since`, `--until`, `--service` and `[input] operation`.

use crate::work::Work;

/// A span a second from 1 800 000 000 on, of two services in turn; each has a status.
fn traces(count: u64) -> String {
    (0..count)
        .map(|at| {
            format!(
                "{{\"service\":\"{}\",\"name\":\"GET /item\",\"start\":{},\"duration\":0.{},\"attributes\":{{\"http.response.status_code\":{},\"shard\":\"eu-{}\"}}}}\n",
                ["cart", "shop"][at as usize % 2],
                1_800_000_000 + at,
                10 + at % 7,
                [200, 404][at as usize / 2 % 2],
                at % 4,
            )
        })
        .collect()
}

fn report(work: &Work, arguments: &[&str]) -> serde_json::Value {
    let ran = work.pss(&[&["analyze", "t.jsonl", "--json"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    serde_json::from_str(&ran.out).expect("JSON")
}

fn operations(report: &serde_json::Value) -> Vec<String> {
    let mut names: Vec<String> = report["operations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|operation| {
            format!(
                "{}/{}",
                operation["service"].as_str().unwrap_or_default(),
                operation["operation"].as_str().unwrap_or_default()
            )
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_part_scores_as_a_file_of_that_part_does() {
    let work = Work::new();
    work.write("t.jsonl", traces(400));
    let part = report(
        &work,
        &[
            "--since",
            "1800000100",
            "--until",
            "2027-01-15T08:05:00Z",
            "--service",
            "shop",
        ],
    );
    assert_eq!(part["input"]["spans"], 100);
    let skipped = &part["input"]["files"][0]["skipped"];
    assert_eq!(skipped["spans of other services"], 200);
    assert_eq!(skipped["records outside the time asked for"], 100);
    let kept: String = traces(400)
        .lines()
        .enumerate()
        .filter(|(at, _)| (100..300).contains(at) && at % 2 == 1)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    work.write("t.jsonl", kept);
    let alone = report(&work, &[]);
    assert_eq!(part["pss"], alone["pss"]);
    assert_eq!(part["metrics"], alone["metrics"]);
    assert_eq!(part["operations"], alone["operations"]);
}

#[test]
fn convert_cuts_as_analyze_does() {
    let work = Work::new();
    work.write("t.jsonl", traces(100));
    let ran = work.pss(&["convert", "--until", "1800000010", "t.jsonl", "cut.jsonl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(work.read("cut.jsonl").lines().count(), 10);
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let work = Work::new();
    work.write("t.jsonl", traces(50));
    work.write("timeless.jsonl", "{\"name\":\"a\",\"duration\":1}\n");
    work.pss(&["analyze", "t.jsonl", "--service", "shpo"])
        .fails(
            3,
            &["no span is of service \"shpo\"", "did you mean \"shop\"?"],
        );
    // Samples alone are no answer to who asks for a service.
    work.write(
        "both.jsonl",
        traces(50)
            + "{\"system_metric\":true,\"timestamp\":1800000001,\"metadata\":{\"lag\":0.1}}\n",
    );
    let says = "no span is of service \"shpo\"; did you mean \"shop\"?";
    work.pss(&["analyze", "both.jsonl", "--service", "shpo"])
        .fails(3, &[says]);
    let both = ["--service", "shop", "--service", "shpo"];
    let ran = work.pss(&[&["analyze", "both.jsonl"], &both[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains(says) || ran.out.contains(says), "{ran:?}");
    work.pss(&["analyze", "t.jsonl", "--since", "2028-01-01"])
        .fails(3, &["from 2027-01-15T08:00:00Z to 2027-01-15T08:00:49Z"]);
    work.pss(&["analyze", "timeless.jsonl", "--since", "2028-01-01"])
        .fails(3, &["have no times"]);
    work.pss(&["analyze", "t.jsonl", "--since", "soon"])
        .fails(2, &["--since", "is no time", "15m"]);
    work.pss(&["analyze", "t.jsonl", "--since", "2028", "--until", "5"])
        .fails(2, &["--since is not before --until"]);
    work.pss(&["analyze", "t.jsonl", "--profile", "pypss", "--since", "7d"])
        .fails(2, &["pss convert --since"]);
    work.pss(&["analyze", "t.jsonl", "--export", "summary=t.pss", "--quiet"]);
    work.pss(&["analyze", "t.pss", "--service", "shop"])
        .fails(3, &["`t.pss` is a summary", "give the traces themselves"]);
}

#[test]
fn an_operation_is_what_the_user_says() {
    let work = Work::new();
    work.write("t.jsonl", traces(400));
    assert_eq!(
        operations(&report(&work, &[])),
        ["cart/GET /item", "shop/GET /item"]
    );
    work.write(
        "pss.toml",
        "[input]\noperation = \"{name} {http.response.status_code}\"\n",
    );
    let split = report(&work, &[]);
    assert_eq!(
        operations(&split),
        [
            "cart/GET /item 200",
            "cart/GET /item 404",
            "shop/GET /item 200",
            "shop/GET /item 404"
        ]
    );
    assert_eq!(split["operations"][0]["category"], "internal");
    work.write("pss.toml", "[input]\noperation = \"{name} {http.rout}\"\n");
    let ran = work.pss(&["analyze", "t.jsonl"]);
    assert!(
        ran.out
            .contains("{http.rout}, an attribute that no span has"),
        "{}",
        ran.out
    );
    work.write("pss.toml", "[input]\noperation = \"{name\"\n");
    work.pss(&["analyze", "t.jsonl"]).fails(
        2,
        &[
            "pss.toml:2",
            "`input.operation` opens a brace",
            "{http.route}",
        ],
    );
}

#[test]
fn a_summary_keeps_the_names_that_its_operations_had() {
    let work = Work::new();
    work.write("t.jsonl", traces(400))
        .write("pss.toml", "[input]\noperation = \"{name} {shard}\"\n");
    let named = operations(&report(&work, &[]));
    work.pss(&["analyze", "t.jsonl", "--export", "summary=t.pss", "--quiet"]);
    let again = work.report(&["t.pss"]);
    assert_eq!(operations(&again), named);
    let warnings = again["warnings"].to_string();
    assert!(
        warnings.contains("keep the names that they had"),
        "{warnings}"
    );
}

#[test]
fn what_is_odd_about_an_input_is_told() {
    let work = Work::new();
    let nanoseconds = |i: u32| {
        format!(
            "{{\"name\":\"op\",\"duration\":{},\"branch_tag\":\"t{}\",\"timestamp\":{}}}\n",
            200_000_000 + i,
            i % 100,
            1_700_000_000 + i
        )
    };
    work.write("t.jsonl", (0..300).map(nanoseconds).collect::<String>());
    let warnings = work.report(&["t.jsonl", "./t.jsonl"])["warnings"].to_string();
    for says in [
        "600 spans take 10000000 s or longer",
        "are their durations in nanoseconds",
        "more than 64 branch tags",
        "`./t.jsonl` is given more than once",
    ] {
        assert!(warnings.contains(says), "{says}: {warnings}");
    }
}
