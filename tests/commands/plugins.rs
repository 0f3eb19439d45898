//! Which plugins a build has.

use crate::work::{Work, lines};

#[test]
fn the_default_build_has_these_plugins() {
    let list: serde_json::Value =
        serde_json::from_str(&Work::new().pss(&["plugins", "list", "--json"]).out).expect("JSON");
    let mut ids: Vec<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|plugin| plugin["id"].as_str().expect("an id"))
        .collect();
    if cfg!(feature = "sample-plugin") {
        ids.retain(|id| !["metric:foobar", "format:stopwatch", "load:sawtooth"].contains(id));
    }
    ids.retain(|id| {
        ![
            "sampler:kafka",
            "source:kafka",
            "hook:pushgateway",
            "hook:webhook",
        ]
        .contains(id)
    });
    if !cfg!(feature = "columnar") {
        ids.extend(["format:arrow", "format:parquet"]);
    }
    if !cfg!(feature = "gpu") {
        ids.push("sampler:gpu");
    }
    if !cfg!(all(feature = "columnar", feature = "gpu")) {
        let kinds = ["metric", "format", "sampler", "load", "hook", "view"];
        ids.sort_by_key(|id| {
            let (kind, name) = id.split_once(':').unwrap_or_default();
            let rank = kinds.iter().position(|known| *known == kind);
            // Metrics stand in the order of a report.
            (rank, if kind == "metric" { "" } else { name })
        });
    }
    assert_eq!(
        ids,
        [
            "metric:time",
            "metric:db",
            "metric:net",
            "metric:io",
            "metric:conc",
            "metric:err",
            "metric:branch",
            "metric:cache",
            "metric:mem",
            "metric:gc",
            "metric:starve",
            "metric:kafka",
            "metric:gpu",
            "format:arrow",
            "format:chrome",
            "format:csv",
            "format:datadog",
            "format:gc-log",
            "format:gctrace",
            "format:gpu-csv",
            "format:gpu-dmon",
            "format:jaeger",
            "format:native",
            "format:otlp",
            "format:otlp-protobuf",
            "format:parquet",
            "format:prometheus",
            "format:xray",
            "format:zipkin",
            "sampler:cgroup",
            "sampler:gpu",
            "sampler:process",
            "sampler:psi",
            "sampler:sockets",
            "load:constant",
            "load:linear",
            "load:mix",
            "load:replay",
            "load:sequence",
            "load:sine",
            "load:step",
            "hook:exec",
            "hook:jsonl",
            "hook:log",
            "view:csv",
            "view:github",
            "view:github-output",
            "view:html",
            "view:json",
            "view:junit",
            "view:markdown",
            "view:openmetrics",
            "view:svg"
        ]
    );
}

#[test]
fn info_says_all_and_knows_near_names() {
    let work = Work::new();
    let info = work.pss(&["plugins", "info", "metric:db"]).out;
    assert!(
        info.contains("plugin contract 1") && info.contains("good 0.5, mid 1.25"),
        "{info}"
    );
    assert!(
        work.pss(&["plugins", "info", "format:native"])
            .out
            .contains("gc_pause_duration")
    );
    let info = work.pss(&["plugins", "info", "sampler:process"]).out;
    assert!(
        info.contains("emits memory.rss, sched.on_cpu") && info.contains("schedstat"),
        "{info}"
    );
    work.pss(&["plugins", "info", "metric:bd"])
        .fails(2, &["did you mean"]);
}

#[test]
fn plugins_that_are_expected_must_be_there_before_anything_is_read() {
    let work = Work::new();
    let expecting = |id: &str| {
        work.write(
            "pss.toml",
            format!("\n[plugins]\nexpect = [\"metric:db\", \"{id}\"]\n"),
        );
        for arguments in [
            &["analyze", "missing.jsonl"][..],
            &["convert", "missing.jsonl", "x.csv"],
            &["config", "check"],
        ] {
            work.pss(arguments).fails(
                2,
                &["pss.toml:3", "`plugins.expect` wants", id, "does not have"],
            );
        }
        work.pss(&["config", "check"]).err
    };
    let said = expecting("format:natvie");
    assert!(said.contains("did you mean \"format:native\"?"), "{said}");
    let said = expecting("hook:exec-notify-everyone");
    assert!(said.contains("pss::main_with"), "{said}");
    if !cfg!(feature = "sample-plugin") {
        let said = expecting("metric:foobar");
        assert!(said.contains("--features sample-plugin"), "{said}");
    }
    if !cfg!(feature = "columnar") {
        let said = expecting("format:Parquet");
        assert!(said.contains("--features columnar"), "{said}");
    }
}

#[test]
fn plugins_that_are_expected_and_there_change_nothing() {
    let work = Work::new();
    work.write("t.jsonl", lines(200)).write(
        "pss.toml",
        "[plugins]\nexpect = [\"Metric:DB\", \"format:otlp_protobuf\"]\n",
    );
    assert_eq!(work.pss(&["analyze", "t.jsonl"]).code, Some(0));
    assert!(
        work.pss(&["config", "show"])
            .out
            .contains("plugins.expect = [\"metric:db\", \"format:otlp-protobuf\"]  # pss.toml:2")
    );
    work.write("pss.toml", "[plugins]\nexpect = \"metric:db\"\n");
    work.pss(&["analyze", "t.jsonl"])
        .fails(2, &["pss.toml:2", "expected a list"]);
}

#[cfg(unix)]
#[test]
fn load_shapes_and_hooks_that_are_named_are_configured() {
    let work = Work::new();
    let states = |text: &str| -> Vec<String> {
        work.write("pss.toml", text);
        let ran = work.pss(&["plugins", "list", "--json"]);
        let list: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let all = list
            .as_array()
            .or(list["plugins"].as_array())
            .expect("a list");
        [
            "load:sine",
            "load:mix",
            "load:constant",
            "hook:exec",
            "hook:log",
        ]
        .map(|id| {
            let found = all
                .iter()
                .find(|plugin| plugin["id"] == id)
                .expect("listed");
            found["state"].as_str().expect("a state").to_owned()
        })
        .into()
    };
    let exec = "[[hooks]]\nname = \"exec\"\nconfig = { command = [\"true\"] }\n";
    let log = "[[hooks]]\nname = \"log\"\nenabled = false\n";
    assert_eq!(
        states(&format!("[run.load]\nshape = \"sine\"\n{exec}{log}")),
        [
            "configured",
            "available",
            "available",
            "configured",
            "disabled"
        ]
    );
    assert_eq!(
        states(&format!(
            "[run.load]\nshape = \"mix\"\ncomponents = [{{ shape = \"sine\" }}]\n{log}[[hooks]]\nname = \"log\"\n"
        )),
        [
            "configured",
            "configured",
            "available",
            "available",
            "configured"
        ]
    );
    let ran = work.pss(&["plugins", "info", "hook:exec"]);
    for says in [
        "hooks[].config.command: list of texts",
        "hooks[].on: list of texts",
        "hooks[].timeout: length of time, default 10s",
        "hooks[].queue: number, default 64",
        "hooks[].required: true or false, default false",
        "hooks[].enabled: true or false, default true",
    ] {
        assert!(ran.out.contains(says), "{says}: {}", ran.out);
    }
}

#[test]
fn a_plugin_that_is_not_there_has_a_nearest_one() {
    let near = |name, says: &str| {
        Work::new()
            .pss(&["plugins", "info", name])
            .fails(2, &[says]);
    };
    near("starv", "no plugin \"starv\"; did you mean starve?");
    near("metric:tiem", "did you mean metric:time?");
}
