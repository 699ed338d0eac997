//! What a lesson's file can refer to: its world's names and its own.

use crate::base::yaml::{Node, Value};
use crate::base::{At, Report};
use crate::session::Scenario;

use super::view::QuestionKind;

/// Names, each with its kind.
pub(super) struct Names<'a> {
    pub scenario: &'a Scenario,
    /// Questions of every step and how they are answered.
    pub questions: Vec<(String, QuestionKind)>,
    /// Objectives that commands in the lesson's file make.
    pub made: Vec<String>,
    /// Terms of the glossary.
    pub terms: Vec<String>,
}

impl Names<'_> {
    /// A service of the world.
    pub fn service(&self, report: &mut Report, at: &At<'_>) -> Option<String> {
        let services = &self.scenario.world.services;
        let place = report.known(at, "service", services.iter().map(|s| s.name.as_str()))?;
        services.get(place).map(|service| service.name.clone())
    }

    /// A version of a service.
    pub fn version(&self, report: &mut Report, at: &At<'_>, service: &str) -> Option<String> {
        let services = &self.scenario.world.services;
        let service = services
            .iter()
            .find(|candidate| candidate.name == service)?;
        let place = report.known(
            at,
            "version",
            service.versions.iter().map(|v| v.name.as_str()),
        )?;
        service
            .versions
            .get(place)
            .map(|version| version.name.clone())
    }

    /// Names of the objectives that there are or will be.
    pub fn objectives(&self) -> impl Iterator<Item = &str> + Clone {
        let there = self.scenario.objectives.iter().map(|slo| &*slo.name);
        there.chain(self.made.iter().map(String::as_str))
    }

    /// An objective of the world, or one that a command of the lesson makes.
    pub fn slo(&self, report: &mut Report, at: &At<'_>) -> Option<String> {
        let place = report.known(at, "objective", self.objectives())?;
        self.objectives().nth(place).map(str::to_owned)
    }

    /// A question of the lesson.
    pub fn question(&self, report: &mut Report, at: &At<'_>) -> Option<String> {
        let place = report.known(
            at,
            "question",
            self.questions.iter().map(|(name, _)| name.as_str()),
        )?;
        self.questions.get(place).map(|(name, _)| name.clone())
    }
}

/// Names in the commands `objective` anywhere in a file.
pub(super) fn made(node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) => items.iter().flat_map(made).collect(),
        Value::Map(entries) => {
            let each = entries.iter().flat_map(|entry| {
                let at = At::root(&entry.node);
                let own = at.peek_scalar("name").filter(|_| entry.key == "objective");
                own.map(str::to_owned).into_iter().chain(made(&entry.node))
            });
            each.collect()
        }
        _ => Vec::new(),
    }
}
