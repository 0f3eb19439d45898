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
    assert!(!dependencies("Cargo.toml").contains("polars"));
    for package in ["metrics/Cargo.toml", "integrations/Cargo.toml"] {
        assert!(!dependencies(package).contains("rusqlite"));
    }
    let columnar = dependencies("integrations/columnar/Cargo.toml");
    assert!(columnar.contains("polars"));
    assert_eq!(
        columnar
            .iter()
            .filter(|name| name.starts_with("pss"))
            .collect::<Vec<_>>(),
        ["pss-integrations", "pss-metrics"]
    );
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("integrations/columnar/Cargo.toml"),
    )
    .expect("a manifest");
    let manifest: toml::Table = text.parse().expect("toml");
    assert_eq!(
        manifest["dependencies"]["polars"]["optional"].as_bool(),
        Some(true)
    );
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
            "toml",
            "tempfile",
        ] {
            assert!(
                !dependencies(package).contains(name),
                "{package} knows {name}"
            );
        }
    }
    assert!(!dependencies("metrics/Cargo.toml").contains("serde_json"));
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
