//! [`Balancer`]: which endpoint gets a call, and which one after it.

use std::sync::Arc;
use std::time::Instant;

use super::super::ejection::{Group, Standing};
use super::Candidate;
use super::p2c::pair;
use crate::context::Env;

/// The endpoints of one dependency at one moment, and the choice among them.
#[derive(Debug)]
pub struct Balancer {
    candidates: Vec<Arc<Candidate>>,
    group: Group,
}

/// What a call wants of the choice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// Where it was tried already and must not be again, by [`Candidate::id`].
    pub never: &'a [u64],
    /// Where it was tried before, and is tried again only where there is nobody else.
    pub later: &'a [u64],
}

/// Who gets the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    /// Its place in the list.
    pub index: usize,
    /// With which standing; [`Candidate::record`] takes it back.
    pub standing: Standing,
}

/// How often two are drawn before all are looked at: with half of them ejected, the second look is
/// at one call in two hundred.
const DRAWS: usize = 4;

impl Balancer {
    /// The choice among `candidates`, all of them members of `group`.
    pub fn new(group: Group, candidates: Vec<Arc<Candidate>>) -> Self {
        Self { candidates, group }
    }

    /// The endpoints, in the order in which [`Pick::index`] counts.
    pub fn candidates(&self) -> &[Arc<Candidate>] {
        &self.candidates
    }

    /// Who gets the call; `None` when there is nobody whom it may have.
    ///
    /// The cheaper of two that may get one; of all of them in their order where four draws found
    /// none. Then one that the call had before; at last one that is ejected, because a poor chance
    /// is better than none.
    pub fn pick(&self, ask: Ask<'_>, now: Instant, env: &Env) -> Option<Pick> {
        let count = self.candidates.len();
        if count < 2 {
            return self.last_resort(ask, now, 0);
        }
        let is_panicking = self.group.is_panicking();
        for _ in 0..DRAWS {
            let (first, second) = pair(count, env.random());
            let look = |index| self.look(index, ask, is_panicking, now);
            match (look(first), look(second)) {
                (Some(one), Some(other)) => return Some(self.better(one, other, now)),
                (Some(one), None) | (None, Some(one)) => return Some(one),
                (None, None) => {}
            }
        }
        self.last_resort(ask, now, (env.random() % count as u64) as usize)
    }

    /// The endpoint at `index`, if the call may go there.
    #[inline]
    fn look(&self, index: usize, ask: Ask<'_>, is_panicking: bool, now: Instant) -> Option<Pick> {
        let candidate = &self.candidates[index];
        if !ask.is_fresh(candidate.id()) {
            return None;
        }
        let standing = candidate.member().standing(now);
        (standing != Standing::Ejected || is_panicking).then_some(Pick { index, standing })
    }

    /// A probe goes where it is due; else the cheaper one gets the call.
    fn better(&self, one: Pick, other: Pick, now: Instant) -> Pick {
        let cost = |pick: &Pick| self.candidates[pick.index].load().cost(now);
        match (one.standing, other.standing) {
            (Standing::Probe, Standing::Probe) => {
                self.candidates[other.index].member().give_back();
                one
            }
            (Standing::Probe, _) => one,
            (_, Standing::Probe) => other,
            _ if cost(&other) < cost(&one) => other,
            _ => one,
        }
    }

    /// Looks at all of them from `start` on.
    #[cold]
    fn last_resort(&self, ask: Ask<'_>, now: Instant, start: usize) -> Option<Pick> {
        let count = self.candidates.len();
        let all = (0..count).map(|step| (start + step) % count);
        let (mut again, mut ejected) = (None, None);
        for index in all {
            let candidate = &self.candidates[index];
            if ask.never.contains(&candidate.id()) {
                continue;
            }
            let is_fresh = ask.is_fresh(candidate.id());
            if !is_fresh && again.is_some() {
                continue;
            }
            let standing = candidate.member().standing(now);
            let pick = Pick { index, standing };
            match standing {
                Standing::Ejected => _ = ejected.get_or_insert(pick),
                _ if is_fresh => {
                    self.give_back(again);
                    return Some(pick);
                }
                _ => again = Some(pick),
            }
        }
        again.or(ejected)
    }

    /// Nobody makes the call of this pick.
    fn give_back(&self, pick: Option<Pick>) {
        if let Some(Pick {
            index,
            standing: Standing::Probe,
        }) = pick
        {
            self.candidates[index].member().give_back();
        }
    }
}

impl Ask<'_> {
    /// Whether the call was not there yet.
    #[inline]
    fn is_fresh(&self, id: u64) -> bool {
        !self.never.contains(&id) && !self.later.contains(&id)
    }
}
