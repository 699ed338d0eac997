//! Rules that alert, made, changed and removed while the lab runs.

use serde::{Deserialize, Serialize};

use super::read::from_scratch;
use super::{Alerting, DERIVED, derived};
use crate::alert::rules::{Group, Kind, Rule, read_span};
use crate::alert::{Evaluation, Labels, query};
use crate::base::{At, Report, SimTime, Span, did_you_mean};
use crate::promql::{self, Bounds};
use crate::session::view::EventKind;
use crate::session::{Author, Refusal, Session};

/// The group of rules that people make.
const OWN: &str = "own";
/// Rules that people make in one run.
const MOST: usize = 100;
/// Characters of a query, of a name, and of a summary.
const LONGEST: usize = 4_096;
const LONGEST_NAME: usize = 60;
const LONGEST_SUMMARY: usize = 200;

/// What is done to a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleAct {
    /// Add one or change it.
    Set {
        /// What it is to be.
        rule: Box<RuleChange>,
    },
    /// Take one away.
    Remove {
        /// Its name.
        name: String,
    },
    /// Make, or take away, the multi-window multi-burn-rate rules of an objective.
    Derive {
        /// The objective.
        slo: String,
        /// Whether they go.
        remove: bool,
    },
}

/// A rule as it is to be. What is absent stays as it is, or is usual.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleChange {
    /// Its name.
    pub name: String,
    /// The query; each series that it finds is an alert.
    pub expr: Option<String>,
    /// How long it is pending before it fires.
    pub after: Option<Span>,
    /// How long it goes on firing when the series is gone.
    pub keep_firing: Option<Span>,
    /// The label `severity`, such as `page` or `ticket`.
    pub severity: Option<String>,
    /// The label `slo`: the objective that it protects.
    pub slo: Option<String>,
    /// What people are told.
    pub summary: Option<String>,
}

/// Reads an act.
pub(in crate::session) fn rule(report: &mut Report, at: &At<'_>) -> Option<RuleAct> {
    let before = report.failed();
    let mut fields = report.fields(at)?;
    let derive = fields.get("derive");
    let remove = fields.get("remove").and_then(|at| report.boolean(&at));
    let remove = remove == Some(true);
    if let Some(at) = derive {
        let slo = report.name(&at);
        fields.done(report);
        return slo.map(|slo| RuleAct::Derive { slo, remove });
    }
    let mut text = |report: &mut Report, name: &'static str, most: usize| {
        fields.get(name).and_then(|at| report.text(&at, most))
    };
    let name = text(report, "name", LONGEST_NAME);
    let summary = text(report, "summary", LONGEST_SUMMARY);
    let severity = text(report, "severity", LONGEST_NAME);
    let expr = fields.get("expr").and_then(|at| {
        let text = report.text(&at, LONGEST)?;
        query::check(report, &at, &text);
        Some(text)
    });
    let after = fields.get("for").and_then(|at| read_span(report, &at));
    let keep_firing = fields.get("keep-firing-for");
    let keep_firing = keep_firing.and_then(|at| read_span(report, &at));
    let slo = fields.get("slo").and_then(|at| report.name(&at));
    let place = fields.at().clone();
    fields.done(report);
    let Some(name) = name else {
        let remedy = "give `name`, or `derive` and an objective";
        report.error(&place, "it is not said which rule", remedy);
        return None;
    };
    if report.failed() && !before {
        return None;
    }
    if remove {
        return Some(RuleAct::Remove { name });
    }
    let rule = RuleChange {
        name,
        expr,
        after,
        keep_firing,
        severity,
        slo,
        summary,
    };
    Some(RuleAct::Set {
        rule: Box::new(rule),
    })
}

impl RuleAct {
    /// The act in words.
    pub fn tell(&self) -> String {
        match self {
            RuleAct::Set { rule } => {
                let part = |word: &str, span: Option<Span>| {
                    span.map_or(String::new(), |span| format!(", {word} {span}"))
                };
                let after = part("for", rule.after);
                let keep = part("keeps firing for", rule.keep_firing);
                let expr = rule
                    .expr
                    .as_deref()
                    .map_or(String::new(), |expr| format!(": {expr}"));
                format!("rule {}{after}{keep}{expr}", rule.name)
            }
            RuleAct::Remove { name } => format!("rule {name} is gone"),
            RuleAct::Derive { slo, remove: false } => {
                format!("rules on the burn rate of {slo}, derived from its window")
            }
            RuleAct::Derive { slo, .. } => format!("no rules on the burn rate of {slo}"),
        }
    }
}

impl RuleChange {
    /// No text is longer than a file could hold.
    fn check_lengths(&self) -> Result<(), Refusal> {
        let texts = [
            ("query", self.expr.as_ref(), LONGEST),
            ("name", Some(&self.name), LONGEST_NAME),
            ("severity", self.severity.as_ref(), LONGEST_NAME),
            ("summary", self.summary.as_ref(), LONGEST_SUMMARY),
        ];
        for (what, text, most) in texts {
            let count = text.map_or(0, |text| text.chars().count());
            if count > most {
                let problem = format!("the rule's {what} has {count} characters");
                return Err(Refusal::new(problem, format!("write at most {most}")));
            }
        }
        Ok(())
    }

    /// The rule as it is to be; what is missing is told.
    fn apply(&self, old: Option<&Rule>) -> Result<Rule, Refusal> {
        let mut made = match old {
            Some(old) => old.clone(),
            None => Rule {
                kind: Kind::Alert {
                    name: self.name.clone(),
                    after: Span::ZERO,
                    keep_firing: Span::ZERO,
                    annotations: Labels::new(),
                },
                expr: self.expr.clone().ok_or_else(|| {
                    let problem = format!("the rule `{}` is new and has no query", self.name);
                    Refusal::new(problem, "give `expr`")
                })?,
                labels: Labels::from([("severity".to_owned(), "page".to_owned())]),
            },
        };
        if let Some(expr) = &self.expr {
            made.expr.clone_from(expr);
        }
        for (label, text) in [("severity", &self.severity), ("slo", &self.slo)] {
            if let Some(text) = text {
                made.labels.insert(label.to_owned(), text.clone());
            }
        }
        if let Kind::Alert {
            after,
            keep_firing,
            annotations,
            ..
        } = &mut made.kind
        {
            *after = self.after.unwrap_or(*after);
            *keep_firing = self.keep_firing.unwrap_or(*keep_firing);
            if let Some(summary) = &self.summary {
                annotations.insert("summary".to_owned(), summary.clone());
            }
        }
        Ok(made)
    }
}

impl Session {
    /// Adds, changes or removes a rule; a refusal changes nothing.
    pub(in crate::session) fn set_rule(
        &mut self,
        author: Author,
        act: &RuleAct,
    ) -> Result<(), Refusal> {
        self.check_rule(act)?;
        let now = self.now();
        let before = self.alerting.take();
        let fresh = before.is_none();
        let mut alerting = match before {
            Some(alerting) => alerting,
            None => start_alerting(now)?,
        };
        let done = match act {
            RuleAct::Set { rule } => alerting.set_own(rule),
            RuleAct::Remove { name } => alerting.remove_own(name),
            RuleAct::Derive { slo, remove: false } => {
                alerting.derived.insert(slo.clone());
                Ok(())
            }
            RuleAct::Derive { slo, .. } => {
                alerting.derived.remove(slo);
                Ok(())
            }
        };
        self.alerting = (done.is_ok() || !fresh).then_some(alerting);
        done?;
        self.rederive();
        self.tell(now, author, EventKind::Action, None, act.tell());
        Ok(())
    }

    /// What can be said against an act before anything is done.
    fn check_rule(&self, act: &RuleAct) -> Result<(), Refusal> {
        let slo = match act {
            RuleAct::Derive { slo, .. } => Some(slo),
            RuleAct::Set { rule } => {
                if let Some(Err(error)) = rule
                    .expr
                    .as_ref()
                    .map(|expr| promql::parse(expr, &Bounds::default()))
                {
                    let problem = format!("no PromQL: {}", error.problem);
                    return Err(Refusal::new(problem, "mend the query"));
                }
                if rule.name.trim().is_empty() {
                    return Err(Refusal::new("the rule has no name", "give it one"));
                }
                rule.check_lengths()?;
                rule.slo.as_ref()
            }
            RuleAct::Remove { .. } => None,
        };
        match slo {
            Some(slo) if self.slo(slo).is_none() => Err(self.no_objective(slo)),
            _ => Ok(()),
        }
    }

    /// Makes the rules of objectives anew: those that objectives that are gone
    /// made go with them.
    pub(in crate::session) fn rederive(&mut self) {
        let Some(alerting) = &mut self.alerting else {
            return;
        };
        let objectives = || self.slos.iter().map(|slo| slo.objective());
        if alerting.from_slos {
            let new = objectives().map(|slo| &slo.name);
            let new = new.filter(|name| !alerting.known.contains(*name));
            alerting.derived.extend(new.cloned());
        }
        alerting.known = objectives().map(|slo| slo.name.clone()).collect();
        let known = &alerting.known;
        alerting.derived.retain(|name| known.contains(name));
        let made = objectives().filter(|slo| alerting.derived.contains(&slo.name));
        let group = derived(made);
        alerting.group(DERIVED).set_rules(group.rules);
    }
}

/// Alerts in a world whose file says nothing of them.
fn start_alerting(now: SimTime) -> Result<Box<Alerting>, Refusal> {
    let Some(spec) = from_scratch() else {
        let remedy = "add an `alerting` section to the world's file";
        return Err(Refusal::new("this world has no alerts", remedy));
    };
    let mut alerting = Alerting::new(&spec, &[]);
    alerting.next = now.next_multiple(spec.every);
    Ok(Box::new(alerting))
}

impl Alerting {
    /// The group called so; made where it is not there yet.
    fn group(&mut self, name: &str) -> &mut Evaluation {
        let found = self.groups.iter().position(|group| group.name() == name);
        let place = found.unwrap_or_else(|| {
            let group = Group {
                name: name.to_owned(),
                ..Group::default()
            };
            self.groups
                .push(Evaluation::new(&group, &Labels::new(), ""));
            self.groups.len() - 1
        });
        &mut self.groups[place]
    }

    /// The group and the place in it of the rule called so, if it is not derived.
    fn own(&self, name: &str) -> Option<(usize, usize)> {
        let groups = self.groups.iter().enumerate();
        let mut groups = groups.filter(|(_, group)| group.name() != DERIVED);
        groups.find_map(|(number, group)| {
            let place = group.rules().position(|rule| called(rule.rule, name))?;
            Some((number, place))
        })
    }

    fn set_own(&mut self, change: &RuleChange) -> Result<(), Refusal> {
        let of_objective = |group: &Evaluation| {
            let mut rules = group.rules();
            group.name() == DERIVED && rules.any(|rule| called(rule.rule, &change.name))
        };
        if self.groups.iter().any(of_objective) {
            let problem = format!("rules called `{}` follow from objectives", change.name);
            return Err(Refusal::new(problem, "choose another name"));
        }
        let Some((number, place)) = self.own(&change.name) else {
            let made = change.apply(None)?;
            let group = self.group(OWN);
            let mut rules = plain(group);
            if rules.len() >= MOST {
                let problem = format!("a run may have {MOST} rules of its own");
                return Err(Refusal::new(problem, "remove one first"));
            }
            rules.push(made);
            group.set_rules(rules);
            return Ok(());
        };
        let group = &mut self.groups[number];
        let mut rules = plain(group);
        rules[place] = change.apply(Some(&rules[place]))?;
        group.set_rules(rules);
        Ok(())
    }

    fn remove_own(&mut self, name: &str) -> Result<(), Refusal> {
        let Some((number, place)) = self.own(name) else {
            let rules = self.groups.iter().flat_map(plain);
            let names = rules.filter_map(|rule| match rule.kind {
                Kind::Alert { name, .. } => Some(name),
                Kind::Record { .. } => None,
            });
            let names: Vec<String> = names.collect();
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            let problem = format!("there is no rule `{name}`");
            return Err(Refusal::new(problem, did_you_mean(name, &known)));
        };
        let group = &mut self.groups[number];
        let mut rules = plain(group);
        rules.remove(place);
        group.set_rules(rules);
        Ok(())
    }
}

fn plain(group: &Evaluation) -> Vec<Rule> {
    group.rules().map(|rule| rule.rule.clone()).collect()
}

fn called(rule: &Rule, wanted: &str) -> bool {
    matches!(&rule.kind, Kind::Alert { name, .. } if name == wanted)
}
