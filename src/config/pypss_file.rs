//! The configuration of PyPSS, for the profiles that give its numbers: `pypss.toml`, else `[tool.pypss]` of `pyproject.toml`, in the working folder.

use std::path::Path;

use pss_metrics::pypss::{KeyKind, Settings};
use toml::{Table, Value};

use super::error::ConfigError;

/// What a configuration of PyPSS says, and what the user should know about it.
#[derive(Debug, Default)]
pub struct PypssFile {
    /// Where it stands; empty where there is none.
    pub name: String,
    /// Weights and constants.
    pub settings: Settings,
    /// What of it has no effect here.
    pub warnings: Vec<String>,
}

/// Reads the configuration of PyPSS in a folder, if there is one.
///
/// # Errors
/// A file that is no TOML; a constant that is no number or that PyPSS could not use.
pub fn read_pypss_file(folder: &Path) -> Result<PypssFile, Vec<ConfigError>> {
    for (name, path) in [
        ("pypss.toml", &["pypss"][..]),
        ("pyproject.toml", &["tool", "pypss"]),
    ] {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let mut table: Table = text.parse().map_err(|error: toml::de::Error| {
            vec![ConfigError::new(
                name,
                format!("is no TOML: {}", error.message()),
            )]
        })?;
        let found = path.iter().all(|key| match table.remove(*key) {
            Some(Value::Table(inner)) => {
                table = inner;
                true
            }
            _ => false,
        });
        if found {
            return apply(name, &table);
        }
    }
    Ok(PypssFile::default())
}

fn apply(name: &str, table: &Table) -> Result<PypssFile, Vec<ConfigError>> {
    let mut file = PypssFile {
        name: name.to_owned(),
        ..PypssFile::default()
    };
    let mut errors = Vec::new();
    walk(name, "", table, &mut file, &mut errors);
    if errors.is_empty() {
        Ok(file)
    } else {
        Err(errors)
    }
}

fn walk(
    name: &str,
    prefix: &str,
    table: &Table,
    file: &mut PypssFile,
    errors: &mut Vec<ConfigError>,
) {
    for (key, value) in table {
        // PyPSS joins the keys of nested tables.
        let key = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}_{key}")
        };
        if let Value::Table(inner) = value {
            if key == "custom_metric_weights" {
                file.warnings.push(format!(
                    "{name}: PyPSS 1.3.1 does not read custom_metric_weights from a file, so they have no effect here either; set [pss.weights] in pss.toml"
                ));
            } else {
                walk(name, &key, inner, file, errors);
            }
            continue;
        }
        if key == "plugins" {
            if value.as_array().is_none_or(|plugins| !plugins.is_empty()) {
                file.warnings.push(format!(
                    "{name}: `plugins` names Python modules, which cannot be loaded here: their metrics are missing from the score"
                ));
            }
            continue;
        }
        match Settings::kind(&key) {
            Err(error) => file
                .warnings
                .push(format!("{name}: {error}; PyPSS passes over it")),
            Ok(KeyKind::Other) => {}
            Ok(KeyKind::Score) => {
                let number = value
                    .as_float()
                    .or_else(|| value.as_integer().map(|whole| whole as f64));
                let set = match number {
                    Some(number) => file
                        .settings
                        .set(&key, number)
                        .map_err(|error| error.to_string()),
                    None => Err(format!(
                        "`{key}` is {}, expected a number",
                        value.type_str()
                    )),
                };
                if let Err(error) = set {
                    errors.push(ConfigError::new(name, error));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Result<PypssFile, Vec<ConfigError>> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        read_pypss_file(folder.path())
    }

    #[test]
    fn its_own_file_comes_before_the_project_s() {
        let own = ("pypss.toml", "[pypss]\nw_ts = 0.5\nsample_rate = 0.1\n");
        let project = ("pyproject.toml", "[tool.pypss]\nalpha = 3\n");
        let file = read(&[own, project]).expect("reads");
        assert_eq!((file.name.as_str(), file.warnings.len()), ("pypss.toml", 0));
        let mut expected = Settings::default();
        expected.set("w_ts", 0.5).expect("a weight");
        assert_eq!(file.settings, expected);
        let file = read(&[("pypss.toml", "x = 1\n"), project]).expect("reads");
        assert_eq!(file.name, "pyproject.toml");
        assert_eq!(read(&[]).expect("nothing").settings, Settings::default());
    }

    #[test]
    fn what_has_no_effect_is_told_and_what_is_wrong_refused() {
        let file = read(&[(
            "pypss.toml",
            "[pypss]\nplugins = [\"a.b\"]\nw_tz = 1\n[pypss.custom_metric_weights]\nIO = 0.5\n",
        )])
        .expect("reads");
        assert_eq!(file.warnings.len(), 3, "{:?}", file.warnings);
        for wrong in [
            "[pypss]\nalpha = \"x\"\n",
            "[pypss\n",
            "[pypss]\nalpha = nan\n",
        ] {
            assert!(read(&[("pypss.toml", wrong)]).is_err(), "{wrong}");
        }
    }
}
