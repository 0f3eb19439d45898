//! Escapes in texts.

use super::Reason;

type Result<T> = std::result::Result<T, Reason>;

/// The text that an escaped one stands for.
pub(super) fn unescape(raw: &str) -> Result<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1).ok_or(Reason::Syntax)?;
        let mut used = 2;
        out.push(match escape {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = hex(rest, at + 2)?;
                used = 6;
                if (0xd800..0xdc00).contains(&high) {
                    if rest.as_bytes().get(at + 6..at + 8) != Some(b"\\u") {
                        return Err(Reason::Syntax);
                    }
                    let low = hex(rest, at + 8)?;
                    used = 12;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(Reason::Syntax);
                    }
                    char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                        .ok_or(Reason::Syntax)?
                } else {
                    char::from_u32(high).ok_or(Reason::Syntax)?
                }
            }
            _ => return Err(Reason::Syntax),
        });
        rest = &rest[at + used..];
    }
    out.push_str(rest);
    Ok(out)
}

fn hex(text: &str, at: usize) -> Result<u32> {
    let digits = text.as_bytes().get(at..at + 4).ok_or(Reason::Syntax)?;
    digits.iter().try_fold(0, |value, digit| {
        Ok(value * 16 + (*digit as char).to_digit(16).ok_or(Reason::Syntax)?)
    })
}

/// Whether a text that nobody asks for is well formed. Half of a surrogate pair is: it stands for no character, which only matters to who wants the text.
pub(super) fn check(raw: &str) -> Result<()> {
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        let used = match rest.as_bytes().get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => hex(rest, at + 2).map(|_| 6)?,
            _ => return Err(Reason::Syntax),
        };
        rest = &rest[at + used..];
    }
    Ok(())
}
