//! Which node stands where within its layer: few crossings, short edges.
//!
//! The barycentre method with places held free for edges that pass through a
//! layer, and the best of several sweeps; deterministic.

use crate::base::order::sort_by;

/// What takes a place in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A service.
    Node(usize),
    /// An edge on its way to a later layer.
    Pass(usize),
}

/// Layers of items and the links between neighbouring layers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layers {
    /// Items of each layer, in order.
    pub items: Vec<Vec<Item>>,
    /// Links: layer of the upper end, upper end, lower end.
    links: Vec<(usize, Item, Item)>,
}

/// Dense layer numbers: `[0, 3, 3, 7]` becomes `[0, 1, 1, 2]`.
pub fn dense(layers: &[u32]) -> Vec<usize> {
    let mut seen: Vec<u32> = layers.to_vec();
    seen.sort_unstable();
    seen.dedup();
    layers
        .iter()
        .map(|layer| seen.partition_point(|s| s < layer))
        .collect()
}

impl Layers {
    /// Places nodes (dense layer of each) and the passes of long edges, then orders them.
    pub fn ordered(layer_of: &[usize], edges: &[(usize, usize)]) -> Layers {
        let count = layer_of.iter().max().map_or(0, |last| last + 1);
        let mut layers = Layers {
            items: vec![Vec::new(); count],
            links: Vec::new(),
        };
        for (node, layer) in layer_of.iter().enumerate() {
            if let Some(items) = layers.items.get_mut(*layer) {
                items.push(Item::Node(node));
            }
        }
        for (edge, (from, to)) in edges.iter().enumerate() {
            let (Some(&top), Some(&bottom)) = (layer_of.get(*from), layer_of.get(*to)) else {
                continue;
            };
            let mut upper = Item::Node(*from);
            for layer in top..bottom {
                let lower = if layer + 1 == bottom {
                    Item::Node(*to)
                } else {
                    if let Some(items) = layers.items.get_mut(layer + 1) {
                        items.push(Item::Pass(edge));
                    }
                    Item::Pass(edge)
                };
                layers.links.push((layer, upper, lower));
                upper = lower;
            }
        }
        layers.improve();
        layers
    }

    /// Places of the items linked to `item` (which stands in `layer`) in the layer above or below.
    pub fn linked(&self, layer: usize, item: Item, above: bool) -> impl Iterator<Item = Item> {
        self.links.iter().filter_map(move |(top, upper, lower)| {
            if above {
                (top + 1 == layer && *lower == item).then_some(*upper)
            } else {
                (*top == layer && *upper == item).then_some(*lower)
            }
        })
    }

    fn improve(&mut self) {
        let mut best = (self.crossings(), self.items.clone());
        for sweep in 0..8 {
            let down = sweep % 2 == 0;
            let count = self.items.len();
            for step in 1..count {
                let layer = if down { step } else { count - 1 - step };
                self.sort_layer(layer, down);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.items.clone());
            }
        }
        self.items = best.1;
    }

    fn sort_layer(&mut self, layer: usize, by_above: bool) {
        let neighbour = if by_above { layer - 1 } else { layer + 1 };
        let Some(items) = self.items.get(layer) else {
            return;
        };
        let mut keyed: Vec<(f64, Item)> = items
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let places: Vec<usize> = self
                    .linked(layer, *item, by_above)
                    .filter_map(|other| self.place(neighbour, other))
                    .collect();
                let mean = places.iter().sum::<usize>() as f64 / places.len() as f64;
                (
                    if places.is_empty() {
                        place as f64
                    } else {
                        mean
                    },
                    *item,
                )
            })
            .collect();
        sort_by(&mut keyed, |a, b| a.0.total_cmp(&b.0));
        if let Some(items) = self.items.get_mut(layer) {
            *items = keyed.into_iter().map(|(_, item)| item).collect();
        }
    }

    fn place(&self, layer: usize, item: Item) -> Option<usize> {
        self.items.get(layer)?.iter().position(|i| *i == item)
    }

    /// How many pairs of links cross.
    pub fn crossings(&self) -> usize {
        let ends: Vec<(usize, usize, usize)> = self
            .links
            .iter()
            .filter_map(|(top, upper, lower)| {
                Some((
                    *top,
                    self.place(*top, *upper)?,
                    self.place(top + 1, *lower)?,
                ))
            })
            .collect();
        let crosses = |a: &(usize, usize, usize), b: &(usize, usize, usize)| {
            a.0 == b.0 && ((a.1 < b.1 && a.2 > b.2) || (a.1 > b.1 && a.2 < b.2))
        };
        ends.iter()
            .enumerate()
            .map(|(i, a)| ends.iter().skip(i + 1).filter(|b| crosses(a, b)).count())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn layer_numbers_close_their_ranks() {
        assert_eq!(dense(&[7, 0, 3, 3]), [2, 0, 1, 1]);
    }

    #[test]
    fn crossed_edges_are_uncrossed() {
        let layers = Layers::ordered(&[0, 0, 1, 1], &[(0, 3), (1, 2)]);
        assert_eq!(layers.crossings(), 0);
    }

    #[test]
    fn long_edges_hold_a_place_in_every_layer_they_pass() {
        let layers = Layers::ordered(&[0, 1, 2, 3], &[(0, 1), (1, 2), (2, 3), (0, 3)]);
        let passes =
            |layer: &Vec<Item>| layer.iter().filter(|i| matches!(i, Item::Pass(3))).count();
        assert_eq!(
            layers.items.iter().map(passes).collect::<Vec<_>>(),
            [0, 1, 1, 0]
        );
    }

    proptest! {
        #[test]
        fn every_node_keeps_its_layer(nodes in prop::collection::vec(0..5_u32, 1..20), edges in prop::collection::vec((0..20_usize, 0..20_usize), 0..40)) {
            let dense = dense(&nodes);
            let layers = Layers::ordered(&dense, &edges);
            for (node, layer) in dense.iter().enumerate() {
                prop_assert!(layers.items[*layer].contains(&Item::Node(node)));
            }
        }
    }
}
