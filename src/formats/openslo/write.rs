//! Typed values as documents.

use std::collections::BTreeMap;

use super::{
    AlertCondition, AlertPolicy, Body, DataSource, Document, LabelValue, Link, Metadata, Method,
    Metric, Named, NotificationTarget, Objective, Op, Ratio, Raw, Sli, Slo, Source, Target,
    TimeWindow,
};
use crate::base::yaml::{self, Tree};

/// Writes documents, one after the other, with lines of `---` between them.
pub fn write(documents: &[Document]) -> String {
    let texts: Vec<String> = documents
        .iter()
        .map(|d| yaml::write(&document(d)))
        .collect();
    texts.join("---\n")
}

fn document(document: &Document) -> Tree {
    let kind = document.body.kind();
    let spec = match &document.body {
        Body::DataSource(source) => data_source(source),
        Body::Service(service) => Map::new().maybe_text("description", &service.description),
        Body::AlertCondition(found) => condition(found),
        Body::AlertNotificationTarget(found) => target(found),
        Body::Sli(found) => sli(found),
        Body::AlertPolicy(found) => policy(found),
        Body::Slo(found) => slo(found),
    };
    Map::new()
        .text("apiVersion", "openslo/v1")
        .text("kind", kind.name())
        .with("metadata", metadata(&document.metadata))
        .with("spec", spec.done())
        .done()
}

fn metadata(metadata: &Metadata) -> Tree {
    let label = |value: &LabelValue| match value {
        LabelValue::One(text) => Tree::text(text),
        LabelValue::Many(texts) => Tree::List(texts.iter().map(Tree::text).collect()),
    };
    let mut map = Map::new()
        .text("name", &metadata.name)
        .maybe_text("displayName", &metadata.display_name);
    if !metadata.labels.is_empty() {
        map = map.with("labels", entries(&metadata.labels, label));
    }
    if !metadata.annotations.is_empty() {
        map = map.with("annotations", Tree::texts(&metadata.annotations));
    }
    map.done()
}

fn entries<T>(entries: &BTreeMap<String, T>, value: impl Fn(&T) -> Tree) -> Tree {
    let entry = |(key, found): (&String, &T)| (key.clone(), value(found));
    Tree::Map(entries.iter().map(entry).collect())
}

fn data_source(source: &DataSource) -> Map {
    let mut map = Map::new()
        .maybe_text("description", &source.description)
        .text("type", &source.source_type);
    if let Some(connection) = &source.connection {
        map = map.with("connectionDetails", connection.clone());
    }
    map
}

fn sli(sli: &Sli) -> Map {
    let map = Map::new().maybe_text("description", &sli.description);
    match &sli.metric {
        Metric::Threshold(found) => map.with("thresholdMetric", source(found)),
        Metric::Ratio { counter, ratio } => {
            let inner = Map::new().maybe_word("counter", counter);
            let inner = match ratio {
                Ratio::Good { good, total } => inner
                    .with("good", source(good))
                    .with("total", source(total)),
                Ratio::Bad { bad, total } => {
                    inner.with("bad", source(bad)).with("total", source(total))
                }
                Ratio::Raw {
                    kind,
                    source: found,
                } => {
                    let kind = match kind {
                        Raw::Success => "success",
                        Raw::Failure => "failure",
                    };
                    inner.text("rawType", kind).with("raw", source(found))
                }
            };
            map.with("ratioMetric", inner.done())
        }
    }
}

fn source(source: &Source) -> Tree {
    let inner = Map::new()
        .maybe_text("metricSourceRef", &source.reference)
        .maybe_text("type", &source.source_type)
        .with("spec", source.spec.clone());
    Map::new().with("metricSource", inner.done()).done()
}

fn slo(slo: &Slo) -> Map {
    let mut map = Map::new()
        .maybe_text("description", &slo.description)
        .text("service", &slo.service);
    if let Some(link) = &slo.indicator {
        map = indicator(map, link);
    }
    if let Some(found) = &slo.window {
        map = map.with("timeWindow", Tree::List(vec![window(found)]));
    }
    let method = match slo.method {
        Method::Occurrences => "Occurrences",
        Method::Timeslices => "Timeslices",
        Method::RatioTimeslices => "RatioTimeslices",
    };
    map = map.text("budgetingMethod", method).with(
        "objectives",
        Tree::List(slo.objectives.iter().map(objective).collect()),
    );
    if !slo.alert_policies.is_empty() {
        let policies = slo
            .alert_policies
            .iter()
            .map(|found| link(found, "alertPolicyRef", "AlertPolicy", policy));
        map = map.with("alertPolicies", Tree::List(policies.collect()));
    }
    map
}

fn indicator(map: Map, link: &Link<Sli>) -> Map {
    match link {
        Link::Ref(name) => map.text("indicatorRef", name),
        Link::Inline(found) => map.with("indicator", named(Map::new(), found, sli)),
    }
}

fn window(window: &TimeWindow) -> Tree {
    let map = Map::new().word("duration", window.duration);
    let map = match &window.calendar {
        None => map.word("isRolling", true),
        Some(calendar) => map.word("isRolling", false).with(
            "calendar",
            Map::new()
                .word("startTime", calendar.start)
                .text("timeZone", &calendar.zone)
                .done(),
        ),
    };
    map.done()
}

fn objective(objective: &Objective) -> Tree {
    let mut map = Map::new()
        .maybe_text("displayName", &objective.display_name)
        .maybe_text("op", &objective.op.map(|found| op(found).to_owned()))
        .maybe_word("value", &objective.value.map(number));
    map = match objective.target {
        Target::Share(share) => map.word("target", number(share)),
        Target::Percent(percent) => map.word("targetPercent", number(percent)),
    };
    map = map
        .maybe_word("timeSliceTarget", &objective.slice_target.map(number))
        .maybe_word("timeSliceWindow", &objective.slice_window);
    if let Some(part) = &objective.part {
        map =
            indicator(map, &part.indicator).maybe_word("compositeWeight", &part.weight.map(number));
    }
    map.done()
}

fn policy(policy: &AlertPolicy) -> Map {
    let targets = policy
        .targets
        .iter()
        .map(|found| link(found, "targetRef", "AlertNotificationTarget", target));
    Map::new()
        .maybe_text("description", &policy.description)
        .maybe_word("alertWhenNoData", &policy.when_no_data)
        .maybe_word("alertWhenResolved", &policy.when_resolved)
        .maybe_word("alertWhenBreaching", &policy.when_breaching)
        .with(
            "conditions",
            Tree::List(vec![link(
                &policy.condition,
                "conditionRef",
                "AlertCondition",
                condition,
            )]),
        )
        .with("notificationTargets", Tree::List(targets.collect()))
}

fn condition(condition: &AlertCondition) -> Map {
    let inner = Map::new()
        .text("kind", "burnrate")
        .text("op", op(condition.op))
        .word("threshold", number(condition.threshold))
        .word("lookbackWindow", condition.look_back)
        .word("alertAfter", condition.after);
    Map::new()
        .maybe_text("description", &condition.description)
        .text("severity", &condition.severity)
        .with("condition", inner.done())
}

fn target(target: &NotificationTarget) -> Map {
    Map::new()
        .maybe_text("description", &target.description)
        .text("target", &target.target)
}

fn link<T>(link: &Link<T>, reference: &str, kind: &str, spec: fn(&T) -> Map) -> Tree {
    match link {
        Link::Ref(name) => Map::new().text(reference, name).done(),
        Link::Inline(found) => named(Map::new().text("kind", kind), found, spec),
    }
}

fn named<T>(map: Map, named: &Named<T>, spec: fn(&T) -> Map) -> Tree {
    map.with("metadata", metadata(&named.metadata))
        .with("spec", spec(&named.spec).done())
        .done()
}

fn op(op: Op) -> &'static str {
    let found = Op::ALL.iter().find(|(_, known)| *known == op);
    found.map_or("", |(name, _)| name)
}

/// A number in the shorter of both spellings.
fn number(number: f64) -> String {
    let (plain, power) = (number.to_string(), format!("{number:e}"));
    if plain.len() <= power.len().max(20) {
        plain
    } else {
        power
    }
}

/// A mapping in the making; what is absent is left out.
struct Map(Vec<(String, Tree)>);

impl Map {
    fn new() -> Map {
        Map(Vec::new())
    }

    fn with(mut self, key: &str, value: Tree) -> Map {
        self.0.push((key.to_owned(), value));
        self
    }

    fn text(self, key: &str, text: &str) -> Map {
        self.with(key, Tree::text(text))
    }

    fn word(self, key: &str, word: impl ToString) -> Map {
        self.with(key, Tree::word(word))
    }

    fn maybe_text(self, key: &str, text: &Option<String>) -> Map {
        match text {
            Some(text) => self.text(key, text),
            None => self,
        }
    }

    fn maybe_word(self, key: &str, word: &Option<impl ToString>) -> Map {
        match word {
            Some(word) => self.word(key, word.to_string()),
            None => self,
        }
    }

    fn done(self) -> Tree {
        Tree::Map(self.0)
    }
}
