//! Which format is chosen, and what is said about it.

use pss::input::InputError;

use crate::reading::read_bytes;

const NATIVE: &[u8] =
    b"{\"name\":\"a\",\"duration\":0.1,\"timestamp\":1700000000}\n{\"name\":\"b\",\"duration\":0.2,\"timestamp\":1700000001}\n";

#[test]
fn content_counts_whatever_the_name_says() {
    let read = read_bytes("traces.pss", NATIVE).expect("reads");
    assert_eq!(read.files[0].format, "native");
    assert_eq!((read.files[0].spans, read.files[0].samples), (2, 0));
}

#[test]
fn what_no_format_knows_is_refused_with_the_names_of_those_there_are() {
    let error = read_bytes("notes.txt", b"hello there\n").expect_err("no format");
    assert!(matches!(error, InputError::Unknown { .. }), "{error}");
    assert!(error.to_string().contains("native"), "{error}");
}
