//! Which texts PyPSS takes for a database or network call.

use hashbrown::HashMap;

/// Distinct texts remembered; beyond it the memory starts anew, so that a file of unique names stays cheap.
const REMEMBERED: usize = 1 << 14;

const DATABASE: &[&str] = &[
    "db", "sql", "mongo", "redis", "query", "database", "orm", "execute", "fetch", "commit",
    "rollback", "write",
];

const NETWORK: &[&str] = &[
    "http", "https", "request", "fetch", "api", "get", "post", "put", "delete", "patch", "connect",
    "send", "recv", "socket", "url", "endpoint", "remote",
];

/// What the keywords say of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kinds {
    pub(super) database: bool,
    pub(super) network: bool,
}

impl Kinds {
    pub(super) fn or(self, other: Kinds) -> Kinds {
        Kinds {
            database: self.database || other.database,
            network: self.network || other.network,
        }
    }

    fn of(text: &str) -> Kinds {
        let folded: String = text.chars().map(fold).collect();
        let any = |keywords: &[&str]| keywords.iter().any(|keyword| folded.contains(keyword));
        Kinds {
            database: any(DATABASE),
            network: any(NETWORK),
        }
    }
}

/// Kinds of texts, found once per text.
#[derive(Debug, Clone, Default)]
pub(super) struct Keywords {
    known: HashMap<Box<str>, Kinds>,
}

impl Keywords {
    pub(super) fn kinds(&mut self, text: &str) -> Kinds {
        if text.is_empty() {
            return Kinds::default();
        }
        if let Some(kinds) = self.known.get(text) {
            return *kinds;
        }
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        let kinds = Kinds::of(text);
        self.known.insert(text.into(), kinds);
        kinds
    }
}

/// Letters that Python's `re.IGNORECASE` holds equal to a letter of a keyword; all others differ from every keyword anyway.
fn fold(letter: char) -> char {
    match letter {
        '\u{130}' | '\u{131}' => 'i',
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        _ => letter.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_match_inside_words_whatever_their_case() {
        let kinds = |text: &str| {
            let found = Kinds::of(text);
            (found.database, found.network)
        };
        assert_eq!(kinds("WIDGET"), (false, true));
        assert_eq!(kinds("store.ORM"), (true, false));
        assert_eq!(kinds("prefetched"), (true, true));
        assert_eq!(kinds("compute_price"), (false, true));
        assert_eq!(kinds("resize_image"), (false, false));
        assert_eq!(kinds("red\u{131}\u{17f}"), (true, false));
        assert_eq!(kinds("\u{17f}oc\u{212a}et"), (false, true));
    }

    #[test]
    fn a_flood_of_names_does_not_grow_the_memory() {
        let mut keywords = Keywords::default();
        for number in 0..3 * REMEMBERED {
            keywords.kinds(&format!("job-{number}"));
        }
        assert!(keywords.known.len() <= REMEMBERED);
        assert!(keywords.kinds("http").network);
    }
}
