//! [`Table`]: which contract method a path and a verb lead to.

use std::fmt::Write;

use http::{HeaderValue, Method};

use super::route::Route;
use crate::contract::Captures;

/// Contract routes by path, then by method: one search of a radix tree, then a short list.
#[derive(Default)]
pub(super) struct Table {
    tree: matchit::Router<usize>,
    paths: Vec<Path>,
    routes: Vec<Route>,
}

/// One path template and what may be done there.
pub(super) struct Path {
    shape: String,
    /// Index of the component that served it first.
    component: usize,
    routes: Vec<(Method, usize)>,
    allow: HeaderValue,
}

impl Path {
    /// `Allow`: what may be done there, HEAD and OPTIONS included.
    pub(super) fn allow(&self) -> &HeaderValue {
        &self.allow
    }

    /// Index of the component whose layers answer for the path as a whole.
    pub(super) fn component(&self) -> usize {
        self.component
    }

    fn find(&self, method: &Method) -> Option<usize> {
        let hit = self.routes.iter().find(|(known, _)| known == method)?;
        Some(hit.1)
    }

    fn say_allowed(&mut self) {
        let mut text = String::new();
        for (method, _) in &self.routes {
            let _ = write!(text, "{method}, ");
            if method == Method::GET {
                text.push_str("HEAD, ");
            }
        }
        text.push_str("OPTIONS");
        self.allow = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("OPTIONS"));
    }
}

/// The names of placeholders in the tree, as [`shape`] writes them.
const PLACEHOLDERS: [&str; Captures::MAX] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];

/// What a path and a method lead to.
pub(super) enum Found<'t, 'p> {
    /// A contract method.
    Route(usize, Captures<'p>),
    /// A path of a contract, with a method that the contract does not have.
    Method(&'t Path),
    /// No path of any contract.
    Nothing,
}

impl Table {
    /// Adds a route.
    ///
    /// # Errors
    ///
    /// Says which two places claim the same method of the same path.
    pub(super) fn add(&mut self, route: Route) -> Result<(), String> {
        let shape = shape(route.info.path);
        let index = match self.paths.iter().position(|path| path.shape == shape) {
            Some(known) => known,
            None => self.add_path(&route, shape)?,
        };
        let path = &mut self.paths[index];
        if let Some(taken) = path.find(&route.info.verb) {
            return Err(clash(&self.routes[taken], &route));
        }
        path.routes
            .push((route.info.verb.clone(), self.routes.len()));
        path.say_allowed();
        self.routes.push(route);
        Ok(())
    }

    fn add_path(&mut self, route: &Route, shape: String) -> Result<usize, String> {
        let index = self.paths.len();
        self.tree
            .insert(shape.clone(), index)
            .map_err(|reason| unfit(route, &self.routes, &reason))?;
        self.paths.push(Path {
            shape,
            component: route.component,
            routes: Vec::new(),
            allow: HeaderValue::from_static("OPTIONS"),
        });
        Ok(index)
    }

    /// All routes, to be completed before the first request.
    pub(super) fn routes_mut(&mut self) -> &mut [Route] {
        &mut self.routes
    }

    /// What `method` on `path` leads to. HEAD is answered by GET.
    pub(super) fn find<'p>(&self, method: &Method, path: &'p str) -> Found<'_, 'p> {
        let Ok(hit) = self.tree.at(path) else {
            return Found::Nothing;
        };
        let entry = &self.paths[*hit.value];
        let route = entry.find(method).or_else(|| match *method {
            Method::HEAD => entry.find(&Method::GET),
            _ => None,
        });
        let Some(route) = route else {
            return Found::Method(entry);
        };
        let mut captures = Captures::of(path);
        for name in &PLACEHOLDERS[..hit.params.len().min(PLACEHOLDERS.len())] {
            captures.push(hit.params.get(name).unwrap_or_default());
        }
        Found::Route(route, captures)
    }

    /// The route at `index`.
    pub(super) fn route(&self, index: usize) -> &Route {
        &self.routes[index]
    }

    /// One template for each path, though methods may call its placeholders differently.
    pub(super) fn templates(&self) -> impl Iterator<Item = &'static str> {
        let first = |path: &Path| path.routes.first().map(|(_, route)| *route);
        let routes = self.paths.iter().filter_map(first);
        routes.map(|route| self.routes[route].info.path)
    }

    /// All routes.
    pub(super) fn routes(&self) -> &[Route] {
        &self.routes
    }
}

/// `path` with numbered placeholders: two templates that match the same paths look the same.
fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut number = 0;
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        let star = if name.starts_with('*') { "*" } else { "" };
        let _ = write!(shape, "{before}{{{star}p{number}}}");
        number += 1;
        rest = after;
    }
    shape.push_str(rest);
    shape
}

fn clash(one: &Route, other: &Route) -> String {
    if one.is_of_same_contract(other) {
        return format!(
            "the contract {} ({}) is served twice: remove one of the two `app.serve` that serve it",
            one.contract_name(),
            one.info.source,
        );
    }
    format!(
        "{} {} is served twice: by {} ({}) and by {} ({}). Rename one of the paths, or serve one \
         of the contracts under another version",
        other.info.verb,
        other.info.path,
        one.name(),
        one.info.source,
        other.name(),
        other.info.source,
    )
}

fn unfit(route: &Route, known: &[Route], reason: &matchit::InsertError) -> String {
    let with = match reason {
        matchit::InsertError::Conflict { with } => with.as_str(),
        _ => {
            return format!(
                "the path {} of {} ({}) is no template: {reason}",
                route.info.path,
                route.name(),
                route.info.source,
            );
        }
    };
    let other = known.iter().find(|known| shape(known.info.path) == with);
    let other = other.map_or_else(
        || with.to_owned(),
        |other| {
            format!(
                "{} of {} ({})",
                other.info.path,
                other.name(),
                other.info.source
            )
        },
    );
    format!(
        "{} of {} ({}) matches the same paths as {other}. Change one of the two",
        route.info.path,
        route.name(),
        route.info.source,
    )
}
