//! Variables in SQL: inside quotes a value is text, whatever it holds.

use super::super::{
    value::Value,
    variables::{expand_by, expand_value},
};

/// Keys that hold SQL.
pub(super) const SQL: [&str; 3] = ["value", "where", "score"];

/// The value of a definition's key with its variables put in; `None` where there are none.
///
/// # Errors
/// A variable that is not set: a fragment that follows the key.
pub(super) fn expanded(
    key: &str,
    written: &Value,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Value>, String> {
    match written {
        Value::Text(text) if SQL.contains(&key) && text.contains("${") => {
            expand_by(text, variable, &quoted).map(|text| Some(Value::Text(text)))
        }
        _ => expand_value(written, variable),
    }
}

/// A value as it stands behind some SQL: with its quotes doubled where that is amid a quoted text or name, which it cannot end then.
fn quoted(sql: &str, value: String) -> String {
    match open_quote(sql) {
        Some(quote) => value.replace(quote, &format!("{quote}{quote}")),
        None => value,
    }
}

/// The quote that is open at the end of some SQL. A doubled one closes and opens again; what stands in comments is none.
fn open_quote(sql: &str) -> Option<char> {
    let mut open = None;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let comment = match open {
            Some(_) => None,
            None if rest.starts_with("--") => Some("\n"),
            None if rest.starts_with("/*") => Some("*/"),
            None => None,
        };
        if let Some(end) = comment {
            rest = rest[2..].split_once(end).map_or("", |(_, after)| after);
            continue;
        }
        match (open, first) {
            (None, '\'' | '"' | '`') => open = Some(first),
            (Some(quote), _) if quote == first => open = None,
            _ => {}
        }
        rest = &rest[first.len_utf8()..];
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_the_text_it_stands_in() {
        let variable = |_: &str| Some("o'neil \"x\"".to_owned());
        for (sql, expected) in [
            ("name = '${V}'", "name = 'o''neil \"x\"'"),
            ("name = 'it''s ${V}'", "name = 'it''s o''neil \"x\"'"),
            ("name = '${V} ${V}'", "name = 'o''neil \"x\" o''neil \"x\"'"),
            ("\"${V}\" > 1", "\"o'neil \"\"x\"\"\" > 1"),
            ("-- it's\nname = '${V}'", "-- it's\nname = 'o''neil \"x\"'"),
            ("/* it's */ '${V}'", "/* it's */ 'o''neil \"x\"'"),
            ("'--' || '${V}'", "'--' || 'o''neil \"x\"'"),
            ("${V}", "o'neil \"x\""),
            ("'a' || ${V}", "'a' || o'neil \"x\""),
        ] {
            assert_eq!(
                expanded("where", &Value::Text(sql.to_owned()), &variable),
                Ok(Some(Value::Text(expected.to_owned()))),
                "{sql}"
            );
        }
        let question = Value::Text("${V}?".to_owned());
        assert_eq!(
            expanded("question", &question, &variable),
            Ok(Some(Value::Text("o'neil \"x\"?".to_owned())))
        );
        let plain = Value::Text("duration".to_owned());
        assert_eq!(expanded("value", &plain, &variable), Ok(None));
    }
}
