//! What is said of plugins without building them, and by building them.

use serde_json::Value;

use crate::Work;

fn listed(work: &Work) -> Vec<Value> {
    let ran = work.pss(&["plugins", "list", "--json"]);
    ran.ends(0);
    serde_json::from_str(&ran.out).expect("JSON")
}

fn one(list: &[Value], id: &str) -> Value {
    let found = list.iter().find(|plugin| plugin["id"] == id);
    found
        .unwrap_or_else(|| panic!("{id} is not listed"))
        .clone()
}

#[test]
fn a_plugin_whose_build_panics_is_listed_and_described() {
    let work = Work::new();
    let unbuilt = one(&listed(&work), "metric:unbuilt");
    assert_eq!(unbuilt["state"], "available");
    assert_eq!(unbuilt["crate"], "pss");
    assert_eq!(unbuilt["contract"], 1);
    assert_eq!(unbuilt["feature"], Value::Null);
    assert!(
        unbuilt["declared"]
            .as_str()
            .is_some_and(|place| place.starts_with("tests/broken/plugins.rs:"))
    );
    let list = work.pss(&["plugins", "list"]);
    list.ends(0).says(&["metric:unbuilt", "view:smears"]);
    for (id, says) in [
        ("metric:unbuilt", "panics when it is built"),
        ("sampler:stumbles", "emits gc.pause"),
        ("format:crumbles", "can read, streaming"),
        (
            "view:smears",
            "views.smears.enabled: true or false, default true",
        ),
    ] {
        work.pss(&["plugins", "info", id])
            .ends(0)
            .says(&[says, "plugin contract 1"]);
    }
    work.pss(&["plugins", "example", "metric:unbuilt"]).ends(0);
    assert!(!list.err.contains("no model"), "{list:?}");
}

#[test]
fn parameters_have_types_defaults_and_what_is_set() {
    let work = Work::new();
    work.write("pss.toml", "[metrics.CHOOSY]\nlevel = 0.75\npassword = \"swordfish\"\n[metrics.FAINTS]\nenabled = false\n");
    let list = listed(&work);
    let choosy = one(&list, "metric:choosy");
    assert_eq!(choosy["state"], "configured");
    assert_eq!(choosy["needs"], "spans");
    let parameter = |name: &str| {
        let parameters = choosy["parameters"].as_array().expect("a list");
        let key = format!("metrics.CHOOSY.{name}");
        parameters
            .iter()
            .find(|parameter| parameter["key"] == *key)
            .expect("a parameter")
            .clone()
    };
    assert_eq!(parameter("level")["takes"], "a number from 0 to 1");
    assert_eq!(parameter("level")["default"], "0.5");
    assert_eq!(parameter("level")["value"], "0.75");
    assert_eq!(parameter("way")["takes"], "one of up, down");
    assert_eq!(parameter("password")["value"], "\"***\"");
    assert_eq!(parameter("x.good")["default"], "0.5");
    assert_eq!(one(&list, "metric:faints")["state"], "disabled");
    assert_eq!(one(&list, "metric:time")["state"], "available");
    let native = one(&list, "format:native");
    assert_eq!(
        native["capabilities"],
        serde_json::json!([
            "read",
            "write",
            "streaming",
            "projection",
            "compression",
            "stdin"
        ])
    );
}

#[test]
fn a_mistake_in_the_configuration_hides_no_plugin() {
    let work = Work::new();
    work.write("pss.toml", "[pss]\nfail_undr = 3\n");
    let ran = work.pss(&["plugins", "list"]);
    ran.ends(0).says(&[
        "metric:time",
        "warning: pss.toml:2",
        "did you mean `fail_under`?",
    ]);
}

#[test]
fn the_version_can_be_verbose() {
    let work = Work::new();
    let ran = work.pss(&["--version", "--verbose"]);
    ran.ends(0).says(&[
        concat!(
            "pss ",
            env!("CARGO_PKG_VERSION"),
            "\nplugin contract 1\nfeatures "
        ),
        "\npss-metrics ",
        "\n  metric:time ",
        "\n  metric:unbuilt ",
    ]);
    let plain = work.pss(&["--version"]);
    assert_eq!(plain.out, concat!("pss ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn every_example_parses_and_builds() {
    let work = Work::new();
    // What the example of `load:replay` names.
    work.write(
        "monday.jsonl",
        "{\"name\":\"a\",\"start\":1,\"duration\":0.1}\n{\"name\":\"a\",\"start\":2,\"duration\":0.1}\n",
    );
    let own = beside_the_crates(&work);
    let mut count = 0;
    let all = listed(&work);
    for id in EXPECTED_BESIDE {
        one(&all, id);
    }
    for plugin in all {
        let id = plugin["id"].as_str().expect("an id");
        work.write("pss.toml", &own);
        let example = work.pss(&["plugins", "example", id]);
        example.ends(0);
        assert!(example.out.starts_with(&format!("# {id}: ")), "{example:?}");
        // Load shapes and hooks have no tables of their own to be switched off in.
        let has_table = !id.starts_with("load:") && !id.starts_with("hook:");
        assert_eq!(
            example.out.contains("enabled = true"),
            has_table,
            "{example:?}"
        );
        work.write("pss.toml", &example.out);
        let built = work.pss(&["config", "check"]);
        // All metrics are built, and one of them cannot be; that is no mistake of the settings.
        assert_eq!(built.code, Some(0), "{id}: {built:?}\n{}", example.out);
        let shown: Vec<Value> = listed(&work);
        assert_eq!(one(&shown, id)["state"], "configured", "{}", example.out);
        count += 1;
    }
    assert!(count > 40, "{count} plugins");
}

/// What `beside_the_crates` brings.
const EXPECTED_BESIDE: &[&str] = &[
    #[cfg(feature = "sql")]
    "metric:checkout",
    #[cfg(feature = "sql")]
    "metric:waits",
    #[cfg(all(unix, feature = "process"))]
    "metric:mine",
    #[cfg(all(unix, feature = "process"))]
    "format:watch",
];

/// Adds a program, and gives a `pss.toml` with metrics of one's own: each where this build knows such.
fn beside_the_crates(work: &Work) -> String {
    #[cfg(all(unix, feature = "process"))]
    {
        use std::os::unix::fs::PermissionsExt;

        let manifest = r#"{"protocol": "pss-plugin/1", "name": "mine", "version": "1.0", "description": "counts",
            "metrics": [{"code": "MINE", "question": "how many?", "weight": 0.5, "table": "spans", "columns": ["duration"]}],
            "formats": [{"name": "watch", "description": "stopwatches", "extensions": ["watch"]}]}"#;
        work.write(
            "plugin.sh",
            format!("#!/bin/sh\ncat <<'END'\n{manifest}\nEND\n"),
        );
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(work.path("plugin.sh"), executable).expect("permissions");
        work.pss(&["plugins", "add", "plugin.sh"]).ends(0);
    }
    let own = if cfg!(feature = "sql") {
        "[pss.weights]\nWAITS = 0.25\n[metrics.CHECKOUT]\nwhere = \"name LIKE '%check\\\"out%'\"\nvalue = \"duration\"\nshape = \"dispersion\"\nweight = 0.15\n\
         [metrics.WAITS]\nscore = \"1 - AVG(wait / duration)\"\nclamp = true\n"
    } else {
        ""
    };
    work.write("pss.toml", own);
    own.to_owned()
}

#[test]
fn the_verbose_version_has_what_the_list_has() {
    let work = Work::new();
    beside_the_crates(&work);
    let version = work.pss(&["--version", "--verbose"]);
    version.ends(0);
    for plugin in listed(&work) {
        if plugin["state"] != "overridden" {
            let id = plugin["id"].as_str().expect("an id");
            assert!(
                version.out.contains(&format!("\n  {id} ")),
                "{id}: {version:?}"
            );
        }
    }
    // What is wrong in the working folder hides no plugin of the crates.
    work.write("pss.toml", "[metrics.CHECKOUT]\nvalue = 3\n");
    work.pss(&["--version", "--verbose"])
        .ends(0)
        .says(&["\n  metric:time ", "warning: pss.toml:2"]);
}

#[test]
fn checks_find_what_is_broken_and_nothing_else() {
    let work = Work::new();
    let ran = work.pss(&["plugins", "check", "--json"]);
    ran.ends(1);
    let checked: Vec<Value> = serde_json::from_str(&ran.out).expect("JSON");
    let rules = |id: &str| -> Vec<String> {
        let findings = one(&checked, id)["findings"]
            .as_array()
            .expect("a list")
            .clone();
        let mut rules: Vec<String> = findings
            .iter()
            .map(|found| found["rule"].as_str().expect("a rule").to_owned())
            .collect();
        rules.dedup();
        rules
    };
    for (id, expected) in [
        ("metric:faints", &["empty-input", "answers", "examples"][..]),
        ("metric:unbuilt", &["builds"]),
        ("metric:choosy", &["empty-input", "examples"]),
        ("format:crumbles", &["specimen"]),
        ("format:nosy", &["specimen"]),
        ("sampler:stumbles", &["start"]),
        ("sampler:tires", &["poll"]),
        ("view:smears", &["renders"]),
    ] {
        assert_eq!(rules(id), expected, "{id}");
        assert_eq!(one(&checked, id)["state"], "failed");
    }
    let of_tests = [
        "faints", "unbuilt", "choosy", "crumbles", "nosy", "stumbles", "tires", "smears",
    ];
    for plugin in &checked {
        let id = plugin["id"].as_str().expect("an id");
        if !of_tests.iter().any(|name| id.ends_with(name)) {
            assert_eq!(plugin["state"], "built", "{plugin}");
        }
    }
    work.pss(&["plugins", "check", "metric:time"])
        .ends(0)
        .says(&["metric:time: keeps 11 rules", "1 plugins, 0 failed"]);
    work.pss(&["plugins", "check", "metric:unbuilt"])
        .ends(1)
        .says(&["builds: panicked: no model"]);
}

#[test]
fn of_two_plugins_of_one_name_one_must_be_chosen_and_the_other_is_still_listed() {
    let work = Work::traced();
    let of_crate = |list: &[Value], origin: &str| {
        let mut plugins = list.iter().filter(|plugin| plugin["id"] == "view:svg");
        plugins
            .find(|plugin| plugin["crate"] == origin)
            .expect("is listed")["state"]
            .clone()
    };
    let list = listed(&work);
    assert_eq!(of_crate(&list, "pss-integrations"), "available");
    assert_eq!(of_crate(&list, "double"), "overridden");
    // The project's file lies above the user's.
    work.write(
        "pss.toml",
        "[plugins.override]\n\"view:svg\" = \"double\"\n",
    );
    let list = listed(&work);
    assert_eq!(of_crate(&list, "double"), "available");
    assert_eq!(of_crate(&list, "pss-integrations"), "overridden");
    work.pss(&[
        "analyze",
        "t.jsonl",
        "--quiet",
        "--metrics",
        "TIME",
        "--export",
        "svg=s.svg",
    ])
    .ends(0);
    assert_eq!(
        std::fs::read_to_string(work.path("s.svg")).expect("a file"),
        "not the picture\n"
    );
    std::fs::remove_file(work.path("xdg/pss/pss.toml")).expect("removed");
    std::fs::remove_file(work.path("pss.toml")).expect("removed");
    work.pss(&["plugins", "list"]).ends(2).says(&[
        "two plugins are named `view:svg`",
        "from double",
        "from pss-integrations",
        "[plugins.override]",
    ]);
}
