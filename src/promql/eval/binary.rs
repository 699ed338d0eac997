//! Operators between two expressions.

use std::collections::BTreeMap;

use super::super::ast::{Expr, Many, Matching, Node, Op, Type};
use super::super::error::Part;
use super::{
    ABSENT, Column, Evaluated, Evaluator, Grid, failure, is_present, merge, same_labels, unfit,
};
use crate::telemetry::store::{Labels, is_of_metric};

/// An operator between two numbers; comparisons give 1 or 0.
pub(super) fn of_scalars(op: Op, left: f64, right: f64) -> f64 {
    match apply(op, left, right) {
        Applied::Value(value) => value,
        Applied::Keep(keep) => f64::from(u8::from(keep)),
    }
}

enum Applied {
    Value(f64),
    Keep(bool),
}

#[inline]
fn apply(op: Op, left: f64, right: f64) -> Applied {
    match op {
        Op::Add => Applied::Value(left + right),
        Op::Sub => Applied::Value(left - right),
        Op::Mul => Applied::Value(left * right),
        Op::Div => Applied::Value(left / right),
        Op::Mod => Applied::Value(left % right),
        Op::Pow => Applied::Value(libm::pow(left, right)),
        Op::Atan2 => Applied::Value(libm::atan2(left, right)),
        Op::Equal => Applied::Keep(left == right),
        Op::NotEqual => Applied::Keep(left != right),
        Op::Greater => Applied::Keep(left > right),
        Op::Less => Applied::Keep(left < right),
        Op::GreaterEqual => Applied::Keep(left >= right),
        Op::LessEqual => Applied::Keep(left <= right),
        Op::And | Op::Or | Op::Unless => Applied::Keep(false),
    }
}

/// The value that stays: of a comparison `kept`, 1 or 0 with `bool`.
#[inline]
fn combine(op: Op, bool: bool, left: f64, right: f64, kept: f64) -> f64 {
    match apply(op, left, right) {
        Applied::Value(value) => value,
        Applied::Keep(keep) if bool => f64::from(u8::from(keep)),
        Applied::Keep(true) => kept,
        Applied::Keep(false) => ABSENT,
    }
}

/// Series of both sides whose matching labels agree, by their places.
#[derive(Default)]
struct Group {
    left: Vec<usize>,
    right: Vec<usize>,
}

/// Finds which series belong together; with each side, the group of every series.
struct Groups {
    groups: Vec<Group>,
    of_left: Vec<usize>,
    of_right: Vec<usize>,
}

fn signature(labels: &Labels, matching: &Matching) -> Labels {
    let named = |name: &str| matching.labels.iter().any(|label| label == name);
    if matching.on {
        labels.keep(named)
    } else {
        labels.keep(|name| !is_of_metric(name) && !named(name))
    }
}

fn group(left: &[Column], right: &[Column], matching: &Matching) -> Groups {
    let mut places: BTreeMap<Labels, usize> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut place = |column: &Column| {
        let next = places.len();
        let place = *places
            .entry(signature(&column.labels, matching))
            .or_insert(next);
        if place == groups.len() {
            groups.push(Group::default());
        }
        place
    };
    let of_left: Vec<usize> = left.iter().map(&mut place).collect();
    let of_right: Vec<usize> = right.iter().map(&mut place).collect();
    for (number, place) in of_left.iter().enumerate() {
        groups[*place].left.push(number);
    }
    for (number, place) in of_right.iter().enumerate() {
        groups[*place].right.push(number);
    }
    Groups {
        groups,
        of_left,
        of_right,
    }
}

impl Evaluator<'_> {
    /// An operator of which at least one side is a vector.
    pub(super) fn binary(&mut self, expr: &Expr, grid: Grid) -> Evaluated<Vec<Column>> {
        let Node::Binary {
            op,
            left,
            right,
            bool,
            matching,
        } = &expr.node
        else {
            return Err(unfit(expr));
        };
        match (left.gives(), right.gives()) {
            (Type::Vector, Type::Vector) => {}
            (Type::Vector, _) => {
                let columns = self.vector(left, grid)?;
                let numbers = self.scalar(right, grid)?;
                let each = |value, number| combine(*op, *bool, value, number, value);
                return Ok(with_numbers(
                    columns,
                    &numbers,
                    !op.compares() || *bool,
                    each,
                ));
            }
            _ => {
                let numbers = self.scalar(left, grid)?;
                let columns = self.vector(right, grid)?;
                let each = |value, number| combine(*op, *bool, number, value, value);
                return Ok(with_numbers(
                    columns,
                    &numbers,
                    !op.compares() || *bool,
                    each,
                ));
            }
        }
        let lefts = self.vector(left, grid)?;
        let rights = self.vector(right, grid)?;
        let groups = group(&lefts, &rights, matching);
        match op {
            Op::And | Op::Unless => Ok(keep_where(lefts, &rights, &groups, *op == Op::And, grid)),
            Op::Or => either(lefts, rights, &groups, grid, expr.part),
            _ => {
                let matched = Matched {
                    op: *op,
                    bool: *bool,
                    matching,
                    part: expr.part,
                    grid,
                };
                self.matched(&matched, &lefts, &rights, &groups)
            }
        }
    }

    fn matched(
        &mut self,
        matched: &Matched<'_>,
        lefts: &[Column],
        rights: &[Column],
        groups: &Groups,
    ) -> Evaluated<Vec<Column>> {
        let swapped = matched.matching.many == Many::Right;
        let (manys, ones) = if swapped {
            (rights, lefts)
        } else {
            (lefts, rights)
        };
        let mut output = Output::default();
        let many_there = there(manys, matched.grid.count);
        for group in &groups.groups {
            let (many, one) = if swapped {
                (&group.right, &group.left)
            } else {
                (&group.left, &group.right)
            };
            if one.is_empty() {
                continue;
            }
            let which = matched.the_one(ones, one, &many_there, swapped)?;
            let mut taken: BTreeMap<Labels, Vec<bool>> = BTreeMap::new();
            for number in many {
                let column = &manys[*number];
                let mut last: Option<(usize, Labels, usize)> = None;
                for step in 0..matched.grid.count {
                    let value = column.values[step];
                    let Some(one) = which.at(step).filter(|_| is_present(value)) else {
                        continue;
                    };
                    let other = ones[one].values[step];
                    let place = match &last {
                        Some((known, _, place)) if *known == one => *place,
                        _ => {
                            let labels = matched.result(&column.labels, &ones[one].labels);
                            self.computed(matched.grid.count, matched.part)?;
                            let place = output.place(&labels, matched.bool, matched.grid.count);
                            last = Some((one, labels, place));
                            place
                        }
                    };
                    if many.len() > 1 {
                        // In one-to-one matching, any second match is one too many.
                        let labels = match (&last, matched.matching.many) {
                            (_, Many::Neither) => Labels::default(),
                            (Some((_, labels, _)), _) => labels.clone(),
                            (None, _) => Labels::default(),
                        };
                        let steps = taken
                            .entry(labels)
                            .or_insert_with(|| vec![false; matched.grid.count]);
                        if std::mem::replace(&mut steps[step], true) {
                            return Err(matched.ambiguous());
                        }
                    }
                    let (a, b) = if swapped {
                        (other, value)
                    } else {
                        (value, other)
                    };
                    let result = combine(matched.op, matched.bool, a, b, a);
                    if !is_present(result) {
                        continue;
                    }
                    let slot = &mut output.columns[place].values[step];
                    if is_present(*slot) {
                        return Err(same_labels(matched.part));
                    }
                    *slot = result;
                }
            }
        }
        output.columns.retain(|column| !column.is_empty());
        Ok(output.columns)
    }
}

/// A vector against a number at each step.
fn with_numbers(
    mut columns: Vec<Column>,
    numbers: &[f64],
    nameless: bool,
    each: impl Fn(f64, f64) -> f64,
) -> Vec<Column> {
    for column in &mut columns {
        column.nameless |= nameless;
        for (value, number) in column.values.iter_mut().zip(numbers) {
            if is_present(*value) {
                *value = each(*value, *number);
            }
        }
    }
    columns.retain(|column| !column.is_empty());
    columns
}

/// Steps at which any of some series has a value.
fn there(columns: &[Column], count: usize) -> Vec<bool> {
    let any = |step: usize| columns.iter().any(|column| is_present(column.values[step]));
    (0..count).map(any).collect()
}

fn group_there(columns: &[Column], places: &[usize], count: usize) -> Vec<bool> {
    let any = |step: usize| {
        places
            .iter()
            .any(|place| is_present(columns[*place].values[step]))
    };
    (0..count).map(any).collect()
}

/// `and` and `unless`: values on the left, where there is (or is not) one on the right.
fn keep_where(
    mut lefts: Vec<Column>,
    rights: &[Column],
    groups: &Groups,
    wanted: bool,
    grid: Grid,
) -> Vec<Column> {
    let theres: Vec<Vec<bool>> = groups
        .groups
        .iter()
        .map(|group| group_there(rights, &group.right, grid.count))
        .collect();
    for (column, place) in lefts.iter_mut().zip(&groups.of_left) {
        for (value, there) in column.values.iter_mut().zip(&theres[*place]) {
            if *there != wanted {
                *value = ABSENT;
            }
        }
    }
    lefts.retain(|column| !column.is_empty());
    lefts
}

/// `or`: everything on the left, and what of the right has no match there.
fn either(
    lefts: Vec<Column>,
    mut rights: Vec<Column>,
    groups: &Groups,
    grid: Grid,
    part: Part,
) -> Evaluated<Vec<Column>> {
    let theres: Vec<Vec<bool>> = groups
        .groups
        .iter()
        .map(|group| group_there(&lefts, &group.left, grid.count))
        .collect();
    for (column, place) in rights.iter_mut().zip(&groups.of_right) {
        for (value, there) in column.values.iter_mut().zip(&theres[*place]) {
            if *there {
                *value = ABSENT;
            }
        }
    }
    rights.retain(|column| !column.is_empty());
    merge(lefts.into_iter().chain(rights).collect(), part)
}

/// An operator that matches series one by one.
struct Matched<'a> {
    op: Op,
    bool: bool,
    matching: &'a Matching,
    part: Part,
    grid: Grid,
}

/// Which of several series is the one, step by step.
enum TheOne {
    Always(usize),
    Steps(Vec<Option<usize>>),
}

impl TheOne {
    #[inline]
    fn at(&self, step: usize) -> Option<usize> {
        match self {
            TheOne::Always(one) => Some(*one),
            TheOne::Steps(steps) => steps[step],
        }
    }
}

impl Matched<'_> {
    fn the_one(
        &self,
        ones: &[Column],
        places: &[usize],
        many_there: &[bool],
        swapped: bool,
    ) -> Evaluated<TheOne> {
        if let [one] = places {
            let values = &ones[*one].values;
            if values.iter().all(|value| is_present(*value)) {
                return Ok(TheOne::Always(*one));
            }
        }
        let mut steps: Vec<Option<usize>> = vec![None; self.grid.count];
        for place in places {
            for (step, value) in ones[*place].values.iter().enumerate() {
                if !is_present(*value) {
                    continue;
                }
                match steps[step].filter(|_| many_there[step]) {
                    Some(other) => {
                        let side = if swapped { "left" } else { "right" };
                        let group = signature(&ones[*place].labels, self.matching);
                        let problem = format!(
                            "found duplicate series for the match group {group} on the {side} hand-side of the operation: [{}, {}];many-to-many matching not allowed: matching labels must be unique on one side",
                            ones[*place].labels, ones[other].labels
                        );
                        return Err(failure(self.part, problem));
                    }
                    None => steps[step] = Some(*place),
                }
            }
        }
        Ok(TheOne::Steps(steps))
    }

    fn ambiguous(&self) -> super::Fault {
        let problem = match self.matching.many {
            Many::Neither => {
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            }
            _ => "multiple matches for labels: grouping labels must ensure unique matches",
        };
        failure(self.part, problem)
    }

    /// The labels of what two series give.
    fn result(&self, many: &Labels, one: &Labels) -> Labels {
        let mut labels = many.clone();
        if !self.op.compares() {
            labels = labels.without_metric();
        }
        if self.matching.many == Many::Neither {
            let named = |name: &str| self.matching.labels.iter().any(|label| label == name);
            labels = labels.keep(|name| named(name) == self.matching.on);
        }
        for label in &self.matching.include {
            labels = labels.with(label, one.get(label));
        }
        labels
    }
}

/// Series of a result, found by their labels.
#[derive(Default)]
struct Output {
    places: BTreeMap<Labels, usize>,
    columns: Vec<Column>,
}

impl Output {
    fn place(&mut self, labels: &Labels, nameless: bool, count: usize) -> usize {
        if let Some(place) = self.places.get(labels) {
            return *place;
        }
        self.columns.push(Column {
            labels: labels.clone(),
            nameless,
            values: vec![ABSENT; count],
        });
        self.places.insert(labels.clone(), self.columns.len() - 1);
        self.columns.len() - 1
    }
}
