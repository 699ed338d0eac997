//! Functions that change labels.

use std::borrow::Cow;

use super::super::ast::Expr;
use super::super::error::Part;
use super::call::text_of;
use super::{Column, Evaluated, Evaluator, Grid, failure, merge};
use crate::telemetry::store::{NAME, Pattern};

impl Evaluator<'_> {
    /// `label_replace(vector, target, replacement, source, expression)`
    pub(super) fn label_replace(
        &mut self,
        arguments: &[Expr],
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<Column>> {
        let [inner, target, replacement, source, expression] = arguments else {
            return Err(failure(part, "an argument is missing"));
        };
        let name = label_name(target, "destination", "label_replace")?;
        let (replacement, source) = (text_of(replacement)?, text_of(source)?);
        let regex = Pattern::expression(text_of(expression)?).map_err(|problem| {
            let problem = format!("invalid regular expression in label_replace(): {problem}");
            failure(expression.part, problem)
        })?;
        let mut columns = self.vector(inner, grid)?;
        for column in &mut columns {
            let Some(groups) = regex.captures(column.labels.get(source)) else {
                continue;
            };
            let mut value = String::new();
            groups.expand(replacement, &mut value);
            column.labels = column.labels.with(name, &value);
            if name == NAME {
                column.nameless = false;
            }
        }
        merge(columns, part)
    }

    /// `label_join(vector, target, separator, sources...)`
    pub(super) fn label_join(
        &mut self,
        arguments: &[Expr],
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<Column>> {
        let [inner, target, separator, sources @ ..] = arguments else {
            return Err(failure(part, "an argument is missing"));
        };
        let name = label_name(target, "destination", "label_join")?;
        let separator = text_of(separator)?;
        let sources: Vec<&str> = sources
            .iter()
            .map(|source| label_name(source, "source", "label_join"))
            .collect::<Evaluated<_>>()?;
        let mut columns = self.vector(inner, grid)?;
        for column in &mut columns {
            let values: Vec<&str> = sources.iter().map(|s| column.labels.get(s)).collect();
            column.labels = column.labels.with(name, &values.join(separator));
            if name == NAME {
                column.nameless = false;
            }
        }
        merge(columns, part)
    }
}

/// A label's name that stands in a query: any text that is not empty.
fn label_name<'a>(expr: &'a Expr, role: &str, function: &str) -> Evaluated<&'a str> {
    let name: Cow<'_, str> = match text_of(expr) {
        Ok("") => Cow::Borrowed(""),
        Ok(name) => return Ok(name),
        Err(_) => Cow::Borrowed("not UTF-8"),
    };
    let problem = format!("invalid {role} label name in {function}(): {name}");
    Err(failure(expr.part, problem).expected("a text that is not empty"))
}
