//! The outline of a JSON document of which only the first bytes are known: enough to tell formats apart.

/// What a value is, by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    Text,
    /// A number, `true`, `false` or `null`.
    Plain,
}

/// A value that begins at a place of the head. Nothing is checked beyond what finding the way needs, and what the head cuts off does not exist.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'a> {
    head: &'a [u8],
    at: usize,
}

impl<'a> Outline<'a> {
    /// The first value of a stream, behind a byte order mark and blanks; `None` where these bytes begin no JSON value.
    pub fn new(head: &'a [u8]) -> Option<Outline<'a>> {
        let start = usize::from(head.starts_with(b"\xef\xbb\xbf")) * 3;
        let outline = Outline {
            head,
            at: blanks(head, start),
        };
        outline.try_shape().map(|_| outline)
    }

    /// What it is.
    pub fn shape(&self) -> Shape {
        self.try_shape().unwrap_or(Shape::Plain)
    }

    /// Where it begins.
    pub fn start(&self) -> usize {
        self.at
    }

    /// Where what is inside its brackets or quotes begins.
    pub fn inside(&self) -> usize {
        self.at + 1
    }

    /// Where it ends, if the head holds all of it.
    pub fn end(&self) -> Option<usize> {
        skip(self.head, self.at)
    }

    /// The value behind it, if the head reaches there.
    pub fn next(&self) -> Option<Outline<'a>> {
        let next = Outline {
            head: self.head,
            at: blanks(self.head, self.end()?),
        };
        next.try_shape().map(|_| next)
    }

    /// The raw text, if this is one and the head holds all of it.
    pub fn text(&self) -> Option<&'a [u8]> {
        (self.shape() == Shape::Text).then_some(())?;
        Some(&self.head[self.at + 1..self.end()? - 1])
    }

    /// The first element of an array.
    pub fn first(&self) -> Option<Outline<'a>> {
        (self.shape() == Shape::Array).then_some(())?;
        let inner = Outline {
            head: self.head,
            at: blanks(self.head, self.at + 1),
        };
        inner.try_shape().map(|_| inner)
    }

    /// The value of a key of an object.
    pub fn get(&self, key: &str) -> Option<Outline<'a>> {
        self.members()
            .find(|(name, _)| *name == key.as_bytes())
            .map(|(_, value)| value)
    }

    /// Whether an object has one of the keys.
    pub fn has(&self, keys: &[&str]) -> bool {
        self.members()
            .any(|(name, _)| keys.iter().any(|key| key.as_bytes() == name))
    }

    /// Keys (raw) and values of an object, as far as the head reaches.
    pub fn members(&self) -> impl Iterator<Item = (&'a [u8], Outline<'a>)> {
        let (head, mut at) = (self.head, self.at + 1);
        let mut going = self.shape() == Shape::Object;
        std::iter::from_fn(move || {
            if !going {
                return None;
            }
            going = false;
            at = blanks(head, at);
            (head.get(at) == Some(&b'"')).then_some(())?;
            let end = skip(head, at)?;
            let name = &head[at + 1..end - 1];
            let colon = blanks(head, end);
            (head.get(colon) == Some(&b':')).then_some(())?;
            let value = Outline {
                head,
                at: blanks(head, colon + 1),
            };
            value.try_shape()?;
            if let Some(end) = value.end() {
                let comma = blanks(head, end);
                going = head.get(comma) == Some(&b',');
                at = comma + 1;
            }
            Some((name, value))
        })
    }

    /// Whether values stand one a line: this one ends on the line on which it begins, or the line is longer than the head, and the next does not lie over several.
    pub fn one_a_line(&self) -> bool {
        let Some(end) = self.end() else {
            return !self.head[self.at..].contains(&b'\n');
        };
        !self.head[self.at..end].contains(&b'\n')
            && !self.next().is_some_and(|next| next.is_spread())
    }

    /// Whether an object lies over several lines as printers lay it: it does not end on its first, and the next begins with a key. One that was cut in a file of lines
    /// has another one behind it.
    fn is_spread(&self) -> bool {
        let whole = &self.head[self.at..];
        let Some(line) = memchr::memchr(b'\n', whole) else {
            return false;
        };
        let on_its_line = self.end().is_some_and(|end| end <= self.at + line);
        self.shape() == Shape::Object
            && !on_its_line
            && whole.get(blanks(whole, line)) == Some(&b'"')
    }

    fn try_shape(&self) -> Option<Shape> {
        match self.head.get(self.at)? {
            b'{' => Some(Shape::Object),
            b'[' => Some(Shape::Array),
            b'"' => Some(Shape::Text),
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => Some(Shape::Plain),
            _ => None,
        }
    }
}

fn blanks(head: &[u8], at: usize) -> usize {
    let rest = head.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .unwrap_or(rest.len())
}

/// Where the value that begins at a place ends.
pub(super) fn skip(head: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0u32;
    let mut at = start;
    while let Some(byte) = head.get(at) {
        match byte {
            b'"' => {
                at += 1;
                loop {
                    match head.get(at)? {
                        b'"' => break,
                        b'\\' => at += 2,
                        _ => at += 1,
                    }
                }
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                // A plain value ends before the bracket of what it stands in.
                let Some(outer) = depth.checked_sub(1) else {
                    return Some(at);
                };
                depth = outer;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return Some(at),
            byte if depth == 0 && byte.is_ascii_whitespace() => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_walked_as_far_as_it_reaches() {
        let head = br#" {"total": 0, "note": "a\"},", "data": [ {"traceID": "1", "spans": [{"#;
        let root = Outline::new(head).expect("json");
        assert_eq!(root.shape(), Shape::Object);
        assert!(root.has(&["x", "total"]));
        let trace = root
            .get("data")
            .and_then(|data| data.first())
            .expect("a trace");
        assert_eq!(
            trace.get("traceID").and_then(|id| id.text()),
            Some(&b"1"[..])
        );
        assert_eq!(
            trace.get("spans").map(|spans| spans.shape()),
            Some(Shape::Array)
        );
        assert!(trace.get("processes").is_none());
        assert!(root.one_a_line());
    }

    #[test]
    fn lines_and_documents_over_many_lines_are_told_apart() {
        let lines = Outline::new(b"{\"a\":1}\n{\"a\":2}\n").expect("json");
        assert!(lines.one_a_line());
        let pretty = Outline::new(b"{\n  \"a\": 1\n}\n").expect("json");
        assert!(!pretty.one_a_line());
        let both = Outline::new(b"{\"a\":1}\n{\n  \"a\": 1\n}\n").expect("json");
        assert!(!both.one_a_line());
        assert_eq!(both.next().map(|next| next.start()), Some(8));
        // A line that was cut does not make its file a document.
        let cut = Outline::new(b"{\"a\":1}\n{\"a\":\n{\"a\":3}\n").expect("json");
        assert!(cut.one_a_line());
        assert!(Outline::new(b"hello").is_none());
        assert!(Outline::new(b"  ").is_none());
        assert_eq!(Outline::new(b"[]").expect("json").first().map(|_| ()), None);
    }
}
