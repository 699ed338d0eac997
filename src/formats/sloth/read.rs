//! A specification into typed objectives.

use std::collections::BTreeMap;

use super::template;
use super::{Alert, Intervals, Resource, Sli, Slo, Specification};
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Fields, Report, shown};
use crate::formats::labels::{self, Labels};
use crate::formats::query;
use crate::formats::rules::read_span;

/// The `apiVersion` of Kubernetes resources.
pub(super) const API: &str = "sloth.slok.dev/v1";
/// The kind of resource that holds objectives.
const KIND: &str = "PrometheusServiceLevel";
/// The `version` of plain files.
const VERSION: &str = "prometheus/v1";
/// Objectives of one service.
const MOST_SLOS: usize = 500;

/// The two spellings of the same fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A plain file: `error_query`.
    Plain,
    /// A Kubernetes resource: `errorQuery`.
    Resource,
}

impl Dialect {
    /// The value of the label that names the specification.
    pub(super) fn name(self) -> &'static str {
        match self {
            Dialect::Plain => VERSION,
            Dialect::Resource => API,
        }
    }

    fn pick(self, plain: &'static str, resource: &'static str) -> &'static str {
        match self {
            Dialect::Plain => plain,
            Dialect::Resource => resource,
        }
    }
}

/// Which spelling a document says it is in; none if it is none of Sloth's.
pub fn dialect(at: &At<'_>) -> Option<Dialect> {
    if at.peek_scalar("version") == Some(VERSION) {
        return Some(Dialect::Plain);
    }
    let is_resource =
        at.peek_scalar("apiVersion") == Some(API) && at.peek_scalar("kind") == Some(KIND);
    is_resource.then_some(Dialect::Resource)
}

/// Reads every document of a file; on failure every problem of all of them.
pub fn read(file: &str, text: &str) -> Result<Vec<Specification>, Diagnostics> {
    let roots = yaml::parse_all(file, text, &Limits::default())?;
    let mut report = Report::new(file, text);
    let mut found = Vec::new();
    for root in &roots {
        let at = At::root(root);
        match dialect(&at) {
            Some(dialect) => found.extend(specification(&mut report, &at, dialect)),
            None => foreign(&mut report, &at),
        }
    }
    if report.failed() {
        return Err(report.finish());
    }
    Ok(found)
}

/// Reports a document that is none of Sloth's.
fn foreign(report: &mut Report, at: &At<'_>) {
    let remedy = format!("write `version: {VERSION}`, or `apiVersion: {API}` and `kind: {KIND}`");
    let version = at.peek_scalar("apiVersion").or(at.peek_scalar("version"));
    let problem = match version {
        Some(version) if version.starts_with("openslo") => {
            let problem = format!(
                "`{}` is OpenSLO, which is not Sloth's format",
                shown(version)
            );
            let remedy = "`xops slo check` reads OpenSLO; for rules, write the SLO as Sloth has it";
            return report.error(at, problem, remedy);
        }
        Some(version) => format!("`{}` is no version of Sloth's format", shown(version)),
        None => "nothing says that this is a file of Sloth".to_owned(),
    };
    report.error(at, problem, remedy);
}

/// Reads one document; none where an error left nothing to build.
pub fn specification(report: &mut Report, at: &At<'_>, dialect: Dialect) -> Option<Specification> {
    let mut outer = report.fields(at)?;
    if dialect == Dialect::Plain {
        outer.need(report, "version");
        let service = service(report, &mut outer, dialect);
        outer.done(report);
        let (service, slos) = service?;
        return Some(Specification {
            resource: None,
            service,
            slos,
        });
    }
    outer.need(report, "apiVersion");
    outer.need(report, "kind");
    outer.get("status");
    let metadata = outer.need(report, "metadata");
    let spec = outer.need(report, "spec");
    outer.done(report);
    let resource = metadata.and_then(|at| resource(report, &at));
    let spec = spec?;
    let mut inner = report.fields(&spec)?;
    let service = service(report, &mut inner, dialect);
    inner.done(report);
    let (service, slos) = service?;
    Some(Specification {
        resource: Some(resource?),
        service,
        slos,
    })
}

fn resource(report: &mut Report, at: &At<'_>) -> Option<Resource> {
    /// What a cluster adds to a resource that it holds.
    const OF_THE_CLUSTER: [&str; 6] = [
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "managedFields",
        "ownerReferences",
    ];
    let mut fields = report.fields(at)?;
    let name = fields
        .need(report, "name")
        .and_then(|at| self::name(report, &at));
    let namespace = fields
        .get("namespace")
        .and_then(|at| self::name(report, &at));
    let labels = fields.get("labels").map(|at| free_texts(report, &at));
    let annotations = fields.get("annotations").map(|at| free_texts(report, &at));
    for name in OF_THE_CLUSTER {
        fields.get(name);
    }
    fields.done(report);
    Some(Resource {
        name: name?,
        namespace,
        labels: labels.unwrap_or_default(),
        annotations: annotations.unwrap_or_default(),
    })
}

/// Texts under names that Kubernetes allows and Prometheus does not.
fn free_texts(report: &mut Report, at: &At<'_>) -> Labels {
    let mut texts = Labels::new();
    for (name, at) in report.entries(at, 200) {
        if let Some(text) = labels::text(report, &at) {
            texts.insert(name.to_owned(), text);
        }
    }
    texts
}

/// The service's name and objectives.
fn service(
    report: &mut Report,
    fields: &mut Fields<'_>,
    dialect: Dialect,
) -> Option<(String, Vec<Slo>)> {
    let service = fields
        .need(report, "service")
        .and_then(|at| name(report, &at));
    let labels = fields.get("labels").map(|at| labels::read(report, &at));
    plugins(report, fields, dialect.pick("slo_plugins", "sloPlugins"));
    let list = fields.need(report, "slos")?;
    let labels = labels.unwrap_or_default();
    let mut lines: BTreeMap<String, u32> = BTreeMap::new();
    let mut slos = Vec::new();
    let items = report.items(&list, MOST_SLOS);
    if items.is_empty() && list.is_list() {
        report.error(
            &list,
            "there is no SLO in the list",
            "write at least one `- name: ...`",
        );
    }
    for at in items {
        let Some(slo) = slo(report, &at, &labels, dialect) else {
            continue;
        };
        if let Some(line) = lines.insert(slo.name.clone(), at.line) {
            let problem = format!("an SLO called `{}` is already in line {line}", slo.name);
            report.error(&at, problem, "give each SLO of a service a name of its own");
        }
        slos.push(slo);
    }
    Some((service?, slos))
}

fn slo(report: &mut Report, at: &At<'_>, outer: &Labels, dialect: Dialect) -> Option<Slo> {
    let mut fields = report.fields(at)?;
    let name = fields
        .need(report, "name")
        .and_then(|at| self::name(report, &at));
    let description = fields
        .get("description")
        .and_then(|at| labels::text(report, &at));
    let objective = fields.need(report, "objective").and_then(|at| {
        let objective = report.number(&at, 0.0..=100.0)?;
        if objective == 0.0 {
            report.error(
                &at,
                "an objective of 0 % promises nothing",
                "write percent, such as 99.9",
            );
            return None;
        }
        if objective == 100.0 {
            let remedy = "nothing may fail then, and every alert fires at the first failure";
            report.warning(&at, "an objective of 100 % leaves no error budget", remedy);
        }
        Some(objective)
    });
    let own = fields.get("labels").map(|at| labels::read(report, &at));
    let intervals = fields.get("interval").and_then(|at| intervals(report, &at));
    plugins(report, &mut fields, "plugins");
    let sli = fields
        .need(report, "sli")
        .and_then(|at| sli(report, &at, dialect));
    let alerting = fields.need(report, "alerting");
    fields.done(report);
    let [page, ticket] = alerting.and_then(|at| alerting_of(report, &at, dialect))?;
    let mut labels = outer.clone();
    labels.extend(own.unwrap_or_default());
    Some(Slo {
        name: name?,
        description: description.unwrap_or_default(),
        objective: objective?,
        labels,
        sli: sli?,
        intervals: intervals.unwrap_or_default(),
        page,
        ticket,
    })
}

fn intervals(report: &mut Report, at: &At<'_>) -> Option<Intervals> {
    let mut fields = report.fields(at)?;
    let [all, sli, meta, alerts] = ["all", "slierror", "metadata", "alert"]
        .map(|name| fields.get(name).and_then(|at| read_span(report, &at)));
    fields.done(report);
    Some(Intervals {
        sli: sli.or(all),
        meta: meta.or(all),
        alerts: alerts.or(all),
    })
}

fn sli(report: &mut Report, at: &At<'_>, dialect: Dialect) -> Option<Sli> {
    let mut fields = report.fields(at)?;
    let events = fields.get("events");
    let raw = fields.get("raw");
    let plugin = fields.get("plugin");
    fields.done(report);
    if let Some(at) = plugin {
        let named = at.peek_scalar("id").unwrap_or("without an id");
        let problem = format!(
            "the SLI comes from the plugin `{}`, a program that is not run",
            shown(named)
        );
        let remedy = "write what it answers as `events` or `raw`";
        report.error(&at, problem, remedy);
        return None;
    }
    match (events, raw) {
        (Some(at), None) => {
            let mut fields = report.fields(&at)?;
            let errors = fields.need(report, dialect.pick("error_query", "errorQuery"));
            let total = fields.need(report, dialect.pick("total_query", "totalQuery"));
            fields.done(report);
            let errors_text = errors.as_ref().and_then(|at| query_of(report, at));
            let total_text = total.and_then(|at| query_of(report, &at));
            if let (Some(at), true) = (errors, errors_text.is_some() && errors_text == total_text) {
                let remedy = "let the first count bad events, the second all events";
                report.error(&at, "both queries are the same", remedy);
            }
            Some(Sli::Events {
                errors: errors_text?,
                total: total_text?,
            })
        }
        (None, Some(at)) => {
            let mut fields = report.fields(&at)?;
            let ratio = fields.need(report, dialect.pick("error_ratio_query", "errorRatioQuery"));
            fields.done(report);
            Some(Sli::Raw {
                ratio: ratio.and_then(|at| query_of(report, &at))?,
            })
        }
        (Some(_), Some(at)) => {
            report.error(&at, "both `events` and `raw` are given", "keep one of them");
            None
        }
        (None, None) => {
            let remedy = "add `events` with two queries, or `raw` with one";
            report.error(at, "nothing says what is measured", remedy);
            None
        }
    }
}

fn query_of(report: &mut Report, at: &At<'_>) -> Option<String> {
    let text = report.text(at, labels::LONGEST)?;
    match template::problem(&text) {
        None => {
            query::check(report, at, &template::fill(&text, "5m"));
            Some(text)
        }
        Some((problem, remedy)) => {
            report.error(at, problem, remedy);
            None
        }
    }
}

/// The page and the ticket, each none if disabled.
fn alerting_of(report: &mut Report, at: &At<'_>, dialect: Dialect) -> Option<[Option<Alert>; 2]> {
    let mut fields = report.fields(at)?;
    let name = fields.get("name").and_then(|at| report.text(&at, 200));
    let labels = fields.get("labels").map(|at| labels::read(report, &at));
    let annotations = fields
        .get("annotations")
        .map(|at| labels::read(report, &at));
    let page = fields.get(dialect.pick("page_alert", "pageAlert"));
    let ticket = fields.get(dialect.pick("ticket_alert", "ticketAlert"));
    fields.done(report);
    let shared = Alert {
        name: name.clone().unwrap_or_default(),
        labels: labels.unwrap_or_default(),
        annotations: annotations.unwrap_or_default(),
    };
    let alerts = [page, ticket].map(|at| match at {
        None => Some(shared.clone()),
        Some(at) => alert(report, &at, &shared),
    });
    if name.is_none() && alerts.iter().any(Option::is_some) {
        let remedy = "add `name: ...`, or disable both alerts";
        report.error(at, "the alerts have no name", remedy);
    }
    Some(alerts)
}

/// One alert: what all share, and its own; none if disabled.
fn alert(report: &mut Report, at: &At<'_>, shared: &Alert) -> Option<Alert> {
    let mut fields = report.fields(at)?;
    let disable = fields.get("disable").and_then(|at| report.boolean(&at));
    let labels = fields.get("labels").map(|at| labels::read(report, &at));
    let annotations = fields
        .get("annotations")
        .map(|at| labels::read(report, &at));
    fields.done(report);
    let mut alert = shared.clone();
    alert.labels.extend(labels.unwrap_or_default());
    alert.annotations.extend(annotations.unwrap_or_default());
    (disable != Some(true)).then_some(alert)
}

/// Refuses a chain of plugins.
fn plugins(report: &mut Report, fields: &mut Fields<'_>, name: &'static str) {
    if let Some(at) = fields.get(name) {
        report.error(
            &at,
            "plugins are programs that change the rules, and are not run",
            "leave them out; the rules are then those that Sloth makes without them",
        );
    }
}

/// A name as Sloth allows it.
fn name(report: &mut Report, at: &At<'_>) -> Option<String> {
    let text = report.text(at, 200)?;
    let edge = |c: char| c.is_ascii_alphanumeric();
    let inner = |c: char| edge(c) || matches!(c, '.' | '_' | '-');
    if text.starts_with(edge) && text.ends_with(edge) && text.chars().all(inner) {
        return Some(text);
    }
    let remedy = "write letters and digits, with dots, hyphens and underscores between them";
    report.error(at, format!("`{}` is not a name", shown(&text)), remedy);
    None
}
