//! [`Maglev`]: where a key belongs.
//!
//! The table of "Maglev: A Fast and Reliable Software Network Load Balancer" (Eisenbud and others,
//! 2016): every endpoint fills its part of the slots, in an order of its own, so that one that comes or
//! goes moves little more than its part of the keys. Beside a ring of hashes it is looked up in one
//! step, and its parts are even.

use super::hash::mix;

/// Which endpoint each slot belongs to.
#[derive(Debug)]
pub(super) struct Maglev {
    slots: Vec<u32>,
}

/// Sizes, all of them prime, so that each order visits every slot. A hundred slots an endpoint keep
/// parts even to a percent.
const SIZES: [usize; 4] = [1_021, 8_191, 65_537, 655_373];

const FREE: u32 = u32::MAX;

impl Maglev {
    /// The table of endpoints of these keys (hashes of their addresses) and weights.
    pub(super) fn new(keys: &[u64], weights: &[f64]) -> Self {
        if keys.is_empty() {
            return Self { slots: Vec::new() };
        }
        let wanted = keys.len().saturating_mul(100);
        let last = SIZES[SIZES.len() - 1];
        let size = SIZES.into_iter().find(|size| *size >= wanted);
        let size = size.unwrap_or(last);
        let mut orders: Vec<Order> = keys.iter().map(|key| Order::new(*key, size)).collect();
        let most = weights.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let mut slots = vec![FREE; size];
        let (mut filled, mut round) = (0, 0.0);
        while filled < size {
            round += 1.0;
            for (index, order) in orders.iter_mut().enumerate() {
                // In so many rounds it has as many turns as its weight says; a hundredth of the most at
                // least, or filling the table would take for ever.
                let part = (weights[index] / most).max(0.01);
                if f64::from(order.turns + 1) > round * part + 1e-9 {
                    continue;
                }
                order.turns += 1;
                let slot = order.next(&slots);
                slots[slot] = index as u32;
                filled += 1;
                if filled == size {
                    break;
                }
            }
        }
        Self { slots }
    }

    /// The endpoints for `key`: its own, and those that take its place, some of them more than once.
    pub(super) fn places(&self, key: u64) -> impl Iterator<Item = usize> + '_ {
        const TRIES: usize = 16;
        let size = self.slots.len().max(1);
        let from = mix(key) as usize % size;
        // Steps that lead everywhere: a prime size has no common factor with any of them.
        let step = 1 + (mix(!key) as usize % size.saturating_sub(1).max(1));
        (0..TRIES).filter_map(move |turn| {
            let slot = (from + turn * step) % size;
            self.slots.get(slot).map(|index| *index as usize)
        })
    }
}

/// In which order an endpoint wants the slots.
struct Order {
    at: usize,
    skip: usize,
    turns: u32,
}

impl Order {
    fn new(key: u64, size: usize) -> Self {
        Self {
            at: mix(key) as usize % size,
            skip: mix(key ^ 0x9e37_79b9_7f4a_7c15) as usize % (size - 1) + 1,
            turns: 0,
        }
    }

    /// The next slot that is free; there is one.
    fn next(&mut self, slots: &[u32]) -> usize {
        loop {
            let slot = self.at;
            self.at = (self.at + self.skip) % slots.len();
            if slots[slot] == FREE {
                return slot;
            }
        }
    }
}
