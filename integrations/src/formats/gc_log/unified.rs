//! Lines of unified logging.

use pss_metrics::model::Decimal;

use super::super::instant::instant;

/// A line of unified logging.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unified<'a> {
    /// How many decorations it has.
    pub(super) decorations: usize,
    /// The time that they tell, a date before an uptime.
    pub(super) time: Option<i64>,
    /// The tags of the collector, where they are among the decorations.
    tags: Option<&'a str>,
    /// Whether it is a warning or an error: those are written without -Xlog:gc.
    warns: bool,
    /// What stands behind the decorations.
    pub(super) message: &'a str,
}

/// What a line tells of pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A pause, in nanoseconds.
    Pause(u64),
    /// That a pause begins.
    Begun,
    /// A pause whose length cannot be read.
    Unreadable,
    /// A thread waited for memory, in nanoseconds.
    Stall(u64),
    Nothing,
}

/// No log is older, and no program runs for longer than that.
const YEAR_1990: i64 = 631_152_000_000_000_000;

/// Units of time, the longer endings first, and their powers of ten in nanoseconds.
const UNITS: [(&str, i32); 4] = [("ms", 6), ("us", 3), ("ns", 0), ("s", 9)];

impl<'a> Unified<'a> {
    pub(super) fn new(line: &'a str) -> Unified<'a> {
        let (mut decorations, mut date, mut uptime) = (0, None, None);
        let (mut tags, mut warns) = (None, false);
        let mut rest = line.trim_start();
        while let Some(inner) = rest.strip_prefix('[') {
            let Some((decoration, behind)) = inner.split_once(']') else {
                break;
            };
            let decoration = decoration.trim();
            if decoration.len() > 64 {
                break;
            }
            decorations += 1;
            if decoration == "gc" || decoration.starts_with("gc,") {
                tags = Some(decoration);
            }
            warns |= matches!(decoration, "warning" | "error" | "w" | "e");
            date = date.or_else(|| {
                (decoration.len() > 18 && decoration.contains('T'))
                    .then(|| instant(decoration))
                    .flatten()
            });
            let clock = duration(decoration).and_then(|value| i64::try_from(value).ok());
            // The decoration `timemillis` counts since the epoch, and may stand behind the uptime.
            if decoration.ends_with("ms") {
                date = date.or(clock.filter(|clock| *clock >= YEAR_1990));
            }
            uptime = uptime.or(clock);
            rest = behind;
        }
        Unified {
            decorations,
            time: date.or(uptime),
            tags,
            warns,
            message: rest.trim(),
        }
    }

    /// Whether a log with this line has one of each collection as well.
    pub(super) fn tells_collections(&self) -> bool {
        self.tags == Some("gc") && !self.warns
    }

    /// What it tells of pauses.
    pub(super) fn told(&self) -> Told {
        let message = match self
            .message
            .split_once("GC(")
            .and_then(|(_, rest)| rest.split_once(')'))
        {
            Some((_, message)) => message.trim_start(),
            None if self.message.starts_with("Allocation Stall") => self.message,
            None => return Told::Nothing,
        };
        // Generations of ZGC are a letter.
        let message = match message.split_once(": ") {
            Some((generation, rest)) if generation.len() == 1 => rest.trim_start(),
            _ => message,
        };
        let length = message.rsplit(' ').next().and_then(duration);
        if message.starts_with("Allocation Stall") {
            return length.map_or(Told::Nothing, Told::Stall);
        }
        if !message.starts_with("Pause ") {
            return Told::Nothing;
        }
        if let Some(length) = length {
            return Told::Pause(length);
        }
        let begins = match self.tags {
            Some(tags) => tags.split(',').any(|tag| tag.trim() == "start"),
            // Without tags: what begins says why, and no numbers.
            None => !message
                .rsplit(' ')
                .next()
                .is_some_and(|word| word.contains(|letter: char| letter.is_ascii_digit())),
        };
        if begins {
            Told::Begun
        } else {
            Told::Unreadable
        }
    }

    /// The number in `GC(17)`.
    pub(super) fn number(&self) -> Option<u64> {
        let (_, rest) = self.message.split_once("GC(")?;
        rest.split_once(')')?.0.parse().ok()
    }
}

/// Whether a line is a pause that `-Xlog:gc::none` wrote, without any decoration.
pub(super) fn is_bare(line: &str) -> bool {
    line.starts_with("GC(") && line.contains(") Pause ")
}

/// A number with a unit of time, in nanoseconds.
fn duration(text: &str) -> Option<u64> {
    let (number, shift) = UNITS
        .iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift)))?;
    decimal(number, shift)
}

/// A decimal number, with a point or a comma, times a power of ten.
pub(super) fn decimal(text: &str, shift: i32) -> Option<u64> {
    let text = text.replace(',', ".");
    Decimal::parse(text.as_bytes()).ok()?.unsigned(shift).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decorations_of_any_kind_are_read() {
        for (line, time, message) in [
            (
                "[0.207s][info][gc           ] GC(0) x",
                Some(207_000_000),
                "GC(0) x",
            ),
            ("[1,210s][info] y", Some(1_210_000_000), "y"),
            ("[233ms][gc] z", Some(233_000_000), "z"),
            (
                "[2022-01-29T16:34:51.654+0000][245ms][info][gc] w",
                Some(1_643_474_091_654_000_000),
                "w",
            ),
            (
                "[0.245s][1643474091654ms][245ms][gc] v",
                Some(1_643_474_091_654_000_000),
                "v",
            ),
            ("[gc] no time", None, "no time"),
            ("plain", None, "plain"),
        ] {
            let read = Unified::new(line);
            assert_eq!((read.time, read.message), (time, message), "{line}");
        }
    }

    #[test]
    fn a_pause_is_told_from_its_beginning_and_from_one_that_cannot_be_read() {
        for (line, told) in [
            (
                "[1s][gc] GC(0) Pause Full (System.gc()) 8M->1M(9M) 1.456s",
                Told::Pause(1_456_000_000),
            ),
            (
                "[1s][gc] GC(0) Pause Young (Normal) 8M->1M(9M) 7,097ms",
                Told::Pause(7_097_000),
            ),
            (
                "[1s][gc,phases] GC(0) y: Pause Mark End 12us",
                Told::Pause(12_000),
            ),
            ("[1s][gc,start] GC(0) Pause Young (Normal)", Told::Begun),
            (
                "[1s] GC(0) Pause Young (Normal) (G1 Evacuation Pause)",
                Told::Begun,
            ),
            (
                "[1s] GC(0) Pause Young (Normal) 8M->1M(9M)",
                Told::Unreadable,
            ),
            (
                "[1s][gc] GC(0) Pause Young (Normal) 8M->1M(9M) 7.0x7ms",
                Told::Unreadable,
            ),
            ("[1s][gc] GC(0) Pause Young (Normal)", Told::Unreadable),
            (
                "[1s][gc] GC(0) Minor Collection (Warmup) 8M(1%)->1M(2%) 0.015s",
                Told::Nothing,
            ),
            (
                "[1s][gc] Allocation Stall (main) 1500.123ms",
                Told::Stall(1_500_123_000),
            ),
            (
                "[1s][gc,stats] Phase: Pause Mark End 0.009 / 0.018 ms",
                Told::Nothing,
            ),
        ] {
            assert_eq!(Unified::new(line).told(), told, "{line}");
        }
    }

    #[test]
    fn only_the_tag_alone_tells_of_every_collection() {
        for (line, tells) in [
            ("[0.1s][info][gc     ] Using G1", true),
            ("[0.1s][gc] Using Serial", true),
            ("[0.1s][warning][gc] -Xloggc is deprecated", false),
            ("[0.1s][info][gc,heap] Heap region size: 1M", false),
            ("[0.1s][info][safepoint] x", false),
        ] {
            assert_eq!(Unified::new(line).tells_collections(), tells, "{line}");
        }
    }
}
