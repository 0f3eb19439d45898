//! The summary as bytes: versioned and checked. Compression and files are the shell's.

use xxhash_rust::xxh3::xxh3_64;

use super::merge::Summary;

/// Version of the byte form. A reader refuses any other.
pub const FORMAT_VERSION: u16 = 2;

const MAGIC: [u8; 4] = *b"PSS1";
const HEADER: usize = 4 + 2 + 8;
/// All counts of a summary taken together. The rest of 64 bits is room to merge: no sum of honest summaries comes near it.
const COUNTED: u64 = 1 << 56;

/// Why bytes are no summary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Does not start like one.
    #[error("is no pss summary: it does not start with `PSS1`")]
    NotASummary,
    /// Of another version.
    #[error(
        "is a summary of format version {found}, and this pss reads version {FORMAT_VERSION}: write it again with this pss, or read it with the one that wrote it"
    )]
    Version {
        /// The version found.
        found: u16,
    },
    /// Cut short or changed since it was written.
    #[error(
        "is damaged: its checksum does not match, so it was cut short or changed after it was written; write it again from the traces"
    )]
    Checksum,
    /// The checksum holds, but the content makes no sense.
    #[error("is damaged: {0}; write it again from the traces")]
    Content(String),
}

impl Summary {
    /// Magic, version, checksum, then the content in postcard's format.
    ///
    /// # Errors
    /// [`EncodeError::Content`] where the content cannot be serialised, or could not be read again: its counts are larger than any run's.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EncodeError> {
        self.check()?;
        let mut bytes = vec![0; HEADER];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..6].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        let mut bytes = postcard::to_extend(self, bytes)
            .map_err(|error| EncodeError::Content(error.to_string()))?;
        let checksum = xxh3_64(&bytes[HEADER..]);
        bytes[6..HEADER].copy_from_slice(&checksum.to_le_bytes());
        Ok(bytes)
    }

    /// Reads what [`Summary::to_bytes`] wrote.
    ///
    /// # Errors
    /// Anything but an undamaged summary of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Summary, EncodeError> {
        let Some((head, content)) = bytes.split_at_checked(HEADER) else {
            return Err(if bytes.starts_with(&MAGIC) {
                EncodeError::Checksum
            } else {
                EncodeError::NotASummary
            });
        };
        if head[..4] != MAGIC {
            return Err(EncodeError::NotASummary);
        }
        let found = u16::from_le_bytes([head[4], head[5]]);
        if found != FORMAT_VERSION {
            return Err(EncodeError::Version { found });
        }
        let mut checksum = [0; 8];
        checksum.copy_from_slice(&head[6..]);
        if xxh3_64(content) != u64::from_le_bytes(checksum) {
            return Err(EncodeError::Checksum);
        }
        let summary: Summary = postcard::from_bytes(content)
            .map_err(|error| EncodeError::Content(error.to_string()))?;
        summary.check()?;
        Ok(summary)
    }

    /// What the content's types cannot promise: slots within the windows, shards within their number, counts that leave room for those of others.
    fn check(&self) -> Result<(), EncodeError> {
        let wrong = |what: &str| Err(EncodeError::Content(what.to_owned()));
        if self.counted() > COUNTED {
            return wrong("its counts are larger than any run's");
        }
        if !self.windows.is_sound(super::windows::GROUP_WINDOWS) {
            return wrong("its windows are not in order");
        }
        for group in self.groups.values() {
            if group.timed.len() > self.windows.len() || group.untimed.len() > 16 {
                return wrong("an operation has more windows than the summary");
            }
            let mut cells = group.timed.iter().chain(&group.untimed).flatten();
            if !cells.all(|cell| cell.is_sound()) {
                return wrong("an operation has more errors, entries or cache outcomes than spans");
            }
        }
        for series in self.series.values() {
            if !series.windows.is_sound(super::windows::SERIES_WINDOWS) {
                return wrong("a signal's windows are not in order");
            }
            if series.entities.values().any(|entity| {
                entity.timed.len() > series.windows.len() || entity.untimed.len() > 16
            }) {
                return wrong("a signal has more windows than its series");
            }
            let mut cells = series
                .entities
                .values()
                .flat_map(|entity| entity.timed.iter().chain(&entity.untimed).flatten());
            if !cells.all(|cell| cell.is_sound()) {
                return wrong("a signal's zeros or sum do not fit its samples");
            }
        }
        Ok(())
    }

    /// Everything that was counted, added up without overflow.
    fn counted(&self) -> u64 {
        let groups = self.groups.values().flat_map(|group| {
            let cells = group.timed.iter().chain(&group.untimed).flatten();
            cells.map(|cell| cell.counted())
        });
        let series = self.series.values().flat_map(|series| {
            let entities = series.entities.values();
            let cells = entities.flat_map(|entity| entity.timed.iter().chain(&entity.untimed));
            cells.flatten().map(|cell| cell.counted())
        });
        groups
            .chain(series)
            .chain([self.records])
            .fold(self.facts.counted(), u64::saturating_add)
    }
}
