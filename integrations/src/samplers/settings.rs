//! What the user says to single samplers.

use std::{collections::BTreeMap, fmt};

/// Settings of samplers: texts by key, by the name of the sampler. Its debug output shows no values, for some are secrets.
#[derive(Clone, Default)]
pub struct SamplerSettings(BTreeMap<String, BTreeMap<String, String>>);

static NONE: BTreeMap<String, String> = BTreeMap::new();

impl SamplerSettings {
    /// Sets one key of a sampler.
    pub fn set(&mut self, sampler: &str, key: &str, value: String) {
        let settings = self.0.entry(sampler.to_owned()).or_default();
        settings.insert(key.to_owned(), value);
    }

    /// What was set for a sampler.
    pub fn of(&self, sampler: &str) -> &BTreeMap<String, String> {
        self.0.get(sampler).unwrap_or(&NONE)
    }
}

impl fmt::Debug for SamplerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = |settings: &BTreeMap<String, String>| settings.keys().cloned().collect();
        f.debug_map()
            .entries(
                self.0
                    .iter()
                    .map(|(sampler, settings)| -> (&String, Vec<String>) {
                        (sampler, keys(settings))
                    }),
            )
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_for_the_sampler_alone() {
        let mut settings = SamplerSettings::default();
        settings.set("kafka", "sasl.password", "hunter2".to_owned());
        assert_eq!(settings.of("kafka")["sasl.password"], "hunter2");
        assert!(settings.of("psi").is_empty());
        let shown = format!("{settings:?}");
        assert!(
            shown.contains("sasl.password") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}
