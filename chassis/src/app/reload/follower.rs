//! [`Follower`]: something that takes a changed configuration while it runs.

use crate::app::component::{Composed, lock};
use crate::config::Config;

/// Applies what was looked at.
pub(in crate::app) type Change = Box<dyn FnOnce() + Send>;

/// Looks at a new configuration, reports what of it cannot work, and gives what applies the rest.
type Prepare = Box<dyn Fn(&Config) -> Change + Send>;

/// A part of a component that takes what changes.
pub(in crate::app) struct Follower {
    /// The configuration as its component sees it.
    view: Config,
    prepare: Prepare,
}

impl Follower {
    fn prepare(&self, new: &Config) -> Change {
        (self.prepare)(&new.as_seen_by(&self.view))
    }
}

impl Composed {
    /// Has `prepare` asked for each new configuration, as the component of `view` sees it. What comes
    /// late takes the newest one at once.
    pub(in crate::app) fn follow(
        &self,
        view: &Config,
        prepare: impl Fn(&Config) -> Change + Send + 'static,
    ) {
        let follower = Follower {
            view: view.clone(),
            prepare: Box::new(prepare),
        };
        let newest = lock(&self.newest).clone();
        if let Some(newest) = newest {
            follower.prepare(&newest)();
        }
        lock(&self.followers).push(follower);
    }

    /// What all followers make of `new`.
    pub(super) fn prepare(&self, new: &Config) -> Vec<Change> {
        let followers = lock(&self.followers);
        followers.iter().map(|one| one.prepare(new)).collect()
    }

    /// From now on `new` is the configuration that holds.
    pub(super) fn renew(&self, new: &Config) {
        *lock(&self.newest) = Some(new.clone());
    }
}
