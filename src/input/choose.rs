//! Which format an input is in: what the user says, else what its first bytes and its name say.

use pss_integrations::formats::{Format, Head, Likeness};
use pss_metrics::plugin::caught;

use super::error::InputError;
use crate::registry::unbuilt_format_of;

/// Chooses the format of an input, and says what the user should know about the choice.
///
/// A format that is sure comes before one that is not; among several the name decides, by its longest extension. A name that says something else than the
/// content is told, and does not matter.
///
/// # Errors
/// No format knows it, or several do and the name does not tell which.
pub(super) fn choose(
    name: &str,
    head: &Head<'_>,
    formats: &[&'static dyn Format],
    wanted: Option<&'static dyn Format>,
) -> Result<(&'static dyn Format, Vec<String>), InputError> {
    if let Some(format) = wanted {
        return Ok((format, Vec::new()));
    }
    let mut notices = Vec::new();
    let mut liked = Vec::new();
    for format in formats {
        match caught(|| format.sniff(head)) {
            Ok(likeness) => liked.extend(likeness.map(|likeness| (likeness, *format))),
            Err(panicked) => notices.push(format!(
                "format {} failed on the first bytes of `{name}`, and was passed over: {panicked}",
                format.meta().plugin.name
            )),
        }
    }
    let by = |wanted: Likeness| -> Vec<&'static dyn Format> {
        let liked = liked.iter().filter(|(likeness, _)| *likeness == wanted);
        liked.map(|(_, format)| *format).collect()
    };
    let mut candidates = by(Likeness::Surely);
    if candidates.is_empty() && is_utf16(head.bytes()) {
        return Err(InputError::Content {
            path: name.to_owned(),
            why: "is UTF-16: write it in UTF-8".to_owned(),
        });
    }
    if candidates.is_empty() {
        candidates = by(Likeness::Perhaps);
    }
    let by_name = longest(name, formats);
    let format = match candidates[..] {
        [] => {
            return Err(InputError::Unknown {
                path: name.to_owned(),
                start: beginning(head.bytes()),
                help: unbuilt_format_of(plain_name(name)).unwrap_or_else(|| {
                    "`pss plugins info format:NAME` says what each holds".to_owned()
                }),
                known: formats
                    .iter()
                    .map(|format| format.meta().plugin.name)
                    .collect::<Vec<_>>()
                    .join(", "),
            });
        }
        [only] => only,
        _ => match longest(name, &candidates)[..] {
            [only] => only,
            _ => {
                return Err(InputError::Ambiguous {
                    path: name.to_owned(),
                    names: candidates
                        .iter()
                        .map(|format| format.meta().plugin.name)
                        .collect::<Vec<_>>()
                        .join(" or "),
                    first: candidates[0].meta().plugin.name,
                });
            }
        },
    };
    let named = |other: &&'static dyn Format| other.meta().plugin.name == format.meta().plugin.name;
    notices.extend(
        (!by_name.is_empty() && !by_name.iter().any(named)).then(|| {
            format!(
                "`{name}` is read as {}, which is what it holds, whatever its name says",
                format.meta().plugin.name
            )
        }),
    );
    Ok((format, notices))
}

/// The formats that share the longest extension which fits a name.
fn longest(name: &str, formats: &[&'static dyn Format]) -> Vec<&'static dyn Format> {
    let plain = plain_name(name).to_ascii_lowercase();
    let fit = |format: &&'static dyn Format| {
        format
            .meta()
            .extensions
            .iter()
            .filter(|extension| {
                plain
                    .strip_suffix(**extension)
                    .is_some_and(|stem| stem.ends_with('.'))
            })
            .map(|extension| extension.len())
            .max()
            .unwrap_or(0)
    };
    let length = formats.iter().map(fit).max().unwrap_or(0);
    if length == 0 {
        return Vec::new();
    }
    formats
        .iter()
        .copied()
        .filter(|format| fit(format) == length)
        .collect()
}

/// The one format whose extension fits a name best.
pub fn format_of_name(name: &str, formats: &[&'static dyn Format]) -> Option<&'static dyn Format> {
    match longest(name, formats)[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// A name without what rotation and compression put behind it: `gc.log` for `gc.log.1.current` and `gc.log.3.gz`.
pub(super) fn plain_name(name: &str) -> &str {
    uncompressed(unrotated(uncompressed(name)))
}

fn uncompressed(name: &str) -> &str {
    [".gz", ".zst", ".zstd"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

/// A name without its number among rotated logs, behind which the JVM marks the one that is being written.
fn unrotated(name: &str) -> &str {
    let numbered = name.strip_suffix(".current").unwrap_or(name);
    match numbered.rsplit_once('.') {
        Some((plain, number))
            if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            plain
        }
        _ => name,
    }
}

/// Whether text begins with the mark of two-byte characters, or with characters of which every other byte is zero.
fn is_utf16(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    let pairs = || head[..head.len().min(16)].as_chunks::<2>().0.iter();
    let plain = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    pairs().len() >= 4
        && (pairs().all(|[a, b]| plain(*a) && *b == 0)
            || pairs().all(|[a, b]| *a == 0 && plain(*b)))
}

fn beginning(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(&head[..head.len().min(40)]);
    format!(
        "{:?}",
        text.trim_start().chars().take(20).collect::<String>()
    )
}
