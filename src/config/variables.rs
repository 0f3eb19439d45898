//! `${NAME}` in a value of `pss.toml` stands for a variable of the environment, and `$${` for a plain `${`. What a variable held is shown to nobody: it may be a
//! secret.

use std::{
    borrow::Cow,
    sync::{Mutex, PoisonError},
};

use super::value::Value;

/// Values that came from variables, with the names of these.
static HELD: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Shorter values are found in too many words, and are no secrets.
const LEAST: usize = 4;

/// Puts variables in. The text is never part of what is wrong: it may be a secret.
///
/// # Errors
/// A variable that is not set, a brace that is not closed: a fragment that follows the key.
pub(super) fn expand(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
    expand_by(text, variable, &|_, value| value)
}

/// The same, where `put` makes of a value what stands in the text behind all that was expanded so far.
///
/// # Errors
/// As for [`expand`].
pub(super) fn expand_by(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
    put: &dyn Fn(&str, String) -> String,
) -> Result<String, String> {
    let (mut expanded, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            expanded.push_str(before);
            expanded.push_str("${");
            rest = after;
            continue;
        }
        let (name, after) = after
            .split_once('}')
            .ok_or("has a `${` without a `}` behind it; `$${` stands for a plain `${`")?;
        let value = variable(name)
            .ok_or_else(|| format!("asks for the environment variable {name}, which is not set"))?;
        hold(name, &value);
        expanded.push_str(before);
        let value = put(&expanded, value);
        expanded.push_str(&value);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// The same for a value, where it holds variables at all.
///
/// # Errors
/// As for a text.
pub(super) fn expand_value(
    value: &Value,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Value>, String> {
    Ok(match value {
        Value::Text(text) if text.contains("${") => Some(Value::Text(expand(text, variable)?)),
        Value::List(list) if list.iter().any(|text| text.contains("${")) => {
            let expanded = list.iter().map(|text| expand(text, variable));
            Some(Value::List(expanded.collect::<Result<_, _>>()?))
        }
        _ => None,
    })
}

fn hold(name: &str, value: &str) {
    let pair = (value.to_owned(), name.to_owned());
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    if value.len() >= LEAST && !held.contains(&pair) {
        held.push(pair);
        // The longest first, so that one that holds another is not shown in part.
        held.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
    }
}

/// A message with the names of variables in the place of what they held.
pub fn hidden(text: &str) -> Cow<'_, str> {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    held.iter()
        .fold(Cow::Borrowed(text), |text, (value, name)| {
            if text.contains(value.as_str()) {
                Cow::Owned(text.replace(value.as_str(), &format!("${{{name}}}")))
            } else {
                text
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<String> {
        (name != "UNSET").then(|| format!("<{name}>"))
    }

    #[test]
    fn variables_are_put_in_and_a_doubled_dollar_is_plain() {
        for (text, expected) in [
            ("a${P}b${Q}", "a<P>b<Q>"),
            ("$${P} ${P}", "${P} <P>"),
            ("$P $ {P} $$", "$P $ {P} $$"),
            ("", ""),
        ] {
            assert_eq!(expand(text, &known).as_deref(), Ok(expected), "{text}");
        }
        assert!(
            expand("hunter2${UNSET}", &known)
                .is_err_and(|why| why.contains("UNSET") && !why.contains("hunter2"))
        );
        assert!(expand("hunter2${P", &known).is_err_and(|why| !why.contains("hunter2")));
    }

    #[test]
    fn what_variables_held_is_hidden_the_longest_first() {
        let variable = |name: &str| {
            Some(
                if name == "LONG" {
                    "swordfish-2"
                } else {
                    "swordfish"
                }
                .to_owned(),
            )
        };
        expand("${SHORT} ${LONG}", &variable).expect("set");
        assert_eq!(hidden("swordfish and swordfish-2"), "${SHORT} and ${LONG}");
        assert_eq!(hidden("nothing"), "nothing");
    }
}
