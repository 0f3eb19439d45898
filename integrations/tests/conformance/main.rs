//! The rules for plugins of every kind but metrics: the built-in ones keep them all, and for each there is a plugin that breaks it alone.

mod formats;
mod hooks;
mod loads;
mod samplers;
mod sources;
mod views;

use pss_integrations::conformance::{Finding, Rule};

/// Every fault is caught by its rule and by no other, and every rule catches one.
fn each_catches<F: Copy + std::fmt::Debug>(
    rules: &[Rule],
    faults: &[(F, &str, &str)],
    check: impl Fn(F) -> Vec<Finding>,
) {
    for (fault, rule, says) in faults {
        let findings = check(*fault);
        assert!(!findings.is_empty(), "{fault:?} is not caught");
        assert!(
            findings.iter().all(|finding| finding.rule == *rule),
            "{fault:?}: {findings:?}"
        );
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(told.join("\n").contains(says), "{fault:?}: {told:?}");
    }
    for rule in rules {
        assert!(
            faults.iter().any(|(_, of, _)| *of == rule.name),
            "nothing breaks {}",
            rule.name
        );
    }
}
