//! Texts of which each is kept once, however many rows have it: Parquet has them so.

/// The word of a row that has none.
pub(crate) const NONE: u32 = u32::MAX;

/// Words, and which of them each row has.
#[derive(Debug)]
pub(crate) struct Words {
    text: String,
    /// Where each word ends, and before the first of them where that begins.
    ends: Vec<usize>,
    rows: Vec<u32>,
}

impl Words {
    /// `None` where the bytes are no text, or end within a character.
    pub(crate) fn of(bytes: Vec<u8>, ends: Vec<usize>, rows: Vec<u32>) -> Option<Words> {
        let text = String::from_utf8(bytes).ok()?;
        let whole = ends.iter().all(|end| text.is_char_boundary(*end));
        whole.then_some(Words { text, ends, rows })
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The word of each row by its place, or [`NONE`].
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The words by their place.
    pub(crate) fn all(&self) -> Vec<&str> {
        let bounds = self.ends.array_windows();
        bounds
            .map(|[start, end]| &self.text[*start..*end])
            .collect()
    }

    /// The text of a row, if it has one.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let word = self.rows[row] as usize;
        let (start, end) = (self.ends.get(word)?, self.ends.get(word + 1)?);
        self.text.get(*start..*end)
    }
}
