//! The wire form of protobuf, as far as telling one message from another needs it.

/// What a resource's message holds. The three requests have the same outer form, and a file does not say which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Spans,
    Metrics,
    Logs,
    /// Resources without records.
    Nothing,
}

/// Tells what a resource's message holds by the wire types of its first record: only spans have times as fixed64 in fields 7 and 8, only logs in fields 1 and 11.
pub(super) fn content(resource: &[u8]) -> Content {
    let mut found = Content::Nothing;
    for scope in fields(resource).filter_map(|field| field.bytes_of(2)) {
        for record in fields(scope).filter_map(|field| field.bytes_of(2)) {
            found = Content::Metrics;
            for field in fields(record) {
                match (field.number, field.wire) {
                    (7 | 8, Wire::Fixed64) => return Content::Spans,
                    (1 | 11, Wire::Fixed64) => return Content::Logs,
                    _ => {}
                }
            }
        }
    }
    found
}

/// How many records the scopes of a resource hold.
pub(super) fn records(resource: &[u8]) -> u64 {
    fields(resource)
        .filter_map(|field| field.bytes_of(2))
        .map(|scope| {
            fields(scope)
                .filter(|field| field.bytes_of(2).is_some())
                .count() as u64
        })
        .sum()
}

/// Whether bytes begin like a request: a message in field 1, which begins with a message in field 1 or 2 that fits into it. The bytes may be cut off.
pub(super) fn begins_request(bytes: &[u8]) -> bool {
    let Some((0x0a, rest)) = bytes.split_first().map(|(tag, rest)| (*tag, rest)) else {
        return false;
    };
    let Some((length, rest)) = varint(rest) else {
        return false;
    };
    let Some((tag @ (0x0a | 0x12), rest)) = rest.split_first().map(|(tag, rest)| (*tag, rest))
    else {
        return false;
    };
    let Some((inner, rest)) = varint(rest) else {
        return false;
    };
    // A resource begins with an attribute; an empty one is followed by its scopes.
    inner.saturating_add(2) <= length
        && match (tag, inner, rest.first()) {
            (0x0a, 0, next) => matches!(next, None | Some(0x12)),
            (0x0a, _, next) => matches!(next, None | Some(0x0a | 0x10 | 0x1a)),
            (_, _, next) => matches!(next, None | Some(0x0a | 0x12 | 0x1a)),
        }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Varint,
    Fixed64,
    Bytes,
    Fixed32,
}

#[derive(Debug, Clone, Copy)]
struct Field<'a> {
    number: u64,
    wire: Wire,
    bytes: &'a [u8],
}

impl<'a> Field<'a> {
    fn bytes_of(self, number: u64) -> Option<&'a [u8]> {
        (self.number == number && self.wire == Wire::Bytes).then_some(self.bytes)
    }
}

/// The fields of a message, up to the first that is broken.
fn fields(mut message: &[u8]) -> impl Iterator<Item = Field<'_>> {
    std::iter::from_fn(move || {
        let (tag, rest) = varint(message)?;
        let (wire, length, rest) = match tag & 7 {
            0 => {
                let (_, behind) = varint(rest)?;
                (Wire::Varint, rest.len() - behind.len(), rest)
            }
            1 => (Wire::Fixed64, 8, rest),
            2 => {
                let (length, behind) = varint(rest)?;
                (Wire::Bytes, usize::try_from(length).ok()?, behind)
            }
            5 => (Wire::Fixed32, 4, rest),
            _ => return None,
        };
        let bytes = rest.get(..length)?;
        message = &rest[length..];
        Some(Field {
            number: tag >> 3,
            wire,
            bytes,
        })
    })
}

/// A number of at most ten bytes, and what stands behind it.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * at as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}
