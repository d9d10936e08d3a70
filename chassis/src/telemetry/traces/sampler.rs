//! Which traces are recorded: as the caller decided, else by a share of all trace ids.

use crate::context::{TraceContext, TraceId};

/// The decision, as one number to compare with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampler {
    /// Trace ids whose last seven bytes lie at or above it are sampled.
    threshold: u64,
}

/// How many values the random part of a trace id has: seven bytes, as W3C level 2 says.
const RANGE: u64 = 1 << 56;

impl Sampler {
    /// Samples `ratio` (0 to 1) of the traces that begin here.
    pub(crate) fn new(ratio: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "between 0 and 2^56 by the clamp; the lost bits are below one in 2^53"
        )]
        let share = (ratio.clamp(0.0, 1.0) * RANGE as f64) as u64;
        Self {
            threshold: RANGE - share,
        }
    }

    /// Whether the trace is recorded.
    pub(crate) fn sample(self, parent: Option<&TraceContext>, id: TraceId) -> bool {
        match parent {
            Some(parent) => parent.is_sampled(),
            None => randomness(id) >= self.threshold,
        }
    }
}

/// The last seven bytes of the id.
fn randomness(id: TraceId) -> u64 {
    let [.., a, b, c, d, e, f, g] = id.0;
    u64::from_be_bytes([0, a, b, c, d, e, f, g])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{SpanId, TraceFlags};

    fn id(last: u64) -> TraceId {
        let mut bytes = [7; 16];
        bytes[9..].copy_from_slice(&last.to_be_bytes()[1..]);
        TraceId(bytes)
    }

    #[test]
    fn the_ratio_cuts_the_ids_from_the_top() {
        let quarter = Sampler::new(0.25);
        assert!(quarter.sample(None, id(RANGE - 1)));
        assert!(quarter.sample(None, id(RANGE / 4 * 3)));
        assert!(!quarter.sample(None, id(RANGE / 4 * 3 - 1)));
    }

    #[test]
    fn nothing_and_everything_are_exact() {
        for last in [0, 1, RANGE / 2, RANGE - 1] {
            assert!(Sampler::new(1.0).sample(None, id(last)));
            assert!(!Sampler::new(0.0).sample(None, id(last)));
        }
    }

    #[test]
    fn the_caller_has_decided() {
        let mut parent = TraceContext {
            trace_id: id(0),
            span_id: SpanId([1; 8]),
            ..TraceContext::default()
        };
        assert!(!Sampler::new(1.0).sample(Some(&parent), id(0)));
        parent.flags = TraceFlags::SAMPLED;
        assert!(Sampler::new(0.0).sample(Some(&parent), id(0)));
    }
}
