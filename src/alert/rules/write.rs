//! Typed groups as a rule file.

use super::duration;
use super::{Group, Kind, Rule, RuleFile};
use crate::base::Span;
use crate::base::yaml::{self, Tree};

/// The whole file as YAML.
pub fn write(file: &RuleFile) -> String {
    yaml::write(&groups(file))
}

/// The file's one mapping, for files that hold more around it.
pub fn groups(file: &RuleFile) -> Tree {
    let groups = file.groups.iter().map(group).collect();
    Tree::Map(vec![("groups".to_owned(), Tree::List(groups))])
}

fn group(group: &Group) -> Tree {
    let mut out = Entries::default();
    out.text("name", &group.name);
    out.span("interval", group.interval);
    out.span("query_offset", group.query_offset);
    if let Some(limit) = group.limit {
        out.add("limit", Tree::word(limit));
    }
    out.texts("labels", &group.labels);
    out.add("rules", Tree::List(group.rules.iter().map(rule).collect()));
    Tree::Map(out.0)
}

fn rule(rule: &Rule) -> Tree {
    let mut out = Entries::default();
    match &rule.kind {
        Kind::Record { metric } => out.text("record", metric),
        Kind::Alert { name, .. } => out.text("alert", name),
    }
    out.text("expr", &rule.expr);
    if let Kind::Alert {
        after, keep_firing, ..
    } = &rule.kind
    {
        out.span("for", Some(*after).filter(|span| !span.is_zero()));
        let keep_firing = Some(*keep_firing).filter(|span| !span.is_zero());
        out.span("keep_firing_for", keep_firing);
    }
    out.texts("labels", &rule.labels);
    if let Kind::Alert { annotations, .. } = &rule.kind {
        out.texts("annotations", annotations);
    }
    Tree::Map(out.0)
}

/// A mapping in the making; what is empty is left out.
#[derive(Default)]
struct Entries(Vec<(String, Tree)>);

impl Entries {
    fn add(&mut self, key: &str, value: Tree) {
        self.0.push((key.to_owned(), value));
    }

    fn text(&mut self, key: &str, text: &str) {
        self.add(key, Tree::text(text));
    }

    fn texts(&mut self, key: &str, texts: &super::Labels) {
        if !texts.is_empty() {
            self.add(key, Tree::texts(texts));
        }
    }

    fn span(&mut self, key: &str, span: Option<Span>) {
        if let Some(span) = span {
            self.add(key, Tree::word(duration::write(span)));
        }
    }
}
