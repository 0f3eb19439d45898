//! All that is known of a plugin without building it.

use pss_integrations::hooks::ENTRY;
use pss_metrics::plugin::{PluginKind, PluginMeta, canonical, caught};
use serde::Serialize;
use serde_json::Value as Json;

use super::Shelf;
use crate::{
    config::{Key, Value, shown},
    registry::feature_of,
};

/// Where a plugin stands. That it can be built, or fails, says `pss plugins check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// It is there, and nothing is said to it.
    Available,
    /// It is there, and some layer of the configuration speaks to it.
    Configured,
    /// It is there, and `enabled = false` switches it off.
    Disabled,
    /// It is there, and `[plugins.override]` takes another of its name.
    Overridden,
    /// It was built, and keeps its contract.
    Built,
    /// It cannot be built, or does not keep its contract.
    Failed,
}

/// One plugin.
#[derive(Debug, Serialize)]
pub(super) struct Described {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) description: &'static str,
    /// The crate that brings it.
    #[serde(rename = "crate")]
    pub(super) origin: &'static str,
    /// The feature of `pss` that brings the crate; null where every build has it.
    pub(super) feature: Option<&'static str>,
    /// The contract that it was built against.
    pub(super) contract: u32,
    pub(super) state: State,
    /// Source file and line of its declaration; of a program its file.
    pub(super) declared: String,
    pub(super) parameters: Vec<Parameter>,
    /// What it can do, in the words of its kind.
    pub(super) capabilities: Vec<String>,
    /// What must be there for it to have something to do.
    pub(super) needs: String,
}

/// One key of `pss.toml` that speaks to it.
#[derive(Debug, Serialize)]
pub(super) struct Parameter {
    pub(super) key: String,
    pub(super) takes: String,
    /// As it would be written; null where nothing is set.
    pub(super) default: Option<String>,
    /// As it is set, where it is; secrets are not shown.
    pub(super) value: Option<String>,
    pub(super) about: String,
}

/// Tables of `pss.toml` that speak to plugins under a name of their own.
const TABLES: [(&str, &str); 4] = [
    ("format:csv", "input.columns."),
    ("format:parquet", "input.columns."),
    ("format:arrow", "input.columns."),
    ("sampler:kafka", "kafka."),
];

impl Shelf<'_> {
    /// The keys that speak to a plugin.
    pub(super) fn keys_of(&self, meta: &PluginMeta) -> Vec<&Key> {
        let id = meta.id();
        let mut prefixes = vec![format!("{}s.{}.", meta.kind.name(), meta.name)];
        prefixes.extend(
            TABLES
                .iter()
                .filter(|(of, _)| *of == id)
                .map(|(_, table)| (*table).to_owned()),
        );
        let mut weight = None;
        if let Some(metric) = self.metric(meta) {
            prefixes = vec![format!("metrics.{}.", metric.meta().code)];
            weight = Some(format!("pss.weights.{}", metric.meta().code));
        }
        let keys = self.keys.0.iter();
        keys.filter(|key| {
            weight.as_ref() == Some(&key.name)
                || prefixes.iter().any(|prefix| key.name.starts_with(prefix))
        })
        .collect()
    }

    pub(super) fn metric(
        &self,
        meta: &PluginMeta,
    ) -> Option<&'static dyn pss_metrics::score::Metric> {
        let mut metrics = self.registry.metrics.iter().copied();
        metrics.find(|metric| metric.meta().plugin.id() == meta.id())
    }

    fn state(&self, meta: &PluginMeta) -> State {
        if self
            .registry
            .overridden
            .iter()
            .any(|aside| aside.id() == meta.id() && aside.origin == meta.origin)
        {
            return State::Overridden;
        }
        let keys = self.keys_of(meta);
        let off = |key: &&Key| {
            key.name.ends_with(".enabled") && self.config.switched_off(&key.name).is_some()
        };
        let said = |key: &&Key| match key.name.strip_suffix('*') {
            Some(table) => self
                .config
                .settings
                .keys()
                .any(|name| name.starts_with(table)),
            None => self.config.settings.contains_key(&key.name),
        };
        // Load shapes and hooks are named in trees of their own.
        let tree = |key: &str| match &self.config.settings.get(key)?.value {
            Value::Tree(tree) => Some(tree),
            _ => None,
        };
        let of = |entry: &Json, key: &str| {
            let name = entry.get(key).and_then(Json::as_str);
            name.is_some_and(|name| canonical(name) == canonical(meta.name))
        };
        let hooks = tree("hooks").and_then(Json::as_array).into_iter().flatten();
        let entries: Vec<&Json> = match meta.kind {
            PluginKind::Load => shapes(tree("run.load")),
            PluginKind::Hook => hooks.filter(|entry| of(entry, "name")).collect(),
            _ => Vec::new(),
        };
        let silent = |entry: &&Json| entry.get("enabled") == Some(&Json::Bool(false));
        let told = match meta.kind {
            PluginKind::Load => entries.iter().any(|entry| of(entry, "shape")),
            _ => !entries.is_empty(),
        };
        if keys.iter().any(off) || (told && entries.iter().all(silent)) {
            State::Disabled
        } else if told || keys.iter().any(said) {
            State::Configured
        } else {
            State::Available
        }
    }
}

/// A load, and those that it is made of.
fn shapes(load: Option<&Json>) -> Vec<&Json> {
    let mut found: Vec<&Json> = load.into_iter().collect();
    let mut at = 0;
    while let Some(shape) = found.get(at).copied() {
        let parts = shape
            .as_object()
            .into_iter()
            .flat_map(|table| table.values());
        found.extend(
            parts
                .filter_map(Json::as_array)
                .flatten()
                .filter(|part| part.is_object()),
        );
        at += 1;
    }
    found
}

impl Described {
    pub(super) fn of(shelf: &Shelf<'_>, meta: &PluginMeta) -> Described {
        let parameter = |key: &&Key| {
            let setting = shelf.config.settings.get(&key.name);
            Parameter {
                key: key.name.clone(),
                takes: key.takes.to_string(),
                default: key.default.clone(),
                value: setting.map(|setting| shown(&key.name, setting)),
                about: key.about.clone(),
            }
        };
        let (capabilities, needs) = abilities(shelf, meta);
        Described {
            id: meta.id(),
            kind: meta.kind.name(),
            name: meta.name,
            version: meta.version,
            description: meta.description,
            origin: meta.origin,
            feature: feature_of(&meta.id()),
            contract: meta.contract,
            state: shelf.state(meta),
            declared: match meta.is_program() {
                true => meta.file.to_owned(),
                false => format!("{}:{}", meta.file, meta.line),
            },
            parameters: shelf
                .keys_of(meta)
                .iter()
                .map(parameter)
                .chain(own(shelf, meta))
                .collect(),
            capabilities,
            needs,
        }
    }
}

/// The parameters of load shapes and hooks, which stand in trees of their own.
fn own(shelf: &Shelf<'_>, meta: &PluginMeta) -> Vec<Parameter> {
    let id = meta.id();
    let mut loads = shelf.registry.loads.iter().map(|load| load.meta());
    let mut hooks = shelf.registry.hooks.iter().map(|hook| hook.meta());
    let load = loads.find(|load| load.plugin.id() == id);
    let hook = hooks.find(|hook| hook.plugin.id() == id);
    let load = load.map(|load| ("run.load", load.parameters));
    let hook = hook.map(|hook| ("hooks[].config", hook.parameters));
    let Some((table, parameters)) = load.or(hook) else {
        return Vec::new();
    };
    // What all hooks share stands beside what is theirs.
    let shared = |parameter: &&pss_integrations::fields::Parameter| {
        hook.is_some() && !matches!(parameter.name, "name" | "config")
    };
    let parameter = |table: &str, parameter: &pss_integrations::fields::Parameter| Parameter {
        key: format!("{table}.{}", parameter.name),
        takes: parameter.takes.name().to_owned(),
        default: parameter.default.map(str::to_owned),
        value: None,
        about: parameter.about.to_owned(),
    };
    let own = parameters.iter().map(|own| parameter(table, own));
    let entry = ENTRY.iter().filter(shared);
    own.chain(entry.map(|shared| parameter("hooks[]", shared)))
        .collect()
}

/// What it can do, and what it needs, by its kind.
fn abilities(shelf: &Shelf<'_>, meta: &PluginMeta) -> (Vec<String>, String) {
    let registry = shelf.registry;
    let id = meta.id();
    match meta.kind {
        PluginKind::Metric => {
            let metric = shelf.metric(meta);
            let needs = metric.map_or("", |metric| metric.meta().needs);
            let watches =
                metric.is_some_and(|metric| caught(|| metric.observer().is_some()).unwrap_or(true));
            let can: &[&str] = match watches {
                // Of a summary all of this can be said; of what is found over the records, nothing.
                false => &["streams", "merges", "interval", "timeline", "compares"],
                // Records pass through to a program; a query keeps them.
                true if meta.is_program() => &["streams"],
                true => &[],
            };
            let can = can.iter().map(|can| (*can).to_owned());
            (can.collect(), needs.to_owned())
        }
        PluginKind::Format => {
            let mut formats = registry.formats.iter().map(|format| format.meta());
            let format = formats.find(|format| format.plugin.id() == id);
            let can = format.map(|format| format.capabilities.list());
            let can = can.into_iter().flatten().filter(|(_, can)| *can);
            (
                can.map(|(name, _)| name.to_owned()).collect(),
                String::new(),
            )
        }
        PluginKind::Sampler => {
            let mut samplers = registry.samplers.iter().map(|sampler| sampler.meta());
            let Some(sampler) = samplers.find(|sampler| sampler.plugin.id() == id) else {
                return (Vec::new(), String::new());
            };
            let emits = sampler.emits.iter().map(|signal| signal.name.to_owned());
            (emits.collect(), sampler.needs.to_owned())
        }
        PluginKind::View => (
            vec!["report".to_owned(), "comparison".to_owned()],
            String::new(),
        ),
        PluginKind::Load => {
            let mut loads = registry.loads.iter().map(|load| load.meta());
            let load = loads.find(|load| load.plugin.id() == id);
            (
                load.map(|load| format!("rate {}", load.rate))
                    .into_iter()
                    .collect(),
                String::new(),
            )
        }
        PluginKind::Hook => (vec!["phases".to_owned()], String::new()),
        PluginKind::Source => {
            let mut sources = registry.sources.iter().map(|source| source.meta());
            let source = sources.find(|source| source.plugin.id() == id);
            (
                vec!["read".to_owned()],
                source.map_or("", |source| source.needs).to_owned(),
            )
        }
    }
}
