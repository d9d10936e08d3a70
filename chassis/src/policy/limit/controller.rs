//! [`Controller`]: from the latency of a window to the next limit. Pure: no clock, no lock.
//!
//! Two things are kept: how long a call takes when nobody is in its way (`baseline`), and the limit.
//! It begins low ([`start`](super::start)). From then on calls that take longer than the baseline and its
//! tolerance wait for something, so fewer are let in; else a few more are. The baseline is learned while the limit isn't needed. Where it always is, and
//! after a sharp cut, a probe halves what is let in as long as that makes calls faster: so a dependency
//! that has become slow, which is no faster for fewer calls, is told from a queue, which is.

use super::LimitSettings;
use super::start::{self, Sign, Start};

/// What calls did between two looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// When it ended, in nanoseconds of the limit's own time.
    pub(super) now: u64,
    /// The mean latency in nanoseconds.
    pub(super) mean: f64,
    /// The shortest.
    pub(super) fastest: f64,
    /// How many calls the mean is of.
    pub(super) calls: u32,
    /// How many found no answer in time.
    pub(super) late: u32,
    /// The most that were at work at once.
    pub(super) peak: u32,
}

/// What a window led to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Turn {
    /// How many calls are let in from now on.
    pub(super) limit: u32,
    /// Whether the next window begins only when no more than that are at work: what they were slowed
    /// by is still there.
    pub(super) drains: bool,
    /// How many calls the next window needs.
    pub(super) calls: u32,
    /// How long it lasts at least, in nanoseconds.
    pub(super) length: u64,
    /// Whether it still begins: who is refused may look at once.
    pub(super) starts: bool,
}

#[derive(Debug)]
pub(super) struct Controller {
    settings: LimitSettings,
    limit: f64,
    /// Nanoseconds; none before the first window.
    baseline: Option<f64>,
    /// The beginning, as long as it lasts.
    start: Option<Start>,
    /// Before this no cut asks for another probe.
    rest: u64,
    /// When it is looked for by a probe, if it isn't seen before.
    stale: u64,
    probe: Option<Probe>,
    /// Limit and latency before the first of some sharp cuts in a row.
    cut: Option<(f64, f64)>,
    cuts: u32,
    random: u64,
}

/// A look for the baseline.
#[derive(Debug, Clone, Copy)]
struct Probe {
    began: u64,
    /// What the limit and the latency were before.
    before: (f64, f64),
    level: f64,
    /// The latency at the level before this one.
    last: f64,
    /// After one deep cut, with a baseline that is known: it is asked only whether the cut helped, or if
    /// not, whether half as many would.
    is_check: bool,
}

/// A window needs so many calls for its mean to say something.
const CALLS: u32 = 10;
/// A call that is late by less than this waits for nothing but a timer or a thread: 1 ms.
const SLACK: f64 = 1e6;
/// A probe never lets fewer in.
const LEAST: f64 = 3.0;
/// How much faster calls must become at half as many for it to have been their number.
const FASTER: f64 = 0.8;
/// A limit that loses more than this share at once is cut sharply.
const SHARP: f64 = 0.9;
/// More than this share, and it has to be seen that it helped.
const DEEP: f64 = 0.5;
/// So many sharp cuts in a row, or windows at the minimum, ask for a probe.
const CUTS: u32 = 3;
/// A probe ends after this, whatever it has seen: calls that take seconds can't be probed.
const PROBE: u64 = 3_000_000_000;
/// So long after a probe no cut asks for another.
const REST: u64 = 1_000_000_000;
/// The share of calls in a window that may find no answer in time.
const LATE: f64 = 0.5;

impl Controller {
    pub(super) fn new(settings: LimitSettings, random: u64) -> Self {
        Self {
            limit: f64::from(settings.initial_concurrency),
            settings,
            baseline: None,
            start: Some(Start::default()),
            rest: 0,
            stale: 0,
            probe: None,
            cut: None,
            cuts: 0,
            random,
        }
    }

    /// What the first window needs.
    pub(super) fn first(&self) -> Turn {
        Turn {
            limit: self.limit as u32,
            drains: false,
            // All that began together: those that end first are the quick ones.
            calls: self.limit as u32,
            length: self.update(),
            starts: true,
        }
    }

    /// Calls are refused and none ends, as many as are let in: gives the new limit.
    pub(super) fn stuck(&mut self) -> u32 {
        self.limit = self.bounded(self.limit * 2.0);
        self.limit as u32
    }

    /// Whether it looks for the baseline.
    pub(super) fn is_probing(&self) -> bool {
        self.probe.is_some()
    }

    /// How long a call takes that nothing is in the way of, in nanoseconds.
    pub(super) fn baseline(&self) -> Option<f64> {
        self.baseline
    }

    /// What a window says.
    pub(super) fn turn(&mut self, window: Window) -> Turn {
        let before = self.limit;
        if self.probe.is_some() {
            return self.probed(window);
        }
        let late = f64::from(window.late);
        if late > 0.0 && late >= f64::from(window.late + window.calls) * LATE {
            // However quick the others are: more calls would only fail as these did.
            self.start = None;
            self.limit = self.bounded(self.limit * SHARP);
            return self.steady(window, self.limit < before);
        }
        if window.calls == 0 {
            return self.steady(window, false);
        }
        let is_reached = f64::from(window.peak) + 1.0 > self.limit;
        if self.start.is_some() {
            return self.starting(window, is_reached);
        }
        let is_needed = f64::from(window.peak) * 2.0 >= self.limit;
        if !is_needed || (self.baseline.is_none() && !is_reached) {
            self.learn(window);
            return self.steady(window, false);
        }
        let Some(baseline) = self.baseline.filter(|_| window.now < self.stale) else {
            // Of a start under load the first window says little: calls were only beginning to queue.
            let mean = self.baseline.map_or(f64::INFINITY, |_| window.mean);
            return self.begin_probe(Window { mean, ..window }, (self.limit, mean), false);
        };
        if window.mean < baseline {
            self.learn(window);
        }
        self.follow(window, baseline)
    }

    /// At the beginning, and as long as nothing was ever in the way of a call.
    fn starting(&mut self, window: Window, is_reached: bool) -> Turn {
        let known = self.baseline.unwrap_or(window.mean);
        let allowed = self.allowed(known);
        let sign = match &mut self.start {
            Some(start) => start.sign(&window, allowed),
            None => Sign::Over,
        };
        match sign {
            Sign::Over => {
                self.start = None;
                if is_reached {
                    // What is seen now began when fewer were let in.
                    self.limit = self.bounded(self.limit / 2.0);
                }
                return self.follow(window, known);
            }
            // A first call that had to wait for a connection or a cache says little of the others.
            Sign::Good if window.mean * 2.0 < known => self.see(window.mean, window.now),
            // While more and more are let in, what becomes slower is a queue, and not what a call takes.
            _ if is_reached && window.mean > known => {}
            _ => self.learn(window),
        }
        if is_reached && sign == Sign::Good {
            let more = f64::from(window.calls) * start::GROWTH;
            self.limit = self.bounded((self.limit + more).min(self.limit * (1.0 + start::GROWTH)));
        }
        let length = if is_reached { 0 } else { self.update() };
        Turn {
            limit: self.limit as u32,
            drains: false,
            calls: start::CALLS,
            length,
            starts: true,
        }
    }

    /// How long a call may take.
    fn allowed(&self, baseline: f64) -> f64 {
        (baseline * self.settings.tolerance).max(baseline + SLACK)
    }

    /// The gradient: as much less as calls take longer than they may, and as much more as they may take
    /// longer, a little at a time.
    fn follow(&mut self, window: Window, baseline: f64) -> Turn {
        let allowed = self.allowed(baseline);
        let ratio = allowed / window.mean;
        let before = self.limit;
        // Even the quickest had to wait: there is a queue that stands, and so many less is what it takes.
        let stands = window.fastest > allowed;
        let next = if ratio < 1.0 {
            match stands {
                true => before.min(f64::from(window.peak)) * ratio,
                false => before * ratio.max(0.5),
            }
        } else if window.mean < (baseline * 1.1).max(baseline + SLACK) {
            // As quick as alone: there is room, perhaps for many more.
            before + before.sqrt().max(before / 2.0)
        } else {
            before + before.sqrt().min(before * (ratio - 1.0))
        };
        self.limit = self.bounded(next);
        if self.limit >= before * SHARP {
            self.cut = None;
            self.cuts = 0;
            return self.steady(window, self.limit < before);
        }
        let cut = *self.cut.get_or_insert((before, window.mean));
        self.cuts += 1;
        if window.now < self.rest {
            return self.steady(window, true);
        }
        if stands && ratio <= DEEP {
            return self.begin_probe(window, cut, true);
        }
        if self.cuts >= CUTS {
            return self.begin_probe(window, cut, false);
        }
        self.steady(window, true)
    }

    /// Calls were not held up: so long do they take.
    fn learn(&mut self, window: Window) {
        let known = self.baseline.unwrap_or(window.mean);
        self.see(known + (window.mean - known) * 0.2, window.now);
    }

    fn see(&mut self, baseline: f64, now: u64) {
        self.baseline = Some(baseline);
        // Up to a tenth later, so that many limits don't probe at once.
        let interval = u64::try_from(self.settings.min_rtt_interval.as_nanos()).unwrap_or(u64::MAX);
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let jitter = (interval / 10).saturating_mul(self.random >> 48) >> 16;
        self.stale = now.saturating_add(interval).saturating_add(jitter);
    }

    fn begin_probe(&mut self, window: Window, before: (f64, f64), is_check: bool) -> Turn {
        let level = self.limit.min(f64::from(window.peak));
        self.probe_at(Probe {
            began: window.now,
            before,
            level: if is_check { self.limit } else { half(level) },
            // While a queue still grows, it is slow at any level: only what is seen after the cut counts.
            last: if is_check { f64::INFINITY } else { window.mean },
            is_check,
        })
    }

    fn probe_at(&mut self, probe: Probe) -> Turn {
        let level = probe.level.min(self.limit);
        self.probe = Some(Probe { level, ..probe });
        let limit = level as u32;
        Turn {
            limit,
            drains: true,
            calls: CALLS.max(2 * limit),
            length: 0,
            starts: false,
        }
    }

    fn probed(&mut self, window: Window) -> Turn {
        let Some(probe) = self.probe.take() else {
            return self.steady(window, false);
        };
        let is_over = window.now.saturating_sub(probe.began) > PROBE;
        let seen = if window.calls == 0 {
            probe.last
        } else {
            window.mean
        };
        let is_faster = seen < probe.last * FASTER;
        let may_go_on = is_faster && !is_over && probe.level > LEAST;
        if probe.is_check {
            let allowed = self.baseline.map_or(0.0, |baseline| self.allowed(baseline));
            if seen * FASTER <= allowed || (is_faster && probe.last.is_finite()) {
                // It was a queue: what a call takes alone is known as before.
                if seen > allowed {
                    self.limit = self.bounded(probe.level * allowed / seen);
                }
                return self.end_probe(window, probe.level);
            }
        }
        if may_go_on {
            return self.probe_at(Probe {
                last: seen,
                level: half(probe.level),
                ..probe
            });
        }
        let alone = seen.min(probe.last);
        // Infinite: no call ended before the probe nor in it, which says nothing of how long they take.
        if alone.is_finite() {
            self.see(alone, window.now);
        }
        let (limit, latency) = probe.before;
        if seen > latency * FASTER {
            // It wasn't their number that made calls slow.
            self.limit = self.bounded(limit.max(self.limit));
        }
        self.end_probe(window, probe.level)
    }

    fn end_probe(&mut self, window: Window, level: f64) -> Turn {
        self.rest = window.now.saturating_add(REST);
        self.cut = None;
        self.cuts = 0;
        self.steady(window, self.limit < level)
    }

    fn bounded(&self, limit: f64) -> f64 {
        let least = f64::from(self.settings.min_concurrency);
        let most = f64::from(self.settings.max_concurrency);
        limit.clamp(least, most.max(least))
    }

    /// The shortest time between two looks, in nanoseconds.
    fn update(&self) -> u64 {
        u64::try_from(self.settings.update_interval.as_nanos()).unwrap_or(u64::MAX)
    }

    fn steady(&self, window: Window, drains: bool) -> Turn {
        // Long enough for calls that take long to end in it.
        let calls = (window.mean * 2.0).min(5e9) as u64;
        Turn {
            limit: self.limit as u32,
            drains,
            calls: CALLS,
            length: self.update().max(calls),
            starts: self.start.is_some(),
        }
    }
}

/// A probe's next level.
fn half(level: f64) -> f64 {
    (level / 2.0).max(LEAST)
}
