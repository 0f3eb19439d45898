//! Where runs were measured, and whether two were measured alike.

use std::collections::{BTreeMap, BTreeSet};

use super::data::RunFacts;
use crate::summary::Summary;

/// Key of the session in a summary's fingerprint.
pub const SESSION: &str = "session";

/// What is said where nobody stated a fact.
pub const UNKNOWN: &str = "unknown";

/// Keys of a summary's fingerprint that say where it was measured, and what they are called.
pub const MACHINE_KEYS: [(&str, &str); 7] = [
    ("cpu.model", "CPU model"),
    ("cpu.cores", "number of cores"),
    ("kernel", "kernel"),
    ("memory.bytes", "memory"),
    ("limit.cpu", "CPU limit of the container"),
    ("limit.memory", "memory limit of the container"),
    ("pss.version", "version of pss that made the summary"),
];

const DAY_NS: i64 = 86_400_000_000_000;

/// What is known of a run.
pub(super) fn facts(side: &str, summary: &Summary) -> RunFacts {
    let stated: BTreeMap<&str, String> = summary
        .fingerprint()
        .map(|(key, values)| (key, values.collect::<Vec<_>>().join(", ")))
        .collect();
    let say = |key: &str| {
        stated
            .get(key)
            .cloned()
            .unwrap_or_else(|| UNKNOWN.to_owned())
    };
    let start = summary.facts().time.map(|(first, _)| first);
    let session = stated.get(SESSION).cloned().or_else(|| {
        // Runs of one day can be of one session or of several: taking them for one never turns a warning into a failure.
        start.map(|start| day(start.div_euclid(DAY_NS)))
    });
    RunFacts {
        side: side.to_owned(),
        sources: summary.facts().sources.iter().cloned().collect(),
        spans: summary.facts().spans,
        start,
        machine: MACHINE_KEYS
            .iter()
            .map(|(key, _)| ((*key).to_owned(), say(key)))
            .collect(),
        session: session.unwrap_or_else(|| UNKNOWN.to_owned()),
    }
}

/// A day by its number since 1970, as `2026-11-21` (Hinnant, chrono-Compatible Low-Level Date Algorithms: days of 400 years, March first).
fn day(number: i64) -> String {
    let shifted = number + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Sessions that the base runs are known to span.
pub(super) fn sessions(runs: &[RunFacts]) -> usize {
    let base = runs.iter().filter(|run| run.side == "base");
    let known: BTreeSet<&str> = base
        .map(|run| run.session.as_str())
        .filter(|session| *session != UNKNOWN)
        .collect();
    known.len()
}

/// Facts that are known of both sides and differ, in words.
pub(super) fn mismatches(runs: &[RunFacts]) -> Vec<String> {
    let known = |side: &str, key: &str| -> BTreeSet<String> {
        let of_side = runs.iter().filter(|run| run.side == side);
        of_side
            .filter_map(|run| run.machine.get(key))
            .filter(|value| *value != UNKNOWN)
            .cloned()
            .collect()
    };
    let list = |values: BTreeSet<String>| values.into_iter().collect::<Vec<_>>().join(" or ");
    MACHINE_KEYS
        .iter()
        .filter_map(|(key, name)| {
            let (base, head) = (known("base", key), known("head", key));
            (!base.is_empty() && !head.is_empty() && !head.is_subset(&base)).then(|| {
                format!(
                    "the {name} differs: base {}, head {}",
                    list(base),
                    list(head)
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(side: &str, facts: &[(&str, &str)]) -> RunFacts {
        let mut summary = Summary::default();
        for (key, value) in facts {
            summary.add_fingerprint(key, value);
        }
        super::facts(side, &summary)
    }

    #[test]
    fn days_have_their_dates() {
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(19_675), "2023-11-14");
        assert_eq!(day(11_016), "2000-02-29");
        assert_eq!(day(-1), "1969-12-31");
    }

    #[test]
    fn only_what_is_known_of_both_sides_can_differ() {
        let base = run(
            "base",
            &[("kernel", "6.1"), ("cpu.cores", "4"), (SESSION, "a")],
        );
        let head = run("head", &[("kernel", "6.8"), ("limit.cpu", "2")]);
        assert_eq!(head.machine["cpu.cores"], UNKNOWN);
        assert_eq!(
            mismatches(&[base.clone(), head.clone()]),
            ["the kernel differs: base 6.1, head 6.8"]
        );
        assert_eq!(sessions(&[base, head]), 1);
    }
}
