//! Words wrapped to the width.

use std::fmt::Write;

use pss_metrics::report::visible;

/// Words wrapped to the width, lines after the first indented. Whatever the text holds, nothing of it acts on the terminal.
pub(in crate::terminal) fn wrapped(out: &mut String, text: &str, indent: usize, width: usize) {
    painted(out, &visible(text), indent, width);
}

/// The same of a text whose first words are shown in a style, and whose parts with no-break spaces stay on one line.
pub(super) fn headed(
    out: &mut String,
    (first, style): (&str, impl std::fmt::Display),
    text: &str,
    indent: usize,
    width: usize,
) {
    let begun = out.len();
    wrapped(out, &format!("{first}{text}"), indent, width);
    let lines = out.split_off(begun).replace('\u{a0}', " ");
    let _ = write!(out, "{style}{}", &lines[first.len()..]);
}

/// The same of a text with styles, which holds nothing from outside that was not made visible.
pub(super) fn painted(out: &mut String, text: &str, indent: usize, width: usize) {
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
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_nothing_in_them_acts() {
        let mut out = String::new();
        wrapped(&mut out, "note: field \u{1b}[2J is\rread by nobody", 2, 20);
        assert_eq!(out, "note: field ?[2J\n  is?read by nobody\n");
    }
}
