//! What holds of every layout.

use super::*;
use proptest::prelude::*;

/// gateway -> shop -> payment, catalogue; both -> database; shop -> database.
const SHOP: (&[u32], &[(usize, usize)]) = (
    &[0, 1, 2, 2, 3],
    &[(0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (1, 4)],
);

fn shop(width: f64, height: f64) -> Layout {
    layout(SHOP.0, SHOP.1, (width, height))
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

fn check(map: &Layout) -> Result<(), TestCaseError> {
    let all: Vec<&Rect> = map.nodes.iter().chain([&map.users]).collect();
    for (i, a) in all.iter().enumerate() {
        prop_assert!(
            a.x >= 0.0 && a.x + a.w <= map.width + 0.01,
            "{a:?} in {}",
            map.width
        );
        prop_assert!(
            a.y >= 0.0 && a.y + a.h <= map.height + 0.01,
            "{a:?} in {}",
            map.height
        );
        for b in all.iter().skip(i + 1) {
            prop_assert!(!overlap(a, b), "{a:?} overlaps {b:?}");
        }
    }
    Ok(())
}

#[test]
fn with_room_layers_are_columns() {
    let map = shop(1_200.0, 600.0);
    assert_eq!(map.direction, Direction::Right);
    assert!(map.users.x < map.nodes[0].x && map.nodes[0].x < map.nodes[1].x);
    assert_eq!(map.nodes[2].x, map.nodes[3].x);
}

#[test]
fn without_room_layers_are_rows() {
    let map = shop(330.0, 600.0);
    assert_eq!(map.direction, Direction::Down);
    assert!(map.users.y < map.nodes[0].y && map.nodes[0].y < map.nodes[1].y);
    assert_eq!(map.nodes[2].y, map.nodes[3].y);
}

#[test]
fn a_chain_lies_on_one_line() {
    let map = layout(&[0, 1, 2], &[(0, 1), (1, 2)], (1_200.0, 400.0));
    let middles: Vec<f64> = map.nodes.iter().map(|r| r.center().1).collect();
    assert_eq!(middles, [200.0; 3]);
}

#[test]
fn edges_begin_and_end_at_their_nodes() {
    let map = shop(1_200.0, 600.0);
    for ((from, to), path) in SHOP.1.iter().zip(&map.edges) {
        let (a, b) = (map.nodes[*from], map.nodes[*to]);
        assert!((path.at(0.0, 0.0).0 - (a.x + a.w)).abs() < 0.01);
        assert!((path.at(f64::MAX, 0.0).0 - b.x).abs() < 0.01);
    }
}

#[test]
fn an_empty_world_has_a_map() {
    let map = layout(&[], &[], (800.0, 400.0));
    assert!(map.nodes.is_empty() && map.entries.is_empty());
}

proptest! {
    #[test]
    fn nodes_never_overlap_and_stay_inside(
        layers in prop::collection::vec(0..5_u32, 1..21),
        edges in prop::collection::vec((0..21_usize, 0..21_usize), 0..40),
        width in 330.0..2_000.0_f64,
        height in 0.0..1_500.0_f64,
    ) {
        check(&layout(&layers, &edges, (width, height)))?;
    }

    #[test]
    fn edges_that_skip_a_layer_pass_no_node(width in 330.0..2_000.0_f64, height in 300.0..900.0_f64) {
        let map = shop(width, height);
        let path = &map.edges[5];
        for step in 1..100 {
            let (x, y) = path.at(path.length() * f64::from(step) / 100.0, 0.0);
            for node in [2, 3] {
                let r = map.nodes[node];
                let inside = x > r.x + 1.0 && x < r.x + r.w - 1.0 && y > r.y + 1.0 && y < r.y + r.h - 1.0;
                prop_assert!(!inside, "({x:.0}, {y:.0}) lies on {r:?}");
            }
        }
    }
}
