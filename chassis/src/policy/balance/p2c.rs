//! [`p2c`]: the cheaper of two.

/// Which of `count` endpoints gets the call: two of them by chance, and of these the one for which
/// `cost` is less. `None` when there are none. `random` is any 64 bits, uniformly distributed.
#[inline]
pub fn p2c(count: usize, random: u64, cost: impl Fn(usize) -> f32) -> Option<usize> {
    match count {
        0 => None,
        1 => Some(0),
        _ => {
            let (first, second) = pair(count, random);
            Some(if cost(second) < cost(first) {
                second
            } else {
                first
            })
        }
    }
}

/// Two different ones of at least two.
#[inline]
pub(super) fn pair(count: usize, random: u64) -> (usize, usize) {
    let first = below(random as u32, count);
    // One of the others: so the two are never the same.
    let second = below((random >> 32) as u32, count - 1);
    (first, second + usize::from(second >= first))
}

/// A number below `limit`, of 32 random bits (Lemire, "Fast Random Integer Generation in an
/// Interval", 2019, without the rejection: the bias is `limit` in 2³²).
pub(super) fn below(random: u32, limit: usize) -> usize {
    ((u64::from(random) * limit as u64) >> 32) as usize
}
