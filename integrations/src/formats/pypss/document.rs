//! A whole text: a JSON array, `{"traces": [..]}`, or one record a line.

use pss_metrics::pypss::Records;

use super::{
    json::{Fault, Reader, Value},
    record::{RecordError, decode},
};

/// What a text held.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its good records, in order.
    pub records: Records,
    /// Its bad ones: which (elements are counted from 1; in a text of lines, the line) and why. Behind a place of an array that is no JSON nothing is read.
    pub bad: Vec<(usize, RecordError)>,
}

/// Reads a whole text.
pub fn read(text: &str) -> Document {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut document = Document::default();
    match array(text) {
        Some(array) => read_array(array, &mut document),
        None => {
            for (index, line) in text.lines().enumerate() {
                if !line.trim().is_empty() {
                    push(line, index + 1, &mut document);
                }
            }
        }
    }
    document
}

/// The array of records, unless the text is one of lines.
fn array(text: &str) -> Option<&str> {
    let mut reader = Reader::new(text);
    if reader.peek() == b'[' {
        return Some(text);
    }
    let mut traces = None;
    let whole = reader.members(|key, value| {
        if key == "traces" {
            traces = match value {
                Value::Array { raw, .. } => Some(raw),
                _ => None,
            };
        }
        Ok::<(), Fault>(())
    });
    traces.filter(|_| whole.is_ok() && reader.is_at_end())
}

fn read_array(array: &str, document: &mut Document) {
    let mut reader = Reader::new(array);
    reader.take(b'[');
    if reader.take(b']') {
        return;
    }
    let mut number = 0;
    loop {
        number += 1;
        reader.peek();
        let start = reader;
        let Ok(_) = reader.value() else {
            return document.bad.push((number, RecordError::Syntax));
        };
        push(start.text_to(&reader), number, document);
        if reader.take(b']') {
            if !reader.is_at_end() {
                document.bad.push((number + 1, RecordError::Syntax));
            }
            return;
        }
        if !reader.take(b',') {
            return document.bad.push((number + 1, RecordError::Syntax));
        }
    }
}

fn push(record: &str, number: usize, document: &mut Document) {
    if let Err(error) = decode(record, &mut document.records) {
        document.bad.push((number, error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> (usize, Vec<usize>) {
        let document = read(text);
        let bad = document.bad.iter().map(|(place, _)| *place).collect();
        (document.records.len(), bad)
    }

    #[test]
    fn all_three_shapes() {
        assert_eq!(counts("{}\r\n\n {\"a\": 1}\n42\n"), (2, vec![4]));
        assert_eq!(counts("\u{feff}[{}, 42, {}]\n"), (2, vec![2]));
        assert_eq!(
            counts("{\"traces\": [1], \"x\": 2, \"traces\": [{}, {}]}"),
            (2, vec![])
        );
        assert_eq!(counts("[]"), (0, vec![]));
        assert_eq!(counts(""), (0, vec![]));
    }

    #[test]
    fn what_stands_before_a_break_is_kept() {
        assert_eq!(counts("[{}, {}, {\"a\""), (2, vec![3]));
        assert_eq!(counts("[{} {}]"), (1, vec![2]));
        assert_eq!(counts("[{}] {}"), (1, vec![2]));
    }
}
