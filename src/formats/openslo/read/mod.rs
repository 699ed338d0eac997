//! Documents into typed values, with everything that is wrong with them.
//!
//! Two kinds of problems are kept apart: what the specification forbids, which
//! leaves no value, and what it allows but this lab cannot run.

mod alert;
mod sli;
mod slo;

use super::link::LinkAt;
use super::shorthand::{self, Shorthand};
use super::{Body, DataSource, Document, Kind, LabelValue, Link, Metadata, Named, Service};
use crate::base::yaml::{self, Limits, Tree};
use crate::base::{At, Diagnostics, Fields, Report, Span, shown};

/// The version that is read.
const VERSION: &str = "openslo/v1";
/// Characters of a description, by the specification.
const LONGEST_DESCRIPTION: usize = 1_050;
/// Characters of other texts.
const LONGEST: usize = 1_024;
/// Labels or annotations of one object, items of one list.
const MOST: usize = 200;
/// Documents of one file.
const MOST_DOCUMENTS: usize = 1_000;

/// One document, read.
#[derive(Debug)]
pub struct Reading<'n> {
    /// Where it starts.
    pub at: At<'n>,
    /// The file that it is in.
    pub file: String,
    /// What it says it is.
    pub kind: Option<Kind>,
    /// What it says it is called.
    pub name: Option<String>,
    /// What it says; none where the specification forbids something in it.
    pub document: Option<Document>,
    /// What the specification forbids.
    pub(super) report: Report,
    /// What this lab cannot run.
    pub(super) limits: Report,
    /// What it refers to.
    pub(super) links: Vec<LinkAt<'n>>,
}

impl Reading<'_> {
    /// Whether nothing speaks against running it.
    pub fn runs(&self) -> bool {
        !self.report.failed() && !self.limits.failed()
    }

    /// Everything that is wrong with it.
    pub fn finish(self) -> Diagnostics {
        let mut problems = self.report.finish();
        problems.append(self.limits.finish());
        problems
    }
}

/// Whether a document says that it is OpenSLO, of whichever version.
pub fn is_openslo(at: &At<'_>) -> bool {
    let version = at.peek_scalar("apiVersion").unwrap_or_default();
    version.starts_with("openslo") || version.contains("openslo.com")
}

/// Reads every document of a file; on failure all that the specification
/// forbids in it. What the lab cannot run is no failure here.
pub fn read(file: &str, text: &str) -> Result<Vec<Document>, Diagnostics> {
    let roots = yaml::parse_all(file, text, &Limits::default())?;
    let mut report = Report::new(file, text);
    let (mut found, mut problems) = (Vec::new(), Diagnostics::new());
    for root in &roots {
        for at in items(&mut report, root) {
            let reading = reading(file, text, &at);
            match reading.document {
                Some(document) if !reading.report.failed() => found.push(document),
                _ => problems.append(reading.report.finish()),
            }
        }
    }
    problems.append(report.finish());
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(found)
}

/// The documents of a root: itself, or the items of a list.
pub(in crate::formats) fn items<'n>(report: &mut Report, root: &'n yaml::Node) -> Vec<At<'n>> {
    let at = At::root(root);
    if at.is_list() {
        report.items(&at, MOST_DOCUMENTS)
    } else {
        vec![at]
    }
}

/// Reads one document of a file.
pub fn reading<'n>(file: &str, text: &str, at: &At<'n>) -> Reading<'n> {
    let mut reading = Reading {
        at: at.clone(),
        file: file.to_owned(),
        kind: None,
        name: None,
        document: None,
        report: Report::new(file, text),
        limits: Report::new(file, text),
        links: Vec::new(),
    };
    reading.document = reading.read(at);
    reading
}

impl<'n> Reading<'n> {
    fn read(&mut self, at: &At<'n>) -> Option<Document> {
        let mut fields = self.report.fields(at)?;
        let version = fields.need(&mut self.report, "apiVersion");
        let kind = fields.need(&mut self.report, "kind");
        let version = version?;
        if version.scalar() != Some(VERSION) {
            let given = shown(version.scalar().unwrap_or_default());
            let problem = format!("`{given}` is not the version that is read");
            let remedy = format!(
                "write the document anew as `{VERSION}`; versions before and after it differ in their fields"
            );
            self.report.error(&version, problem, remedy);
            return None;
        }
        self.kind = kind.and_then(|at| self.report.choice(&at, &Kind::ALL));
        let metadata = fields.need(&mut self.report, "metadata");
        let spec = match self.kind {
            // A service may be no more than its name.
            Some(Kind::Service) => fields.get("spec"),
            _ => fields.need(&mut self.report, "spec"),
        };
        fields.done(&mut self.report);
        let metadata = metadata.and_then(|at| self.metadata(&at));
        self.name = metadata.as_ref().map(|metadata| metadata.name.clone());
        if let (Some(Kind::Service), None) = (self.kind, &spec) {
            return Some(Document {
                metadata: metadata?,
                body: Body::Service(Service::default()),
            });
        }
        let spec = spec?;
        let body = match self.kind? {
            Kind::DataSource => Body::DataSource(self.data_source(&spec)?),
            Kind::Service => Body::Service(self.service(&spec)?),
            Kind::AlertCondition => Body::AlertCondition(self.condition(&spec)?),
            Kind::AlertNotificationTarget => Body::AlertNotificationTarget(self.target(&spec)?),
            Kind::Sli => Body::Sli(self.sli(&spec)?),
            Kind::AlertPolicy => Body::AlertPolicy(self.policy(&spec)?),
            Kind::Slo => Body::Slo(Box::new(self.slo(&spec)?)),
        };
        Some(Document {
            metadata: metadata?,
            body,
        })
    }

    fn metadata(&mut self, at: &At<'n>) -> Option<Metadata> {
        let mut fields = self.report.fields(at)?;
        let name = fields.need(&mut self.report, "name");
        let display_name = fields.get("displayName");
        let labels = fields.get("labels");
        let annotations = fields.get("annotations");
        fields.done(&mut self.report);
        let mut metadata = Metadata {
            display_name: display_name.and_then(|at| self.report.text(&at, LONGEST)),
            ..Metadata::default()
        };
        if let Some(at) = labels {
            for (key, at) in self.report.entries(&at, MOST) {
                self.key(key, &at);
                if let Some(value) = self.label(&at) {
                    metadata.labels.insert(key.to_owned(), value);
                }
            }
        }
        if let Some(at) = annotations {
            for (key, at) in self.report.entries(&at, MOST) {
                self.key(key, &at);
                if let Some(text) = self.free_text(&at) {
                    metadata.annotations.insert(key.to_owned(), text);
                }
            }
        }
        metadata.name = name.and_then(|at| self.object_name(&at))?;
        Some(metadata)
    }

    fn label(&mut self, at: &At<'n>) -> Option<LabelValue> {
        if !at.is_list() {
            return self.free_text(at).map(LabelValue::One);
        }
        let items = self.report.items(at, MOST);
        let texts = items.iter().map(|at| self.free_text(at));
        texts.collect::<Option<_>>().map(LabelValue::Many)
    }

    /// A scalar's text, which may be empty and may look like a number.
    fn free_text(&mut self, at: &At<'n>) -> Option<String> {
        if at.is_null() {
            return Some(String::new());
        }
        let text = at.scalar();
        if text.is_none() {
            let problem = "a list or mapping where a text is expected";
            self.report.error(at, problem, "write a text");
        }
        text.map(str::to_owned)
    }

    /// The key of a label or annotation: `name` or `example.com/name`.
    fn key(&mut self, key: &str, at: &At<'n>) {
        let (prefix, name) = match key.split_once('/') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, key),
        };
        let edge = |c: char| c.is_ascii_alphanumeric();
        let inner = |c: char| edge(c) || matches!(c, '-' | '_' | '.');
        let sound = |word: &str, most: usize| {
            word.len() <= most
                && word.starts_with(edge)
                && word.ends_with(edge)
                && word.chars().all(inner)
        };
        if !sound(name, 63) || prefix.is_some_and(|prefix| !sound(prefix, 253)) {
            let problem = format!("`{}` cannot name a label or an annotation", shown(key));
            let remedy = "write up to 63 letters, digits, hyphens, dots and underscores, a letter or digit at both ends; a domain and a slash may go before";
            self.report.error(at, problem, remedy);
        }
    }

    /// A name: as Kubernetes names objects, and wider, as OpenSLO's own
    /// examples are.
    fn object_name(&mut self, at: &At<'n>) -> Option<String> {
        let text = self.report.text(at, 255)?;
        let edge = |c: char| c.is_ascii_alphanumeric();
        let inner = |c: char| edge(c) || "-._|/\\".contains(c);
        if text.starts_with(edge) && text.ends_with(edge) && text.chars().all(inner) {
            return Some(text);
        }
        let problem = format!("`{}` is not a name", shown(&text));
        let remedy = "write lower-case letters, digits and hyphens, a letter or digit at both ends, such as search-latency";
        self.report.error(at, problem, remedy);
        None
    }

    fn description(&mut self, at: Option<At<'n>>) -> Option<String> {
        at.and_then(|at| self.report.text(&at, LONGEST_DESCRIPTION))
    }

    fn data_source(&mut self, at: &At<'n>) -> Option<DataSource> {
        let mut fields = self.report.fields(at)?;
        let description = fields.get("description");
        let source_type = fields.need(&mut self.report, "type");
        let connection = fields.get("connectionDetails");
        fields.done(&mut self.report);
        let description = self.description(description);
        if let Some(at) = &source_type {
            self.only_prometheus(at);
        }
        Some(DataSource {
            description,
            source_type: source_type.and_then(|at| self.report.text(&at, LONGEST))?,
            connection: connection.map(|at| Tree::from(at.node)),
        })
    }

    /// Refuses every type of source but one.
    fn only_prometheus(&mut self, at: &At<'n>) {
        let given = at.scalar().unwrap_or_default();
        if !given.is_empty() && !given.eq_ignore_ascii_case("prometheus") {
            self.limits.error(
                at,
                format!("a source of type `{}` cannot be asked here", shown(given)),
                "write the query for `type: Prometheus`, the one source that the lab has",
            );
        }
    }

    fn service(&mut self, at: &At<'n>) -> Option<Service> {
        let mut fields = self.report.fields(at)?;
        let description = fields.get("description");
        fields.done(&mut self.report);
        Some(Service {
            description: self.description(description),
        })
    }

    /// A duration; `least` says whether 0 is allowed.
    fn shorthand(&mut self, at: &At<'n>, least: u32) -> Option<Shorthand> {
        let read = Shorthand::read(at.scalar().unwrap_or_default());
        match read {
            Ok(found) if found.count >= least => Some(found),
            Ok(_) => {
                self.report.error(at, "no time at all", shorthand::FORM);
                None
            }
            Err(problem) => {
                self.report.error(at, problem, shorthand::FORM);
                None
            }
        }
    }

    /// That a span is one that the lab can look back over.
    fn can_look_back(&mut self, at: &At<'n>, duration: Shorthand) {
        /// What telemetry keeps.
        const MOST: Span = Span::from_days(30);
        match duration.span() {
            None => self.limits.error(
                at,
                format!("{duration} has no fixed length"),
                "give days or weeks, such as 30d; months fit only windows of the calendar",
            ),
            Some(span) if span > MOST => self.limits.error(
                at,
                format!("{duration} is longer than the 30 days of samples that are kept"),
                "give at most 30d",
            ),
            Some(_) => {}
        }
    }

    /// An object inside another: a reference in the field `reference`, or
    /// metadata and spec with the kind that is expected.
    fn link<T>(
        &mut self,
        at: &At<'n>,
        reference: &'static str,
        kind: Kind,
        spec: fn(&mut Self, &At<'n>) -> Option<T>,
    ) -> Option<Link<T>> {
        let mut fields = self.report.fields(at)?;
        if let Some(name_at) = fields.get(reference) {
            fields.done(&mut self.report);
            return self.reference(&name_at, kind).map(Link::Ref);
        }
        if fields.get("spec").is_none() && fields.get("metadata").is_none() {
            let problem = format!("neither a reference nor an {} of its own", kind.name());
            let remedy = format!("add `{reference}: <name>`, or `kind`, `metadata` and `spec`");
            self.report.error(at, problem, remedy);
            return None;
        }
        fields.get("apiVersion");
        let kind_at = fields.need(&mut self.report, "kind");
        kind_at.and_then(|at| self.report.choice(&at, &[(kind.name(), ())]));
        self.named(fields, spec).map(Link::Inline)
    }

    /// The metadata and spec of an object inside another.
    fn named<T>(
        &mut self,
        mut fields: Fields<'n>,
        spec: fn(&mut Self, &At<'n>) -> Option<T>,
    ) -> Option<Named<T>> {
        let metadata = fields.need(&mut self.report, "metadata");
        let spec_at = fields.need(&mut self.report, "spec");
        fields.done(&mut self.report);
        let metadata = metadata.and_then(|at| self.metadata(&at));
        let spec = spec_at.and_then(|at| spec(self, &at));
        Some(Named {
            metadata: metadata?,
            spec: spec?,
        })
    }

    /// The name of an object elsewhere.
    fn reference(&mut self, at: &At<'n>, kind: Kind) -> Option<String> {
        let name = self.object_name(at)?;
        self.links.push(LinkAt::new(at, kind, &name));
        Some(name)
    }
}
