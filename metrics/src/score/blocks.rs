//! Blocks of time: consecutive occupied windows, split as evenly as their number allows.

/// Blocks for the interval.
pub const BLOCKS: usize = 16;
/// Blocks for level steadiness.
pub const LEVEL_BLOCKS: usize = 8;

/// The block of the `at`-th of `windows` windows, of at most `blocks` blocks.
pub(crate) fn block(at: usize, windows: usize, blocks: usize) -> usize {
    at * blocks.min(windows) / windows.max(1)
}

/// The interval's block of a shard of records without a time.
pub(crate) fn shard_block(shard: usize, windows: usize) -> usize {
    block(
        shard,
        BLOCKS,
        if windows == 0 {
            BLOCKS
        } else {
            windows.min(BLOCKS)
        },
    )
}
