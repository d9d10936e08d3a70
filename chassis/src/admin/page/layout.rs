//! Where everything of the drawing stands: no text, no markup, only numbers.
//!
//! Components stand in columns, who calls left of who is called. Each has a card for every port: what
//! it offers on its left, what it needs on its right. Where one component needs another one, a line
//! joins the two cards.

use std::collections::HashMap;

use crate::admin::model::{Component, Hexagon, LeadsTo};

/// Cards on one side of a hexagon; what is beyond them is in the table.
const LIMIT: usize = 40;

/// From so many cards on a side on, they have one line each.
const CROWD: usize = 8;

/// Room around the drawing.
pub(super) const MARGIN: u32 = 16;
/// Between hexagons of one column.
const APART: u32 = 36;
/// Between columns: room for the lines that join them.
const AISLE: u32 = 56;
/// Between lines that go around.
const LANE: u32 = 14;

/// How much a card says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Density {
    /// Name, figures, durations, what it speaks to.
    Full,
    /// One line.
    Compact,
    /// Of a service that doesn't run: name, and what it speaks to.
    Still,
}

/// Sizes that follow from the density.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) card_width: u32,
    pub(super) card_height: u32,
    /// Between cards.
    pub(super) gap: u32,
    /// From a card to the hexagon.
    pub(super) reach: u32,
    pub(super) hexagon: u32,
    /// Height of the hexagon's roof.
    pub(super) roof: u32,
    /// Least height of its upright sides.
    side: u32,
}

/// The whole drawing.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) density: Density,
    pub(super) sizes: Sizes,
    pub(super) width: u32,
    pub(super) height: u32,
    /// By component.
    pub(super) hexagons: Vec<Placed>,
    pub(super) joints: Vec<Joint>,
}

/// One component.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// Left edge of the hexagon itself.
    pub(super) x: u32,
    /// Tip of its roof.
    pub(super) y: u32,
    /// Height of its upright sides.
    pub(super) side: u32,
    pub(super) inbound: Vec<Card>,
    pub(super) outbound: Vec<Card>,
}

/// One port's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Card {
    /// Which port of the component.
    pub(super) port: usize,
    /// Left upper corner.
    pub(super) x: u32,
    pub(super) y: u32,
}

/// A line from an outbound port to the inbound port of another component.
#[derive(Debug)]
pub(super) struct Joint {
    /// Of the caller: component and port.
    pub(super) from: (usize, usize),
    pub(super) path: String,
    /// Where it arrives.
    pub(super) end: (u32, u32),
}

impl Sizes {
    const fn of(density: Density) -> Self {
        let (card_width, card_height, gap) = match density {
            Density::Full => (224, 82, 12),
            Density::Compact => (224, 24, 6),
            Density::Still => (172, 46, 12),
        };
        Self {
            card_width,
            card_height,
            gap,
            reach: 26,
            hexagon: 178,
            roof: 51,
            side: 102,
        }
    }

    /// Height of so many cards above each other.
    fn stack(&self, count: usize) -> u32 {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        (count * (self.card_height + self.gap)).saturating_sub(self.gap)
    }

    /// Where a line meets a card, below its upper edge.
    pub(super) const fn middle(&self) -> u32 {
        self.card_height / 2
    }
}

impl Layout {
    /// Of a running service, or of one that is only composed.
    pub(super) fn of(hexagon: &Hexagon, is_still: bool) -> Self {
        let components = &hexagon.components;
        let crowd = components
            .iter()
            .any(|component| component.inbound.len().max(component.outbound.len()) > CROWD);
        let density = match (is_still, crowd) {
            (_, true) => Density::Compact,
            (true, false) => Density::Still,
            (false, false) => Density::Full,
        };
        let mut layout = Self {
            density,
            sizes: Sizes::of(density),
            width: 0,
            height: 0,
            hexagons: components.iter().map(|_| Placed::default()).collect(),
            joints: Vec::new(),
        };
        let columns = columns(components);
        layout.place(components, &columns);
        layout.join(components, &columns);
        layout
    }

    fn place(&mut self, components: &[Component], columns: &[usize]) {
        let sizes = self.sizes;
        let count = columns.iter().max().map_or(0, |last| last + 1);
        let heights: Vec<u32> = (0..count)
            .map(|column| self.measure(components, columns, column))
            .collect();
        let tallest = heights.iter().copied().max().unwrap_or(0);
        let mut x = MARGIN;
        for (column, height) in heights.iter().enumerate() {
            let members = || (0..components.len()).filter(|index| columns[*index] == column);
            let card = sizes.card_width + sizes.reach;
            let left = members().any(|index| !components[index].inbound.is_empty());
            let right = members().any(|index| !components[index].outbound.is_empty());
            x += if left { card } else { 0 };
            let mut y = MARGIN + (tallest - height) / 2;
            for index in members() {
                self.put(index, &components[index], x, y);
                y += self.hexagons[index].side + 2 * sizes.roof + APART;
            }
            x += sizes.hexagon + if right { card } else { 0 } + AISLE;
        }
        self.width = x.saturating_sub(AISLE) + MARGIN;
        self.height = tallest + 2 * MARGIN;
    }

    /// Decides the sides' heights in a column, and gives the height of all.
    fn measure(&mut self, components: &[Component], columns: &[usize], column: usize) -> u32 {
        let mut height = 0;
        for (index, component) in components.iter().enumerate() {
            if columns[index] != column {
                continue;
            }
            let most = component.inbound.len().max(component.outbound.len());
            let side = self.sizes.stack(most.min(LIMIT)).max(self.sizes.side);
            self.hexagons[index].side = side;
            height += side + 2 * self.sizes.roof + APART;
        }
        height.saturating_sub(APART)
    }

    /// Puts one hexagon and its cards.
    fn put(&mut self, index: usize, component: &Component, x: u32, y: u32) {
        let sizes = self.sizes;
        let placed = &mut self.hexagons[index];
        (placed.x, placed.y) = (x, y);
        let cards = |ports: Vec<usize>, x: u32| -> Vec<Card> {
            let top = y + sizes.roof + (placed.side - sizes.stack(ports.len())) / 2;
            let step = sizes.card_height + sizes.gap;
            let ys = (0..).map(|row| top + row * step);
            let ports = ports.into_iter().zip(ys);
            ports.map(|(port, y)| Card { port, x, y }).collect()
        };
        let troubled =
            |port: &crate::admin::model::Outbound| !matches!(port.state.name, "ok" | "idle");
        let outbound = chosen(component.outbound.len(), |port| {
            troubled(&component.outbound[port])
        });
        let inbound = chosen(component.inbound.len(), |port| {
            component.inbound[port].figures.error_rate > Some(0.0)
        });
        let right = x + sizes.hexagon + sizes.reach;
        let left = x.saturating_sub(sizes.reach + sizes.card_width);
        (placed.inbound, placed.outbound) = (cards(inbound, left), cards(outbound, right));
    }

    /// Draws the lines from cards to cards.
    fn join(&mut self, components: &[Component], columns: &[usize]) {
        let mut targets = HashMap::new();
        for (index, component) in components.iter().enumerate() {
            for card in &self.hexagons[index].inbound {
                targets.insert(component.inbound[card.port].id.as_str(), (index, *card));
            }
        }
        let middle = self.sizes.middle();
        let mut lanes = 0;
        for (index, component) in components.iter().enumerate() {
            for card in &self.hexagons[index].outbound {
                let LeadsTo::Component { port, .. } = &component.outbound[card.port].leads_to
                else {
                    continue;
                };
                let Some((target, to)) = targets.get(port.as_str()) else {
                    continue;
                };
                let start = (card.x + self.sizes.card_width, card.y + middle);
                let end = (to.x, to.y + middle);
                let path = if columns[*target] == columns[index] + 1 {
                    across(start, end)
                } else {
                    lanes += 1;
                    around(start, end, self.height + (lanes - 1) * LANE, lanes)
                };
                let from = (index, card.port);
                self.joints.push(Joint { from, path, end });
            }
        }
        if lanes > 0 {
            self.height += lanes * LANE + MARGIN / 2;
            self.width += MARGIN * 2;
        }
    }
}

/// Which ports get a card: all, or those in trouble first, in their order.
fn chosen(count: usize, troubled: impl Fn(usize) -> bool) -> Vec<usize> {
    if count <= LIMIT {
        return (0..count).collect();
    }
    let bad = (0..count).filter(|port| troubled(*port));
    let good = (0..count).filter(|port| !troubled(*port));
    let mut ports: Vec<usize> = bad.chain(good).take(LIMIT).collect();
    ports.sort_unstable();
    ports
}

/// From one column to the next.
fn across(start: (u32, u32), end: (u32, u32)) -> String {
    let half = u32::midpoint(start.0, end.0);
    format!(
        "M{} {}C{half} {} {half} {} {} {}",
        start.0, start.1, start.1, end.1, end.0, end.1
    )
}

/// Below everything, where the two don't stand beside each other.
fn around(start: (u32, u32), end: (u32, u32), bottom: u32, lane: u32) -> String {
    let out = start.0 + 8 + lane % 3 * 5;
    let back = end.0.saturating_sub(8 + lane % 3 * 5);
    format!(
        "M{} {}H{out}V{bottom}H{back}V{}H{}",
        start.0, start.1, end.1, end.0
    )
}

/// The column of each component: right of all that call it. Calls that close a circle don't count.
fn columns(components: &[Component]) -> Vec<usize> {
    let calls = onward(components);
    let mut columns = vec![0; components.len()];
    // As often as the longest chain can be; most are done after two or three rounds.
    for _ in 0..components.len() {
        let before = columns.clone();
        for (from, to) in &calls {
            columns[*to] = columns[*to].max(columns[*from] + 1);
        }
        if columns == before {
            break;
        }
    }
    columns
}

/// Who calls whom, without the calls that close a circle.
fn onward(components: &[Component]) -> Vec<(usize, usize)> {
    let names = components.iter().map(|component| component.name.as_str());
    let index: HashMap<&str, usize> = names.zip(0..).collect();
    let called = |from: usize| -> Vec<usize> {
        let leads = components[from].outbound.iter().map(|port| &port.leads_to);
        let names = leads.filter_map(|leads| match leads {
            LeadsTo::Component { name, .. } => index.get(name.as_str()).copied(),
            _ => None,
        });
        names.rev().collect()
    };
    let mut calls = Vec::new();
    let mut is_seen = vec![false; components.len()];
    for start in 0..components.len() {
        if std::mem::replace(&mut is_seen[start], true) {
            continue;
        }
        // Depth first, with the way that led here.
        let mut way = vec![(start, called(start))];
        while let Some((from, open)) = way.last_mut() {
            let (from, next) = (*from, open.pop());
            let Some(next) = next else {
                way.pop();
                continue;
            };
            if way.iter().any(|(passed, _)| *passed == next) {
                continue;
            }
            calls.push((from, next));
            if !std::mem::replace(&mut is_seen[next], true) {
                way.push((next, called(next)));
            }
        }
    }
    calls
}
