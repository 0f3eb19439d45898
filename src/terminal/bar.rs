//! Bars and sparklines in text.

/// A bar of `width` columns for a share of 0..1, to an eighth of a column.
pub(super) fn bar(share: f64, width: usize, unicode: bool) -> String {
    let share = share.clamp(0.0, 1.0);
    if !unicode {
        let full = (share * width as f64).round() as usize;
        return format!("{}{}", "#".repeat(full), ".".repeat(width - full));
    }
    let eighths = (share * width as f64 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.extend(char::from_u32(0x2590 - (eighths % 8) as u32));
    }
    let used = eighths.div_ceil(8);
    bar + &"·".repeat(width - used)
}

/// A bar of at most `width` columns, with nothing behind it.
pub fn bars(share: f64, width: usize, unicode: bool) -> String {
    let full = bar(share, width, unicode);
    full.trim_end_matches(['·', '.']).to_owned()
}

/// One column a value of 0..100; a gap where there is none.
pub(super) fn sparkline(values: &[Option<f64>], unicode: bool) -> String {
    let levels: Vec<char> = if unicode {
        "▁▂▃▄▅▆▇█".chars().collect()
    } else {
        "_.-=+*%#".chars().collect()
    };
    values
        .iter()
        .map(|value| match value {
            Some(value) => levels[((value / 100.0 * 8.0) as usize).min(7)],
            None => ' ',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_their_width() {
        for share in [0.0, 0.01, 0.33, 0.5, 0.999, 1.0] {
            for unicode in [true, false] {
                assert_eq!(bar(share, 10, unicode).chars().count(), 10, "{share}");
            }
        }
        assert_eq!(bar(0.5, 4, true), "██··");
        assert_eq!(bar(0.55, 10, false), "######....");
    }

    #[test]
    fn gaps_stay_gaps() {
        assert_eq!(sparkline(&[Some(0.0), None, Some(100.0)], true), "▁ █");
    }
}
