//! The hexagon as SVG: in the page, and alone.

use std::fmt::Write;

use super::layout::{Card, Density, Layout, Placed};
use super::markup::{Text, link, short};
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

fn shape(standing: Standing) -> &'static str {
    let found = MARKS.iter().find(|(class, _)| *class == standing.class);
    found.map_or("", |(_, shape)| shape)
}

/// From here on it is shrunk to this width at most, and scrolled.
const WIDE: u32 = 900;

struct Drawing<'a> {
    hexagon: &'a Hexagon,
    layout: Layout,
    has_links: bool,
}

impl Drawing<'_> {
    fn draw(&self, out: &mut String) {
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
    }

    fn inbound(&self, out: &mut String, port: &Inbound, card: Card) {
        let standing = self.standing(Standing::of_inbound(&port.figures));
        let sizes = self.layout.sizes;
        let face = Face {
            id: &port.id,
            side: "in",
            name: &port.name,
            version: port.version.as_deref(),
            standing,
            figures: &port.figures,
            last: routes(port.routes_total),
            edge: (
                card.x + sizes.card_width,
                card.x + sizes.card_width + sizes.reach,
            ),
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
                false => words::speaks_to(port),
            },
            edge: (card.x.saturating_sub(self.layout.sizes.reach), card.x),
        };
        self.card(out, &face, card);
    }

    fn card(&self, out: &mut String, face: &Face<'_>, card: Card) {
        let sizes = self.layout.sizes;
        let Standing { class, word } = face.standing;
        let (id, side, label) = (Text(face.id), face.side, Text(face.label()));
        let (open, close) = match self.has_links {
            true => (format!("a href=\"{}\"", Text(link(face.id))), "a"),
            false => ("g".to_owned(), "g"),
        };
        let figures = face.figures.id;
        let _ = write!(
            out,
            "<{open} class=\"port {side} {class}\" data-port=\"{id}\" data-side=\"{side}\" data-f=\"{figures}\" \
             aria-label=\"{label}\">"
        );
        let (x, y) = (card.x, card.y);
        let middle = y + sizes.middle();
        let (from, to) = face.edge;
        let _ = write!(
            out,
            "<path class=\"edge\" d=\"M{from} {middle}H{}\"/>\
             <path class=\"tip\" d=\"M{to} {middle}l-8-4.5v9z\"/>\
             <rect class=\"card\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"7\"/>",
            to.saturating_sub(6),
            sizes.card_width,
            sizes.card_height,
        );
        let (mark_x, mark_y) = (x + 15, y + if self.is_compact() { 12 } else { 18 });
        let shape = shape(face.standing);
        let _ = write!(
            out,
            "<path class=\"mark {class}\" transform=\"translate({mark_x} {mark_y})\" d=\"{shape}\"/>"
        );
        self.lines(out, face, card, word);
        let _ = writeln!(out, "</{close}>");
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
    fn lines(&self, out: &mut String, face: &Face<'_>, card: Card, word: &str) {
        let left = card.x + 28;
        let right = card.x + self.layout.sizes.card_width - 10;
        let mut line = |class: &str, x: u32, down: u32, text: &str| {
            let (y, text) = (card.y + down, Text(text));
            let _ = write!(
                out,
                "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"
            );
        };
        let version = face.version.map(|version| format!(" v{version}"));
        let version = version.unwrap_or_default();
        let name = |limit| format!("{}{version}", short(face.name, limit));
        let is_quiet = matches!(face.standing.class, "ok" | "idle");
        match self.layout.density {
            Density::Full => {
                line(
                    "name",
                    left,
                    22,
                    &if is_quiet {
                        name(20)
                    } else {
                        short(face.name, 13)
                    },
                );
                line("state", right, 22, if is_quiet { "" } else { word });
                line("line", left, 40, &words::line(face.figures));
                line("time", left, 56, &words::durations(face.figures));
                line("to", left, 72, &short(&face.last, 30));
            }
            Density::Compact => {
                line("name", left, 16, &name(14));
                if !self.is_still() {
                    line("rate", right, 16, &compact(face.figures));
                }
            }
            Density::Still => {
                line("name", left, 22, &name(16));
                line("to", left, 38, &short(&face.last, 23));
            }
        }
    }
}

/// What a card shows, whichever side it stands on.
struct Face<'a> {
    id: &'a str,
    side: &'static str,
    name: &'a str,
    version: Option<&'a str>,
    standing: Standing,
    figures: &'a Figures,
    last: String,
    /// From where to where its edge goes.
    edge: (u32, u32),
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
