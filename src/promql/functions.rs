//! Every function: its name, what it takes and gives, and what carries it out.

use super::ast::Type;
use super::eval::date::{self, Date};
use super::eval::over::{self, Window};

/// A function of the language.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Types of its arguments; the last one may be left out or repeated.
    pub arguments: &'static [Type],
    /// How often the last argument may stand.
    pub last: Last,
    /// What it gives.
    pub gives: Type,
    /// What carries it out.
    pub(super) body: Body,
}

/// How often the last argument of a function may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// Exactly once.
    Once,
    /// Once or not at all.
    Maybe,
    /// As often as is wanted, or not at all.
    Any,
}

/// What carries a function out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    /// Value by value.
    Math(fn(f64) -> f64),
    /// Part of a date: of each value, or of the step's time.
    Date(fn(&Date) -> f64),
    /// Window by window.
    Over(fn(&Window<'_>) -> Option<f64>),
    /// Nothing: it is about native histograms, and there are none.
    Nothing,
    /// In its own way.
    Own(Own),
}

/// Functions that are carried out each in their own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Absent,
    Clamp,
    ClampMax,
    ClampMin,
    Constant(Constant),
    HistogramFraction,
    HistogramQuantile,
    HistogramQuantiles,
    LabelJoin,
    LabelReplace,
    MaxOf,
    MinOf,
    Round,
    Scalar,
    Sort,
    SortDesc,
    SortByLabel,
    SortByLabelDesc,
    Time,
    Timestamp,
    Vector,
}

/// Numbers that are the same at every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constant {
    Pi,
    Start,
    End,
    Step,
    Range,
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        self.name == other.name
    }
}

impl Function {
    /// The least and the most arguments.
    pub fn counts(&self) -> (usize, usize) {
        let all = self.arguments.len();
        match self.last {
            Last::Once => (all, all),
            Last::Maybe => (all - 1, all),
            Last::Any => (all - 1, usize::MAX),
        }
    }

    /// The type of an argument.
    pub fn argument(&self, number: usize) -> Option<Type> {
        self.arguments
            .get(number)
            .or(self.arguments.last())
            .copied()
    }

    /// How it is called: `rate(range vector)`.
    pub fn usage(&self) -> String {
        let mut text = format!("{}(", self.name);
        for (number, argument) in self.arguments.iter().enumerate() {
            if number > 0 {
                text.push_str(", ");
            }
            let is_last = number + 1 == self.arguments.len();
            match self.last {
                Last::Maybe if is_last => text.push_str(&format!("[{}]", argument.name())),
                Last::Any if is_last => text.push_str(&format!("{}...", argument.name())),
                _ => text.push_str(argument.name()),
            }
        }
        text.push(')');
        text
    }
}

/// The function of a name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Every name, in alphabetical order.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

const S: Type = Type::Scalar;
const T: Type = Type::Text;
const V: Type = Type::Vector;
const R: Type = Type::Range;

const fn function(
    name: &'static str,
    arguments: &'static [Type],
    last: Last,
    gives: Type,
    body: Body,
) -> Function {
    Function {
        name,
        arguments,
        last,
        gives,
        body,
    }
}

const fn math(name: &'static str, body: fn(f64) -> f64) -> Function {
    function(name, &[V], Last::Once, V, Body::Math(body))
}

const fn part(name: &'static str, body: fn(&Date) -> f64) -> Function {
    function(name, &[V], Last::Maybe, V, Body::Date(body))
}

const fn window(name: &'static str, body: fn(&Window<'_>) -> Option<f64>) -> Function {
    function(name, &[R], Last::Once, V, Body::Over(body))
}

const fn native(name: &'static str) -> Function {
    function(name, &[V], Last::Once, V, Body::Nothing)
}

const fn constant(name: &'static str, what: Constant) -> Function {
    own(name, &[], S, Own::Constant(what))
}

const fn own(name: &'static str, arguments: &'static [Type], gives: Type, how: Own) -> Function {
    function(name, arguments, Last::Once, gives, Body::Own(how))
}

const fn many(name: &'static str, arguments: &'static [Type], how: Own) -> Function {
    function(name, arguments, Last::Any, V, Body::Own(how))
}

static FUNCTIONS: [Function; 88] = [
    math("abs", f64::abs),
    own("absent", &[V], V, Own::Absent),
    window("absent_over_time", over::present),
    math("acos", libm::acos),
    math("acosh", libm::acosh),
    math("asin", libm::asin),
    math("asinh", libm::asinh),
    math("atan", libm::atan),
    math("atanh", libm::atanh),
    window("avg_over_time", over::avg),
    math("ceil", f64::ceil),
    window("changes", over::changes),
    own("clamp", &[V, S, S], V, Own::Clamp),
    own("clamp_max", &[V, S], V, Own::ClampMax),
    own("clamp_min", &[V, S], V, Own::ClampMin),
    math("cos", libm::cos),
    math("cosh", libm::cosh),
    window("count_over_time", over::count),
    part("day_of_month", date::day_of_month),
    part("day_of_week", date::day_of_week),
    part("day_of_year", date::day_of_year),
    part("days_in_month", date::days_in_month),
    math("deg", over::degrees),
    window("delta", over::delta),
    window("deriv", over::deriv),
    function(
        "double_exponential_smoothing",
        &[R, S, S],
        Last::Once,
        V,
        Body::Over(over::smooth),
    ),
    constant("end", Constant::End),
    math("exp", libm::exp),
    window("first_over_time", over::first),
    math("floor", f64::floor),
    native("histogram_avg"),
    native("histogram_count"),
    own("histogram_fraction", &[S, S, V], V, Own::HistogramFraction),
    own("histogram_quantile", &[S, V], V, Own::HistogramQuantile),
    many(
        "histogram_quantiles",
        &[V, T, S, S],
        Own::HistogramQuantiles,
    ),
    native("histogram_stddev"),
    native("histogram_stdvar"),
    native("histogram_sum"),
    part("hour", date::hour),
    window("idelta", over::idelta),
    window("increase", over::increase),
    window("irate", over::irate),
    many("label_join", &[V, T, T, T], Own::LabelJoin),
    own("label_replace", &[V, T, T, T, T], V, Own::LabelReplace),
    window("last_over_time", over::last),
    math("ln", libm::log),
    math("log10", libm::log10),
    math("log2", libm::log2),
    window("mad_over_time", over::mad),
    own("max_of", &[S, S], S, Own::MaxOf),
    window("max_over_time", over::max),
    own("min_of", &[S, S], S, Own::MinOf),
    window("min_over_time", over::min),
    part("minute", date::minute),
    part("month", date::month),
    constant("pi", Constant::Pi),
    function(
        "predict_linear",
        &[R, S],
        Last::Once,
        V,
        Body::Over(over::predict),
    ),
    window("present_over_time", over::present),
    function(
        "quantile_over_time",
        &[S, R],
        Last::Once,
        V,
        Body::Over(over::quantile),
    ),
    math("rad", over::radians),
    constant("range", Constant::Range),
    window("rate", over::rate),
    window("resets", over::resets),
    function("round", &[V, S], Last::Maybe, V, Body::Own(Own::Round)),
    own("scalar", &[V], S, Own::Scalar),
    math("sgn", over::sign),
    math("sin", libm::sin),
    math("sinh", libm::sinh),
    own("sort", &[V], V, Own::Sort),
    many("sort_by_label", &[V, T], Own::SortByLabel),
    many("sort_by_label_desc", &[V, T], Own::SortByLabelDesc),
    own("sort_desc", &[V], V, Own::SortDesc),
    math("sqrt", f64::sqrt),
    constant("start", Constant::Start),
    window("stddev_over_time", over::stddev),
    window("stdvar_over_time", over::stdvar),
    constant("step", Constant::Step),
    window("sum_over_time", over::sum),
    math("tan", libm::tan),
    math("tanh", libm::tanh),
    own("time", &[], S, Own::Time),
    own("timestamp", &[V], V, Own::Timestamp),
    window("ts_of_first_over_time", over::time_of_first),
    window("ts_of_last_over_time", over::time_of_last),
    window("ts_of_max_over_time", over::time_of_max),
    window("ts_of_min_over_time", over::time_of_min),
    own("vector", &[S], V, Own::Vector),
    part("year", date::year),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_in_order_and_each_once() {
        let names: Vec<&str> = names().collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    }

    #[test]
    fn usage_shows_what_may_be_left_out() {
        let usage = |name| find(name).map(Function::usage).unwrap_or_default();
        assert_eq!(usage("rate"), "rate(range vector)");
        assert_eq!(usage("round"), "round(instant vector, [scalar])");
        assert_eq!(
            usage("label_join"),
            "label_join(instant vector, string, string, string...)"
        );
        assert_eq!(usage("pi"), "pi()");
    }
}
