//! Texts of JSON and their escapes.

use std::borrow::Cow;

/// A text between its quotes, its escapes checked but still in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(raw: &'a str, escaped: bool) -> Text<'a> {
        Text { raw, escaped }
    }

    pub(super) fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    pub(super) fn get(self) -> Cow<'a, str> {
        if self.escaped {
            Cow::Owned(unescape(self.raw))
        } else {
            Cow::Borrowed(self.raw)
        }
    }
}

/// Escapes are known to be well-formed. Python keeps lone surrogates; here they go to the private use area, so that different ones stay different.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(place) = rest.find('\\') {
        text.push_str(&rest[..place]);
        let escape = rest.as_bytes()[place + 1];
        rest = &rest[place + 2..];
        if escape != b'u' {
            text.push(match escape {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                same => same as char,
            });
            continue;
        }
        let first = hex(&rest[..4]);
        rest = &rest[4..];
        let second = match rest.strip_prefix("\\u") {
            Some(next) if (0xd800..0xdc00).contains(&first) => hex(&next[..4]),
            _ => 0,
        };
        let code = if (0xdc00..0xe000).contains(&second) {
            rest = &rest[6..];
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else if (0xd800..0xe000).contains(&first) {
            0x10_0000 + first
        } else {
            first
        };
        text.extend(char::from_u32(code));
    }
    text.push_str(rest);
    text
}

fn hex(digits: &str) -> u32 {
    u32::from_str_radix(digits, 16).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_lone_surrogates() {
        let text = |raw: &str| Text::new(raw, raw.contains('\\')).get().into_owned();
        assert_eq!(text(r"a\u0062\n\/\ud83d\ude00"), "ab\n/\u{1f600}");
        assert_ne!(text(r"\ud800"), text(r"\ud801"));
        assert_eq!(text(r"\ud800A"), "\u{10d800}A");
        assert_eq!(text(r"\ud800\u0041"), "\u{10d800}A");
        assert_eq!(text("plain \u{e9}"), "plain \u{e9}");
    }
}
