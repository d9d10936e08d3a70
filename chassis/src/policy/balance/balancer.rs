//! [`Balancer`]: which endpoint gets a call, and which one after it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::super::ejection::{Group, Standing};
use super::draw::Draw;
use super::maglev::Maglev;
use super::zones::spread;
use super::{BalanceSettings, Candidate, Rule};
use crate::context::{Env, Moment};

/// The endpoints of one dependency at one moment, and the choice among them.
#[derive(Debug)]
pub struct Balancer {
    group: Group,
    settings: BalanceSettings,
    candidates: Vec<Arc<Candidate>>,
    /// What a call in flight counts at each: less where the weight is more. Empty: one.
    relief: Vec<f32>,
    all: Draw,
    home: Option<Home>,
    table: Option<Maglev>,
    /// Whose turn it is.
    turn: AtomicUsize,
}

/// How calls of the own zone are spread.
#[derive(Debug)]
struct Home {
    /// The part that stays, of 2³².
    stays: u32,
    near: Draw,
    far: Draw,
}

/// An endpoint's place in a [`Balancer`].
#[derive(Debug, Clone)]
pub struct Seat {
    /// What is known of it.
    pub candidate: Arc<Candidate>,
    /// The same for all callers: a [`hash`](super::hash) of its address.
    pub key: u64,
    /// Its share of the calls beside the others'.
    pub weight: u32,
    /// Where it runs.
    pub zone: Option<String>,
}

/// Who calls, and from where.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The own zone, where it is known.
    pub zone: Option<String>,
    /// How many callers there are in each zone; empty where nobody knows.
    pub peers: BTreeMap<String, f64>,
}

/// What a call wants of the choice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// Where it was tried already and must not be again, by [`Candidate::id`].
    pub never: &'a [u64],
    /// Where it was tried before, and is tried again only where there is nobody else.
    pub later: &'a [u64],
    /// Calls of one key go to one endpoint, by [`Rule::Maglev`].
    pub key: Option<u64>,
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

/// So much cheaper must the other one be where weights are: else chance, not weight, would decide
/// between two that are alike.
const CLEARLY: f32 = 0.5;

impl Balancer {
    /// The choice among `seats`, all of them members of `group`.
    pub fn new(group: Group, settings: BalanceSettings, seats: Vec<Seat>, caller: &Caller) -> Self {
        let weights: Vec<f64> = seats.iter().map(|seat| seat.weight.into()).collect();
        let keys = || seats.iter().map(|seat| seat.key).collect::<Vec<u64>>();
        let all = Draw::all(&weights);
        let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        let relief = weights.iter().map(|weight| (mean / weight) as f32);
        Self {
            relief: relief.filter(|_| all.is_weighted()).collect(),
            all,
            home: Home::new(&settings, &seats, caller),
            table: (settings.rule == Rule::Maglev).then(|| Maglev::new(&keys(), &weights)),
            candidates: seats.into_iter().map(|seat| seat.candidate).collect(),
            turn: AtomicUsize::new(0),
            group,
            settings,
        }
    }

    /// The endpoints, in the order in which [`Pick::index`] counts.
    pub fn candidates(&self) -> &[Arc<Candidate>] {
        &self.candidates
    }

    /// Who gets the call; `None` when there is nobody whom it may have.
    ///
    /// One that the rule chooses among those that may get a call; else any of them; else one that
    /// the call had before; at last one that is ejected, because a poor chance is better than none.
    pub fn pick(&self, ask: Ask<'_>, now: Instant, env: &Env) -> Option<Pick> {
        let count = self.candidates.len();
        let is_panicking = self.group.is_panicking();
        if count < 2 {
            return self.last_resort(ask, is_panicking, now, 0);
        }
        let look = |index| self.look(index, ask, is_panicking, now);
        let pick = match (self.settings.rule, ask.key, &self.table) {
            (Rule::RoundRobin, ..) => (0..DRAWS).find_map(|_| look(self.next())),
            (Rule::Maglev, Some(key), Some(table)) => table.places(key).find_map(look),
            _ => self.better_of_two(look, now, env),
        };
        pick.or_else(|| {
            let start = (env.random() % count as u64) as usize;
            self.last_resort(ask, is_panicking, now, start)
        })
    }

    #[inline]
    fn better_of_two(
        &self,
        look: impl Fn(usize) -> Option<Pick>,
        now: Instant,
        env: &Env,
    ) -> Option<Pick> {
        let mut draw = match &self.home {
            None => &self.all,
            Some(home) => home.draw(env.random()),
        };
        for _ in 0..DRAWS {
            let (first, second) = draw.pair(|| env.random());
            match (first.and_then(&look), second.and_then(&look)) {
                (Some(one), Some(other)) => return Some(self.better(one, other, draw, now, env)),
                (Some(one), None) => return Some(one),
                // The part of an endpoint that is away goes to all, not to its neighbours in the zone.
                (None, Some(other)) if self.home.is_some() => self.give_back(Some(other)),
                (None, other) => {
                    if other.is_some() {
                        return other;
                    }
                }
            }
            draw = &self.all;
        }
        None
    }

    /// The endpoint at `index`, if the call may go there.
    #[inline]
    fn look(&self, index: usize, ask: Ask<'_>, is_panicking: bool, now: Instant) -> Option<Pick> {
        let candidate = self.candidates.get(index)?;
        if !ask.is_fresh(candidate.id()) {
            return None;
        }
        let standing = candidate.member().standing(now);
        (standing != Standing::Ejected || is_panicking).then_some(Pick { index, standing })
    }

    /// A probe goes where it is due; else the cheaper one gets the call, or the one that is not new.
    #[inline]
    fn better(&self, one: Pick, other: Pick, draw: &Draw, now: Instant, env: &Env) -> Pick {
        match (one.standing, other.standing) {
            (Standing::Probe, standing) => {
                self.give_back((standing == Standing::Probe).then_some(other));
                return one;
            }
            (_, Standing::Probe) => return other,
            _ => {}
        }
        let clearly = if draw.is_weighted() { CLEARLY } else { 1.0 };
        let at = Moment::from(now);
        let is_other = self.cost(other.index, at) < self.cost(one.index, at) * clearly;
        let (chosen, spare) = if is_other { (other, one) } else { (one, other) };
        match self.settings.slow_start.is_zero() {
            true => chosen,
            false => self.warmer(chosen, spare, now, env),
        }
    }

    /// The chosen one, or by chance the other where the chosen one is new.
    #[inline]
    fn warmer(&self, chosen: Pick, spare: Pick, now: Instant, env: &Env) -> Pick {
        let warmth = |pick: Pick| {
            let candidate = &self.candidates[pick.index];
            candidate.warmth(now, self.settings.slow_start)
        };
        let (own, others) = (warmth(chosen), warmth(spare));
        let is_left = own < others && (env.random() >> 40) as f32 / (1 << 24) as f32 > own / others;
        if is_left { spare } else { chosen }
    }

    /// What one more call would cost there; only good for comparing.
    #[inline]
    fn cost(&self, index: usize, now: Moment) -> f32 {
        let load = self.candidates[index].load();
        let relief = self.relief.get(index).copied().unwrap_or(1.0);
        let flight = load.calls_in_flight() as f32 * relief + 1.0;
        match self.settings.rule {
            Rule::LeastRequest => flight,
            _ => load.cost_of_one(now) * flight,
        }
    }

    /// Whose turn it is. By weight the turns lie as far apart as can be.
    fn next(&self) -> usize {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.candidates.len();
        match self.relief.is_empty() {
            true => turn % count,
            false => {
                // The golden ratio's multiples fill a circle evenly.
                let spot = (turn as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11;
                let spot = spot as f32 / (1_u64 << 53) as f32 * count as f32;
                let share = |relief: &f32| 1.0 / relief;
                let mut sum = 0.0;
                let found = self.relief.iter().position(|relief| {
                    sum += share(relief);
                    spot < sum
                });
                found.unwrap_or(count - 1)
            }
        }
    }

    /// Looks at all of them from `start` on.
    #[cold]
    fn last_resort(
        &self,
        ask: Ask<'_>,
        is_panicking: bool,
        now: Instant,
        start: usize,
    ) -> Option<Pick> {
        let count = self.candidates.len();
        let (mut again, mut ejected) = (None, None);
        for index in (0..count).map(|step| (start + step) % count) {
            let candidate = &self.candidates[index];
            let is_fresh = ask.is_fresh(candidate.id());
            if ask.never.contains(&candidate.id()) || (!is_fresh && again.is_some()) {
                continue;
            }
            let standing = candidate.member().standing(now);
            let pick = Pick { index, standing };
            match standing {
                Standing::Ejected if !(is_panicking && is_fresh) => _ = ejected.get_or_insert(pick),
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
        let probe = pick.filter(|pick| pick.standing == Standing::Probe);
        if let Some(pick) = probe {
            self.candidates[pick.index].member().give_back();
        }
    }
}

impl Home {
    fn new(settings: &BalanceSettings, seats: &[Seat], caller: &Caller) -> Option<Self> {
        let own = caller.zone.as_deref()?;
        if settings.zone_minimum == 0 || seats.len() < settings.zone_minimum {
            return None;
        }
        let mut endpoints = BTreeMap::new();
        for seat in seats {
            let zone = seat.zone.clone().unwrap_or_default();
            *endpoints.entry(zone).or_insert(0.0) += f64::from(seat.weight);
        }
        let spread = spread(own, &endpoints, &caller.peers)?;
        let near = |seat: &Seat| match seat.zone.as_deref() == Some(own) {
            true => f64::from(seat.weight),
            false => 0.0,
        };
        let far = |seat: &Seat| {
            let zone = seat.zone.as_deref().unwrap_or_default();
            let part = spread.others.get(zone).copied().unwrap_or(0.0);
            let sum = endpoints.get(zone).copied().unwrap_or(1.0);
            part * f64::from(seat.weight) / sum
        };
        Some(Self {
            stays: (spread.home * f64::from(u32::MAX)) as u32,
            near: Draw::some(&seats.iter().map(near).collect::<Vec<f64>>()),
            far: Draw::some(&seats.iter().map(far).collect::<Vec<f64>>()),
        })
    }

    fn draw(&self, random: u64) -> &Draw {
        match random as u32 <= self.stays {
            true => &self.near,
            false => &self.far,
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
