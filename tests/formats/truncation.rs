//! Truncation at any byte gives a clear error or a counted bad record: never a panic, a hang or a silent loss.

use crate::reading::read_bytes;

/// Cuts at every byte. A cut file must be refused, or tell what is missing, or hold all that the whole one does; `silent` names the cuts (in bytes) after which
/// the format cannot know that anything is missing, such as the end of a line.
pub(crate) fn every_cut(name: &str, bytes: &[u8], silent: impl Fn(usize) -> bool) {
    let whole = read_bytes(name, bytes).expect("the whole file reads");
    let found = |read: &pss::input::ReadOutcome| {
        let facts = read.summary.facts();
        (facts.spans, facts.samples)
    };
    for cut in 0..bytes.len() {
        match read_bytes(name, &bytes[..cut]) {
            Err(error) => assert!(!error.to_string().is_empty()),
            Ok(read) => {
                let told = read.summary.facts().bad > 0 || !read.notices.is_empty();
                assert!(
                    told || silent(cut) || found(&read) == found(&whole),
                    "cut at {cut} of {}: {:?} of {:?} and not a word",
                    bytes.len(),
                    found(&read),
                    found(&whole)
                );
            }
        }
    }
}

#[test]
fn native_lines() {
    let text = b"{\"name\":\"a\",\"duration\":0.1,\"timestamp\":1}\n{\"name\":\"b\",\"duration\":0.2}\n{\"name\":\"c\",\"duration\":0.3}\n";
    every_cut("a.jsonl", text, |cut| {
        text[cut - 1] == b'\n' || text[cut] == b'\n'
    });
}

#[test]
fn a_native_array() {
    let text = b" [{\"name\":\"a\",\"duration\":0.1,\"timestamp\":1}, {\"name\":\"b\",\"duration\":0.2},\n{\"name\":\"c\",\"duration\":0.3} ]\n";
    every_cut("a.json", text, |_| false);
    let wrapped = b"{\"n\": 3, \"traces\": [{\"name\":\"a\",\"duration\":0.1,\"timestamp\":1}, {\"name\":\"b\",\"duration\":0.2}]}";
    every_cut("a.json", wrapped, |_| false);
}
