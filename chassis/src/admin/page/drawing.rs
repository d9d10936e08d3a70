//! The hexagon as SVG: in the page, and alone.

use std::fmt::Write;

use super::layout::{Card, Density, Layout, Placed, Sizes};
use super::markup::{Text, link, short, short_path};
use super::words::{self, Standing};
use crate::admin::model::{Component, Figures, Hexagon, Inbound, Outbound};

/// Colours and lines of the drawing, in the page and alone.
pub(super) const STYLE: &str = include_str!("hexagon.css");

/// A shape for each state, ten units wide: whoever sees no colour sees these.
const MARKS: [(&str, &str); 6] = [
    ("still", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0"),
    ("ok", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0"),
    ("idle", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0"),
    ("bad", "M0-5.5L5.5 4.5H-5.5Z"),
    ("warn", "M0-6L6 0L0 6L-6 0Z"),
    ("away", "M-4-4L4 4M4-4L-4 4"),
];

/// The drawing inside of the page: its ports are links to what the page says of them.
pub(super) fn inline(hexagon: &Hexagon) -> String {
    let layout = Layout::of(hexagon, false);
    let mut out = String::with_capacity(4_096);
    let (width, height) = (layout.width, layout.height);
    let label = Text(&hexagon.service);
    let wide = if width > WIDE { " wide" } else { "" };
    let _ = write!(
        out,
        "<svg class=\"hexagon{wide}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"group\" aria-label=\"{label} and its ports\">"
    );
    Drawing {
        hexagon,
        layout,
        has_links: true,
    }
    .draw(&mut out);
    out.push_str("</svg>");
    out
}

/// The drawing as a file of its own. It has a ground of its own as well, since it doesn't know the page
/// on which it is shown.
pub(super) fn alone(hexagon: &Hexagon) -> String {
    let layout = Layout::of(hexagon, true);
    let mut out = String::with_capacity(8_192);
    let (width, height) = (layout.width, layout.height);
    let label = Text(&hexagon.service);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"hexagon alone\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>{label} and its ports</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"14\"/>\n"
    );
    Drawing {
        hexagon,
        layout,
        has_links: false,
    }
    .draw(&mut out);
    out.push_str("</svg>\n");
    out
}

/// The mark of a state, for texts: what stands around it says the state by its class.
pub(super) const MARK: &str = "<b class=\"mark\"></b>";

/// From here on it is shrunk to this width at most, and scrolled.
const WIDE: u32 = 900;

struct Drawing<'a> {
    hexagon: &'a Hexagon,
    layout: Layout,
    has_links: bool,
}

impl Drawing<'_> {
    fn draw(&self, out: &mut String) {
        self.shapes(out);
        let components = &self.hexagon.components;
        for joint in &self.layout.joints {
            let port = &components[joint.from.0].outbound[joint.from.1];
            let class = self.standing(Standing::of_outbound(&port.state)).class;
            let id = Text(&port.id);
            let (x, y) = joint.end;
            let _ = writeln!(
                out,
                "<g class=\"joint {class}\" data-edge=\"{id}\"><path class=\"edge\" d=\"{}\"/>\
                 <path class=\"tip\" d=\"M{x} {y}l-8-4.5v9z\"/></g>",
                joint.path
            );
        }
        for (component, placed) in components.iter().zip(&self.layout.hexagons) {
            self.component(out, component, placed);
        }
    }

    fn component(&self, out: &mut String, component: &Component, placed: &Placed) {
        self.body(out, component, placed);
        for card in &placed.inbound {
            self.inbound(out, &component.inbound[card.port], *card);
        }
        for card in &placed.outbound {
            self.outbound(out, &component.outbound[card.port], *card);
        }
    }

    /// The hexagon itself, and what it is called.
    fn body(&self, out: &mut String, component: &Component, placed: &Placed) {
        let sizes = self.layout.sizes;
        let (x, y, half, roof) = (placed.x, placed.y, sizes.hexagon / 2, sizes.roof);
        let (middle, right) = (x + half, x + sizes.hexagon);
        let _ = writeln!(
            out,
            "<path class=\"body\" d=\"M{middle} {y}L{right} {upper}V{lower}L{middle} {bottom}\
             L{x} {lower}V{upper}Z\"/>",
            upper = y + roof,
            lower = y + roof + placed.side,
            bottom = y + 2 * roof + placed.side,
        );
        // Of a tall one, the name stands where a reader looks first.
        let name_y = y + roof + (placed.side / 2).min(160);
        let about = about(component);
        let _ = writeln!(
            out,
            "<text class=\"service\" x=\"{middle}\" y=\"{name_y}\">{}</text>\
             <text class=\"about\" x=\"{middle}\" y=\"{}\">{about}</text>",
            Text(short(&component.name, 17)),
            name_y + 20,
        );
        let drawn = placed.inbound.len() + placed.outbound.len();
        let ports = component.inbound_total + component.outbound_total;
        if drawn < ports {
            let _ = writeln!(
                out,
                "<text class=\"about\" x=\"{middle}\" y=\"{}\">{} not drawn</text>",
                name_y + 40,
                ports - drawn,
            );
        }
    }

    fn inbound(&self, out: &mut String, port: &Inbound, card: Card) {
        let standing = self.standing(Standing::of_inbound(&port.figures));
        let face = Face {
            id: &port.id,
            side: "in",
            name: &port.name,
            version: port.version.as_deref(),
            standing,
            figures: &port.figures,
            last: routes(port.routes_total),
        };
        self.card(out, &face, card);
    }

    fn outbound(&self, out: &mut String, port: &Outbound, card: Card) {
        let standing = self.standing(Standing::of_outbound(&port.state));
        let face = Face {
            id: &port.id,
            side: "out",
            name: &port.name,
            version: port.version.as_deref(),
            standing,
            figures: &port.figures,
            last: match self.is_still() {
                true => words::leads_to(port),
                false => words::speaks_to_in(port, 28),
            },
        };
        self.card(out, &face, card);
    }

    fn card(&self, out: &mut String, face: &Face<'_>, card: Card) {
        let Standing { class, word } = face.standing;
        let (side, label) = (face.side, Text(face.label()));
        let (open, close) = match self.has_links {
            true => (format!("a href=\"{}\"", Text(link(face.id))), "a"),
            false => ("g".to_owned(), "g"),
        };
        let figures = face.figures.id;
        let (x, y) = (card.x, card.y);
        let _ = write!(
            out,
            "<{open} class=\"port {side} {class}\" transform=\"translate({x} {y})\" \
             data-f=\"{figures}\" aria-label=\"{label}\"><use href=\"#s-{side}\"/>\
             <use class=\"mark\" href=\"#s-{class}\"/>"
        );
        self.lines(out, face, word);
        let _ = writeln!(out, "</{close}>");
    }

    /// What every card is drawn of: the card with its edge on either side, the mark of each state.
    fn shapes(&self, out: &mut String) {
        let Sizes {
            card_width: width,
            card_height: height,
            reach,
            ..
        } = self.layout.sizes;
        let middle = self.layout.sizes.middle();
        let card = format!("<rect class=\"card\" width=\"{width}\" height=\"{height}\" rx=\"7\"/>");
        let edge = |from: i64| {
            let (to, tip) = (from + i64::from(reach) - 6, from + i64::from(reach));
            format!(
                "<path class=\"edge\" d=\"M{from} {middle}H{to}\"/>\
                 <path class=\"tip\" d=\"M{tip} {middle}l-8-4.5v9z\"/>"
            )
        };
        let (inbound, outbound) = (edge(width.into()), edge(-i64::from(reach)));
        let _ = write!(
            out,
            "<defs><g id=\"s-in\">{inbound}{card}</g><g id=\"s-out\">{outbound}{card}</g>"
        );
        let mark_y = if self.is_compact() { 12 } else { 18 };
        for (class, shape) in MARKS {
            let _ = write!(
                out,
                "<path id=\"s-{class}\" class=\"s-{class}\" transform=\"translate(15 {mark_y})\" d=\"{shape}\"/>"
            );
        }
        out.push_str("</defs>\n");
    }

    /// How a port stands, where there is anything to say of it.
    fn standing(&self, standing: Standing) -> Standing {
        if self.is_still() {
            Standing::STILL
        } else {
            standing
        }
    }

    fn is_still(&self) -> bool {
        !self.has_links
    }

    fn is_compact(&self) -> bool {
        self.layout.density == Density::Compact
    }

    /// What the card says.
    fn lines(&self, out: &mut String, face: &Face<'_>, word: &str) {
        let right = self.layout.sizes.card_width - 10;
        let mut line = |class: &str, x: u32, y: u32, text: &str| {
            let text = Text(text);
            let _ = write!(
                out,
                "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"
            );
        };
        let version = face.version.map(|version| format!(" v{version}"));
        let version = version.unwrap_or_default();
        let name = |limit| format!("{}{version}", short(face.name, limit));
        match self.layout.density {
            Density::Full => {
                // A state that is trouble stands beside the name, in the room of the version.
                let is_quiet = matches!(face.standing.class, "ok" | "idle");
                let name = if is_quiet {
                    name(20)
                } else {
                    short(face.name, 13)
                };
                line("name", LEFT, 22, &name);
                line("state", right, 22, if is_quiet { "" } else { word });
                line("line", LEFT, 40, &words::line(face.figures));
                line("time", LEFT, 56, &words::durations(face.figures));
                line("to", LEFT, 72, &short_path(&face.last, 28));
            }
            Density::Compact => {
                line("name", LEFT, 16, &name(14));
                if !self.is_still() {
                    line("rate", right, 16, &compact(face.figures));
                }
            }
            Density::Still => {
                line("name", LEFT, 22, &name(16));
                line("to", LEFT, 38, &short_path(&face.last, 23));
            }
        }
    }
}

/// Where the texts of a card begin.
const LEFT: u32 = 28;

/// What a card shows, whichever side it stands on.
struct Face<'a> {
    id: &'a str,
    side: &'static str,
    name: &'a str,
    version: Option<&'a str>,
    standing: Standing,
    figures: &'a Figures,
    last: String,
}

impl Face<'_> {
    /// What a screen reader says of it.
    fn label(&self) -> String {
        let side = match self.side {
            "in" => "inbound",
            _ => "outbound",
        };
        match self.standing.word {
            "" => format!("{}, {side} port", self.name),
            word => format!("{}, {side} port, {word}", self.name),
        }
    }
}

/// The one number for which there is room.
fn compact(figures: &Figures) -> String {
    match figures.rate {
        Some(_) => words::rate(figures.rate),
        None => words::count(figures.calls),
    }
}

pub(super) fn routes(count: usize) -> String {
    match count {
        1 => "1 route".to_owned(),
        count => format!(
            "{} routes",
            words::count(u64::try_from(count).unwrap_or(u64::MAX))
        ),
    }
}

/// How many ports it has.
fn about(component: &Component) -> String {
    format!(
        "{} in \u{b7} {} out",
        component.inbound_total, component.outbound_total
    )
}
