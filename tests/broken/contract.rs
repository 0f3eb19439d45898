//! What is wrong with a build is told at the start, before anything is read.

use pss::{PLUGIN_CRATES, registry::Registry};
use pss_metrics::plugin::{CONTRACT_VERSION, PluginCrate};

use crate::plugins::{DOUBLE_CRATE, PLUGIN_CRATE};

fn errors(crates: &[&PluginCrate]) -> String {
    let crates = [PLUGIN_CRATES, &[&DOUBLE_CRATE], crates].concat();
    let overrides = [("view:svg".to_owned(), "double".to_owned())].into();
    match Registry::collect(&crates, &overrides) {
        Ok(_) => panic!("was taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_crate_of_another_contract_says_what_to_update() {
    let older = PluginCrate {
        contract: CONTRACT_VERSION - 1,
        ..PLUGIN_CRATE
    };
    let said = errors(&[&older]);
    assert!(
        said.contains("crate `pss` ") && said.contains("contract 0"),
        "{said}"
    );
    assert!(said.contains("update"), "{said}");
    let newer = PluginCrate {
        contract: CONTRACT_VERSION + 1,
        ..PLUGIN_CRATE
    };
    let said = errors(&[&newer]);
    assert!(
        said.contains("contract 2") && said.contains("update pss"),
        "{said}"
    );
}

#[test]
fn a_plugin_that_is_promised_and_did_not_register_is_named() {
    let promises = PluginCrate {
        plugins: &["metric:nowhere"],
        ..PLUGIN_CRATE
    };
    let said = errors(&[&promises]);
    assert!(
        said.contains("metric:nowhere") && said.contains("cargo tree -d"),
        "{said}"
    );
}

#[test]
fn a_plugin_of_a_crate_that_nobody_lists_is_named() {
    let said = errors(&[]);
    assert!(
        said.contains("metric:faints") && said.contains("PLUGIN_CRATE"),
        "{said}"
    );
}
