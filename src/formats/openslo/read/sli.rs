//! Indicators and where their metrics come from.

use super::{LONGEST, MOST, Reading};
use crate::base::At;
use crate::base::yaml::Tree;
use crate::formats::openslo::link::LinkAt;
use crate::formats::openslo::{Kind, Metric, Ratio, Raw, Sli, Source};
use crate::formats::query;
use crate::formats::sloth::template;

/// Characters of a query.
const LONGEST_QUERY: usize = 16_384;

impl<'n> Reading<'n> {
    pub(super) fn sli(&mut self, at: &At<'n>) -> Option<Sli> {
        let mut fields = self.report.fields(at)?;
        let description = fields.get("description");
        let threshold = fields.get("thresholdMetric");
        let ratio = fields.get("ratioMetric");
        fields.done(&mut self.report);
        let description = self.description(description);
        let metric = match (threshold, ratio) {
            (Some(at), None) => self.source(&at).map(Metric::Threshold),
            (None, Some(at)) => self.ratio(&at),
            (Some(_), Some(at)) => {
                let problem = "both `thresholdMetric` and `ratioMetric` are given";
                self.report.error(&at, problem, "keep one of them");
                None
            }
            (None, None) => {
                let remedy = "add `ratioMetric` with `good` and `total`, or `thresholdMetric`";
                self.report
                    .error(at, "nothing says what is measured", remedy);
                None
            }
        };
        Some(Sli {
            description,
            metric: metric?,
        })
    }

    fn ratio(&mut self, at: &At<'n>) -> Option<Metric> {
        let mut fields = self.report.fields(at)?;
        let counter = fields.get("counter");
        let [good, bad, total, raw, raw_type] =
            ["good", "bad", "total", "raw", "rawType"].map(|name| fields.get(name));
        fields.done(&mut self.report);
        let counter = counter.and_then(|at| self.report.boolean(&at));
        let ratio = match (good, bad, total, raw) {
            (Some(good), None, Some(total), None) => {
                let (good, total) = (self.source(&good), self.source(&total));
                Ratio::Good {
                    good: good?,
                    total: total?,
                }
            }
            (None, Some(bad), Some(total), None) => {
                let (bad, total) = (self.source(&bad), self.source(&total));
                Ratio::Bad {
                    bad: bad?,
                    total: total?,
                }
            }
            (None, None, None, Some(raw)) => return self.raw(at, counter, &raw, raw_type),
            _ => {
                let problem = "these fields do not make a ratio";
                let remedy =
                    "give `good` and `total`, or `bad` and `total`, or `raw` and `rawType`";
                self.report.error(at, problem, remedy);
                return None;
            }
        };
        if let Some(at) = raw_type {
            let problem = "`rawType` is for `raw` alone";
            self.report.error(&at, problem, "leave it out");
        }
        Some(Metric::Ratio { counter, ratio })
    }

    fn raw(
        &mut self,
        at: &At<'n>,
        counter: Option<bool>,
        raw: &At<'n>,
        raw_type: Option<At<'n>>,
    ) -> Option<Metric> {
        const TYPES: [(&str, Raw); 2] = [("success", Raw::Success), ("failure", Raw::Failure)];
        let source = self.source(raw);
        let Some(type_at) = raw_type else {
            let remedy = "add `rawType: success` for good/total, `failure` for bad/total";
            self.report
                .error(at, "the field `rawType` is missing", remedy);
            return None;
        };
        let kind = self.report.choice(&type_at, &TYPES);
        let ratio = Ratio::Raw {
            kind: kind?,
            source: source?,
        };
        Some(Metric::Ratio { counter, ratio })
    }

    /// What stands below `good`, `total` and the like.
    fn source(&mut self, at: &At<'n>) -> Option<Source> {
        let mut fields = self.report.fields(at)?;
        let inner = fields.need(&mut self.report, "metricSource");
        fields.done(&mut self.report);
        let at = inner?;
        let mut fields = self.report.fields(&at)?;
        let reference = fields.get("metricSourceRef");
        let source_type = fields.get("type");
        let spec = fields.need(&mut self.report, "spec");
        fields.done(&mut self.report);
        let type_name = source_type
            .as_ref()
            .and_then(|at| self.report.text(at, LONGEST));
        let reference = reference.and_then(|at| {
            let name = self.object_name(&at)?;
            let link = LinkAt::new(&at, Kind::DataSource, &name);
            self.links.push(link.of_type(type_name.as_deref()));
            Some(name)
        });
        if let Some(at) = &source_type {
            self.only_prometheus(at);
        } else if reference.is_none() {
            let remedy =
                "add `type: Prometheus`, or `metricSourceRef` with the name of a DataSource";
            self.limits
                .error(&at, "nothing says which kind of source this is", remedy);
        }
        let spec = spec?;
        let is_prometheus = type_name
            .as_deref()
            .is_none_or(|name| name.eq_ignore_ascii_case("prometheus"));
        self.query(&spec, is_prometheus);
        Some(Source {
            reference,
            source_type: type_name,
            spec: Tree::from(spec.node),
        })
    }

    /// That there is a query, which the lab needs; the specification does not.
    fn query(&mut self, at: &At<'n>, is_prometheus: bool) {
        if !at.is_map() {
            let problem = "the specification of a source is a mapping";
            self.report
                .error(at, problem, "write `query: ...` below it");
            return;
        }
        if !is_prometheus {
            return;
        }
        let entries = self.report.entries(at, MOST);
        let found = entries.iter().find(|(key, _)| *key == "query");
        let Some((_, query_at)) = found else {
            let remedy = "add `query: ...` in PromQL";
            return self.limits.error(at, "there is no query", remedy);
        };
        match query_at.scalar() {
            Some(text) if text.trim().is_empty() => {
                self.limits
                    .error(query_at, "the query is empty", "write it in PromQL");
            }
            Some(text) if text.len() > LONGEST_QUERY => {
                let problem = format!("a query of more than {LONGEST_QUERY} bytes");
                self.limits.error(query_at, problem, "shorten it");
            }
            Some(text) => {
                let text = template::fill(text, "5m");
                query::check(&mut self.limits, query_at, &text);
            }
            None => {
                let problem = "a query is a text";
                self.limits
                    .error(query_at, problem, "write one query in PromQL");
            }
        }
    }
}
