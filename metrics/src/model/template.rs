//! Operation names without their parameters: `GET /users/42` and `GET /users/7` are one operation.

use std::borrow::Cow;

/// Longest operation name that is kept, in bytes; a hostile name must not cost memory in every table that holds it.
const LONGEST: usize = 256;

/// Replaces each number, UUID and long hexadecimal word of an operation name by `{}`.
///
/// A word is a run of ASCII letters and digits. Digits inside a word (`http2`, `v1`) stay: they tell operations apart.
pub fn template(name: &str) -> Cow<'_, str> {
    let name = shorten(name);
    if !name.bytes().any(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let length = if starts_uuid(rest.as_bytes()) {
            36
        } else {
            word(rest)
        };
        if length == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, tail) = rest.split_at(length);
        out.push_str(
            if length == 36 && word.contains('-') || is_parameter(word) {
                "{}"
            } else {
                word
            },
        );
        rest = tail;
    }
    Cow::Owned(out)
}

/// The part of a name that is kept.
pub(super) fn shorten(name: &str) -> &str {
    if name.len() <= LONGEST {
        return name;
    }
    let mut end = LONGEST;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

fn word(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_alphanumeric).count()
}

fn is_parameter(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits == word.len() || (hex && digits > 0 && word.len() >= 8)
}

/// The 8-4-4-4-12 form of a UUID, not followed by more of a word.
fn starts_uuid(text: &[u8]) -> bool {
    text.len() >= 36
        && text[..36].iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && !text.get(36).is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn parameters_become_braces() {
        for (name, expected) in [
            ("GET /users/42/orders/7", "GET /users/{}/orders/{}"),
            ("user_17", "user_{}"),
            (
                "job 3f2504e0-4f89-11d3-9a0c-0305e82c3301 done",
                "job {} done",
            ),
            ("blob/9f86d081884c7d65", "blob/{}"),
            ("http2.v1/Send", "http2.v1/Send"),
            ("facade", "facade"),
            ("größe 12 µs", "größe {} µs"),
            ("", ""),
        ] {
            assert_eq!(template(name), expected);
        }
    }

    #[test]
    fn a_template_is_its_own_template() {
        for name in [
            "GET /users/42",
            "a1b2c3d4e5",
            "x-1-2-3",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        ] {
            let once = template(name).into_owned();
            assert_eq!(template(&once), once);
        }
    }

    #[test]
    fn hostile_lengths_are_cut_at_a_character() {
        let name = "ü".repeat(5000);
        assert!(template(&name).len() <= super::LONGEST);
    }
}
