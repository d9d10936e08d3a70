//! [`Rule`]: a fault, and which calls suffer it.

use std::fmt;
use std::time::Duration;

use super::{Asking, Fault};

/// A fault, and which calls suffer it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What it is called, in logs.
    pub name: String,
    /// The port or contract whose calls suffer.
    pub port: String,
    /// The method whose calls suffer; `None`: all of the port's.
    pub method: Option<String>,
    /// What they suffer.
    pub fault: Fault,
    /// How many of them: 0 to 1.
    pub share: f64,
    /// Only calls with this mark; see [`MARK`](super::MARK).
    pub mark: Option<String>,
    /// When; `None`: always.
    pub schedule: Option<Schedule>,
}

/// When a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// It begins so long after the rules were set.
    pub after: Duration,
    /// It then lasts so long.
    pub lasts: Duration,
    /// It comes again after so long, from beginning to beginning; `None`: once.
    pub every: Option<Duration>,
}

/// Why a rule can't work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The rule's name.
    pub rule: String,
    /// Which of its keys.
    pub key: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, key, reason } = self;
        write!(f, "fault {rule}: {key}: {reason}")
    }
}

impl std::error::Error for Mistake {}

impl Rule {
    /// Whether it is for `call`, `age` after the rules were set; chance apart.
    pub(super) fn is_for(&self, call: Asking<'_>, age: Duration) -> bool {
        self.port == call.port
            && self.method.as_deref().is_none_or(|own| own == call.method)
            && self
                .mark
                .as_deref()
                .is_none_or(|own| call.mark == Some(own))
            && self.schedule.is_none_or(|schedule| schedule.holds(age))
    }

    /// Whether it can work.
    ///
    /// # Errors
    ///
    /// The first of its keys that can't.
    pub fn check(&self) -> Result<(), Mistake> {
        let wrong = |key, reason| {
            Err(Mistake {
                rule: self.name.clone(),
                key,
                reason,
            })
        };
        match self.fault {
            Fault::Status(status) if !(400..=599).contains(&status) => {
                return wrong("status", "must be an error's status: 400 to 599");
            }
            Fault::Latency { most, .. } if most.is_zero() => {
                return wrong("delay", "must be more than 0");
            }
            Fault::Latency { least, most } if least > most => {
                return wrong("delay", "the least is more than the most");
            }
            _ => {}
        }
        if !(self.share > 0.0 && self.share <= 1.0) {
            return wrong("share", "must be more than 0 and at most 1");
        }
        match self.schedule {
            Some(schedule) if schedule.lasts.is_zero() => wrong("lasts", "must be more than 0"),
            Some(Schedule {
                lasts,
                every: Some(every),
                ..
            }) if every < lasts => wrong("every", "must be at least as long as it lasts"),
            _ => Ok(()),
        }
    }
}

impl Schedule {
    fn holds(&self, age: Duration) -> bool {
        let Some(since) = age.checked_sub(self.after) else {
            return false;
        };
        let since = match self.every {
            None => since,
            Some(every) => {
                let nanos = since.as_nanos() % every.as_nanos().max(1);
                Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
            }
        };
        since < self.lasts
    }
}

/// For people: `latency of 300ms, 30 % of calls to inventory.reserve marked `slow``.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} % of calls to ", self.fault, self.share * 100.0)?;
        f.write_str(&self.port)?;
        if let Some(method) = &self.method {
            write!(f, ".{method}")?;
        }
        if let Some(mark) = &self.mark {
            write!(f, " marked `{mark}`")?;
        }
        match self.schedule {
            None => Ok(()),
            Some(Schedule { lasts, every, .. }) => match every {
                None => write!(f, ", for {lasts:?}"),
                Some(every) => write!(f, ", for {lasts:?} every {every:?}"),
            },
        }
    }
}
