//! The JSON Schema of `pss.toml`, made from the list of keys.

use serde_json::{Map, Value as Json, json};

use super::keys::{Key, Keys, Takes};

/// The schema, for editors.
pub fn schema(keys: &Keys) -> Json {
    let mut root = table();
    for key in &keys.0 {
        // Names that are handed on have dots of their own.
        let path = match (key.name.split_once('.'), keys.passed(&key.name)) {
            (Some((table, name)), Some(_)) => vec![table, name],
            _ => key.name.split('.').collect(),
        };
        insert(&mut root, &path, key);
    }
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("pss.toml");
    root
}

fn table() -> Json {
    json!({ "type": "object", "additionalProperties": false, "properties": {} })
}

fn insert(at: &mut Json, path: &[&str], key: &Key) {
    if path == ["*"] {
        at["additionalProperties"] = leaf(key);
        return;
    }
    let Some(properties) = at.get_mut("properties").and_then(Json::as_object_mut) else {
        return;
    };
    match path {
        [] => {}
        [last] => {
            properties.insert((*last).to_owned(), leaf(key));
        }
        // A column is named by itself, or with its unit in a table.
        [first, rest @ ..] if rest.len() == 1 && key.name.starts_with("input.columns.") => {
            let either = properties
                .entry((*first).to_owned())
                .or_insert_with(|| json!({ "anyOf": [{ "type": "string" }, table()] }));
            insert(&mut either["anyOf"][1], rest, key);
        }
        [first, rest @ ..] => insert(
            properties.entry((*first).to_owned()).or_insert_with(table),
            rest,
            key,
        ),
    }
}

fn leaf(key: &Key) -> Json {
    let mut leaf = match &key.takes {
        Takes::Number { least, most } => {
            json!({ "type": "number", "minimum": least, "maximum": most })
        }
        Takes::Choice(choices) => json!({ "enum": choices }),
        Takes::Choices(choices) => json!({ "type": "array", "items": { "enum": choices } }),
        Takes::Texts | Takes::Plugins(_) => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
        Takes::Bool => json!({ "type": "boolean" }),
        Takes::Share => {
            json!({ "anyOf": [{ "type": "number", "minimum": 0, "maximum": 1 }, { "type": "string", "pattern": "^[0-9.]+ *%$" }] })
        }
        // Text with dots may be written as tables.
        Takes::Passed => json!({ "type": ["string", "number", "boolean", "object"] }),
        Takes::Tree => json!({ "type": ["object", "array"] }),
        Takes::Crate | Takes::Column | Takes::Text | Takes::Naming | Takes::Length => {
            json!({ "type": "string" })
        }
    };
    let object: Option<&mut Map<String, Json>> = leaf.as_object_mut();
    if let Some(object) = object {
        object.insert("description".to_owned(), json!(key.about));
    }
    leaf
}
