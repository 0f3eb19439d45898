//! What a plugin says of itself: the answer to `describe`, which the lock pins.

use std::collections::BTreeSet;

use pss_integrations::sql_tables::{SqlTable, TABLES};
use serde::{Deserialize, Serialize};

/// The protocol.
pub const PROTOCOL: &str = "pss-plugin/1";

/// Longest text in a manifest, in bytes.
const LONGEST: usize = 2_000;

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`PROTOCOL`].
    pub protocol: String,
    /// Its name: lower case, letters, digits and `-`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line on what it does.
    pub description: String,
    /// The metrics it brings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricManifest>,
    /// The formats it brings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<FormatManifest>,
}

/// A metric of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricManifest {
    /// Code in reports and settings: capitals, digits and `_`.
    pub code: String,
    /// The question it asks.
    pub question: String,
    /// Default weight.
    pub weight: f64,
    /// The table it reads: `spans` or `samples`.
    pub table: String,
    /// The columns of it that it wants, in the order in which it wants them.
    pub columns: Vec<String>,
    /// Telemetry that brings it data.
    #[serde(default)]
    pub needs: String,
    /// Least data below which it is n/a.
    #[serde(default)]
    pub minimum: String,
    /// What it cannot see.
    #[serde(default)]
    pub limits: String,
    /// What to do when it is bad.
    #[serde(default)]
    pub advice: String,
    /// Its factors, whose control points can be set in `[metrics.CODE.NAME]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<FactorManifest>,
}

/// A factor of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorManifest {
    /// Name in settings and reports: lower case.
    pub name: String,
    /// What is measured.
    pub what: String,
    /// Unit of the value; empty for plain ratios.
    #[serde(default)]
    pub unit: String,
    /// The value that scores 0.9.
    pub good: f64,
    /// The value that scores 0.5; larger than `good`.
    pub mid: f64,
    /// The power with which it takes part.
    #[serde(default = "one")]
    pub exponent: f64,
}

/// A format of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatManifest {
    /// Its name: lower case, letters, digits and `-`.
    pub name: String,
    /// One line on what it reads.
    pub description: String,
    /// Endings of its files, without the first dot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<String>,
    /// Beginnings that no other format has. Without any, the format is used only where `--format` names it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts_with: Vec<String>,
    /// What it maps to what.
    #[serde(default)]
    pub mapping: String,
}

fn one() -> f64 {
    1.0
}

/// Why a manifest cannot be used: a fragment that follows the plugin's path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, or not these fields.
    #[error("answers `describe` with something else than a manifest of {PROTOCOL}: {0}")]
    Form(String),
    /// Another protocol.
    #[error(
        "speaks protocol {0:?}, and this pss speaks {PROTOCOL}; use a version of the plugin for that, or a pss for this"
    )]
    Protocol(String),
    /// A field that cannot be.
    #[error("says `{field}` of itself, which cannot be: {why}")]
    Field {
        /// The field, such as `metrics[0].code`.
        field: String,
        /// Why not.
        why: String,
    },
}

impl Manifest {
    /// Reads the answer to `describe`.
    ///
    /// # Errors
    /// Another form or protocol, or the first field that cannot be.
    pub fn parse(answer: &[u8]) -> Result<Manifest, ManifestError> {
        let form = |error: serde_json::Error| ManifestError::Form(error.to_string());
        // The protocol first: a later one may have other fields.
        let value: serde_json::Value = serde_json::from_slice(answer).map_err(form)?;
        if let Some(protocol) = value.get("protocol").and_then(serde_json::Value::as_str)
            && protocol != PROTOCOL
        {
            return Err(ManifestError::Protocol(protocol.to_owned()));
        }
        let manifest: Manifest = serde_json::from_value(value).map_err(form)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Whether all of it can be.
    ///
    /// # Errors
    /// The first field that cannot.
    pub fn check(&self) -> Result<(), ManifestError> {
        if self.protocol != PROTOCOL {
            return Err(ManifestError::Protocol(self.protocol.clone()));
        }
        name("name", &self.name)?;
        text("version", &self.version, true)?;
        text("description", &self.description, true)?;
        if self.metrics.is_empty() && self.formats.is_empty() {
            return Err(wrong("metrics", "it brings neither a metric nor a format"));
        }
        let mut seen = BTreeSet::new();
        for (at, metric) in self.metrics.iter().enumerate() {
            metric.check(&format!("metrics[{at}]"))?;
            if !seen.insert(metric.code.to_ascii_lowercase()) {
                return Err(wrong(&format!("metrics[{at}].code"), "it stands twice"));
            }
        }
        seen.clear();
        for (at, format) in self.formats.iter().enumerate() {
            format.check(&format!("formats[{at}]"))?;
            if !seen.insert(format.name.clone()) {
                return Err(wrong(&format!("formats[{at}].name"), "it stands twice"));
            }
        }
        Ok(())
    }
}

impl MetricManifest {
    /// The table it reads.
    pub fn table(&self) -> Option<&'static SqlTable> {
        TABLES.iter().find(|table| table.name == self.table)
    }

    fn check(&self, at: &str) -> Result<(), ManifestError> {
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let field = |name: &str| format!("{at}.{name}");
        if !self.code.starts_with(|c: char| c.is_ascii_uppercase())
            || self.code.len() > 32
            || !self.code.chars().all(fits)
        {
            let why = "a code has 1 to 32 capitals, digits and `_`, the first a capital";
            return Err(wrong(&field("code"), why));
        }
        text(&field("question"), &self.question, true)?;
        for (name, value) in [
            ("needs", &self.needs),
            ("minimum", &self.minimum),
            ("limits", &self.limits),
            ("advice", &self.advice),
        ] {
            text(&field(name), value, false)?;
        }
        if !(self.weight.is_finite() && (0.0..=1e6).contains(&self.weight)) {
            let why = "a weight is a number from 0 to 1000000";
            return Err(wrong(&field("weight"), why));
        }
        let Some(table) = self.table() else {
            let why = "the tables are spans and samples";
            return Err(wrong(&field("table"), why));
        };
        if self.columns.is_empty() {
            return Err(wrong(&field("columns"), "it asks for none"));
        }
        for (number, column) in self.columns.iter().enumerate() {
            let field = format!("{at}.columns[{number}]");
            let known = || table.columns.iter().map(|column| column.name);
            if !known().any(|name| name == column) {
                let columns = known().collect::<Vec<_>>().join(", ");
                let why = format!("the columns of {} are {columns}", table.name);
                return Err(wrong(&field, &why));
            }
            if self.columns[..number].contains(column) {
                return Err(wrong(&field, "it stands twice"));
            }
        }
        for (number, factor) in self.factors.iter().enumerate() {
            let field = |name: &str| format!("{at}.factors[{number}].{name}");
            name(&field("name"), &factor.name)?;
            if ["enabled", "weight", "min-score"].contains(&factor.name.as_str())
                || self.factors[..number]
                    .iter()
                    .any(|other| other.name == factor.name)
            {
                return Err(wrong(&field("name"), "it is taken"));
            }
            text(&field("what"), &factor.what, true)?;
            text(&field("unit"), &factor.unit, false)?;
            let points = [factor.good, factor.mid, factor.exponent];
            if points
                .iter()
                .any(|point| !point.is_finite() || *point <= 0.0)
                || factor.mid <= factor.good
            {
                let why = "good, mid and exponent are above 0, and mid lies beyond good";
                return Err(wrong(&field("good"), why));
            }
        }
        Ok(())
    }
}

impl FormatManifest {
    fn check(&self, at: &str) -> Result<(), ManifestError> {
        let field = |name: &str| format!("{at}.{name}");
        name(&field("name"), &self.name)?;
        text(&field("description"), &self.description, true)?;
        text(&field("mapping"), &self.mapping, false)?;
        for extension in &self.extensions {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
            if extension.is_empty() || extension.starts_with('.') || !extension.chars().all(fits) {
                let why = "an ending is written in lower case and without its first dot";
                return Err(wrong(&field("extensions"), why));
            }
        }
        // Less than this is in too many files.
        if self.starts_with.iter().any(|start| start.len() < 4) {
            let why = "a beginning of less than four bytes tells nothing";
            return Err(wrong(&field("starts_with"), why));
        }
        Ok(())
    }
}

fn wrong(field: &str, why: &str) -> ManifestError {
    ManifestError::Field {
        field: field.to_owned(),
        why: why.to_owned(),
    }
}

fn name(field: &str, value: &str) -> Result<(), ManifestError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.len() <= 64
        && value.chars().all(fits)
    {
        Ok(())
    } else {
        let why = "a name has 1 to 64 lower-case letters, digits and `-`, the first a letter";
        Err(wrong(field, why))
    }
}

fn text(field: &str, value: &str, needed: bool) -> Result<(), ManifestError> {
    if needed && value.trim().is_empty() {
        return Err(wrong(field, "it is empty"));
    }
    if value.len() > LONGEST || value.chars().any(char::is_control) {
        let why = format!("a text has at most {LONGEST} bytes and no control characters");
        return Err(wrong(field, &why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn good() -> serde_json::Value {
        json!({
            "protocol": "pss-plugin/1", "name": "mine", "version": "1.0", "description": "mine",
            "metrics": [{ "code": "MINE", "question": "?", "weight": 0.1, "table": "spans", "columns": ["operation", "duration"],
                "factors": [{ "name": "disp", "what": "w", "good": 0.5, "mid": 1.0 }] }],
            "formats": [{ "name": "watch", "description": "d", "extensions": ["watch"], "starts_with": ["# watch"] }]
        })
    }

    #[test]
    fn a_manifest_is_read() {
        let manifest = Manifest::parse(good().to_string().as_bytes()).expect("good");
        assert_eq!(manifest.metrics[0].factors[0].exponent, 1.0);
        assert_eq!(manifest.formats[0].starts_with, ["# watch"]);
    }

    #[test]
    fn each_mistake_is_told_with_its_field() {
        let long = "x".repeat(LONGEST + 1);
        for (pointer, value, says) in [
            (
                "/protocol",
                json!("pss-plugin/2"),
                "speaks protocol \"pss-plugin/2\"",
            ),
            ("/name", json!("Mine"), "`name`"),
            ("/version", json!(" "), "`version`"),
            ("/description", json!("a\u{1b}[2J"), "no control characters"),
            ("/metrics/0/code", json!("mine"), "`metrics[0].code`"),
            ("/metrics/0/question", json!(long), "at most 2000 bytes"),
            ("/metrics/0/weight", json!(-1.0), "`metrics[0].weight`"),
            ("/metrics/0/table", json!("span"), "`metrics[0].table`"),
            ("/metrics/0/columns", json!([]), "asks for none"),
            ("/metrics/0/columns/1", json!("operation"), "stands twice"),
            (
                "/metrics/0/columns/1",
                json!("value"),
                "the columns of spans are service, name",
            ),
            (
                "/metrics/0/factors/0/mid",
                json!(0.1),
                "mid lies beyond good",
            ),
            ("/metrics/0/factors/0/name", json!("weight"), "it is taken"),
            (
                "/formats/0/extensions/0",
                json!(".watch"),
                "without its first dot",
            ),
            (
                "/formats/0/starts_with/0",
                json!("a"),
                "less than four bytes",
            ),
            ("/formats/0/name", json!(""), "`formats[0].name`"),
        ] {
            let mut wrong = good();
            *wrong.pointer_mut(pointer).expect(pointer) = value;
            let error = Manifest::parse(wrong.to_string().as_bytes()).expect_err(pointer);
            assert!(error.to_string().contains(says), "{pointer}: {error}");
        }
        for (text, says) in [
            ("not JSON", "something else than a manifest"),
            ("[]", "something else than a manifest"),
            (
                "{\"protocol\":\"pss-plugin/1\",\"nmae\":\"x\"}",
                "unknown field `nmae`",
            ),
            (
                "{\"protocol\":\"pss-plugin/1\",\"name\":\"x\",\"version\":\"1\",\"description\":\"d\"}",
                "neither a metric nor a format",
            ),
        ] {
            let error = Manifest::parse(text.as_bytes())
                .expect_err(text)
                .to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
