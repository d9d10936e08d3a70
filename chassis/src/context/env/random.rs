//! A small generator: xoroshiro128++ of Blackman and Vigna. Uniform and quick, not secret.

/// A generator's state; never all zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Generator([u64; 2]);

impl Generator {
    /// Begins at `seed`, of which any 128 bits will do.
    pub(super) fn new(seed: [u64; 2]) -> Self {
        // All zero would stay so for ever.
        Self([mix(seed[0]), mix(seed[1]) | 1])
    }

    /// 64 bits, uniformly distributed.
    pub(super) fn next(&mut self) -> u64 {
        let [first, second] = self.0;
        let changed = first ^ second;
        self.0 = [
            first.rotate_left(49) ^ changed ^ (changed << 21),
            changed.rotate_left(28),
        ];
        first
            .wrapping_add(second)
            .rotate_left(17)
            .wrapping_add(first)
    }
}

/// Spreads the bits of `value` over the whole word: the finisher of SplitMix64.
pub(super) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
