//! [`Draw`]: two by chance, of all or of some, each as often as its weight says.

use super::alias::Alias;
use super::p2c;

/// Whom to draw from.
#[derive(Debug)]
pub(super) struct Draw {
    /// Their places in the list; empty: the whole list.
    places: Vec<u32>,
    count: usize,
    alias: Option<Alias>,
}

impl Draw {
    /// From a list of endpoints of these weights.
    pub(super) fn all(weights: &[f64]) -> Self {
        Self {
            places: Vec::new(),
            count: weights.len(),
            alias: Alias::new(weights),
        }
    }

    /// From those of a list that have a weight here.
    pub(super) fn some(weights: &[f64]) -> Self {
        let some = weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0.0);
        let (places, weights): (Vec<u32>, Vec<f64>) =
            some.map(|(place, weight)| (place as u32, *weight)).unzip();
        Self {
            count: places.len(),
            alias: Alias::new(&weights),
            places,
        }
    }

    /// Whether some of them weigh more.
    pub(super) fn is_weighted(&self) -> bool {
        self.alias.is_some()
    }

    /// Two of them, different ones; one where there is no other.
    #[inline]
    pub(super) fn pair(&self, mut random: impl FnMut() -> u64) -> (Option<usize>, Option<usize>) {
        match (self.count, &self.alias) {
            (0, _) => (None, None),
            (1, _) => (self.place(0), None),
            (count, None) => {
                let (first, second) = p2c::pair(count, random());
                (self.place(first), self.place(second))
            }
            (count, Some(alias)) => {
                let first = alias.draw(random());
                let second = (0..3)
                    .map(|_| alias.draw(random()))
                    .find(|one| *one != first);
                let second = second.unwrap_or((first + 1) % count);
                (self.place(first), self.place(second))
            }
        }
    }

    #[inline]
    fn place(&self, index: usize) -> Option<usize> {
        match self.places.is_empty() {
            true => Some(index),
            false => self.places.get(index).map(|place| *place as usize),
        }
    }
}
