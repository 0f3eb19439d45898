//! All mistakes at once, each with its path.

use serde_json::json;

use super::shape;

#[test]
fn every_mistake_has_its_path() {
    let told = shape(json!({
        "shape": "mix", "rate": 10, "duration": "10s", "colour": 3,
        "components": [
            { "shape": "sine", "amplitude": 2 },
            { "shape": "constant", "weight": "heavy" },
            { "shape": "linaer" },
            { "shape": "sequence", "parts": [{ "shape": "step", "steps": 0.5, "duration": "3s" }] },
            { "shape": "replay", "file": "missing.jsonl" },
        ]
    }))
    .expect_err("mistakes");
    for says in [
        "`load.colour` is unknown",
        "`load.components[0].amplitude` must lie between 0 and 1",
        "`load.components[1].weight` is text, expected number",
        "`load.components[2].shape` names no load shape; did you mean \"linear\"?",
        "`load.components[3].parts[0].steps` must lie between 1 and 100000",
        "`load.components[4].file` cannot be replayed: there is no such file",
    ] {
        assert!(
            told.iter().any(|told| told.starts_with(says)),
            "{says}: {told:#?}"
        );
    }
    assert_eq!(told.len(), 6, "{told:#?}");
}

#[test]
fn what_is_missing_is_said() {
    for (settings, says) in [
        (json!({}), "`load.shape` is missing"),
        (json!({ "shape": "constant" }), "`load.rate` is missing"),
        (
            json!({ "shape": "linear", "rate": 3 }),
            "`load.duration` is missing",
        ),
        (
            json!({ "shape": "constant", "rate": 0 }),
            "`load.rate` must be above 0",
        ),
        (
            json!({ "shape": "constant", "rate": "fast" }),
            "`load.rate` is text",
        ),
        (
            json!({ "shape": "mix", "rate": 3 }),
            "`load.components` is missing",
        ),
        (
            json!({ "shape": "mix", "rate": 3, "components": [] }),
            "`load.components` is empty",
        ),
        (
            json!({ "shape": "sequence", "rate": 3, "parts": [{ "shape": "constant" }] }),
            "`load.parts[0].duration` is missing",
        ),
        (
            json!({ "shape": "sequence", "rate": 3, "duration": "2s", "parts": [{ "shape": "constant", "duration": "3s" }] }),
            "`load.parts` take longer than the whole",
        ),
        (json!({ "shape": "replay" }), "`load.file` is missing"),
        (
            json!({ "shape": "step", "rate": 3, "duration": "2s", "rates": [0] }),
            "`load.rates` must hold one above 0",
        ),
        (
            json!({ "shape": "step", "duration": "2s", "rates": [1], "steps": 3 }),
            "`load.steps` cannot stand beside `rates`",
        ),
        (
            json!({ "shape": "linear", "from": 0, "to": 0, "duration": "2s" }),
            "`load.to` must be above 0",
        ),
    ] {
        let told = shape(settings.clone()).expect_err("a mistake");
        assert_eq!(told.len(), 1, "{settings}: {told:?}");
        assert!(told[0].starts_with(says), "{settings}: {told:?}");
    }
}
