//! The arrows between the packages, and which of them may know which library.

use std::{collections::BTreeSet, path::Path};

fn dependencies(manifest: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest))
        .expect("a manifest");
    let table: toml::Table = text.parse().expect("toml");
    table
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .expect("dependencies")
        .keys()
        .cloned()
        .collect()
}

#[test]
fn arrows_point_one_way() {
    let metrics = dependencies("metrics/Cargo.toml");
    let integrations = dependencies("integrations/Cargo.toml");
    assert!(
        !metrics.iter().any(|name| name.starts_with("pss")),
        "{metrics:?}"
    );
    assert_eq!(
        integrations
            .iter()
            .filter(|name| name.starts_with("pss"))
            .collect::<Vec<_>>(),
        ["pss-metrics"]
    );
}

/// Heavy libraries are known by the package that is there for them alone, and only behind its feature.
#[test]
fn heavy_libraries_have_a_package_of_their_own() {
    for package in ["metrics/Cargo.toml", "integrations/Cargo.toml"] {
        assert!(!dependencies(package).contains("rusqlite"));
    }
    for (package, expected, libraries) in [
        (
            "integrations/columnar/Cargo.toml",
            &["pss-integrations", "pss-metrics"][..],
            &["polars"][..],
        ),
        (
            "integrations/kafka/Cargo.toml",
            &["pss-integrations", "pss-metrics"],
            &["rdkafka"],
        ),
        (
            "integrations/gpu/Cargo.toml",
            &["pss-integrations", "pss-metrics"],
            &["nvml-wrapper"],
        ),
        (
            "integrations/process/Cargo.toml",
            &["pss-integrations", "pss-metrics"],
            &["arrow-array", "arrow-buffer", "arrow-ipc", "arrow-schema"],
        ),
        // It hands bodies on and knows no record.
        (
            "integrations/receiver/Cargo.toml",
            &["pss-integrations"],
            &["hyper", "hyper-util", "tokio"],
        ),
    ] {
        assert_eq!(
            dependencies(package)
                .iter()
                .filter(|name| name.starts_with("pss"))
                .collect::<Vec<_>>(),
            expected
        );
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(package))
            .expect("a manifest");
        let manifest: toml::Table = text.parse().expect("toml");
        for library in libraries {
            assert_eq!(
                manifest["dependencies"][library]["optional"].as_bool(),
                Some(true),
                "{package}: {library}"
            );
            for other in [
                "Cargo.toml",
                "metrics/Cargo.toml",
                "integrations/Cargo.toml",
            ] {
                assert!(
                    !dependencies(other).contains(*library),
                    "{other} knows {library}"
                );
            }
        }
    }
}

/// What a query is checked with must be what it runs with.
#[test]
fn sql_is_parsed_by_one_parser() {
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"))
        .expect("the lock");
    assert_eq!(lock.matches("name = \"sqlparser\"").count(), 1);
    assert!(!dependencies("Cargo.toml").contains("sqlparser"));
}

/// With these features of polars a query could open files, and an HTTP client would be linked.
#[test]
fn sql_is_built_without_functions_that_open_files() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .expect("a manifest");
    let manifest: toml::Table = text.parse().expect("toml");
    for (package, never) in [
        ("polars", &["lazy", "sql", "csv", "json", "cloud"][..]),
        ("polars-lazy", &["csv", "parquet", "ipc", "json", "cloud"]),
        ("polars-sql", &["csv", "parquet", "ipc", "json"]),
    ] {
        let package = &manifest["workspace"]["dependencies"][package];
        assert_eq!(package["default-features"].as_bool(), Some(false));
        for feature in package["features"].as_array().expect("features") {
            let feature = feature.as_str().expect("a name");
            assert!(!never.contains(&feature), "{feature}");
        }
    }
}

#[test]
fn the_core_knows_no_files_terminal_or_arguments() {
    for package in ["metrics/Cargo.toml", "integrations/Cargo.toml"] {
        for name in [
            "clap",
            "comfy-table",
            "indicatif",
            "polars",
            "rdkafka",
            "tempfile",
        ] {
            assert!(
                !dependencies(package).contains(name),
                "{package} knows {name}"
            );
        }
    }
    // The rules for plugins read their examples, which are TOML; configuration is the shell's all the same.
    for name in ["serde_json", "toml"] {
        assert!(!dependencies("metrics/Cargo.toml").contains(name));
    }
}

/// No clock, no file and no thread in the core's source.
#[test]
fn the_core_touches_nothing_outside() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("metrics/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a file");
            for word in [
                "std::fs",
                "std::time",
                "std::thread",
                "std::net",
                "std::process",
                "std::env::",
            ] {
                assert!(!text.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}
