//! The map on a narrow screen: layers as rows, wrapped where they are too long.

use super::layout::{Layout, NODE_HEIGHT, Rect, first_layer, narrowest, widest};
use super::order::{Item, Layers};
use super::path::{Direction, Path, Place};

const PADDING: f64 = 10.0;
/// Room between nodes side by side; edges that skip a row pass there.
const GAP: f64 = 12.0;
/// Room between rows; edges and a fault's caption stand there.
const ROW_GAP: f64 = 46.0;
const USERS_WIDTH: f64 = 148.0;
const USERS_HEIGHT: f64 = 44.0;

pub(super) fn in_rows(
    layer_of: &[usize],
    ordered: &Layers,
    edges: &[(usize, usize)],
    (width, height): (f64, f64),
) -> Layout {
    let room = width - 2.0 * PADDING;
    let fits = (((room + GAP) / (narrowest() + GAP)) as usize).max(1);
    let rows: Vec<Vec<usize>> = ordered
        .items
        .iter()
        .flat_map(|items| {
            let nodes: Vec<usize> = items
                .iter()
                .filter_map(|item| match item {
                    Item::Node(node) => Some(*node),
                    Item::Pass(_) => None,
                })
                .collect();
            // Even rows: five nodes at four a row stand as three and two.
            let lines = nodes.len().div_ceil(fits).max(1);
            let each = nodes.len().div_ceil(lines).max(1);
            nodes
                .chunks(each)
                .map(<[usize]>::to_vec)
                .collect::<Vec<_>>()
        })
        .collect();
    let longest = rows.iter().map(Vec::len).max().unwrap_or(1).max(1) as f64;
    let node_width = ((room - GAP * (longest - 1.0)) / longest).clamp(40.0, widest());

    let mut nodes = vec![Rect::default(); layer_of.len()];
    let mut row_of = vec![0; layer_of.len()];
    let top = PADDING + USERS_HEIGHT + ROW_GAP * 0.75;
    let step = NODE_HEIGHT + ROW_GAP;
    for (row, members) in rows.iter().enumerate() {
        let count = members.len() as f64;
        let spare = room - count * node_width - (count - 1.0) * GAP;
        // Short rows open up so that edges of longer ones can pass between.
        let gap = if count > 1.0 {
            (GAP + spare / (count + 1.0)).min(72.0)
        } else {
            0.0
        };
        let used = count * node_width + (count - 1.0).max(0.0) * gap;
        for (place, node) in members.iter().enumerate() {
            if let (Some(rect), Some(slot)) = (nodes.get_mut(*node), row_of.get_mut(*node)) {
                *rect = Rect {
                    x: (width - used) / 2.0 + place as f64 * (node_width + gap),
                    y: top + row as f64 * step,
                    w: node_width,
                    h: NODE_HEIGHT,
                };
                *slot = row;
            }
        }
    }
    let least_height = top + rows.len() as f64 * step - ROW_GAP + 48.0;
    let users = Rect {
        x: (width - USERS_WIDTH) / 2.0,
        y: PADDING,
        w: USERS_WIDTH,
        h: USERS_HEIGHT,
    };
    let start = (width / 2.0, PADDING + USERS_HEIGHT);
    let way = |from: Place, first: usize, to: Place, last: usize| {
        let mut places = vec![from];
        for row in first..last {
            let share = (row + 1 - first) as f64 / (last - first + 1) as f64;
            let members = rows.get(row).map(Vec::as_slice).unwrap_or_default();
            let x = passage(members, &nodes, from.0 + (to.0 - from.0) * share, width);
            let y = top + row as f64 * step;
            places.extend([(x, y), (x, y + NODE_HEIGHT)]);
        }
        places.push(to);
        Path::through(&places, Direction::Down)
    };
    let top_of = |rect: &Rect| (rect.center().0, rect.y);
    let bottom_of = |rect: &Rect| (rect.center().0, rect.y + rect.h);
    let row = |node: usize| row_of.get(node).copied().unwrap_or(0);
    Layout {
        width,
        height: height.max(least_height),
        least_height,
        direction: Direction::Down,
        gap: ROW_GAP,
        users,
        edges: edges
            .iter()
            .map(|(from, to)| match (nodes.get(*from), nodes.get(*to)) {
                (Some(a), Some(b)) => way(bottom_of(a), row(*from) + 1, top_of(b), row(*to)),
                _ => Path::default(),
            })
            .collect(),
        entries: first_layer(layer_of)
            .into_iter()
            .filter_map(|node| Some((node, way(start, 0, top_of(nodes.get(node)?), row(node)))))
            .collect(),
        nodes,
    }
}

/// Where an edge passes a row: the middle of the gap (or margin) nearest to `wanted`.
fn passage(members: &[usize], nodes: &[Rect], wanted: f64, width: f64) -> f64 {
    let rects: Vec<&Rect> = members.iter().filter_map(|node| nodes.get(*node)).collect();
    let left = rects.iter().map(|r| r.x).fold(width, f64::min);
    let right = rects.iter().map(|r| r.x + r.w).fold(0.0, f64::max);
    let between = rects.windows(2).filter_map(|pair| match pair {
        [a, b] => Some((a.x + a.w + b.x) / 2.0),
        _ => None,
    });
    [
        (left - 10.0).max(left / 2.0),
        (right + 10.0).min((right + width) / 2.0),
    ]
    .into_iter()
    .chain(between)
    .min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))
    .unwrap_or(wanted)
}
