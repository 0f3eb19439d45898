//! Schedules as they were first computed: those of any machine, and of any later version. All 3012 starts of the first were computed a second time from SHA-256,
//! PCG64 and a logarithm alone, by a program in another language.

use pss_integrations::load::Arrivals;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::schedule;

/// The first starts in nanoseconds, and a hash over all.
fn pin(settings: Value, arrivals: Arrivals) -> (Vec<u64>, usize, String) {
    let starts: Vec<u64> = schedule(settings, arrivals, 42)
        .starts()
        .map(|start| start.as_nanos() as u64)
        .collect();
    let mut hash = Sha256::new();
    for start in &starts {
        hash.update(start.to_le_bytes());
    }
    let hash = hash.finalize();
    let hex = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    (starts[..4].to_vec(), starts.len(), hex)
}

#[test]
fn schedules_stay_what_they_were() {
    let constant = json!({ "shape": "constant", "rate": 50, "duration": "60s" });
    let sine = json!({ "shape": "sine", "rate": 50, "duration": "60s", "amplitude": 0.8, "period": "20s" });
    let linear = json!({ "shape": "linear", "rate": 50, "duration": "60s" });
    let found: Vec<String> = PINNED
        .iter()
        .map(|(shape, arrivals, ..)| {
            let settings = match *shape {
                "constant" => &constant,
                "sine" => &sine,
                _ => &linear,
            };
            let found = pin(settings.clone(), arrivals.parse().expect("arrivals"));
            format!("{:?}", (shape, arrivals, found.0, found.1, found.2))
        })
        .collect();
    let pinned: Vec<String> = PINNED.iter().map(|pinned| format!("{pinned:?}")).collect();
    assert_eq!(found, pinned, "{}", found.join("\n"));
}

type Pinned = (
    &'static str,
    &'static str,
    &'static [u64],
    usize,
    &'static str,
);

const PINNED: &[Pinned] = &[
    (
        "constant",
        "poisson",
        &[11_528_405, 11_647_328, 27_380_624, 31_384_498],
        3012,
        "ab0757c280aba477",
    ),
    (
        "constant",
        "gamma:0.5",
        &[31_734_895, 44_536_494, 86_361_542, 117_853_302],
        2949,
        "b16bfdc2b38e8255",
    ),
    (
        "constant",
        "gamma:4",
        &[18_486_922, 47_694_095, 86_667_170, 104_070_451],
        3028,
        "30c3a7a34ebfa5fc",
    ),
    (
        "sine",
        "even",
        &[0, 19_949_986, 39_800_937, 59_554_319],
        3000,
        "8f241e5e7f5c189a",
    ),
    (
        "sine",
        "poisson",
        &[11_511_752, 11_630_330, 27_287_058, 31_261_689],
        3012,
        "f8a7fafc73e0779d",
    ),
    ("sine", "burst:7", &[0, 0, 0, 0], 3000, "9fabf93c1a4e65e5"),
    (
        "linear",
        "even",
        &[0, 1_549_193_338, 2_190_890_230, 2_683_281_573],
        1500,
        "744e829268bdd583",
    ),
    (
        "linear",
        "poisson",
        &[1_176_183_891, 1_182_234_902, 1_812_643_074, 1_940_654_462],
        1546,
        "b29a1d566373b9f2",
    ),
];
