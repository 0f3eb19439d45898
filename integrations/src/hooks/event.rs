//! What hooks are told.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Phases of a run, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// All is checked, and nothing has started.
    RunStart,
    /// Rounds or arrivals that do not count begin.
    WarmupStart,
    /// They are over.
    WarmupEnd,
    /// Rounds or arrivals that count begin.
    LoadStart,
    /// The last of them was started.
    SendingComplete,
    /// The last of them ended.
    LoadEnd,
    /// What was recorded is read and scored.
    AnalyzeStart,
    /// There is a report.
    AnalyzeEnd,
    /// It was written.
    ReportWritten,
    /// The run ended without a report.
    RunFailed,
    /// A rule of `[[alerts]]` holds.
    Alert,
}

impl Phase {
    /// All of them.
    pub const ALL: [Phase; 11] = [
        Phase::RunStart,
        Phase::WarmupStart,
        Phase::WarmupEnd,
        Phase::LoadStart,
        Phase::SendingComplete,
        Phase::LoadEnd,
        Phase::AnalyzeStart,
        Phase::AnalyzeEnd,
        Phase::ReportWritten,
        Phase::RunFailed,
        Phase::Alert,
    ];

    /// The name, such as `load_start`.
    pub fn name(self) -> &'static str {
        match self {
            Phase::RunStart => "run_start",
            Phase::WarmupStart => "warmup_start",
            Phase::WarmupEnd => "warmup_end",
            Phase::LoadStart => "load_start",
            Phase::SendingComplete => "sending_complete",
            Phase::LoadEnd => "load_end",
            Phase::AnalyzeStart => "analyze_start",
            Phase::AnalyzeEnd => "analyze_end",
            Phase::ReportWritten => "report_written",
            Phase::RunFailed => "run_failed",
            Phase::Alert => "alert",
        }
    }
}

/// A phase that was reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Which.
    pub phase: Phase,
    /// When, in nanoseconds since the epoch.
    pub time: i64,
    /// Of which run: its begin in nanoseconds since the epoch, and what ran.
    pub run: String,
    /// What ran.
    pub command: String,
    /// What is known: `interrupted` at ends, `score`, `verdict` and `metrics` once there is a report, `error` where there is none, `alert` with its rule.
    pub facts: Map<String, Value>,
}

impl Event {
    /// As one JSON object.
    pub fn json(&self) -> Value {
        let mut object = json!({
            "phase": self.phase.name(),
            "time": self.when(),
            "run": self.run,
            "command": self.command,
        });
        if let Some(object) = object.as_object_mut() {
            object.extend(self.facts.clone());
        }
        object
    }

    /// When, as a date.
    pub fn when(&self) -> String {
        Timestamp::from_nanosecond(self.time.into())
            .map_or_else(|_| self.time.to_string(), |time| time.to_string())
    }

    /// When, as a date for people: of the same length whenever it was.
    pub fn clock(&self) -> String {
        Timestamp::from_nanosecond(self.time.into())
            .map_or_else(|_| self.time.to_string(), |time| format!("{time:.3}"))
    }

    /// In one line for people.
    pub fn line(&self) -> String {
        let mut line = format!("{} {}", self.phase.name(), self.command);
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number
                .as_f64()
                .map_or_else(|| number.to_string(), |number| format!("{number:.1}")),
            other => other.to_string(),
        };
        for key in ["score", "verdict", "error", "interrupted"] {
            match self.facts.get(key) {
                None | Some(Value::Null | Value::Bool(false)) => {}
                Some(Value::Bool(true)) => line.push_str(&format!(", {key}")),
                Some(value) => line.push_str(&format!(", {key} {}", text(value))),
            }
        }
        if let Some(alert) = self.facts.get("alert") {
            let rule = alert.get("name").map(text).unwrap_or_default();
            let why = alert.get("why").map(text).unwrap_or_default();
            line.push_str(&format!(", {rule}: {why}"));
        }
        line.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_no_nanoseconds() {
        let event = Event {
            phase: Phase::AnalyzeEnd,
            time: 1_700_000_000_120_000_000,
            run: "1".to_owned(),
            command: "true".to_owned(),
            facts: [("score".to_owned(), json!(79.836_829_531_210_33))]
                .into_iter()
                .collect(),
        };
        assert_eq!(event.line(), "analyze_end true, score 79.8");
        assert_eq!(event.clock(), "2023-11-14T22:13:20.120Z");
        assert_eq!(event.json()["score"], 79.836_829_531_210_33);
    }
}
