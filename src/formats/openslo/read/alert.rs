//! Alert policies, conditions and whom they tell.

use super::{LONGEST, MOST, Reading};
use crate::base::At;
use crate::formats::openslo::{
    AlertCondition, AlertPolicy, Kind, NotificationTarget, Op, Shorthand, Unit,
};

/// Bounds of a burn rate that is compared with: far beyond use.
const RATES: std::ops::RangeInclusive<f64> = -1e9..=1e9;

impl<'n> Reading<'n> {
    pub(super) fn policy(&mut self, at: &At<'n>) -> Option<AlertPolicy> {
        let mut fields = self.report.fields(at)?;
        let description = fields.get("description");
        let when = ["alertWhenNoData", "alertWhenResolved", "alertWhenBreaching"];
        let when = when.map(|name| fields.get(name));
        let conditions = fields.need(&mut self.report, "conditions");
        let targets = fields.need(&mut self.report, "notificationTargets");
        fields.done(&mut self.report);
        let description = self.description(description);
        let [no_data, resolved, breaching] =
            when.map(|at| at.and_then(|at| self.report.boolean(&at)));
        if ![no_data, resolved, breaching].contains(&Some(true)) {
            let remedy = "set `alertWhenBreaching: true`, or one of the other two";
            self.report.warning(at, "this policy never alerts", remedy);
        }
        let condition = conditions.and_then(|at| {
            let items = self.report.items(&at, MOST);
            let [item] = items.as_slice() else {
                if at.is_list() {
                    let problem = format!("{} conditions where one is allowed", items.len());
                    let remedy = "give one; a policy for each condition does the same";
                    self.report.error(&at, problem, remedy);
                }
                return None;
            };
            self.link(item, "conditionRef", Kind::AlertCondition, Self::condition)
        });
        let targets = targets.map(|at| {
            let items = self.report.items(&at, MOST);
            if items.is_empty() && at.is_list() {
                let remedy = "add `- targetRef: <name>`";
                self.report.error(&at, "nobody is told", remedy);
            }
            let kind = Kind::AlertNotificationTarget;
            let target = |at: &At<'n>| self.link(at, "targetRef", kind, Self::target);
            items.iter().map(target).collect::<Option<Vec<_>>>()
        });
        Some(AlertPolicy {
            description,
            when_no_data: no_data,
            when_resolved: resolved,
            when_breaching: breaching,
            condition: condition?,
            targets: targets??,
        })
    }

    pub(super) fn condition(&mut self, at: &At<'n>) -> Option<AlertCondition> {
        let mut fields = self.report.fields(at)?;
        let description = fields.get("description");
        let severity = fields.need(&mut self.report, "severity");
        let condition = fields.need(&mut self.report, "condition");
        fields.done(&mut self.report);
        let description = self.description(description);
        let severity = severity.and_then(|at| self.report.text(&at, LONGEST));
        let at = condition?;
        let mut fields = self.report.fields(&at)?;
        let kind = fields.get("kind");
        let op = fields.need(&mut self.report, "op");
        let threshold = fields.need(&mut self.report, "threshold");
        let look_back = fields.need(&mut self.report, "lookbackWindow");
        let after = fields.get("alertAfter");
        fields.done(&mut self.report);
        kind.and_then(|at| self.report.choice(&at, &[("burnrate", ())]));
        let op_at = op;
        let op = op_at
            .as_ref()
            .and_then(|at| self.report.choice(at, &Op::ALL));
        if let (Some(Op::Lt | Op::Lte), Some(at)) = (op, &op_at) {
            let problem = "this alerts while the budget burns slowly";
            self.report.warning(at, problem, "is `gt` or `gte` meant?");
        }
        let threshold = threshold.and_then(|at| self.report.number(&at, RATES));
        let look_back = look_back.and_then(|at| {
            let found = self.shorthand(&at, 1)?;
            self.can_look_back(&at, found);
            Some(found)
        });
        let none = Shorthand {
            count: 0,
            unit: Unit::Minute,
        };
        let after = match after {
            None => Some(none),
            Some(at) => self.shorthand(&at, 0).inspect(|found| {
                self.can_look_back(&at, *found);
            }),
        };
        Some(AlertCondition {
            description,
            severity: severity?,
            op: op?,
            threshold: threshold?,
            look_back: look_back?,
            after: after?,
        })
    }

    pub(super) fn target(&mut self, at: &At<'n>) -> Option<NotificationTarget> {
        let mut fields = self.report.fields(at)?;
        let description = fields.get("description");
        let target = fields.need(&mut self.report, "target");
        fields.done(&mut self.report);
        Some(NotificationTarget {
            description: self.description(description),
            target: target.and_then(|at| self.report.text(&at, LONGEST))?,
        })
    }
}
