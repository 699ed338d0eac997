//! Where the nodes of a routing tree stand in a picture: the root at the left,
//! each depth a column, siblings below each other in the order in which they
//! are asked. Lengths are pixels.

/// A node's box.
pub const BOX: (f64, f64) = (216.0, 44.0);
/// From one column to the next, and from one row to the next.
const STEP: (f64, f64) = (264.0, 58.0);
/// Around everything.
const MARGIN: f64 = 4.0;

/// A tree that is placed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// Left upper corners, in the order of the nodes.
    pub corners: Vec<(f64, f64)>,
    /// For each node but the root: its parent and the line from there, as SVG
    /// path data.
    pub lines: Vec<(usize, String)>,
    /// Width and height of the picture.
    pub size: (f64, f64),
}

/// Places nodes that are given depth first, each by its depth; the first is
/// the root. A leaf takes a row of its own, and a parent stands at the middle
/// of its children.
pub fn plan(depths: &[u32]) -> Tree {
    let mut parents = Vec::with_capacity(depths.len());
    for (place, depth) in depths.iter().enumerate() {
        let above = depths[..place].iter().rposition(|other| other < depth);
        parents.push(above);
    }
    let mut rows = vec![0.0_f64; depths.len()];
    let mut leaves = 0.0;
    for place in (0..depths.len()).rev() {
        let children: Vec<usize> = (place + 1..depths.len())
            .filter(|child| parents[*child] == Some(place))
            .collect();
        match (children.first(), children.last()) {
            (Some(first), Some(last)) => rows[place] = f64::midpoint(rows[*first], rows[*last]),
            _ => {
                rows[place] = leaves;
                leaves += 1.0;
            }
        }
    }
    let deepest = f64::from(depths.iter().copied().max().unwrap_or(0));
    // Rows were counted from the last leaf.
    let corner = |place: usize| {
        let x = f64::from(depths[place]).mul_add(STEP.0, MARGIN);
        let y = (leaves - 1.0 - rows[place]).mul_add(STEP.1, MARGIN);
        (x, y)
    };
    let corners: Vec<(f64, f64)> = (0..depths.len()).map(corner).collect();
    let lines = (0..depths.len()).filter_map(|place| {
        let parent = parents[place]?;
        let (from, to) = (corners[parent], corners[place]);
        let (x1, y1) = (from.0 + BOX.0, from.1 + BOX.1 / 2.0);
        let (x2, y2) = (to.0, to.1 + BOX.1 / 2.0);
        let middle = f64::midpoint(x1, x2);
        let line = format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}");
        Some((parent, line))
    });
    Tree {
        lines: lines.collect(),
        size: (
            deepest.mul_add(STEP.0, BOX.0 + 2.0 * MARGIN),
            (leaves - 1.0)
                .max(0.0)
                .mul_add(STEP.1, BOX.1 + 2.0 * MARGIN),
        ),
        corners,
    }
}

/// A text cut to so many characters, with a sign that it was.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}\u{2026}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn children_stand_beside_their_parent_in_their_order() {
        let tree = plan(&[0, 1, 2, 2, 1]);
        let y: Vec<f64> = tree.corners.iter().map(|corner| corner.1).collect();
        assert!(y[2] < y[3] && y[3] < y[4], "{y:?}");
        assert!((y[1] - f64::midpoint(y[2], y[3])).abs() < 1e-9);
        assert!((y[0] - f64::midpoint(y[1], y[4])).abs() < 1e-9);
        let parents: Vec<usize> = tree.lines.iter().map(|line| line.0).collect();
        assert_eq!(parents, [0, 1, 1, 0]);
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(cut("severity", 8), "severity");
        assert_eq!(cut("severity=page", 8), "severit\u{2026}");
    }

    proptest! {
        /// Whatever the tree, no two boxes overlap and all lie in the picture.
        #[test]
        fn no_two_boxes_overlap(steps in proptest::collection::vec(0u32..4, 0..40)) {
            let mut depths = vec![0_u32];
            for step in steps {
                let last = depths[depths.len() - 1];
                depths.push((last + 1).saturating_sub(step).max(1));
            }
            let tree = plan(&depths);
            for (place, one) in tree.corners.iter().enumerate() {
                prop_assert!(one.0 >= 0.0 && one.1 >= 0.0);
                prop_assert!(one.0 + BOX.0 <= tree.size.0 && one.1 + BOX.1 <= tree.size.1);
                for other in &tree.corners[..place] {
                    let apart = (one.0 - other.0).abs() >= BOX.0 || (one.1 - other.1).abs() >= BOX.1;
                    prop_assert!(apart, "{one:?} {other:?}");
                }
            }
        }
    }
}
