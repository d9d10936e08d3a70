//! [`Board`]: the numbers of every edge and route, read from the series that count them anyway.
//!
//! Without a page there is no window: nothing runs and nothing is kept. While pages are open, one
//! [`tick`](Board::tick) a second compares the series with the second before; rates and
//! percentiles are over the last [`WINDOW`] of them.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::model::{Figures, Numbers};
use crate::telemetry::{Reading, Recorded};

/// How many ticks rates and percentiles look back.
const WINDOW: usize = 10;

/// What one entry of the board counts.
#[derive(Debug)]
enum Gauge {
    /// These series.
    Series(Vec<Recorded>),
    /// The entries of this range together, which stand before it.
    Sum(Range<usize>),
}

/// The numbers of every edge and route. An entry's index is its [`Figures::id`].
#[derive(Debug, Default)]
pub(crate) struct Board {
    gauges: Vec<Gauge>,
    window: Mutex<Option<Window>>,
}

/// The last seconds.
#[derive(Debug)]
struct Window {
    /// Of the last tick.
    at: Instant,
    readings: Vec<Reading>,
    /// What each of the last ticks brought, by entries that moved.
    ticks: VecDeque<Tick>,
    /// All ticks together, by entry.
    sums: Vec<Reading>,
    /// What pages know.
    said: Vec<Numbers>,
}

#[derive(Debug)]
struct Tick {
    took: Duration,
    moved: Vec<(usize, Reading)>,
}

impl Board {
    /// Adds an entry that counts `series`, and gives its id.
    pub(crate) fn add(&mut self, series: Vec<Recorded>) -> usize {
        self.gauges.push(Gauge::Series(series));
        self.gauges.len() - 1
    }

    /// Adds an entry that sums up those of `parts`, which were added before it.
    pub(crate) fn sum(&mut self, parts: Range<usize>) -> usize {
        self.gauges.push(Gauge::Sum(parts));
        self.gauges.len() - 1
    }

    /// The id that the next entry gets.
    pub(crate) fn next(&self) -> usize {
        self.gauges.len()
    }

    /// The numbers of entry `id`: over the last seconds where they are known, else since the
    /// start.
    pub(crate) fn figures(&self, id: usize) -> Figures {
        let all = self.read(id);
        let window = self.window();
        let sums = window.as_ref().filter(|window| !window.ticks.is_empty());
        let Some(window) = sums else {
            return Figures {
                id,
                calls: all.calls,
                errors: all.errors,
                in_flight: all.at_work,
                rate: None,
                error_rate: None,
                p50_ms: percentile(&all, 0.5),
                p99_ms: percentile(&all, 0.99),
                window_ms: None,
            };
        };
        let Numbers(id, calls, errors, in_flight, rate, error_rate, p50_ms, p99_ms) =
            window.numbers(id, &all);
        Figures {
            id,
            calls,
            errors,
            in_flight,
            rate,
            error_rate,
            p50_ms,
            p99_ms,
            window_ms: Some(millis(window.length())),
        }
    }

    /// Begins to look at the last seconds, unless that is done already.
    pub(crate) fn open(&self, now: Instant) {
        let mut window = self.window();
        if window.is_none() {
            let readings = self.read_all();
            *window = Some(Window {
                at: now,
                ticks: VecDeque::with_capacity(WINDOW + 1),
                sums: vec![Reading::default(); readings.len()],
                said: readings
                    .iter()
                    .enumerate()
                    .map(|(id, reading)| numbers(id, reading))
                    .collect(),
                readings,
            });
        }
    }

    /// Forgets the last seconds: nobody looks any more.
    pub(crate) fn close(&self) {
        *self.window() = None;
    }

    /// Reads everything once more, and gives what changed. Nothing without a window.
    pub(crate) fn tick(&self, now: Instant) -> Vec<Numbers> {
        let readings = self.read_all();
        let mut window = self.window();
        match &mut *window {
            Some(window) => window.tick(now, readings),
            None => Vec::new(),
        }
    }

    /// What pages know, all of it.
    pub(crate) fn said(&self) -> Vec<Numbers> {
        let window = self.window();
        window
            .as_ref()
            .map_or_else(Vec::new, |window| window.said.clone())
    }

    /// Over which time rates and percentiles are now.
    pub(crate) fn window_length(&self) -> Duration {
        self.window()
            .as_ref()
            .map_or(Duration::ZERO, Window::length)
    }

    fn read(&self, id: usize) -> Reading {
        let mut reading = Reading::default();
        match self.gauges.get(id) {
            Some(Gauge::Series(series)) => series.iter().for_each(|one| one.read(&mut reading)),
            Some(Gauge::Sum(parts)) => parts.clone().for_each(|part| reading.add(&self.read(part))),
            None => {}
        }
        reading
    }

    fn read_all(&self) -> Vec<Reading> {
        let mut all: Vec<Reading> = Vec::with_capacity(self.gauges.len());
        for gauge in &self.gauges {
            let mut reading = Reading::default();
            match gauge {
                Gauge::Series(series) => series.iter().for_each(|one| one.read(&mut reading)),
                Gauge::Sum(parts) => {
                    let parts = all.get(parts.clone()).unwrap_or_default();
                    parts.iter().for_each(|part| reading.add(part));
                }
            }
            all.push(reading);
        }
        all
    }

    fn window(&self) -> MutexGuard<'_, Option<Window>> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn tick(&mut self, now: Instant, readings: Vec<Reading>) -> Vec<Numbers> {
        let took = now.saturating_duration_since(self.at);
        let mut moved = Vec::new();
        for (id, (reading, before)) in readings.iter().zip(&self.readings).enumerate() {
            if reading.calls != before.calls {
                let delta = reading.since(before);
                self.sums[id].add(&delta);
                moved.push((id, delta));
            }
        }
        self.at = now;
        self.readings = readings;
        self.ticks.push_back(Tick { took, moved });
        if self.ticks.len() > WINDOW
            && let Some(oldest) = self.ticks.pop_front()
        {
            for (id, delta) in oldest.moved {
                self.sums[id] = self.sums[id].since(&delta);
            }
        }
        self.changed()
    }

    fn changed(&mut self) -> Vec<Numbers> {
        let mut changed = Vec::new();
        for (id, reading) in self.readings.iter().enumerate() {
            let numbers = self.numbers(id, reading);
            if numbers != self.said[id] {
                self.said[id] = numbers;
                changed.push(numbers);
            }
        }
        changed
    }

    fn numbers(&self, id: usize, all: &Reading) -> Numbers {
        let sum = &self.sums[id];
        let seconds = self.length().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "counts of calls")]
        let rate = |count: u64| (seconds > 0.0).then(|| rounded(count as f64 / seconds));
        let (p50, p99) = (percentile(sum, 0.5), percentile(sum, 0.99));
        let (calls, errors) = (rate(sum.calls), rate(sum.errors));
        Numbers(
            id,
            all.calls,
            all.errors,
            all.at_work,
            calls,
            errors,
            p50,
            p99,
        )
    }

    fn length(&self) -> Duration {
        self.ticks.iter().map(|tick| tick.took).sum()
    }
}

/// What is known without a window.
fn numbers(id: usize, all: &Reading) -> Numbers {
    Numbers(
        id,
        all.calls,
        all.errors,
        all.at_work,
        None,
        None,
        None,
        None,
    )
}

fn percentile(reading: &Reading, q: f64) -> Option<f64> {
    let time = reading.quantile(q)?;
    Some(rounded(time.as_secs_f64() * 1_000.0))
}

/// Three digits: more would only change every second.
pub(crate) fn rounded(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logarithm of a number that is shown"
    )]
    let digits = 2 - value.log10().floor() as i32;
    let scale = 10_f64.powi(digits.clamp(0, 6));
    (value * scale).round() / scale
}

/// Whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Metrics;

    #[test]
    fn rates_are_over_the_last_ten_ticks_and_end_with_them() {
        let metrics = Metrics::new();
        let (one, two) = (metrics.port("store", "load"), metrics.port("store", "save"));
        let mut board = Board::default();
        board.add(vec![one.recorded()]);
        board.add(vec![two.recorded()]);
        let sum = board.sum(0..2);
        let second = Duration::from_secs(1);
        let mut now = crate::context::Env::seeded(1).now();
        one.record(Duration::from_millis(1), None);
        assert_eq!(board.figures(sum).calls, 1);
        assert_eq!(board.figures(sum).rate, None);
        assert!(board.tick(now).is_empty(), "nobody looks");

        board.open(now);
        for _ in 0..20 {
            one.record(Duration::from_millis(2), None);
            two.record(Duration::from_millis(2), Some("Away"));
        }
        now += second;
        let changed = board.tick(now);
        assert_eq!(changed.len(), 3);
        assert_eq!(changed[sum].1, 41);
        assert_eq!((changed[sum].4, changed[sum].5), (Some(40.0), Some(20.0)));
        let figures = board.figures(sum);
        assert_eq!((figures.errors, figures.window_ms), (20, Some(1_000)));
        assert!(
            figures.p99_ms.is_some_and(|p99| (1.0..=2.5).contains(&p99)),
            "{figures:?}"
        );
        for _ in 0..9 {
            now += second;
            board.tick(now);
        }
        assert_eq!(board.figures(0).rate, Some(2.0));
        now += second;
        assert_eq!(board.tick(now).len(), 3);
        assert_eq!(
            (board.figures(0).rate, board.figures(0).p50_ms),
            (Some(0.0), None)
        );
        now += second;
        assert!(board.tick(now).is_empty(), "nothing changes any more");
        board.close();
        assert_eq!(board.figures(0).rate, None);
    }

    #[test]
    fn three_digits_are_said() {
        assert_eq!(
            [0.0, 0.012_345, 1.234_5, 123.45, 98_765.4].map(rounded),
            [0.0, 0.012_3, 1.23, 123.0, 98_765.0]
        );
    }
}
