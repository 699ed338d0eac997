//! An Alertmanager's configuration.

use crate::base::Span;
use crate::base::yaml::Tree;
use crate::telemetry::store::Matcher;

use super::interval::{Range, TimeRange};

/// A whole file. What only says how to reach somebody is kept as it is.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Defaults of integrations.
    pub global: Option<Tree>,
    /// Patterns of template files.
    pub templates: Vec<String>,
    /// The root of the routes.
    pub route: Route,
    /// Who can be told.
    pub receivers: Vec<Receiver>,
    /// Which alerts keep which others quiet.
    pub inhibitions: Vec<Inhibition>,
    /// Times by name.
    pub intervals: Vec<NamedIntervals>,
}

/// A node of the tree of routes.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Who is told; that of the node above where nothing is said.
    pub receiver: Option<String>,
    /// Labels by which alerts are told together; `...` for all.
    pub group_by: Option<Vec<String>>,
    /// What an alert's labels have to be.
    pub matchers: Vec<Matcher>,
    /// Whether siblings below are asked as well.
    pub goes_on: bool,
    /// Time before a group is told for the first time.
    pub group_wait: Option<Span>,
    /// Time before news of a group are told.
    pub group_interval: Option<Span>,
    /// Time before the same is told again.
    pub repeat_interval: Option<Span>,
    /// Names of times at which nobody is told.
    pub mute_times: Vec<String>,
    /// Names of the only times at which somebody is told.
    pub active_times: Vec<String>,
    /// Nodes below.
    pub routes: Vec<Route>,
}

/// Who can be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Receiver {
    /// The name in routes.
    pub name: String,
    /// Its integrations, such as `pagerduty_configs`, as they are.
    pub integrations: Vec<(String, Tree)>,
}

/// Alerts that keep others quiet.
#[derive(Clone, Debug, Default)]
pub struct Inhibition {
    /// Its name.
    pub name: Option<String>,
    /// The alerts that have to fire.
    pub source: Vec<Matcher>,
    /// The alerts that are kept quiet.
    pub target: Vec<Matcher>,
    /// Labels that both must share.
    pub equal: Vec<String>,
}

/// Times with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedIntervals {
    /// The name in routes.
    pub name: String,
    /// Any of these.
    pub intervals: Vec<Interval>,
}

/// Times at which everything said holds; what is empty holds always.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interval {
    /// Of the day.
    pub times: Vec<TimeRange>,
    /// Of the week, Sunday is 0.
    pub weekdays: Vec<Range>,
    /// Of the month; negative ones count from its end.
    pub days: Vec<Range>,
    /// Of the year, from 1.
    pub months: Vec<Range>,
    /// Years.
    pub years: Vec<Range>,
    /// A name of the IANA database.
    pub location: Option<String>,
}
