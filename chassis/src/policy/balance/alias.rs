//! [`Alias`]: draws by weight, at a cost that doesn't grow with the number.

/// Walker's alias table, made by Vose's method ("A linear algorithm for generating random numbers
/// with a given distribution", 1991): a draw is one place by chance, or the other that shares it.
#[derive(Debug)]
pub(super) struct Alias {
    /// The share of the place that is its own, of 2³², and whose the rest is.
    places: Vec<(u32, u32)>,
}

impl Alias {
    /// Of weights that are not all alike; `None` where nothing is to be weighed.
    pub(super) fn new(weights: &[f64]) -> Option<Self> {
        let first = *weights.first()?;
        let sum: f64 = weights.iter().sum();
        if weights.iter().all(|weight| *weight == first) || !sum.is_finite() {
            return None;
        }
        let mean = sum / weights.len() as f64;
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut places: Vec<(u32, u32)> = (0..weights.len())
            .map(|index| (u32::MAX, index as u32))
            .collect();
        let (mut poor, mut rich): (Vec<usize>, Vec<usize>) =
            (0..shares.len()).partition(|index| shares[*index] < 1.0);
        while let (Some(one), Some(other)) = (poor.pop(), rich.last().copied()) {
            places[one] = ((shares[one] * f64::from(u32::MAX)) as u32, other as u32);
            shares[other] -= 1.0 - shares[one];
            if shares[other] < 1.0 {
                rich.pop();
                poor.push(other);
            }
        }
        Some(Self { places })
    }

    /// One of them, by 64 random bits.
    #[inline]
    pub(super) fn draw(&self, random: u64) -> usize {
        let place = super::p2c::below(random as u32, self.places.len());
        let (own, other) = self.places[place];
        match ((random >> 32) as u32) <= own {
            true => place,
            false => other as usize,
        }
    }
}
