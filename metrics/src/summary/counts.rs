//! Counts per bucket, stored in whatever form is smallest: values as they came while few, pairs where they are sparse, a plain range once dense.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Counts per bucket index. Two values with the same counts are equal, whatever form they are stored in.
#[derive(Clone)]
pub struct Counts(Form);

#[derive(Clone)]
enum Form {
    /// Buckets as they came, one for each value: nothing is cheaper to add to, and most counts of a window never outgrow it.
    Recent(Vec<u16>),
    /// Ascending by bucket, no zero counts.
    Pairs(Vec<(u16, u64)>),
    /// Consecutive buckets from `first`. 32 bits halve the memory; a count that outgrows them turns the whole into pairs.
    Range { first: u16, counts: Vec<u32> },
}

/// Values up to which they are kept as they came.
const RECENT: usize = 128;
/// Values there is room for at first.
const FIRST: usize = 16;

/// Pairs below this stay pairs: they are small and quick to search.
const FEW: usize = 12;

/// Buckets summed at once on the way to a rank.
const STRIDE: usize = 32;

/// Buckets a range grows by beyond what is needed.
const ROOM: u16 = 8;

impl Default for Counts {
    fn default() -> Counts {
        Counts(Form::Recent(Vec::new()))
    }
}

impl Counts {
    /// Adds `n` to a bucket.
    #[inline]
    pub fn add(&mut self, bucket: u16, n: u64) {
        if let Form::Recent(values) = &mut self.0
            && n == 1
            && values.len() < RECENT
        {
            if values.capacity() == 0 {
                values.reserve_exact(FIRST);
            }
            values.push(bucket);
        } else if let Form::Range { first, counts } = &mut self.0
            && let Some(count) = counts.get_mut(usize::from(bucket.wrapping_sub(*first)))
            && let Some(sum) = u32::try_from(n).ok().and_then(|n| count.checked_add(n))
        {
            *count = sum;
        } else {
            self.add_slowly(bucket, n);
        }
    }

    /// Adds one to each of many buckets.
    pub(crate) fn add_all(&mut self, buckets: &[u16]) {
        if let Form::Recent(values) = &mut self.0 {
            if values.capacity() == 0 {
                values.reserve_exact(FIRST.max(buckets.len()));
            }
            values.extend_from_slice(buckets);
            if values.len() > RECENT {
                self.gather();
            }
            return;
        }
        for bucket in buckets {
            self.add(*bucket, 1);
        }
    }

    /// Takes `n` from a bucket; a bucket never falls below zero.
    pub fn take(&mut self, bucket: u16, n: u64) {
        self.gather();
        match &mut self.0 {
            Form::Recent(_) => {}
            Form::Pairs(pairs) => {
                if let Ok(at) = pairs.binary_search_by_key(&bucket, |pair| pair.0) {
                    pairs[at].1 = pairs[at].1.saturating_sub(n);
                    if pairs[at].1 == 0 {
                        pairs.remove(at);
                    }
                }
            }
            Form::Range { first, counts } => {
                if let Some(count) = counts.get_mut(usize::from(bucket.wrapping_sub(*first))) {
                    *count = count.saturating_sub(u32::try_from(n).unwrap_or(u32::MAX));
                }
            }
        }
    }

    /// Puts values that were kept as they came into the form that is quickest to read. Whoever reads is right without it, and slower.
    pub fn gather(&mut self) {
        if let Form::Recent(values) = &self.0 {
            self.0 = if values.is_empty() {
                Form::Pairs(Vec::new())
            } else {
                Counts::sum(std::iter::once(&*self)).0
            };
        }
    }

    /// The buckets that hold something, ascending, with their counts.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u16, u64)> + '_ {
        self.iter_from(0)
    }

    /// As [`Counts::iter`], from a place in a range on.
    fn iter_from(&self, place: usize) -> impl DoubleEndedIterator<Item = (u16, u64)> + '_ {
        let mut recent = Vec::new();
        let (pairs, first, range): (&[_], u16, &[u32]) = match &self.0 {
            Form::Recent(values) => {
                recent = counted(values.clone());
                (&[], 0, &[])
            }
            Form::Pairs(pairs) => (pairs, 0, &[]),
            Form::Range { first, counts } => (&[], first + place as u16, &counts[place..]),
        };
        let range = range
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(move |(at, count)| (first + at as u16, u64::from(*count)));
        pairs.iter().copied().chain(range).chain(recent)
    }

    /// Sum over all buckets.
    pub fn total(&self) -> u64 {
        match &self.0 {
            Form::Recent(values) => values.len() as u64,
            Form::Pairs(pairs) => pairs.iter().map(|(_, count)| count).sum(),
            Form::Range { counts, .. } => sum(counts),
        }
    }

    /// Sum over all buckets of counts that may be any, as a file has them: without overflow.
    pub(crate) fn counted(&self) -> u64 {
        self.iter().fold(0, |all, (_, n)| all.saturating_add(n))
    }

    /// The first bucket up to which at least `rank` values lie, the values below it, and its own; the last one where there are fewer. `None` when empty.
    pub fn at_rank(&self, rank: f64) -> Option<(u16, u64, u64)> {
        let (mut below, mut skipped) = (0, 0);
        if let Form::Range { counts, .. } = &self.0 {
            for stride in counts.chunks(STRIDE) {
                let held = sum(stride);
                if (below + held) as f64 >= rank {
                    break;
                }
                below += held;
                skipped += stride.len();
            }
        }
        let mut found = None;
        for (bucket, count) in self.iter_from(skipped) {
            found = Some((bucket, below, count));
            if (below + count) as f64 >= rank {
                return found;
            }
            below += count;
        }
        found.or_else(|| {
            let (bucket, count) = self.iter().next_back()?;
            Some((bucket, below - count, count))
        })
    }

    /// The sum of many, in one pass over the buckets they cover.
    pub fn sum<'a>(parts: impl Iterator<Item = &'a Counts> + Clone) -> Counts {
        let bounds = parts.clone().filter_map(Counts::bounds);
        let Some((low, high)) = bounds.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
            return Counts::default();
        };
        let mut sums = vec![0u64; usize::from(high - low) + 1];
        for part in parts {
            match &part.0 {
                Form::Recent(values) => {
                    for bucket in values {
                        sums[usize::from(bucket - low)] += 1;
                    }
                }
                Form::Pairs(pairs) => {
                    for (bucket, count) in pairs {
                        sums[usize::from(bucket - low)] += count;
                    }
                }
                Form::Range { first, counts } => {
                    let from = usize::from(first - low);
                    for (sum, count) in sums[from..].iter_mut().zip(counts) {
                        *sum += u64::from(*count);
                    }
                }
            }
        }
        let holds = |count: &u64| *count > 0;
        let (Some(start), Some(end)) = (sums.iter().position(holds), sums.iter().rposition(holds))
        else {
            return Counts::default();
        };
        let (sums, first) = (&sums[start..=end], low + start as u16);
        let held = sums.iter().filter(|count| holds(count)).count();
        let most = sums.iter().copied().max().unwrap_or(0);
        if dense(held, sums.len(), most) {
            let counts = sums.iter().map(|count| *count as u32).collect();
            return Counts(Form::Range { first, counts });
        }
        let mut pairs = Vec::with_capacity(held);
        let held = sums.iter().enumerate().filter(|(_, count)| holds(count));
        pairs.extend(held.map(|(at, count)| (first + at as u16, *count)));
        Counts(Form::Pairs(pairs))
    }

    /// Takes away all counts of another; a bucket never falls below zero.
    pub fn subtract(&mut self, other: &Counts) {
        self.gather();
        match (&mut self.0, &other.0) {
            (
                Form::Range { first, counts },
                Form::Range {
                    first: from,
                    counts: theirs,
                },
            ) => {
                let mine = counts.get_mut(usize::from(from.saturating_sub(*first))..);
                let theirs = theirs.get(usize::from(first.saturating_sub(*from))..);
                let both = mine.unwrap_or_default().iter_mut();
                for (mine, theirs) in both.zip(theirs.unwrap_or_default()) {
                    *mine = mine.saturating_sub(*theirs);
                }
            }
            (Form::Range { first, counts }, Form::Pairs(pairs)) => {
                for (bucket, theirs) in pairs {
                    if let Some(mine) = counts.get_mut(usize::from(bucket.wrapping_sub(*first))) {
                        *mine = mine.saturating_sub(u32::try_from(*theirs).unwrap_or(u32::MAX));
                    }
                }
            }
            (Form::Recent(_) | Form::Pairs(_), _) | (_, Form::Recent(_)) => {
                for (bucket, count) in other.iter() {
                    self.take(bucket, count);
                }
            }
        }
    }

    /// First and last bucket that may hold something.
    fn bounds(&self) -> Option<(u16, u16)> {
        match &self.0 {
            Form::Recent(values) => Some((*values.iter().min()?, *values.iter().max()?)),
            Form::Pairs(pairs) => Some((pairs.first()?.0, pairs.last()?.0)),
            Form::Range { first, counts } => Some((*first, first + (counts.len() - 1) as u16)),
        }
    }

    /// Whether all counts are zero.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Adds all counts of another.
    pub fn merge(&mut self, other: &Counts) {
        if let Form::Recent(theirs) = &other.0 {
            return self.add_all(theirs);
        }
        if let Form::Recent(values) = &mut self.0 {
            // The few join the many.
            let values = std::mem::take(values);
            self.0 = other.0.clone();
            return self.add_all(&values);
        }
        if self.merge_ranges(other) {
            return;
        }
        for (bucket, count) in other.iter() {
            self.add(bucket, count);
        }
    }

    /// Adds a range to a range, without looking at empty buckets one by one. False where the two are not ranges, or too far from each other for one.
    fn merge_ranges(&mut self, other: &Counts) -> bool {
        if let Form::Pairs(pairs) = &self.0
            && pairs.is_empty()
        {
            self.0 = other.0.clone();
            return true;
        }
        let (
            Form::Range { first, counts },
            Form::Range {
                first: from,
                counts: theirs,
            },
        ) = (&mut self.0, &other.0)
        else {
            return false;
        };
        let end = |first: u16, counts: &[u32]| usize::from(first) + counts.len();
        let low = (*first).min(*from);
        let length = end(*first, counts).max(end(*from, theirs)) - usize::from(low);
        // Half of 32 bits leaves room for the sum; anything larger goes the careful way.
        if length > 2 * (counts.len() + theirs.len())
            || counts
                .iter()
                .chain(theirs)
                .any(|count| *count > u32::MAX / 2)
        {
            return false;
        }
        if length > counts.len() {
            let mut wider = vec![0; length];
            wider[usize::from(*first - low)..][..counts.len()].copy_from_slice(counts);
            (*first, *counts) = (low, wider);
        }
        let mine = &mut counts[usize::from(from - low)..];
        for (mine, theirs) in mine.iter_mut().zip(theirs) {
            *mine += theirs;
        }
        true
    }

    #[cold]
    fn add_slowly(&mut self, bucket: u16, n: u64) {
        if n == 0 {
            return;
        }
        self.gather();
        if let Form::Range { first, counts } = &mut self.0 {
            let end = usize::from(*first) + counts.len() - 1;
            // Some room beyond the new bucket, since its neighbours are likely to follow.
            let low = if bucket < *first {
                bucket.saturating_sub(ROOM)
            } else {
                *first
            };
            let high = if usize::from(bucket) > end {
                usize::from(bucket + ROOM).min(super::grid::BUCKETS - 1)
            } else {
                end
            };
            let length = (high + 1).saturating_sub(usize::from(low));
            let held = counts.iter().filter(|count| **count > 0).count();
            let inside = length == counts.len();
            if !inside && length <= (held + 1) * 16 + 2 * usize::from(ROOM) {
                if low < *first {
                    counts.splice(0..0, std::iter::repeat_n(0, usize::from(*first - low)));
                    *first = low;
                }
                counts.resize(length, 0);
                return self.add(bucket, n);
            }
            self.0 = Form::Pairs(self.iter().collect());
        }
        let Form::Pairs(pairs) = &mut self.0 else {
            // Gathering made a range of it.
            return self.add(bucket, n);
        };
        match pairs.binary_search_by_key(&bucket, |pair| pair.0) {
            Ok(at) => pairs[at].1 += n,
            Err(at) => pairs.insert(at, (bucket, n)),
        }
        self.settle();
    }

    /// Turns many close pairs into a range.
    fn settle(&mut self) {
        let Form::Pairs(pairs) = &self.0 else { return };
        let (Some(low), Some(high)) = (pairs.first(), pairs.last()) else {
            return;
        };
        let length = usize::from(high.0 - low.0) + 1;
        let most = pairs.iter().map(|pair| pair.1).max().unwrap_or(0);
        if !dense(pairs.len(), length, most) {
            return;
        }
        let mut counts = vec![0u32; length];
        for (bucket, count) in pairs {
            counts[usize::from(bucket - low.0)] = *count as u32;
        }
        self.0 = Form::Range {
            first: low.0,
            counts,
        };
    }
}

/// Values as pairs of bucket and count, ascending.
fn counted(mut values: Vec<u16>) -> Vec<(u16, u64)> {
    values.sort_unstable();
    values
        .chunk_by(|a, b| a == b)
        .map(|same| (same[0], same.len() as u64))
        .collect()
}

/// Whether a range is smaller than pairs, by the buckets that hold something, those that it covers, and the largest count.
fn dense(held: usize, length: usize, most: u64) -> bool {
    held > FEW && length <= held * 8 && most <= u64::from(u32::MAX / 2)
}

fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|count| u64::from(*count)).sum()
}

impl PartialEq for Counts {
    fn eq(&self, other: &Counts) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Counts {}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl FromIterator<(u16, u64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (u16, u64)>>(pairs: I) -> Counts {
        let mut counts = Counts::default();
        for (bucket, count) in pairs {
            counts.add(bucket, count);
        }
        counts.gather();
        counts
    }
}

/// Serialised as alternating distances and counts, which are small and compress well.
impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0;
        let flat: Vec<(u16, u64)> = self
            .iter()
            .map(|(bucket, count)| (bucket - std::mem::replace(&mut last, bucket), count))
            .collect();
        flat.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Counts, D::Error> {
        let flat = Vec::<(u16, u64)>::deserialize(deserializer)?;
        let mut bucket = 0u16;
        let mut pairs = Vec::with_capacity(flat.len());
        for (at, (distance, count)) in flat.into_iter().enumerate() {
            if distance == 0 && at > 0 {
                return Err(de::Error::custom("a bucket is there twice"));
            }
            bucket = bucket
                .checked_add(distance)
                .ok_or_else(|| de::Error::custom("bucket beyond the grid"))?;
            if usize::from(bucket) >= super::grid::BUCKETS {
                return Err(de::Error::custom("bucket beyond the grid"));
            }
            if count > 0 {
                pairs.push((bucket, count));
            }
        }
        let mut counts = Counts(Form::Pairs(pairs));
        counts.settle();
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_forms_count_alike(adds in proptest::collection::vec((0u16..1842, prop_oneof![1u64..5, Just(u64::from(u32::MAX))]), 0..300), narrow in any::<bool>()) {
            let mut counts = Counts::default();
            let mut expected = BTreeMap::new();
            for (bucket, n) in adds {
                let bucket = if narrow { 700 + bucket % 64 } else { bucket };
                counts.add(bucket, n);
                *expected.entry(bucket).or_insert(0) += n;
            }
            prop_assert_eq!(counts.iter().collect::<Vec<_>>(), expected.clone().into_iter().collect::<Vec<_>>());
            let mut bytes = Vec::new();
            bytes.extend(postcard::to_stdvec(&counts).expect("serialises"));
            prop_assert_eq!(&postcard::from_bytes::<Counts>(&bytes).expect("reads back"), &counts);
            let (mut rest, half) = (counts.clone(), expected.iter().map(|(bucket, n)| (*bucket, n / 2)).collect::<Counts>());
            prop_assert_eq!(&Counts::sum([&half, &Counts::default(), &half].into_iter()), &expected.iter().map(|(bucket, n)| (*bucket, n / 2 * 2)).collect::<Counts>());
            rest.subtract(&half);
            prop_assert_eq!(rest, expected.iter().map(|(bucket, n)| (*bucket, n - n / 2)).collect::<Counts>());
            let total: u64 = expected.values().sum();
            prop_assert_eq!(counts.total(), total);
            for share in [0.0, 0.05, 0.5, 0.95, 1.0, 1.5] {
                let rank = share * total as f64;
                let mut below = 0;
                let mut found = None;
                for (bucket, n) in &expected {
                    found = Some((*bucket, below, *n));
                    if (below + n) as f64 >= rank {
                        break;
                    }
                    below += n;
                }
                prop_assert_eq!(counts.at_rank(rank), found);
            }
            for (bucket, n) in expected {
                counts.take(bucket, n);
            }
            prop_assert!(counts.is_empty());
        }

        /// However values come, one by one, many at once or as parts that are merged, they count alike.
        #[test]
        fn parts_count_as_the_whole(parts in proptest::collection::vec((0u16..1842, 1u16..300, proptest::collection::vec(0u16..300, 0..200)), 0..5), at_once in any::<bool>()) {
            let mut whole = Counts::default();
            let mut merged = Counts::default();
            for (first, width, values) in parts {
                let values: Vec<u16> = values.iter().map(|value| (first + value % width).min(1841)).collect();
                let mut part = Counts::default();
                for value in &values {
                    whole.add(*value, 1);
                    if !at_once {
                        part.add(*value, 1);
                    }
                }
                if at_once {
                    let (some, others) = values.split_at(values.len() / 3);
                    part.add_all(some);
                    part.add_all(others);
                }
                prop_assert_eq!(part.total(), values.len() as u64);
                merged.merge(&part);
            }
            prop_assert_eq!(merged, whole);
        }
    }
}
