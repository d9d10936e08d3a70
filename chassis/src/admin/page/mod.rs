//! The hexagon page: a [`Hexagon`] as HTML with its drawing and tables, and as an SVG of its own.
//!
//! [`html`] makes all of the page, so that it can be read without a script; `page.js` then keeps it up
//! to date and adds what a page can't do alone. Texts reach the markup only through `markup::Text`, and
//! the document as `textContent` or as markup that this module made. Start at `frame`, which puts the parts together: `drawing`
//! is the hexagon (`layout` decides where everything stands), `ports` its table, `details` what a
//! click on a port shows with its `policies`, `sections` what stands below. `words` writes numbers for people,
//! `serve` hands all of it out.

mod details;
mod drawing;
mod frame;
mod layout;
mod markup;
mod policies;
mod ports;
mod sections;
mod serve;
#[cfg(test)]
mod tests;
mod words;

pub(super) use serve::{answer, answer_port, files};

use super::model::Hexagon;

/// The script's path and content.
pub(super) const SCRIPT: (&str, &str) = ("/admin/page.js", include_str!("page.js"));

/// The stylesheet's path and content: of the drawing and of what is around it. One file, because nothing is
/// painted before the last has come.
pub(super) const STYLE: (&str, &str) = (
    "/admin/page.css",
    concat!(include_str!("hexagon.css"), include_str!("page.css")),
);

/// The icon's path and content.
pub(super) const ICON: (&str, &str) = ("/admin/icon.svg", include_str!("icon.svg"));

/// What the page may load and do: its own files, its own requests.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The whole page.
pub(super) fn html(hexagon: &Hexagon) -> String {
    frame::page(hexagon)
}

/// The port that was asked for, alone: what a script puts into the page.
pub(super) fn port(hexagon: &Hexagon) -> String {
    let mut out = String::with_capacity(4 * 1_024);
    if let Some(chosen) = &hexagon.chosen {
        details::article(&mut out, hexagon, chosen);
    }
    out
}

/// The drawing as a file of its own, without numbers: for a service that is only composed.
pub(crate) fn svg(hexagon: &Hexagon) -> String {
    drawing::alone(hexagon)
}
