//! Lines as JDK 8 writes them.

use super::{super::instant::instant, unified::decimal};

/// A pause as JDK 8 writes it: the time of its start, and its duration where the line has it.
pub(super) fn old_pause(line: &str) -> Option<(i64, Option<u64>)> {
    // Asked of the lines of every file: most have no bracket, which is quicker to see than seven words.
    memchr::memchr(b'[', line.as_bytes())?;
    let at = [
        "[GC pause",
        "[GC (",
        "[GC remark",
        "[GC cleanup",
        "[Full GC",
        "[GC--",
        "[GC ",
    ]
    .iter()
    .find_map(|word| line.find(word))?;
    let (before, pause) = line.split_at(at);
    if pause.starts_with("[GC concurrent") {
        return None;
    }
    let mut time = None;
    for word in before.split_whitespace() {
        let word = word.trim_end_matches(':');
        let is_date = word.len() > 18 && word.contains('T');
        time = time.or_else(|| if is_date { instant(word) } else { None });
        time = time.or_else(|| {
            (!is_date && word.contains(['.', ',']))
                .then(|| decimal(word, 9))
                .flatten()
                .and_then(|value| i64::try_from(value).ok())
        });
    }
    Some((time?, old_duration(pause)))
}

/// The duration before the last ` secs]` that is not of the processor times.
pub(super) fn old_duration(text: &str) -> Option<u64> {
    let text = text.split("[Times:").next()?;
    let before = &text[..text.rfind(" secs")?];
    // A comma may be the decimal point.
    decimal(before.rsplit(' ').next()?.trim_start_matches(','), 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_of_jdk_8_are_read() {
        for (line, expected) in [
            (
                "0.163: [GC (Allocation Failure) [PSYoungGen: 1K->2K(3K)] 1K->2K(3K), 0.0087570 secs] [Times: user=0.01 sys=0.00, real=0.01 secs]",
                Some((163_000_000, Some(8_757_000))),
            ),
            ("0.5: [GC concurrent-mark-end, 0.03 secs]", None),
            (
                "1.5: [Full GC (System.gc()) 10M->2M(30M), 0.25 secs]",
                Some((1_500_000_000, Some(250_000_000))),
            ),
            (
                "2026-03-02T09:00:01,123+0000: 1,456: [GC (Allocation Failure) [PSYoungGen: 33280K->5118K(38400K)] 33280K->5200K(125952K), 0,0051234 secs] [Times: user=0,01 sys=0,00, real=0,01 secs]",
                Some((1_772_442_001_123_000_000, Some(5_123_400))),
            ),
            (
                "1.5: [GC (Allocation Failure) 10M->2M(30M), soon secs]",
                Some((1_500_000_000, None)),
            ),
        ] {
            assert_eq!(old_pause(line), expected, "{line}");
        }
    }
}
