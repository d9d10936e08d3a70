//! What a click on a port shows: its routes or methods, its policy, its last failures, and the
//! configuration that made it so.
//!
//! Only the one that was asked for is part of a page: all of them would be most of its weight. A script
//! asks for it and puts it in; without one, its link leads to a page that holds it. What changes while it
//! is open bears `data-part`: the script asks for it anew.

mod inbound;
mod outbound;
mod settings;

use std::fmt::Write;

use super::drawing::MARK;
use super::markup::Text;
use super::words::Standing;
use crate::admin::model::{Chosen, ChosenPort, Hexagon};

/// Where the chosen port is shown.
pub(super) fn place(out: &mut String, hexagon: &Hexagon) {
    out.push_str("<div id=\"details\">");
    if let Some(chosen) = &hexagon.chosen {
        article(out, hexagon, chosen);
    }
    out.push_str("</div>");
}

/// The chosen port.
pub(super) fn article(out: &mut String, hexagon: &Hexagon, chosen: &Chosen) {
    match &chosen.port {
        Some(ChosenPort::Inbound(port)) => inbound::article(out, hexagon, &chosen.component, port),
        Some(ChosenPort::Outbound(port)) => {
            outbound::article(out, &chosen.component, port, hexagon.at_unix_ms);
        }
        None => {
            let _ = write!(
                out,
                "<article tabindex=\"-1\">{CLOSE}<p class=\"empty\">There is no port <code>{}</code> \
                 here.</p></article>",
                Text(&chosen.id)
            );
        }
    }
}

/// The way back: a page that shows no port.
const CLOSE: &str = "<p class=\"close\"><a href=\"/\">Close</a></p>";

/// The first lines of an article.
struct Title<'a> {
    id: &'a str,
    name: &'a str,
    version: Option<&'a str>,
    about: String,
    doc: &'a str,
    standing: Standing,
    figures: usize,
}

impl Title<'_> {
    fn open(&self, out: &mut String) {
        let Standing { class, word } = self.standing;
        let version = self
            .version
            .map(|version| format!(" <i>v{}</i>", Text(version)));
        let _ = write!(
            out,
            "<article id=\"{id}\" data-f=\"{figures}\" tabindex=\"-1\" autofocus>{CLOSE}\
             <h3>{name}{version}</h3>\
             <p class=\"state {class}\">{MARK}<span>{word}</span> <i>{about}</i></p>",
            id = Text(self.id),
            figures = self.figures,
            name = Text(self.name),
            version = version.unwrap_or_default(),
            about = Text(&self.about),
        );
        if !self.doc.is_empty() {
            let _ = write!(out, "<p class=\"doc\">{}</p>", Text(self.doc));
        }
    }
}
