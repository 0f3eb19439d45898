//! A strict JSON scanner over one record: it accepts what serde_json accepts, looks at each byte once, and allocates only for texts with escapes that are asked for.

use std::borrow::Cow;

use pss_metrics::model::Decimal;
use wide::u8x16;

use super::{escape, literal::Literal, reason::Reason};

/// Levels of nesting beyond which a record is refused, as serde_json does.
const DEPTH: u32 = 127;

/// A place in a record.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// What kind of value comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Next {
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
}

impl Next {
    pub(in crate::formats) fn name(self) -> &'static str {
        match self {
            Next::Object => "an object",
            Next::Array => "an array",
            Next::Text => "text",
            Next::Number => "a number",
            Next::True | Next::False => "true or false",
            Next::Null => "null",
        }
    }
}

type Result<T> = std::result::Result<T, Reason>;

impl<'a> Scanner<'a> {
    pub(in crate::formats) fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, at: 0 }
    }

    #[inline]
    fn byte(&self) -> u8 {
        // No JSON text holds a NUL, so it can stand for the end.
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn blanks(&mut self) {
        while matches!(self.byte(), b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
    }

    /// The kind of the next value.
    #[inline]
    pub(in crate::formats) fn next(&mut self) -> Result<Next> {
        self.blanks();
        match self.byte() {
            b'"' => Ok(Next::Text),
            b'-' if self.text.as_bytes().get(self.at + 1) == Some(&b'I') => Err(Reason::NotFinite),
            b'-' | b'0'..=b'9' => Ok(Next::Number),
            b'{' => Ok(Next::Object),
            b'[' => Ok(Next::Array),
            b't' => Ok(Next::True),
            b'f' => Ok(Next::False),
            b'n' => Ok(Next::Null),
            b'N' | b'I' => Err(Reason::NotFinite),
            _ => Err(Reason::Syntax),
        }
    }

    /// Enters an object; false when it is empty.
    #[inline]
    pub(in crate::formats) fn enter(&mut self) -> Result<bool> {
        self.expect(b'{')?;
        self.blanks();
        if self.byte() == b'}' {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Enters an array; false when it is empty.
    #[inline]
    pub(in crate::formats) fn enter_array(&mut self) -> Result<bool> {
        self.expect(b'[')?;
        self.blanks();
        if self.byte() == b']' {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// After an element of an array: true when another one follows.
    #[inline]
    pub(in crate::formats) fn more_elements(&mut self) -> Result<bool> {
        self.blanks();
        match self.byte() {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            b']' => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(Reason::Syntax),
        }
    }

    /// Passes over a literal, if it stands here.
    #[inline(always)]
    pub(in crate::formats) fn passes(&mut self, literal: &Literal) -> bool {
        let found = literal.stands_at(self.text.as_bytes(), self.at);
        if found {
            self.at += literal.len();
        }
        found
    }

    /// Passes over blanks; says what was passed over since an earlier place.
    pub(in crate::formats) fn since(&mut self, earlier: &Scanner<'a>) -> &'a str {
        self.blanks();
        &self.text[earlier.at..self.at]
    }

    /// Passes over the bracket that ends an object, if it stands here.
    #[inline(always)]
    pub(in crate::formats) fn closes(&mut self) -> bool {
        let found = self.byte() == b'}';
        self.at += usize::from(found);
        found
    }

    /// A text that starts right here and has no escapes; `None`, without moving, for anything else.
    #[inline(always)]
    pub(in crate::formats) fn plain_text(&mut self) -> Option<&'a str> {
        if self.byte() != b'"' {
            return None;
        }
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let end = start + plain(&bytes[start..]);
        if bytes.get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        Some(&self.text[start..end])
    }

    /// A whole number that starts right here; `None`, without moving, where it is not written plainly.
    #[inline(always)]
    pub(in crate::formats) fn plain_integer(&mut self) -> Option<u64> {
        let (value, length) = Decimal::plain_integer(&self.text.as_bytes()[self.at..])?;
        self.at += length;
        Some(value)
    }

    /// Seconds that start right here, in nanoseconds; `None`, without moving, where they are not written plainly.
    #[inline(always)]
    pub(in crate::formats) fn plain_seconds(&mut self) -> Option<u64> {
        let (value, length) = Decimal::plain_seconds(&self.text.as_bytes()[self.at..])?;
        self.at += length;
        Some(value)
    }

    /// Passes over `null`, if it stands right here.
    #[inline(always)]
    pub(in crate::formats) fn plain_null(&mut self) -> bool {
        let found = self.text.as_bytes()[self.at..].first_chunk() == Some(b"null");
        self.at += 4 * usize::from(found);
        found
    }

    /// `true` or `false`, if one of them stands right here.
    #[inline(always)]
    pub(in crate::formats) fn plain_bool(&mut self) -> Option<bool> {
        let rest = &self.text.as_bytes()[self.at..];
        let found = if rest.first_chunk() == Some(b"false") {
            false
        } else if rest.first_chunk() == Some(b"true") {
            true
        } else {
            return None;
        };
        self.at += if found { 4 } else { 5 };
        Some(found)
    }

    /// Passes over a scalar that starts right here and is no text with escapes; false, without moving, for anything else.
    #[inline(always)]
    pub(in crate::formats) fn passes_plain(&mut self) -> bool {
        match self.byte() {
            b'"' => self.plain_text().is_some(),
            b'n' => self.plain_null(),
            b't' | b'f' => self.plain_bool().is_some(),
            b'0'..=b'9' => {
                if self.plain_integer().is_some() {
                    return true;
                }
                let behind = self.behind_number();
                *self = behind.unwrap_or(*self);
                behind.is_some()
            }
            _ => false,
        }
    }

    /// The place behind a number that starts right here.
    fn behind_number(mut self) -> Option<Scanner<'a>> {
        self.number().is_ok().then_some(self)
    }

    /// A key and its colon.
    #[inline]
    pub(in crate::formats) fn key(&mut self) -> Result<Cow<'a, str>> {
        self.blanks();
        let key = self.text()?;
        self.blanks();
        self.expect(b':')?;
        Ok(key)
    }

    /// After a value in an object: true when another key follows.
    #[inline]
    pub(in crate::formats) fn more(&mut self) -> Result<bool> {
        self.blanks();
        match self.byte() {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            b'}' => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(Reason::Syntax),
        }
    }

    /// Nothing but blanks may follow.
    #[inline]
    pub(in crate::formats) fn end(mut self) -> Result<()> {
        self.blanks();
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err(Reason::Syntax)
        }
    }

    /// Whether another value follows the one that was read.
    pub(in crate::formats) fn another(&mut self) -> bool {
        self.blanks();
        matches!(self.text.as_bytes().get(self.at), Some(b'{' | b'['))
    }

    /// A text, unescaped.
    #[inline]
    pub(in crate::formats) fn text(&mut self) -> Result<Cow<'a, str>> {
        let (raw, escaped) = self.raw_text()?;
        if escaped {
            escape::unescape(raw).map(Cow::Owned)
        } else {
            Ok(Cow::Borrowed(raw))
        }
    }

    /// A number as it stands.
    #[inline]
    pub(in crate::formats) fn number(&mut self) -> Result<&'a str> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            let first = at;
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            (at, at - first)
        };
        let whole = self.at + usize::from(self.byte() == b'-');
        let (mut at, count) = digits(whole);
        if count == 0 || (count > 1 && bytes[whole] == b'0') {
            return Err(Reason::Syntax);
        }
        if bytes.get(at) == Some(&b'.') {
            let (end, count) = digits(at + 1);
            if count == 0 {
                return Err(Reason::Syntax);
            }
            at = end;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
            let (end, count) = digits(at + 1 + sign);
            if count == 0 {
                return Err(Reason::Syntax);
            }
            at = end;
        }
        self.at = at;
        Ok(&self.text[start..at])
    }

    /// A number's exact value, scanned once.
    #[inline]
    pub(in crate::formats) fn decimal(&mut self) -> Result<Decimal> {
        let (value, length) =
            Decimal::prefix(&self.text.as_bytes()[self.at..]).map_err(|_| Reason::Syntax)?;
        self.at += length;
        Ok(value)
    }

    /// `true`, `false` or `null`, of which the first byte is known.
    #[inline]
    pub(in crate::formats) fn literal(&mut self, next: Next) -> Result<()> {
        let word: &[u8] = match next {
            Next::True => b"true",
            Next::False => b"false",
            _ => b"null",
        };
        if self.text.as_bytes()[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Reason::Syntax)
        }
    }

    /// A value of any kind as it stands, checked.
    pub(in crate::formats) fn raw(&mut self) -> Result<&'a str> {
        self.blanks();
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    /// Passes over a value of any kind, checking it.
    pub(in crate::formats) fn skip(&mut self) -> Result<()> {
        // One bit a level: set inside an object.
        let (mut levels, mut depth) = (0u128, 0u32);
        loop {
            match self.next()? {
                Next::Text => {
                    let (raw, escaped) = self.raw_text()?;
                    if escaped {
                        escape::check(raw)?;
                    }
                }
                Next::Number => {
                    self.number()?;
                }
                next @ (Next::Object | Next::Array) => {
                    if depth == DEPTH - 1 {
                        return Err(Reason::TooDeep);
                    }
                    depth += 1;
                    let object = next == Next::Object;
                    levels = levels << 1 | u128::from(object);
                    self.at += 1;
                    self.blanks();
                    let close = if object { b'}' } else { b']' };
                    if self.byte() != close {
                        if object {
                            self.skip_key()?;
                        }
                        continue;
                    }
                    self.at += 1;
                    levels >>= 1;
                    depth -= 1;
                }
                literal => self.literal(literal)?,
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                self.blanks();
                let object = levels & 1 == 1;
                match (self.byte(), object) {
                    (b',', _) => {
                        self.at += 1;
                        if object {
                            self.skip_key()?;
                        }
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        self.at += 1;
                        levels >>= 1;
                        depth -= 1;
                    }
                    _ => return Err(Reason::Syntax),
                }
            }
        }
    }

    fn skip_key(&mut self) -> Result<()> {
        self.blanks();
        let (raw, escaped) = self.raw_text()?;
        if escaped {
            escape::check(raw)?;
        }
        self.blanks();
        self.expect(b':')
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.byte() == byte {
            self.at += 1;
            Ok(())
        } else {
            Err(Reason::Syntax)
        }
    }

    /// What stands between quotes, and whether a backslash is in it.
    #[inline]
    fn raw_text(&mut self) -> Result<(&'a str, bool)> {
        self.expect(b'"')?;
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start;
        let mut escaped = false;
        loop {
            at += plain(&bytes[at..]);
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok((&self.text[start..at], escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                    // A backslash before a character of several bytes is wrong anyway; stepping into its middle must not be.
                    if at > bytes.len() || !self.text.is_char_boundary(at) {
                        return Err(Reason::Syntax);
                    }
                }
                _ => return Err(Reason::Syntax),
            }
        }
    }
}

/// Number of leading bytes that are neither quote, backslash nor control character, sixteen at a time.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk() {
        let chunk = u8x16::new(*chunk);
        let special = chunk.simd_eq(u8x16::splat(b'"'))
            | chunk.simd_eq(u8x16::splat(b'\\'))
            | chunk.simd_eq(chunk.min(u8x16::splat(0x1f)));
        let found = special.to_bitmask();
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += 16;
    }
    at + bytes[at..]
        .iter()
        .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20))
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn accepts(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.skip().and_then(|()| scanner.end()).is_ok()
    }

    /// What serde_json accepts where nobody asks for the value.
    fn reference(text: &str) -> bool {
        serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
    }

    #[test]
    fn corner_cases_are_as_in_serde_json() {
        for text in [
            "{}",
            "[]",
            "[1,]",
            "{\"a\":1,}",
            "{,}",
            "[01]",
            "-",
            "-0",
            "1.",
            ".1",
            "1e",
            "1e+1",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud83d\\ude00\"",
            "\"\\udc00\"",
            "\"\\x\"",
            "\"\u{1}\"",
            "\"\t\"",
            "tru",
            "nul",
            "\"a",
            "\"a\\",
            "[1 2]",
            "{\"a\" 1}",
            "{\"a\":}",
            " 1 ",
            "",
            "1 1",
            "\"é\\né\"",
            "\"\\é\"",
            "[[]",
            "\u{feff}1",
            "\"\\u00e9\"",
        ] {
            assert_eq!(accepts(text), reference(text), "{text:?}");
        }
    }

    #[test]
    fn depth_is_bounded_as_in_serde_json() {
        for depth in [126, 127, 128, 129, 20_000] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            // A record is itself one level, so what it holds may nest one less.
            let kept = serde_json::from_str::<serde_json::Value>(&format!("[{text}]"));
            assert_eq!(accepts(&text), kept.is_ok(), "{depth}");
        }
    }

    proptest! {
        #[test]
        fn unescaping_is_as_in_serde_json(text in "(\\\\(u[0-9a-fD-E]{4}|[\"\\\\/bfnrtux])|[ -~é]){0,12}") {
            let quoted = format!("\"{text}\"");
            let mut scanner = Scanner::new(&quoted);
            let mine = scanner.text().and_then(|text| scanner.end().map(|()| text.into_owned())).ok();
            prop_assert_eq!(mine, serde_json::from_str::<String>(&quoted).ok());
        }

        #[test]
        fn soup_is_as_in_serde_json(text in "([\\[\\]{},:0-9eE+.-]|\"a\"|true|false|null|\\\\| ){0,20}") {
            prop_assert_eq!(accepts(&text), reference(&text), "{:?}", text);
        }
    }
}
