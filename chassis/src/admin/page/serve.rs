//! The page and its files on the admin listener.

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{ICON, POLICY, SCRIPT, STYLES, html};
use crate::admin::model::Hexagon;

/// The routes of what the page loads.
pub(crate) fn files<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let styles = STYLES
        .iter()
        .map(|(path, text)| (*path, *text, "text/css; charset=utf-8"));
    let script = (SCRIPT.0, SCRIPT.1, "text/javascript; charset=utf-8");
    let icon = (ICON.0, ICON.1, "image/svg+xml");
    let files = styles.chain([script, icon]);
    files.fold(Router::new(), |router, (path, text, kind)| {
        router.route(path, get(async move || ([(CONTENT_TYPE, kind)], text)))
    })
}

/// The page, under a policy that lets it load its own files and nothing else.
pub(crate) fn answer(hexagon: &Hexagon) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, html(hexagon)).into_response()
}
