//! Whether bytes look like native records, and how these lie.

use super::super::contract::Layout;

/// Looks at the first bytes of a stream.
pub(super) fn sniff(head: &[u8]) -> Option<Layout> {
    let start = usize::from(head.starts_with(b"\xef\xbb\xbf")) * 3;
    let first = start
        + head[start..]
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())?;
    match head[first] {
        b'[' => Some(Layout::Array(first + 1)),
        b'{' => Some(traces(head, first).map_or(Layout::Lines, Layout::Array)),
        _ => None,
    }
}

/// Where the elements of `"traces": [` begin, if that stands on the first level of the object that opens at `open`.
fn traces(head: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0u32;
    let mut at = open;
    while at < head.len() {
        match head[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return None;
                }
            }
            b'"' => {
                let end = text_end(head, at + 1)?;
                if depth == 1 && &head[at + 1..end] == b"traces" {
                    let mut next = end + 1;
                    let mut wanted = [b':', b'['].into_iter().peekable();
                    while let (Some(byte), Some(want)) = (head.get(next), wanted.peek()) {
                        if byte == want {
                            wanted.next();
                        } else if !byte.is_ascii_whitespace() {
                            break;
                        }
                        next += 1;
                    }
                    if wanted.peek().is_none() {
                        return Some(next);
                    }
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn text_end(head: &[u8], mut at: usize) -> Option<usize> {
    while at < head.len() {
        match head[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_arrays_and_wrapped_arrays_are_told_apart() {
        assert_eq!(sniff(b"{\"a\":1}\n"), Some(Layout::Lines));
        assert_eq!(sniff(b"\xef\xbb\xbf\n\n {\"a\":1}"), Some(Layout::Lines));
        assert_eq!(sniff(b" [ {"), Some(Layout::Array(2)));
        assert_eq!(
            sniff(b"{\"x\": {\"traces\": []}, \"traces\" : [ {}]}"),
            Some(Layout::Array(34))
        );
        assert_eq!(sniff(b"{\"x\": {\"traces\": []}}\n"), Some(Layout::Lines));
        assert_eq!(sniff(b"hello"), None);
        assert_eq!(sniff(b"  \n"), None);
    }
}
