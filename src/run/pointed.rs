//! What a command is told of the receiver by its environment, beside what the user told it.

use std::ffi::OsString;

use pss_receiver::Collector;

/// Where SDKs send everything, then what each signal may have for itself.
const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const OTHERS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
];

/// What follows from what is set.
#[derive(Debug, Default)]
pub(super) struct Pointed {
    /// To be added to what the command inherits.
    pub(super) variables: Vec<(OsString, OsString)>,
    /// What the user should know.
    pub(super) notices: Vec<String>,
}

/// What a command needs to send here, unless the user has told it where to send. Whoever names a collector to hand on to wants all to come by here.
///
/// Protocol, exporters and the like belong to an address: who sends elsewhere is told none of them.
pub(super) fn pointed(
    ours: Vec<(&'static str, String)>,
    tee: Option<&Collector>,
    set: impl Fn(&str) -> bool,
) -> Pointed {
    let mut told = Pointed::default();
    let endpoints = || [ALL, TRACES].into_iter().chain(OTHERS);
    if let Some(collector) = tee {
        for name in endpoints().filter(|name| set(name)) {
            told.notices.push(format!(
                "{name} is set, and the command sends to pss for the run, which hands on to {collector}"
            ));
            // An empty one counts as not set; the first gets its value below.
            told.add(name, String::new());
        }
    } else if let Some(name) = [TRACES, ALL].into_iter().find(|name| set(name)) {
        told.notices.push(format!(
            "{name} is set, and left as it is: spans go there and not to pss; with --otlp tee=URL they go to both"
        ));
        return told;
    }
    if ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]
        .iter()
        .any(|name| set(name))
        && !["NO_PROXY", "no_proxy"].iter().any(|name| set(name))
    {
        told.notices.push(
            "a proxy is set, and some SDKs send even what is for this machine through it: NO_PROXY=127.0.0.1 keeps spans here".to_owned(),
        );
    }
    let spans_alone = tee.is_none() && OTHERS.iter().any(|name| set(name));
    for (name, value) in ours {
        let again = tee.is_some() && name == ALL;
        // Logs are dropped here, and may be wanted there.
        let logs = tee.is_some() && name == "OTEL_LOGS_EXPORTER";
        if logs || (set(name) && !again) {
            continue;
        }
        match name {
            _ if !spans_alone => told.add(name, value),
            ALL => told.add(TRACES, format!("{value}/v1/traces")),
            "OTEL_EXPORTER_OTLP_PROTOCOL" => told.add("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", value),
            "OTEL_METRICS_EXPORTER" | "OTEL_LOGS_EXPORTER" | "OTEL_METRIC_EXPORT_INTERVAL" => {}
            _ => told.add(name, value),
        }
    }
    told
}

impl Pointed {
    fn add(&mut self, name: &str, value: String) {
        self.variables.push((name.into(), value.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(set: &[&str], tee: bool) -> (Vec<String>, Vec<String>) {
        let ours = [
            (ALL, "http://127.0.0.1:9"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_METRICS_EXPORTER", "otlp"),
            ("OTEL_LOGS_EXPORTER", "none"),
            ("OTEL_TRACES_SAMPLER", "always_on"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let collector = tee.then(|| "http://collector:4318".parse().expect("a collector"));
        let told = pointed(ours.to_vec(), collector.as_ref(), |name| {
            set.contains(&name)
        });
        let variables = told.variables.iter().map(|(name, value)| {
            let name = name.to_string_lossy();
            let name = name.strip_prefix("OTEL_").expect("one of theirs");
            format!("{name}={}", value.display())
        });
        (variables.collect(), told.notices)
    }

    #[test]
    fn who_sends_elsewhere_is_told_nothing() {
        for name in [ALL, TRACES] {
            let (variables, notices) = told(&[name], false);
            assert!(variables.is_empty(), "{name}: {variables:?}");
            assert!(notices[0].starts_with(&format!("{name} is set")));
        }
    }

    #[test]
    fn metrics_that_go_elsewhere_keep_their_protocol_and_exporter() {
        assert_eq!(
            told(&[OTHERS[0]], false).0,
            [
                "EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:9/v1/traces",
                "EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf",
                "TRACES_EXPORTER=otlp",
                "TRACES_SAMPLER=always_on",
            ]
        );
    }

    #[test]
    fn what_is_set_beside_an_address_stays() {
        let (variables, _) = told(
            &["OTEL_TRACES_SAMPLER", "OTEL_EXPORTER_OTLP_PROTOCOL"],
            false,
        );
        assert_eq!(variables.len(), 4, "{variables:?}");
        assert_eq!(variables[0], "EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9");
    }

    #[test]
    fn a_collector_to_hand_on_to_gets_all() {
        let (variables, notices) = told(&[TRACES], true);
        assert_eq!(variables[0], "EXPORTER_OTLP_TRACES_ENDPOINT=");
        assert_eq!(variables[1], "EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9");
        assert!(!variables.iter().any(|told| told.starts_with("LOGS")));
        assert!(notices[0].contains("hands on to"), "{notices:?}");
    }
}
