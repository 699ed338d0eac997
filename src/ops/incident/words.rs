//! Names of an incident's parts, in files and on pages.

use super::{Holder, Role, Severity, Status, Who};
use crate::base::Span;

impl Severity {
    /// Every one, the worst first.
    pub const ALL: [Severity; 4] = [
        Severity::Sev1,
        Severity::Sev2,
        Severity::Sev3,
        Severity::Sev4,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        ["SEV1", "SEV2", "SEV3", "SEV4"][self as usize]
    }

    /// How often users are told, at least; nothing where they notice nothing.
    pub fn cadence(self) -> Option<Span> {
        [Some(15), Some(30), Some(60), None][self as usize].map(Span::from_mins)
    }
}

impl Role {
    /// Every one.
    pub const ALL: [Role; 4] = [
        Role::Commander,
        Role::Operations,
        Role::Communications,
        Role::Scribe,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        ["commander", "operations", "communications", "scribe"][self as usize]
    }
}

impl Holder {
    /// Its name.
    pub fn name(self) -> &'static str {
        ["learner", "colleague"][self as usize]
    }
}

impl Status {
    /// Every one, in order.
    pub const ALL: [Status; 4] = [
        Status::Investigating,
        Status::Identified,
        Status::Mitigated,
        Status::Resolved,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        ["investigating", "identified", "mitigated", "resolved"][self as usize]
    }
}

impl Who {
    /// Who it is.
    pub fn name(self) -> &'static str {
        match self {
            Who::Learner => "you",
            Who::Colleague(role) => role.name(),
        }
    }
}
