//! Which node an arrow key leads to.

use crate::formats::graph::layout::Rect;
use crate::formats::graph::path::Direction;

/// A direction on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Up.
    Up,
    /// Down.
    Down,
}

impl Arrow {
    /// The arrow of a key's name.
    pub fn of_key(key: &str) -> Option<Arrow> {
        match key {
            "ArrowLeft" => Some(Arrow::Left),
            "ArrowRight" => Some(Arrow::Right),
            "ArrowUp" => Some(Arrow::Up),
            "ArrowDown" => Some(Arrow::Down),
            _ => None,
        }
    }
}

/// The node that way. Across layers: the nearest of the next layer; along a
/// layer: its neighbour there. So every node can be reached from every other.
pub fn next(nodes: &[Rect], direction: Direction, from: usize, arrow: Arrow) -> Option<usize> {
    let here = nodes.get(from)?;
    let across = match direction {
        Direction::Right => matches!(arrow, Arrow::Left | Arrow::Right),
        Direction::Down => matches!(arrow, Arrow::Up | Arrow::Down),
    };
    nodes
        .iter()
        .enumerate()
        .filter_map(|(place, rect)| {
            let (dx, dy) = (rect.x - here.x, rect.y - here.y);
            let (along, aside) = match arrow {
                Arrow::Left => (-dx, dy.abs()),
                Arrow::Right => (dx, dy.abs()),
                Arrow::Up => (-dy, dx.abs()),
                Arrow::Down => (dy, dx.abs()),
            };
            (along > 1.0 && (across || aside < 1.0)).then_some((place, along.round(), aside))
        })
        .min_by(|a, b| a.1.total_cmp(&b.1).then(a.2.total_cmp(&b.2)))
        .map(|(place, ..)| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::graph::layout::layout;
    use proptest::prelude::*;

    #[test]
    fn arrows_lead_to_the_neighbour_that_way() {
        let map = layout(&[0, 1, 1], &[(0, 1), (0, 2)], (1_000.0, 500.0));
        assert!(next(&map.nodes, map.direction, 0, Arrow::Right).is_some());
        assert_eq!(next(&map.nodes, map.direction, 0, Arrow::Left), None);
        assert_eq!(next(&map.nodes, map.direction, 1, Arrow::Left), Some(0));
        assert_eq!(next(&map.nodes, map.direction, 1, Arrow::Down), Some(2));
        assert_eq!(next(&map.nodes, map.direction, 9, Arrow::Down), None);
    }

    proptest! {
        #[test]
        fn every_node_is_reached_from_the_first(layers in prop::collection::vec(0..5_u32, 1..20), width in 330.0..2_000.0_f64) {
            let map = layout(&layers, &[], (width, 600.0));
            let mut reached = vec![0];
            let mut place = 0;
            while let Some(here) = reached.get(place).copied() {
                for arrow in [Arrow::Left, Arrow::Right, Arrow::Up, Arrow::Down] {
                    if let Some(other) = next(&map.nodes, map.direction, here, arrow)
                        && !reached.contains(&other)
                    {
                        reached.push(other);
                    }
                }
                place += 1;
            }
            prop_assert_eq!(reached.len(), layers.len());
        }
    }
}
