//! The tree of a query.

use std::fmt;

use crate::telemetry::store::Matcher;

use super::error::Part;
use super::functions::Function;

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// One number a step.
    Scalar,
    /// A text.
    Text,
    /// One value a step for each of several series.
    Vector,
    /// Several values a step for each of several series.
    Range,
}

impl Type {
    /// As Prometheus calls it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Scalar => "scalar",
            Type::Text => "string",
            Type::Vector => "instant vector",
            Type::Range => "range vector",
        }
    }
}

/// An operator between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each is named as Prometheus names it
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    And,
    Or,
    Unless,
}

impl Op {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Op::Add => "+",
            Op::Sub => "-",
            Op::Mul => "*",
            Op::Div => "/",
            Op::Mod => "%",
            Op::Pow => "^",
            Op::Atan2 => "atan2",
            Op::Equal => "==",
            Op::NotEqual => "!=",
            Op::Greater => ">",
            Op::Less => "<",
            Op::GreaterEqual => ">=",
            Op::LessEqual => "<=",
            Op::And => "and",
            Op::Or => "or",
            Op::Unless => "unless",
        }
    }

    /// Whether it compares.
    pub fn compares(self) -> bool {
        use Op::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        matches!(
            self,
            Equal | NotEqual | Greater | Less | GreaterEqual | LessEqual
        )
    }

    /// Whether it joins sets of series.
    pub fn is_set(self) -> bool {
        matches!(self, Op::And | Op::Or | Op::Unless)
    }

    /// How tightly it binds; higher is tighter.
    pub fn strength(self) -> u8 {
        match self {
            Op::Or => 1,
            Op::And | Op::Unless => 2,
            op if op.compares() => 3,
            Op::Add | Op::Sub => 4,
            Op::Pow => 6,
            _ => 5,
        }
    }
}

/// An aggregation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each is named as Prometheus names it
pub enum Aggregation {
    Sum,
    Avg,
    Count,
    Min,
    Max,
    Group,
    Stddev,
    Stdvar,
    Topk,
    Bottomk,
    CountValues,
    Quantile,
    Limitk,
    LimitRatio,
}

/// Every aggregation with its name.
pub const AGGREGATIONS: [(&str, Aggregation); 14] = [
    ("sum", Aggregation::Sum),
    ("avg", Aggregation::Avg),
    ("count", Aggregation::Count),
    ("min", Aggregation::Min),
    ("max", Aggregation::Max),
    ("group", Aggregation::Group),
    ("stddev", Aggregation::Stddev),
    ("stdvar", Aggregation::Stdvar),
    ("topk", Aggregation::Topk),
    ("bottomk", Aggregation::Bottomk),
    ("count_values", Aggregation::CountValues),
    ("quantile", Aggregation::Quantile),
    ("limitk", Aggregation::Limitk),
    ("limit_ratio", Aggregation::LimitRatio),
];

impl Aggregation {
    /// Its name.
    pub fn name(self) -> &'static str {
        let found = AGGREGATIONS.iter().find(|(_, known)| *known == self);
        found.map_or("", |(name, _)| name)
    }

    /// The type of its parameter, if it has one.
    pub fn parameter(self) -> Option<Type> {
        use Aggregation::{Bottomk, CountValues, LimitRatio, Limitk, Quantile, Topk};
        match self {
            CountValues => Some(Type::Text),
            Topk | Bottomk | Quantile | Limitk | LimitRatio => Some(Type::Scalar),
            _ => None,
        }
    }
}

/// Which labels of the two sides have to agree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matching {
    /// `on` these labels; else all but these (`ignoring`).
    pub on: bool,
    /// The labels.
    pub labels: Vec<String>,
    /// Which side may have several series for one of the other.
    pub many: Many,
    /// Labels that the side of one gives to the result.
    pub include: Vec<String>,
}

/// The side that may have several series for one of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Many {
    /// None.
    #[default]
    Neither,
    /// `group_left`
    Left,
    /// `group_right`
    Right,
}

/// A moment that `@` sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Milliseconds.
    Time(i64),
    /// `start()`: the query's first step.
    Start,
    /// `end()`: the query's last step.
    End,
}

/// `offset` and `@` of a selector or subquery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Milliseconds back; negative looks ahead.
    pub offset: i64,
    /// A moment instead of the step's own time.
    pub at: Option<At>,
}

/// A selector of series.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// The metric's name where it stands before the braces; also among the matchers.
    pub name: Option<String>,
    /// Every matcher, that of the name last.
    pub matchers: Vec<Matcher>,
    /// Where in time it looks.
    pub shift: Shift,
}

/// An expression with its place in the query.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Where it stands.
    pub part: Part,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A number.
    Number(f64),
    /// A text. Not always UTF-8: `"\xff"` is one byte.
    Text(Vec<u8>),
    /// Series.
    Vector(Selector),
    /// Series with everything in a span of time.
    Range {
        /// The series.
        selector: Selector,
        /// Milliseconds back, not included.
        range: i64,
    },
    /// An expression evaluated again and again.
    Subquery {
        /// The expression.
        inner: Box<Expr>,
        /// Milliseconds back, not included.
        range: i64,
        /// Milliseconds from one evaluation to the next; none takes the engine's.
        step: Option<i64>,
        /// Where in time it looks.
        shift: Shift,
    },
    /// `(…)`
    Paren(Box<Expr>),
    /// `-…` (or `+…`)
    Unary {
        /// Whether the sign changes.
        minus: bool,
        /// Of what.
        inner: Box<Expr>,
    },
    /// Two expressions and an operator.
    Binary {
        /// The operator.
        op: Op,
        /// Before it.
        left: Box<Expr>,
        /// After it.
        right: Box<Expr>,
        /// `bool`: 1 and 0 instead of keeping and dropping.
        bool: bool,
        /// What has to agree, between two vectors.
        matching: Matching,
    },
    /// An aggregation.
    Aggregate {
        /// Which.
        op: Aggregation,
        /// Its parameter.
        parameter: Option<Box<Expr>>,
        /// Of what.
        inner: Box<Expr>,
        /// All labels but these (`without`), else only these (`by`).
        without: bool,
        /// The labels.
        labels: Vec<String>,
    },
    /// A function.
    Call {
        /// Which.
        function: &'static Function,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
}

impl PartialEq for Expr {
    /// The same tree; places do not count. NaN is equal to NaN here.
    fn eq(&self, other: &Expr) -> bool {
        match (&self.node, &other.node) {
            (Node::Number(a), Node::Number(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (a, b) => a == b,
        }
    }
}

impl Expr {
    /// What it gives.
    pub fn gives(&self) -> Type {
        match &self.node {
            Node::Number(_) => Type::Scalar,
            Node::Text(_) => Type::Text,
            Node::Vector(_) | Node::Aggregate { .. } => Type::Vector,
            Node::Range { .. } | Node::Subquery { .. } => Type::Range,
            Node::Paren(inner) | Node::Unary { inner, .. } => inner.gives(),
            Node::Binary { left, right, .. } => match (left.gives(), right.gives()) {
                (Type::Scalar, Type::Scalar) => Type::Scalar,
                _ => Type::Vector,
            },
            Node::Call { function, .. } => function.gives,
        }
    }

    /// Without the parentheses around it.
    pub fn bare(&self) -> &Expr {
        let mut bare = self;
        while let Node::Paren(inner) = &bare.node {
            bare = inner;
        }
        bare
    }

    /// Visits every expression below and this one, outer ones first.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        match &self.node {
            Node::Number(_) | Node::Text(_) | Node::Vector(_) | Node::Range { .. } => {}
            Node::Subquery { inner, .. } | Node::Paren(inner) | Node::Unary { inner, .. } => {
                inner.walk(visit);
            }
            Node::Binary { left, right, .. } => {
                left.walk(visit);
                right.walk(visit);
            }
            Node::Aggregate {
                parameter, inner, ..
            } => {
                if let Some(parameter) = parameter {
                    parameter.walk(visit);
                }
                inner.walk(visit);
            }
            Node::Call { arguments, .. } => {
                for argument in arguments {
                    argument.walk(visit);
                }
            }
        }
    }
}

impl fmt::Display for Expr {
    /// A text that reads as the same tree.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::print::expression(f, self)
    }
}
