//! A column of texts that repeat: each word once, and a number a row.

use std::collections::HashMap;

use polars::prelude::*;

/// A row without a word.
pub(super) const NONE: u32 = u32::MAX;

/// Words, numbered as they came.
#[derive(Default)]
pub(super) struct Words {
    numbers: HashMap<Box<str>, u32>,
}

impl Words {
    /// The word's number; [`NONE`] where there is none, or an empty one.
    pub(super) fn number(&mut self, word: Option<&str>) -> u32 {
        let Some(word) = word.filter(|word| !word.is_empty()) else {
            return NONE;
        };
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        // Tables end at 2^32 - 1 rows, so there are never more words.
        let number = self.numbers.len() as u32;
        self.numbers.insert(word.into(), number);
        number
    }

    /// The column whose rows hold the words of these numbers.
    pub(super) fn column(
        self,
        name: &str,
        rows: impl Iterator<Item = u32>,
    ) -> PolarsResult<Column> {
        let mut words = vec![""; self.numbers.len()];
        for (word, number) in &self.numbers {
            words[*number as usize] = word;
        }
        let words = StringChunked::from_slice(name.into(), &words);
        let rows: IdxCa = rows.map(|row| (row != NONE).then_some(row)).collect();
        // Rows share the letters of their words.
        Ok(words.take(&rows)?.into_column())
    }
}
