//! What a lesson's file can refer to: its world's names and its own.

use crate::base::{At, Report};
use crate::session::Scenario;

use super::view::QuestionKind;

/// Names, each with its kind.
pub(super) struct Names<'a> {
    pub scenario: &'a Scenario,
    /// Questions of every step and how they are answered.
    pub questions: Vec<(String, QuestionKind)>,
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

    /// An objective of the world.
    pub fn slo(&self, report: &mut Report, at: &At<'_>) -> Option<String> {
        let slos = &self.scenario.objectives;
        let place = report.known(at, "objective", slos.iter().map(|slo| slo.name.as_str()))?;
        slos.get(place).map(|slo| slo.name.clone())
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
