//! From a tree back to a query.

use std::fmt::{self, Formatter, Write};

use super::ast::{At, Expr, Many, Matching, Node, Op, Selector, Shift};
use super::number;
use crate::telemetry::store::{NAME, is_plain_label, is_plain_metric, write_quoted};

/// Writes an expression so that reading it gives the same tree.
pub(super) fn expression(f: &mut Formatter<'_>, expr: &Expr) -> fmt::Result {
    match &expr.node {
        Node::Number(value) => f.write_str(&number::general(*value)),
        Node::Text(bytes) => text(f, bytes),
        Node::Vector(selector) => {
            series(f, selector)?;
            shift(f, &selector.shift)
        }
        Node::Range { selector, range } => {
            series(f, selector)?;
            f.write_char('[')?;
            number::write_duration(f, *range)?;
            f.write_char(']')?;
            shift(f, &selector.shift)
        }
        Node::Subquery {
            inner,
            range,
            step,
            shift: moved,
        } => {
            expression(f, inner)?;
            f.write_char('[')?;
            number::write_duration(f, *range)?;
            f.write_char(':')?;
            if let Some(step) = step {
                number::write_duration(f, *step)?;
            }
            f.write_char(']')?;
            shift(f, moved)
        }
        Node::Paren(inner) => {
            f.write_char('(')?;
            expression(f, inner)?;
            f.write_char(')')
        }
        Node::Unary { minus, inner } => {
            f.write_char(if *minus { '-' } else { '+' })?;
            expression(f, inner)
        }
        Node::Binary {
            op,
            left,
            right,
            bool,
            matching: matched,
        } => {
            expression(f, left)?;
            f.write_char(' ')?;
            f.write_str(op.sign())?;
            f.write_str(if *bool { " bool " } else { " " })?;
            matching(f, *op, matched)?;
            expression(f, right)
        }
        Node::Aggregate {
            op,
            parameter,
            inner,
            without,
            labels,
        } => {
            f.write_str(op.name())?;
            if *without || !labels.is_empty() {
                f.write_str(if *without { " without (" } else { " by (" })?;
                label_list(f, labels)?;
                f.write_str(") ")?;
            }
            f.write_char('(')?;
            if let Some(parameter) = parameter {
                expression(f, parameter)?;
                f.write_str(", ")?;
            }
            expression(f, inner)?;
            f.write_char(')')
        }
        Node::Call {
            function,
            arguments,
        } => {
            f.write_str(function.name)?;
            f.write_char('(')?;
            for (number, argument) in arguments.iter().enumerate() {
                if number > 0 {
                    f.write_str(", ")?;
                }
                expression(f, argument)?;
            }
            f.write_char(')')
        }
    }
}

/// Writes bytes in quotes; what is no UTF-8 as `\x..`.
pub(super) fn text(f: &mut dyn Write, bytes: &[u8]) -> fmt::Result {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return write_quoted(f, text);
    }
    f.write_char('"')?;
    for chunk in bytes.utf8_chunks() {
        let mut valid = String::new();
        write_quoted(&mut valid, chunk.valid())?;
        f.write_str(&valid[1..valid.len() - 1])?;
        for byte in chunk.invalid() {
            f.write_fmt(format_args!("\\x{byte:02x}"))?;
        }
    }
    f.write_char('"')
}

fn series(f: &mut Formatter<'_>, selector: &Selector) -> fmt::Result {
    let mut matchers = &selector.matchers[..];
    if let Some(name) = &selector.name
        && is_plain_metric(name)
    {
        f.write_str(name)?;
        matchers = &matchers[..matchers.len().saturating_sub(1)];
        if matchers.is_empty() {
            return Ok(());
        }
    }
    f.write_char('{')?;
    for (number, matcher) in matchers.iter().enumerate() {
        if number > 0 {
            f.write_char(',')?;
        }
        f.write_fmt(format_args!("{matcher}"))?;
    }
    f.write_char('}')
}

fn shift(f: &mut Formatter<'_>, shift: &Shift) -> fmt::Result {
    match shift.at {
        None => {}
        Some(At::Start) => f.write_str(" @ start()")?,
        Some(At::End) => f.write_str(" @ end()")?,
        Some(At::Time(millis)) => {
            let sign = if millis < 0 { "-" } else { "" };
            let millis = millis.unsigned_abs();
            f.write_fmt(format_args!(
                " @ {sign}{}.{:03}",
                millis / 1_000,
                millis % 1_000
            ))?;
        }
    }
    if shift.offset != 0 {
        f.write_str(" offset ")?;
        number::write_duration(f, shift.offset)?;
    }
    Ok(())
}

fn matching(f: &mut Formatter<'_>, op: Op, matching: &Matching) -> fmt::Result {
    if matching == &Matching::default() {
        return Ok(());
    }
    f.write_str(if matching.on { "on (" } else { "ignoring (" })?;
    label_list(f, &matching.labels)?;
    f.write_str(") ")?;
    match matching.many {
        Many::Neither => return Ok(()),
        Many::Left => f.write_str("group_left")?,
        Many::Right => f.write_str("group_right")?,
    }
    debug_assert!(!op.is_set(), "sets have no sides");
    // Always with parentheses: an operand in them could follow.
    f.write_str(" (")?;
    label_list(f, &matching.include)?;
    f.write_str(") ")
}

fn label_list(f: &mut Formatter<'_>, labels: &[String]) -> fmt::Result {
    for (number, label) in labels.iter().enumerate() {
        if number > 0 {
            f.write_str(", ")?;
        }
        if is_plain_label(label) {
            f.write_str(label)?;
        } else {
            write_quoted(f, label)?;
        }
    }
    Ok(())
}

/// The name of what a selector selects, if it names one.
pub(super) fn metric_name(selector: &Selector) -> &str {
    let name = selector
        .matchers
        .iter()
        .find(|matcher| matcher.name == NAME);
    name.map_or("", |matcher| &matcher.value)
}
