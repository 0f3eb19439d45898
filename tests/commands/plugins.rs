//! Which plugins a build has.

use crate::work::Work;

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
        ids.retain(|id| !["metric:foobar", "format:stopwatch"].contains(id));
    }
    if !cfg!(feature = "columnar") {
        ids.extend(["format:arrow", "format:parquet"]);
        ids.sort_by_key(|id| {
            id.split_once(':').map(|(kind, name)| {
                (
                    kind == "view",
                    kind == "sampler",
                    kind == "format",
                    if kind == "format" { name } else { "" },
                )
            })
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
            "format:jaeger",
            "format:native",
            "format:otlp",
            "format:otlp-protobuf",
            "format:parquet",
            "format:prometheus",
            "format:xray",
            "format:zipkin",
            "sampler:cgroup",
            "sampler:process",
            "sampler:psi",
            "sampler:sockets",
            "view:json"
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
