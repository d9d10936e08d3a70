//! What an edge offers, for the admin page: contract routes and merged routers.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::edge::{Edge, Inner};
use crate::contract::{ContractInfo, MethodInfo};
use crate::telemetry::Recorded;

/// One contract route.
pub(crate) struct OfferedRoute {
    /// Index of its component.
    pub(crate) component: usize,
    pub(crate) contract: &'static ContractInfo,
    pub(crate) info: &'static MethodInfo,
    pub(crate) timeout: Duration,
    /// `None`: it takes no body.
    pub(crate) max_body: Option<usize>,
    pub(crate) cancel: bool,
    pub(crate) recorded: Recorded,
}

/// One merged router.
pub(crate) struct OfferedRouter {
    /// Index of its component.
    pub(crate) component: usize,
    /// Its routes: methods (none: any) and path.
    pub(crate) routes: Vec<(Vec<String>, String)>,
}

/// An edge that is kept by others: whoever looks at it keeps nothing of the service alive.
#[derive(Debug, Clone)]
pub(crate) struct WeakEdge(Weak<Inner>);

impl WeakEdge {
    pub(crate) fn upgrade(&self) -> Option<Edge> {
        self.0.upgrade().map(Edge)
    }
}

impl Edge {
    pub(crate) fn downgrade(&self) -> WeakEdge {
        WeakEdge(Arc::downgrade(&self.0))
    }

    /// Every contract route, in the order of serving.
    pub(crate) fn offered_routes(&self) -> impl Iterator<Item = OfferedRoute> {
        self.table().routes().iter().map(|route| OfferedRoute {
            component: route.component,
            contract: route.contract,
            info: route.info,
            timeout: route.time.limit,
            max_body: route.has_body.then_some(route.max_body),
            cancel: route.cancel,
            recorded: route.watch(false).series.recorded(),
        })
    }

    /// Every merged router, in the order of merging.
    pub(crate) fn offered_routers(&self) -> impl Iterator<Item = OfferedRouter> {
        let owners = self.merged_owners().iter();
        owners
            .zip(self.merged())
            .map(|(component, router)| OfferedRouter {
                component: *component,
                routes: routes(&format!("{router:?}")),
            })
    }
}

/// The routes in the `Debug` text of an axum router, by path. axum has no other way of saying
/// them; where a version of it writes otherwise, none is found.
fn routes(text: &str) -> Vec<(Vec<String>, String)> {
    // What answers where no path matches is no route.
    let text = text
        .split_once("fallback_router: ")
        .map_or(text, |(own, _)| own);
    let Some((endpoints, paths)) = text.rsplit_once(" paths: {") else {
        return Vec::new();
    };
    let mut methods = endpoints.split("RouteId(").filter_map(|part| {
        let (id, endpoint) = part.split_once("): ")?;
        Some((id, allowed(endpoint)))
    });
    let methods: std::collections::HashMap<&str, Vec<String>> = methods.by_ref().collect();
    let path = |part: &str| {
        let (id, rest) = part.split_once("): ")?;
        let path: String = serde_json::from_str(rest.trim_end_matches([' ', ',', '}'])).ok()?;
        Some((methods.get(id).cloned().unwrap_or_default(), path))
    };
    let mut routes: Vec<_> = paths.split("RouteId(").filter_map(path).collect();
    routes.sort_by(|a, b| a.1.cmp(&b.1));
    routes
}

/// The methods in the `Debug` text of an endpoint; none where it takes any.
fn allowed(endpoint: &str) -> Vec<String> {
    let list = endpoint
        .rsplit_once("allow_header: Bytes(b\"")
        .and_then(|(_, list)| list.split_once('"'));
    let Some((list, _)) = list else {
        return Vec::new();
    };
    let methods = list.split(',').map(str::trim).filter(|m| *m != "HEAD");
    let methods: Vec<String> = methods.map(str::to_owned).collect();
    match methods.is_empty() {
        true => vec!["HEAD".to_owned()],
        false => methods,
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::{any, get, head, post};

    fn found(router: &Router) -> Vec<String> {
        let text = |(methods, path): (Vec<String>, String)| format!("{} {path}", methods.join("|"));
        let routes = super::routes(&format!("{router:?}"));
        routes.into_iter().map(text).collect()
    }

    #[test]
    fn the_routes_of_axums_routers_are_found() {
        let inner = Router::new().route("/{id}", get(async || "one"));
        let router = Router::new()
            .route("/hello", get(async || "hello").post(async || "more"))
            .route("/send", post(async || "sent"))
            .route("/look", head(async || ()))
            .route("/any", any(async || "any"))
            .route("/odd \"name\"", get(async || "odd"))
            .nest("/items", inner)
            .fallback(async || "nothing");
        let wanted = [
            " /any",
            "GET|POST /hello",
            "GET /items/{id}",
            "HEAD /look",
            "GET /odd \"name\"",
            "POST /send",
        ];
        assert_eq!(found(&router), wanted);
        assert_eq!(found(&Router::new()), [""; 0]);
        let layered = router.layer(tower::layer::util::Identity::new());
        assert_eq!(found(&layered.with_state(())), wanted);
    }
}
