//! Texts from outside that stay texts.

use std::fmt::Write as _;

use super::super::names::sentence;

/// A sentence: everything that Markdown or HTML would act on is escaped.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in sentence(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A link or a mention starts only at a whole sign.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A name as code, in which nothing is a link, a mention or a mark.
pub(super) fn code(name: &str) -> String {
    let mut fence = 1;
    let mut run = 0;
    for c in name.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        fence = fence.max(run + 1);
    }
    let fence = "`".repeat(fence);
    let pad = if name.starts_with('`') || name.ends_with('`') {
        " "
    } else {
        ""
    };
    let mut out = String::new();
    // A table is cut into cells before its code is seen.
    let _ = write!(out, "{fence}{pad}{}{pad}{fence}", name.replace('|', "\\|"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_outside_stay_texts() {
        assert_eq!(
            text("<b> a_b | [x](y) @me\n"),
            "&lt;b&gt; a\\_b \\| \\[x\\](y) &#64;me?"
        );
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("`a``"), "``` `a`` ```");
    }
}
