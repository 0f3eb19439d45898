//! Short texts that are looked for at the same place of one record after the other.

/// Longest literal, in bytes: two loads of sixteen.
const LONGEST: usize = 32;

/// A text of up to 32 bytes, laid out so that comparing it takes one or two loads and no call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats) struct Literal {
    first: u128,
    /// Which bytes of the first sixteen count.
    mask: u128,
    /// The last sixteen bytes of a literal longer than that.
    last: u128,
    length: usize,
}

impl Literal {
    /// Nothing where a text is empty or too long.
    pub(in crate::formats) fn new(text: &str) -> Option<Literal> {
        let bytes = text.as_bytes();
        let length = bytes.len();
        if length == 0 || length > LONGEST {
            return None;
        }
        let word = |bytes: &[u8]| {
            let mut word = [0; 16];
            word[..bytes.len()].copy_from_slice(bytes);
            u128::from_le_bytes(word)
        };
        let short = length.min(16);
        Some(Literal {
            first: word(&bytes[..short]),
            mask: u128::MAX >> (8 * (16 - short)),
            last: word(&bytes[length.saturating_sub(16)..]),
            length,
        })
    }

    /// Number of bytes.
    #[inline]
    pub(in crate::formats) fn len(&self) -> usize {
        self.length
    }

    /// Whether it stands at a place. False also where fewer than sixteen bytes are left: whoever asks must have another way.
    #[inline]
    pub(in crate::formats) fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        load(bytes, at).is_some_and(|word| (word ^ self.first) & self.mask == 0)
            && (self.length <= 16 || load(bytes, at + self.length - 16) == Some(self.last))
    }
}

#[inline]
fn load(bytes: &[u8], at: usize) -> Option<u128> {
    bytes
        .get(at..)?
        .first_chunk::<16>()
        .map(|word| u128::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_compared_to_its_last_byte() {
        let text = "0123456789abcdefghijklmnopqrstuvwxyz";
        assert_eq!(Literal::new(""), None);
        assert_eq!(Literal::new(&text[..33]), None);
        for length in 1..=32 {
            let literal = Literal::new(&text[..length]).expect("short enough");
            let padded = format!("??{}{}", &text[..length], "?".repeat(16));
            assert!(literal.stands_at(padded.as_bytes(), 2), "{length}");
            assert!(!literal.stands_at(padded.as_bytes(), 1), "{length}");
            for wrong in 2..2 + length {
                let mut other = padded.clone().into_bytes();
                other[wrong] ^= 1;
                assert!(!literal.stands_at(&other, 2), "{length} {wrong}");
            }
        }
    }

    #[test]
    fn beyond_the_end_nothing_stands() {
        let literal = Literal::new("abc").expect("short enough");
        for at in 0..5 {
            assert!(!literal.stands_at(b"abc", at));
        }
    }
}
