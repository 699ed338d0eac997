//! Where everything on the map stands: a pure function of the graph and the
//! room there is.
//!
//! With room, layers are columns from left to right and the users stand at
//! the left edge; without, layers are rows from top to bottom and the users
//! stand on top. Nodes never overlap and always lie within the map.

use super::order::{Item, Layers, dense};
use super::path::{Direction, Path, Place};

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// Its middle.
    pub fn center(&self) -> Place {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }
}

/// The laid-out map.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Width in CSS pixels: the room's.
    pub width: f64,
    /// Height: the room's, or more where the graph needs it.
    pub height: f64,
    /// Least height that the graph needs at this width.
    pub least_height: f64,
    /// Which way traffic runs.
    pub direction: Direction,
    /// Room between neighbouring layers.
    pub gap: f64,
    /// The users.
    pub users: Rect,
    /// Every service.
    pub nodes: Vec<Rect>,
    /// Every edge.
    pub edges: Vec<Path>,
    /// From the users to each service of the first layer: service, way.
    pub entries: Vec<(usize, Path)>,
}

/// Height of a node.
pub const NODE_HEIGHT: f64 = 108.0;
const NODE_WIDEST: f64 = 204.0;
/// Narrowest node that still holds its numbers.
const NODE_NARROWEST: f64 = 146.0;
/// The users: narrow where room is scarce.
const USERS_NARROWEST: f64 = 62.0;
const USERS_WIDTH: f64 = 84.0;
const USERS_HEIGHT: f64 = 76.0;
const PADDING: f64 = 12.0;
/// Least room between columns; edges run there.
const COLUMN_GAP: f64 = 36.0;
const COLUMN_GAP_WIDEST: f64 = 170.0;
/// Least room between nodes of a column; a fault's caption stands there.
const NODE_GAP: f64 = 28.0;
/// Room for an edge that passes through a column.
const PASS_HEIGHT: f64 = 8.0;
/// Most by which heights stretch to fill a tall room.
const STRETCH: f64 = 1.7;

/// Lays out services (their layers) and calls (caller, callee) in a room.
pub fn layout(layers: &[u32], edges: &[(usize, usize)], (width, height): (f64, f64)) -> Layout {
    let layer_of = dense(layers);
    let ordered = Layers::ordered(&layer_of, edges);
    let columns = ordered.items.len() as f64;
    let needed = 2.0 * PADDING + USERS_NARROWEST + columns * (NODE_NARROWEST + COLUMN_GAP);
    if width >= needed {
        in_columns(&layer_of, &ordered, edges, (width, height))
    } else {
        super::rows::in_rows(&layer_of, &ordered, edges, (width, height))
    }
}

fn in_columns(
    layer_of: &[usize],
    ordered: &Layers,
    edges: &[(usize, usize)],
    (width, height): (f64, f64),
) -> Layout {
    let columns = ordered.items.len() as f64;
    let room = width - 2.0 * PADDING;
    let spare = room - columns * (NODE_NARROWEST + COLUMN_GAP);
    let users_width = spare.clamp(USERS_NARROWEST, USERS_WIDTH);
    // A layer's share of the room: about a quarter for calls, the rest for services.
    let each = (room - users_width) / columns.max(1.0);
    let node_width = (each * 0.76)
        .min(NODE_WIDEST)
        .min(each - COLUMN_GAP)
        .max(NODE_NARROWEST);
    let gap = (each - node_width).min(COLUMN_GAP_WIDEST);
    let used = users_width + columns * (node_width + gap);
    let left = (width - used) / 2.0;
    let column_x = |layer: usize| left + users_width + gap + layer as f64 * (node_width + gap);

    let mut middles = heights(ordered);
    let (low, high) = extent(ordered, &middles);
    let least_height = high - low + 2.0 * PADDING + NODE_GAP / 2.0;
    let map_height = height.max(least_height);
    let free = map_height - 2.0 * PADDING - NODE_GAP - NODE_HEIGHT;
    let spread = (high - low - NODE_HEIGHT).max(1.0);
    let stretch = (free / spread).clamp(1.0, STRETCH);
    let center = (low + high) / 2.0;
    for y in middles.iter_mut().flatten() {
        *y = map_height / 2.0 + (*y - center) * stretch;
    }

    let mut nodes = vec![Rect::default(); layer_of.len()];
    let mut passes: Vec<Vec<Place>> = vec![Vec::new(); edges.len()];
    for (layer, items) in ordered.items.iter().enumerate() {
        for (item, y) in items.iter().zip(middles.get(layer).into_iter().flatten()) {
            match item {
                Item::Node(node) => {
                    if let Some(rect) = nodes.get_mut(*node) {
                        *rect = Rect {
                            x: column_x(layer),
                            y: y - NODE_HEIGHT / 2.0,
                            w: node_width,
                            h: NODE_HEIGHT,
                        };
                    }
                }
                // A pass crosses its column on a level line.
                Item::Pass(edge) => {
                    if let Some(places) = passes.get_mut(*edge) {
                        places.extend([(column_x(layer), *y), (column_x(layer) + node_width, *y)]);
                    }
                }
            }
        }
    }
    let first: Vec<usize> = first_layer(layer_of);
    let mean = first
        .iter()
        .filter_map(|n| nodes.get(*n))
        .map(|r| r.center().1)
        .sum::<f64>()
        / first.len().max(1) as f64;
    let middle = if first.is_empty() {
        map_height / 2.0
    } else {
        mean
    };
    let users = Rect {
        x: left,
        y: middle - USERS_HEIGHT / 2.0,
        w: users_width,
        h: USERS_HEIGHT,
    };
    let start = (users.x + users.w, middle);
    let side = |rect: &Rect, right: bool| {
        (
            if right { rect.x + rect.w } else { rect.x },
            rect.center().1,
        )
    };
    Layout {
        width,
        height: map_height,
        least_height,
        direction: Direction::Right,
        gap,
        users,
        edges: edges
            .iter()
            .zip(&passes)
            .map(|((from, to), passes)| {
                let (Some(a), Some(b)) = (nodes.get(*from), nodes.get(*to)) else {
                    return Path::default();
                };
                let places: Vec<Place> = std::iter::once(side(a, true))
                    .chain(passes.iter().copied())
                    .chain([side(b, false)])
                    .collect();
                Path::through(&places, Direction::Right)
            })
            .collect(),
        entries: first
            .into_iter()
            .filter_map(|node| {
                let end = side(nodes.get(node)?, false);
                Some((node, Path::through(&[start, end], Direction::Right)))
            })
            .collect(),
        nodes,
    }
}

/// Services of the first layer.
pub(super) fn first_layer(layer_of: &[usize]) -> Vec<usize> {
    let nodes = layer_of.iter().enumerate();
    nodes
        .filter(|(_, layer)| **layer == 0)
        .map(|(node, _)| node)
        .collect()
}

fn item_height(item: &Item) -> f64 {
    match item {
        Item::Node(_) => NODE_HEIGHT,
        Item::Pass(_) => PASS_HEIGHT,
    }
}

/// Top of the highest and bottom of the lowest item.
fn extent(ordered: &Layers, middles: &[Vec<f64>]) -> (f64, f64) {
    let each = || {
        let pairs = ordered.items.iter().zip(middles);
        pairs.flat_map(|(items, ys)| items.iter().zip(ys))
    };
    let low = each()
        .map(|(item, y)| y - item_height(item) / 2.0)
        .fold(f64::INFINITY, f64::min);
    let high = each()
        .map(|(item, y)| y + item_height(item) / 2.0)
        .fold(f64::NEG_INFINITY, f64::max);
    if low <= high {
        (low, high)
    } else {
        (0.0, NODE_HEIGHT)
    }
}

/// Middles of all items: each near the mean of those it is linked to, in
/// order, far enough apart.
fn heights(ordered: &Layers) -> Vec<Vec<f64>> {
    let offsets: Vec<Vec<f64>> = ordered.items.iter().map(|items| stacked(items)).collect();
    let mut middles: Vec<Vec<f64>> = offsets
        .iter()
        .map(|stack| {
            let half = stack.last().copied().unwrap_or(0.0) / 2.0;
            stack.iter().map(|y| y - half).collect()
        })
        .collect();
    for round in 0..12 {
        for step in 0..ordered.items.len() {
            let layer = if round % 2 == 0 {
                step
            } else {
                ordered.items.len() - 1 - step
            };
            let (Some(items), Some(stack)) = (ordered.items.get(layer), offsets.get(layer)) else {
                continue;
            };
            let wanted: Vec<f64> = items
                .iter()
                .enumerate()
                .map(|(place, item)| {
                    wanted_height(ordered, &middles, layer, *item)
                        .or_else(|| middles.get(layer)?.get(place).copied())
                        .unwrap_or(0.0)
                })
                .collect();
            let placed = apart(&wanted, stack);
            if let Some(slot) = middles.get_mut(layer) {
                *slot = placed;
            }
        }
    }
    middles
}

fn wanted_height(ordered: &Layers, middles: &[Vec<f64>], layer: usize, item: Item) -> Option<f64> {
    let height_in = |layer: usize, item: Item| {
        let place = ordered.items.get(layer)?.iter().position(|i| *i == item)?;
        middles.get(layer)?.get(place).copied()
    };
    // Services pull at each other; long edges run straight and give way.
    let pull = |other: Item| match (item, other) {
        (Item::Node(_), Item::Node(_)) => 1.0,
        (Item::Pass(_), Item::Pass(_)) => 2.0,
        _ => 0.1,
    };
    let above = layer.checked_sub(1).map(|up| {
        let linked = ordered.linked(layer, item, true);
        linked.filter_map(move |other| Some((height_in(up, other)?, pull(other))))
    });
    let linked = ordered.linked(layer, item, false);
    let below = linked.filter_map(|other| Some((height_in(layer + 1, other)?, pull(other))));
    let (sum, weight) = above
        .into_iter()
        .flatten()
        .chain(below)
        .fold((0.0, 0.0), |(sum, all), (y, weight)| {
            (sum + y * weight, all + weight)
        });
    (weight > 0.0).then(|| sum / weight)
}

/// Middles of items stacked as closely as allowed, the first at 0.
fn stacked(items: &[Item]) -> Vec<f64> {
    let mut y = 0.0;
    let mut places = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        if let Some(before) = place.checked_sub(1).and_then(|b| items.get(b)) {
            let both_pass = matches!((before, item), (Item::Pass(_), Item::Pass(_)));
            let gap = if both_pass { 10.0 } else { NODE_GAP };
            y += item_height(before) / 2.0 + gap + item_height(item) / 2.0;
        }
        places.push(y);
    }
    places
}

/// The places nearest to `wanted` (least squares) that keep the order and at
/// least the distances of `stack`: pool adjacent violators on what is left
/// after subtracting the stack.
fn apart(wanted: &[f64], stack: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (want, base) in wanted.iter().zip(stack) {
        let mut block = (want - base, 1);
        while let Some(last) = blocks.last()
            && last.0 > block.0
        {
            let sum = last.0 * last.1 as f64 + block.0 * block.1 as f64;
            block = (sum / (last.1 + block.1) as f64, last.1 + block.1);
            blocks.pop();
        }
        blocks.push(block);
    }
    let levels = blocks
        .iter()
        .flat_map(|(level, count)| std::iter::repeat_n(*level, *count));
    levels
        .zip(stack)
        .map(|(level, base)| level + base)
        .collect()
}

pub(super) const fn narrowest() -> f64 {
    NODE_NARROWEST
}

pub(super) const fn widest() -> f64 {
    NODE_WIDEST
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
