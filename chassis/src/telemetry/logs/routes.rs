//! Which component an event belongs to: the context says its id, this table knows it.

use std::sync::{Arc, LazyLock, Weak};

use arc_swap::ArcSwap;

use crate::context::ComponentId;
use crate::telemetry::component::Component;

/// All components of this process, by ascending id.
static ROUTES: LazyLock<ArcSwap<Vec<Route>>> = LazyLock::new(ArcSwap::default);

#[derive(Debug, Clone)]
struct Route {
    id: ComponentId,
    component: Weak<Component>,
    /// The one that stands for its whole system.
    is_root: bool,
    is_captured: bool,
}

/// Adds a component.
pub(crate) fn enter(component: &Arc<Component>, is_root: bool) {
    let route = Route {
        id: component.id,
        component: Arc::downgrade(component),
        is_root,
        is_captured: component.shared.is_captured(),
    };
    ROUTES.rcu(|routes| {
        let mut routes = Vec::clone(routes);
        let at = routes.partition_point(|known| known.id < route.id);
        routes.insert(at, route.clone());
        routes
    });
}

/// Removes a component.
pub(crate) fn leave(id: ComponentId) {
    ROUTES.rcu(|routes| {
        let others = routes.iter().filter(|route| route.id != id);
        others.cloned().collect::<Vec<_>>()
    });
}

/// The component of this id. What is said outside of any goes to the first system that is not a
/// test's, or to the only one that there is.
pub(crate) fn find(id: ComponentId) -> Option<Arc<Component>> {
    let routes = ROUTES.load();
    if let Ok(at) = routes.binary_search_by_key(&id, |route| route.id) {
        return routes[at].component.upgrade();
    }
    let mut roots = routes.iter().filter(|route| route.is_root);
    if let Some(real) = roots.clone().find(|route| !route.is_captured) {
        return real.component.upgrade();
    }
    match (roots.next(), roots.next()) {
        (Some(only), None) => only.component.upgrade(),
        _ => None,
    }
}

/// Calls `with` with the first component of each system.
pub(super) fn systems(mut with: impl FnMut(&Component)) {
    for route in ROUTES.load().iter().filter(|route| route.is_root) {
        if let Some(component) = route.component.upgrade() {
            with(&component);
        }
    }
}
