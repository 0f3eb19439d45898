//! LIKE: `%` stands for any text, `_` for one character.

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    One(char),
    AnyOne,
    Any,
}

/// A pattern, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    /// Whether case matters not.
    folded: bool,
}

impl Pattern {
    pub(super) fn new(text: &str, folded: bool) -> Pattern {
        let lower;
        let text = if folded {
            lower = text.to_lowercase();
            &lower
        } else {
            text
        };
        let mut pieces = Vec::new();
        for letter in text.chars() {
            match letter {
                // Two in a row mean what one does.
                '%' if pieces.last() == Some(&Piece::Any) => {}
                '%' => pieces.push(Piece::Any),
                '_' => pieces.push(Piece::AnyOne),
                letter => pieces.push(Piece::One(letter)),
            }
        }
        Pattern { pieces, folded }
    }

    pub(super) fn takes(&self, text: &str) -> bool {
        if self.folded {
            self.matches(&text.to_lowercase())
        } else {
            self.matches(text)
        }
    }

    /// Greedy, going back to the last `%` only: at most pattern times text steps, whatever both are.
    fn matches(&self, text: &str) -> bool {
        let (mut at, mut rest) = (0, text.chars());
        let mut back: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut ahead = rest.clone();
            match (self.pieces.get(at), ahead.next()) {
                (Some(Piece::Any), _) => {
                    back = Some((at, rest.clone()));
                    at += 1;
                    continue;
                }
                (Some(Piece::AnyOne), Some(_)) => {
                    (at, rest) = (at + 1, ahead);
                    continue;
                }
                (Some(Piece::One(letter)), Some(found)) if *letter == found => {
                    (at, rest) = (at + 1, ahead);
                    continue;
                }
                (None, None) => return true,
                _ => {}
            }
            // The last `%` takes one character more.
            let Some((star, mut from)) = back.take() else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            rest = from.clone();
            at = star + 1;
            back = Some((star, from));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_what_they_say() {
        for (pattern, text, takes) in [
            ("%checkout%", "POST /checkout/7", true),
            ("%checkout%", "check out", false),
            ("a_c", "abc", true),
            ("a_c", "aéc", true),
            ("a_c", "ac", false),
            ("", "", true),
            ("", "a", false),
            ("%", "", true),
            ("%%a", "bba", true),
            ("%a%b", "xaxbxb", true),
            ("a%", "ba", false),
            ("%ab", "aab", true),
            ("_%_", "a", false),
        ] {
            assert_eq!(
                Pattern::new(pattern, false).takes(text),
                takes,
                "{pattern} {text}"
            );
        }
        assert!(Pattern::new("%CheckOut", true).takes("/CHECKOUT"));
        assert!(!Pattern::new("%CheckOut", false).takes("/CHECKOUT"));
    }

    #[test]
    fn hostile_patterns_end_soon() {
        let pattern = Pattern::new(&"%a".repeat(2000), false);
        assert!(!pattern.takes(&"a".repeat(1999)));
        assert!(pattern.takes("ab".repeat(2000).trim_end_matches('b')));
    }
}
