//! JSON as Python's `json` module reads it: NaN, Infinity and lone surrogates are fine.

use std::borrow::Cow;

use super::text::Text;

/// Levels of nesting beyond which a record is refused; Python gives up at about as many.
const DEPTH: usize = 1000;

/// Why a text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Syntax,
    Depth,
}

/// A value; what lies inside lists and objects is checked, and read again only where it is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64),
    /// A whole number that no double can hold, where Python raises `OverflowError`.
    TooLarge,
    Text(Text<'a>),
    Array {
        raw: &'a str,
        empty: bool,
    },
    Object {
        raw: &'a str,
        empty: bool,
    },
}

impl Value<'_> {
    /// What Python's `bool` says.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(value) => *value,
            Value::Number(value) => *value != 0.0,
            Value::TooLarge => true,
            Value::Text(text) => !text.is_empty(),
            Value::Array { empty, .. } | Value::Object { empty, .. } => !empty,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::TooLarge => "a number too large for a double",
            Value::Text(_) => "text",
            Value::Array { .. } => "an array",
            Value::Object { .. } => "an object",
        }
    }
}

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0 }
    }

    /// The next byte that is no blank; NUL at the end, which no JSON holds outside a text.
    pub(super) fn peek(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        self.byte()
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek();
        self.at == self.text.len()
    }

    /// Passes the given byte if it comes next.
    pub(super) fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == wanted;
        self.at += usize::from(found);
        found
    }

    /// Calls `each` with every member of the object that comes next; with a key more than once, it is called as often.
    pub(super) fn members<E: From<Fault>>(
        &mut self,
        mut each: impl FnMut(Cow<'a, str>, Value<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.take(b'{') {
            return Err(Fault::Syntax.into());
        }
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            each(key.get(), self.value()?)?;
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(Fault::Syntax.into());
            }
        }
    }

    /// The value that comes next.
    pub(super) fn value(&mut self) -> Result<Value<'a>, Fault> {
        let start = match self.peek() {
            b'{' | b'[' => self.at,
            _ => return self.scalar(),
        };
        let is_object = self.byte() == b'{';
        let empty = self.skip_nested()?;
        let raw = &self.text[start..self.at];
        Ok(if is_object {
            Value::Object { raw, empty }
        } else {
            Value::Array { raw, empty }
        })
    }

    /// The text between this place and a later one.
    pub(super) fn text_to(&self, later: &Reader<'a>) -> &'a str {
        &self.text[self.at..later.at]
    }

    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn key(&mut self) -> Result<Text<'a>, Fault> {
        if self.peek() != b'"' {
            return Err(Fault::Syntax);
        }
        let key = self.quoted()?;
        if self.take(b':') {
            Ok(key)
        } else {
            Err(Fault::Syntax)
        }
    }

    fn scalar(&mut self) -> Result<Value<'a>, Fault> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Number(f64::NAN)),
            ("Infinity", Value::Number(f64::INFINITY)),
            ("-Infinity", Value::Number(f64::NEG_INFINITY)),
        ];
        match self.byte() {
            b'"' => return self.quoted().map(Value::Text),
            b'0'..=b'9' => return self.number(),
            b'-' if self.text.as_bytes().get(self.at + 1) != Some(&b'I') => return self.number(),
            _ => {}
        }
        let rest = &self.text[self.at..];
        let (word, value) = words
            .into_iter()
            .find(|(word, _)| rest.starts_with(word))
            .ok_or(Fault::Syntax)?;
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value<'a>, Fault> {
        let start = self.at;
        self.at += usize::from(self.byte() == b'-');
        let leading_zero = self.byte() == b'0';
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(Fault::Syntax);
        }
        let mut is_whole = true;
        if self.byte() == b'.' {
            is_whole = false;
            self.at += 1;
            if self.digits() == 0 {
                return Err(Fault::Syntax);
            }
        }
        if matches!(self.byte(), b'e' | b'E') {
            is_whole = false;
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            if self.digits() == 0 {
                return Err(Fault::Syntax);
            }
        }
        let value: f64 = self.text[start..self.at]
            .parse()
            .map_err(|_| Fault::Syntax)?;
        Ok(if is_whole && value.is_infinite() {
            Value::TooLarge
        } else {
            Value::Number(value)
        })
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        self.at - start
    }

    fn quoted(&mut self) -> Result<Text<'a>, Fault> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.byte() {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                    match self.byte() {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        b'u' if self.has_hex() => self.at += 5,
                        _ => return Err(Fault::Syntax),
                    }
                }
                // Also the end of the text, which reads as 0.
                0..=0x1f => return Err(Fault::Syntax),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(Text::new(&self.text[start..self.at - 1], escaped))
    }

    fn has_hex(&self) -> bool {
        self.text
            .as_bytes()
            .get(self.at + 1..self.at + 5)
            .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    }

    /// Passes a list or object without recursion; true if it is empty.
    fn skip_nested(&mut self) -> Result<bool, Fault> {
        // What closes each open level.
        let mut open: Vec<u8> = Vec::new();
        let mut members = 0usize;
        loop {
            // Here a value begins.
            match self.peek() {
                bracket @ (b'{' | b'[') => {
                    if open.len() == DEPTH {
                        return Err(Fault::Depth);
                    }
                    open.push(bracket + 2);
                    self.at += 1;
                    if !self.take(bracket + 2) {
                        if bracket == b'{' {
                            self.key()?;
                        }
                        members += 1;
                        continue;
                    }
                    open.pop();
                }
                _ => {
                    self.scalar()?;
                }
            }
            // Here one has ended.
            loop {
                let Some(close) = open.last().copied() else {
                    return Ok(members == 0);
                };
                if self.take(close) {
                    open.pop();
                } else if self.take(b',') {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                } else {
                    return Err(Fault::Syntax);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Result<Value<'_>, Fault> {
        let mut reader = Reader::new(text);
        let value = reader.value()?;
        if reader.is_at_end() {
            Ok(value)
        } else {
            Err(Fault::Syntax)
        }
    }

    #[test]
    fn what_python_takes_for_true() {
        for (text, truthy) in [
            ("null", false),
            ("false", false),
            ("true", true),
            ("0", false),
            ("-0.0", false),
            ("1e-400", false),
            ("1e400", true),
            ("NaN", true),
            ("-Infinity", true),
            ("\"\"", false),
            ("\"false\"", true),
            ("[ ]", false),
            ("[0]", true),
            ("{}", false),
            ("{\"a\":[]}", true),
        ] {
            assert_eq!(value(text).unwrap().is_truthy(), truthy, "{text}");
        }
        assert_eq!(value(&"9".repeat(400)), Ok(Value::TooLarge));
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(value(&nested(DEPTH)).is_ok());
        assert_eq!(value(&nested(DEPTH + 1)), Err(Fault::Depth));
    }

    proptest! {
        #[test]
        fn it_accepts_what_serde_json_accepts(text in r#"([\[\]{},: ]|"(a|\\n|\\u00e9)?"|-?[0-9.e]{1,4}|true|null){0,9}"#) {
            let accepted = serde_json::from_str::<serde_json::Value>(&text);
            // serde_json refuses numbers beyond a double, which Python reads as infinity.
            if accepted.as_ref().err().is_none_or(|error| !error.to_string().contains("out of range")) {
                prop_assert_eq!(value(&text).is_ok(), accepted.is_ok(), "{}", text);
            }
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,40}") {
            let _ = value(&text);
        }
    }
}
