//! [`View`]: a stack as a person sees it.

use std::sync::Arc;

use super::super::breaker::State;
use super::{Event, Stack, StackSettings, Totals, event};

/// How a dependency's policies stand.
#[derive(Debug, Clone)]
pub struct View {
    /// Whose they are.
    pub name: String,
    /// The settings that hold.
    pub settings: Arc<StackSettings>,
    /// The breaker; `None` where there is none.
    pub breaker: Option<BreakerView>,
    /// The bulkhead; `None` where there is none.
    pub bulkhead: Option<BulkheadView>,
    /// How many retries the budget would allow now.
    pub budget: f64,
    /// How often a policy has stepped in.
    pub totals: Totals,
    /// What happened last, the newest first.
    pub events: Vec<Event>,
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerView {
    /// Its state.
    pub state: State,
    /// The same in a word: `closed`, `half-open`, `forced open` …
    pub word: &'static str,
}

/// How a bulkhead stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkheadView {
    /// How many calls are in it.
    pub calls: usize,
    /// How many wait for a place.
    pub waiting: usize,
}

impl Stack {
    /// How its breaker stands now; `None` where there is none.
    pub fn breaker(&self) -> Option<BreakerView> {
        let state = self.breaker.state();
        self.live.load().breaker.map(|_| BreakerView {
            state,
            word: event::state(state),
        })
    }

    /// How it stands now.
    pub fn view(&self) -> View {
        let settings = self.settings();
        let (calls, waiting) = self.bulkhead.taken();
        View {
            name: self.name.to_string(),
            breaker: self.breaker(),
            bulkhead: settings.bulkhead.map(|_| BulkheadView { calls, waiting }),
            budget: self.budget.balance(self.env.now()).max(0.0),
            totals: self.tally.totals(),
            events: self.tally.events(),
            settings,
        }
    }
}
