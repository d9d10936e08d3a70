//! The page and its files on the admin listener.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{ICON, POLICY, SCRIPT, STYLE, html, port};
use crate::admin::model::Hexagon;

/// The routes of what the page loads.
pub(crate) fn files<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let style = (
        STYLE.0,
        Bytes::from_static(STYLE.1.as_bytes()),
        "text/css; charset=utf-8",
    );
    let script = (
        SCRIPT.0,
        Bytes::from(bare(SCRIPT.1)),
        "text/javascript; charset=utf-8",
    );
    let icon = (
        ICON.0,
        Bytes::from_static(ICON.1.as_bytes()),
        "image/svg+xml",
    );
    let files = [style, script, icon].into_iter();
    files.fold(Router::new(), |router, (path, text, kind)| {
        router.route(
            path,
            get(async move || ([(CONTENT_TYPE, kind)], text.clone())),
        )
    })
}

/// The script without its comments and the room before its lines: a reader of it reads the source.
/// It holds no text of more than one line, in which they would mean something.
pub(super) fn bare(script: &str) -> String {
    let lines = script.lines().map(str::trim_start);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    code.flat_map(|line| [line, "\n"]).collect()
}

/// The page, under a policy that lets it load its own files and nothing else.
pub(crate) fn answer(hexagon: &Hexagon) -> Response {
    markup(html(hexagon))
}

/// The port that was asked for, alone.
pub(crate) fn answer_port(hexagon: &Hexagon) -> Response {
    markup(port(hexagon))
}

fn markup(text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, text).into_response()
}
