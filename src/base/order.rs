//! Sorting lists that are short or seldom sorted.
//!
//! The standard library writes its whole sort anew for every type and every
//! comparison, about 4 KB of the page's module each time. Here it is written
//! once, for places in a list. Long lists of numbers are sorted directly.

use std::cmp::Ordering;

/// Sorts a list; equal items keep their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = sorted_places(
        items.len(),
        &mut |a, b| match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        },
    );
    // Where each item has to go; every swap brings one there.
    let mut goal = vec![0; order.len()];
    for (to, from) in order.into_iter().enumerate() {
        goal[from] = to;
    }
    for place in 0..goal.len() {
        while goal[place] != place {
            let to = goal[place];
            items.swap(place, to);
            goal.swap(place, to);
        }
    }
}

#[inline(never)]
fn sorted_places(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(items in proptest::collection::vec((0_u8..9, any::<u8>()), 0..60)) {
            let (mut ours, mut expected) = (items.clone(), items);
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            expected.sort_by_key(|item| item.0);
            prop_assert_eq!(ours, expected);
        }
    }
}
