//! Words wrapped to the width.

/// Words wrapped to the width, lines after the first indented.
pub(in crate::terminal) fn wrapped(out: &mut String, text: &str, indent: usize, width: usize) {
    let mut column = 0;
    for (at, word) in text.split(' ').enumerate() {
        let length = unicode_width::UnicodeWidthStr::width(word);
        if at > 0 && column + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if at > 0 {
            out.push(' ');
            column += 1;
        }
        out.extend(word.chars().map(|c| {
            if c.is_control() && c != '\u{1b}' {
                '?'
            } else {
                c
            }
        }));
        column += length;
    }
    out.push('\n');
}
