//! Gzip, bounded by the longest body and by what is left of the budget.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::{
    body::too_large,
    budget::Held,
    refusal::{Refusal, Refused},
};

/// Bytes inflated before the bounds are looked at again.
const STEP: usize = 64 << 10;

pub(crate) fn inflate(
    compressed: &[u8],
    limit: usize,
    held: &mut Held,
) -> Result<Vec<u8>, Refused> {
    let mut decoder = MultiGzDecoder::new(compressed);
    let mut inflated = Vec::new();
    loop {
        if !held.grow(STEP) {
            return Err(Refused::new(Refusal::Busy, "too much is being received"));
        }
        let read = (&mut decoder)
            .take(STEP as u64)
            .read_to_end(&mut inflated)
            .map_err(|error| {
                Refused::new(Refusal::Malformed, format!("the body is no gzip: {error}"))
            })?;
        if inflated.len() > limit {
            return Err(too_large(limit));
        }
        if read < STEP {
            return Ok(inflated);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::budget::Budget;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let bomb = gzip(&vec![0; 8 << 20]);
        let refusal = |limit, budget| {
            inflate(&bomb, limit, &mut Budget::new(budget).hold())
                .map(|inflated| inflated.len())
                .map_err(|refused| refused.refusal)
        };
        assert_eq!(refusal(8 << 20, 16 << 20), Ok(8 << 20));
        assert_eq!(refusal((8 << 20) - 1, 16 << 20), Err(Refusal::TooLarge));
        assert_eq!(refusal(8 << 20, 1 << 20), Err(Refusal::Busy));
    }

    #[test]
    fn a_cut_body_is_malformed() {
        let body = gzip(b"something");
        for cut in 1..body.len() {
            let refused = inflate(&body[..cut], 100, &mut Budget::new(1 << 20).hold());
            assert_eq!(
                refused.map_err(|refused| refused.refusal),
                Err(Refusal::Malformed),
                "{cut}"
            );
        }
    }
}
