//! What the user says tells operations apart: `{name} {http.route}`.

use super::{
    attribute::{Attribute, Value},
    span::Span,
    template::template,
};

/// How operations are named: a text with `{name}`, `{service}` and `{attribute}` in it.
///
/// A name that mixes kinds of request reads as dispersion; an attribute that tells them apart splits it. The category is still decided by the span's own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    parts: Vec<Part>,
    attributes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Name,
    Service,
    /// Place among the attributes.
    Attribute(usize),
}

/// Why a text names no operations: a fragment that follows the setting's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamingError {
    /// A brace that does not close.
    #[error("opens a brace that it does not close, before {0:?}")]
    Open(String),
    /// A brace that was not opened.
    #[error("closes a brace that it did not open, after {0:?}")]
    Close(String),
    /// No key stands there.
    #[error("has {0:?}, which is no key of an attribute")]
    Key(String),
    /// Every span would be one operation.
    #[error("has nothing of the span in it, so that all spans would be one operation")]
    Constant,
}

impl Naming {
    /// Reads `{name} {http.route}`.
    ///
    /// # Errors
    /// Braces that do not pair, braces around nothing or around spaces, no braces at all.
    pub fn parse(text: &str) -> Result<Naming, NamingError> {
        let mut naming = Naming {
            parts: Vec::new(),
            attributes: Vec::new(),
        };
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            if let Some(after) = brace.strip_prefix('}') {
                let close = text.len() - after.len() - 1;
                return Err(NamingError::Close(text[..close].to_owned()));
            }
            naming.text(before);
            let inner = &brace[1..];
            let Some(end) = inner
                .find(['{', '}'])
                .filter(|at| inner[*at..].starts_with('}'))
            else {
                return Err(NamingError::Open(inner.to_owned()));
            };
            let key = &inner[..end];
            if key.is_empty() || key.contains(char::is_whitespace) {
                return Err(NamingError::Key(format!("{{{key}}}")));
            }
            let part = naming.part(key);
            naming.parts.push(part);
            rest = &inner[end + 1..];
        }
        naming.text(rest);
        if naming
            .parts
            .iter()
            .all(|part| matches!(part, Part::Text(_)))
        {
            return Err(NamingError::Constant);
        }
        Ok(naming)
    }

    /// The attributes it reads, each once.
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }

    /// Appends the operation's name, templated and without spaces around it; marks the attributes that the span has. Numbers within texts become `{}`, as in all
    /// names; an attribute that is a number and nothing else stays, since it was asked for: a status, a shard.
    pub fn write(&self, span: &Span<'_>, met: &mut [bool], out: &mut String) {
        let start = out.len();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Name => out.push_str(&template(span.name.unwrap_or_default())),
                Part::Service => out.push_str(span.service.unwrap_or_default()),
                Part::Attribute(place) => {
                    let key = self.attributes[*place].as_str();
                    let is_it = |attribute: &&Attribute<'_>| attribute.key == key;
                    if let Some(attribute) = span.attributes.iter().find(is_it) {
                        met[*place] = true;
                        push_value(attribute.value, out);
                    }
                }
            }
        }
        out.truncate(start + out[start..].trim_end().len());
        let blank = out[start..].len() - out[start..].trim_start().len();
        out.drain(start..start + blank);
    }

    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.parts.push(Part::Text(text.to_owned()));
        }
    }

    fn part(&mut self, key: &str) -> Part {
        match key {
            "name" => Part::Name,
            "service" => Part::Service,
            key => {
                let known = self.attributes.iter().position(|known| known == key);
                Part::Attribute(known.unwrap_or_else(|| {
                    self.attributes.push(key.to_owned());
                    self.attributes.len() - 1
                }))
            }
        }
    }
}

fn push_value(value: Value<'_>, out: &mut String) {
    match value {
        Value::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => out.push_str(text),
        Value::Text(text) => out.push_str(&template(text)),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(naming: &str, span: &Span<'_>) -> String {
        let naming = Naming::parse(naming).expect("it names operations");
        let mut met = vec![false; naming.attributes().len()];
        let mut out = String::from("kept|");
        naming.write(span, &mut met, &mut out);
        out.strip_prefix("kept|").expect("only appended").to_owned()
    }

    #[test]
    fn parts_of_a_span_name_its_operation() {
        let attributes = [
            ("http.route", Value::Text("/users/42/{id}")),
            ("http.response.status_code", Value::Number(404.0)),
            ("shard", Value::Text("7")),
            ("retry", Value::Bool(true)),
            ("ratio", Value::Number(0.5)),
        ]
        .map(|(key, value)| Attribute { key, value });
        let span = Span {
            name: Some("GET 9"),
            service: Some("shop"),
            attributes: &attributes,
            ..Span::default()
        };
        for (naming, expected) in [
            ("{name}", "GET {}"),
            ("{name} {http.route}", "GET {} /users/{}/{id}"),
            (
                "{service}: {name} {http.response.status_code}",
                "shop: GET {} 404",
            ),
            ("{shard}/{retry}/{ratio}", "7/true/0.5"),
            ("{name} {missing}", "GET {}"),
            (" {missing} {name} ", "GET {}"),
            ("{missing}", ""),
            ("ü{retry}{retry}ß", "ütruetrueß"),
        ] {
            assert_eq!(named(naming, &span), expected, "{naming}");
        }
        assert_eq!(named("{name} {x}", &Span::default()), "");
    }

    #[test]
    fn attributes_are_listed_once_and_marked_where_met() {
        let naming = Naming::parse("{a} {name} {b} {a}").expect("fine");
        assert_eq!(naming.attributes(), ["a", "b"]);
        let attributes = [Attribute {
            key: "b",
            value: Value::Bool(false),
        }];
        let span = Span {
            attributes: &attributes,
            ..Span::default()
        };
        let mut met = [false; 2];
        naming.write(&span, &mut met, &mut String::new());
        assert_eq!(met, [false, true]);
    }

    #[test]
    fn what_names_nothing_is_refused_with_its_reason() {
        for (text, says) in [
            ("{name", "does not close, before \"name\""),
            ("a {na{me}", "does not close"),
            ("{{name}}", "does not close"),
            ("{name} }", "did not open, after \"{name} \""),
            ("{}", "\"{}\", which is no key"),
            ("{ name }", "no key"),
            ("all", "all spans would be one"),
            ("", "all spans would be one"),
        ] {
            let error = Naming::parse(text).expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
