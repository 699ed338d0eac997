//! The grammar of selectors: matchers, ranges, subqueries, `offset` and `@`.

use super::ast::{At, Expr, Node, Selector, Shift, Type};
use super::error::{Fault, Kind, Part};
use super::lexer::Token;
use super::number;
use super::parser::{Built, Parsed, Parser};
use crate::telemetry::store::{Compare, Matcher, NAME, is_plain_label};

impl Parser {
    /// A selector, from the braces that may follow a name.
    pub(super) fn selector(&mut self, name: Option<String>) -> Parsed<Built> {
        let start = if name.is_some() {
            self.passed()
        } else {
            self.part()
        };
        let mut matchers = Vec::new();
        if self.sign("{") {
            self.matchers(&mut matchers)?;
        }
        let part = start.to(self.passed());
        match &name {
            Some(name) => {
                if let Some(twice) = matchers.iter().find(|matcher| matcher.name == NAME) {
                    let problem = format!(
                        "metric name must not be set twice: `{name}` or `{}`",
                        twice.value
                    );
                    return Err(Fault::new(Kind::Type, part, problem));
                }
                matchers.push(Matcher::equal(NAME, name));
            }
            None if matchers.iter().all(|matcher| matcher.fits("")) => {
                let problem = "vector selector must contain at least one non-empty matcher";
                let fault = Fault::new(Kind::Type, part, problem);
                return Err(fault.expected("a matcher that does not fit the empty text"));
            }
            None => {}
        }
        let node = Node::Vector(Selector {
            name,
            matchers,
            shift: Shift::default(),
        });
        self.build(node, part, 0)
    }

    /// Matchers up to and with the closing brace.
    fn matchers(&mut self, matchers: &mut Vec<Matcher>) -> Parsed<()> {
        while !self.sign("}") {
            matchers.push(self.matcher()?);
            if !self.sign(",") && !self.is_sign("}") {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        Ok(())
    }

    fn matcher(&mut self) -> Parsed<Matcher> {
        let part = self.part();
        let (name, quoted) = match self.token().clone() {
            Token::Word(word) if is_plain_label(&word) => (word, false),
            Token::Text(text) => (utf8(text, part)?, true),
            _ => return Err(self.unexpected("a label name or `}`")),
        };
        self.advance();
        if quoted && (self.is_sign(",") || self.is_sign("}")) {
            // `{"metric.name"}`
            return Ok(Matcher::equal(NAME, &name));
        }
        let compare = match self.token() {
            Token::Sign("=") => Compare::Equal,
            Token::Sign("!=") => Compare::NotEqual,
            Token::Sign("=~") => Compare::Matches,
            Token::Sign("!~") => Compare::MatchesNot,
            _ => return Err(self.unexpected("one of `=`, `!=`, `=~` and `!~`")),
        };
        self.advance();
        let place = self.part();
        let Token::Text(value) = self.token().clone() else {
            return Err(self.unexpected("a string in quotes"));
        };
        let value = utf8(value, place)?;
        self.advance();
        Matcher::new(&name, compare, &value).map_err(|problem| {
            let problem = format!("bad regular expression: {problem}");
            Fault::new(Kind::Syntax, place, problem)
        })
    }

    /// Labels in parentheses.
    pub(super) fn labels(&mut self) -> Parsed<Vec<String>> {
        self.need_sign("(", "`(`")?;
        let mut labels = Vec::new();
        while !self.is_sign(")") {
            let part = self.part();
            let label = match self.token().clone() {
                Token::Word(word) if is_plain_label(&word) => word,
                Token::Text(text) => utf8(text, part)?,
                _ => return Err(self.unexpected("a label name")),
            };
            if label.is_empty() {
                return Err(self.unexpected("a label name that is not empty"));
            }
            labels.push(label);
            self.advance();
            if !self.sign(",") && !self.is_sign(")") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        self.advance();
        Ok(labels)
    }

    /// Ranges, subqueries, `offset` and `@` after an expression.
    pub(super) fn postfix(&mut self, mut built: Built) -> Parsed<Built> {
        loop {
            if self.is_sign("[") {
                built = self.brackets(built)?;
            } else if self.is_sign("@") {
                self.advance();
                let at = self.moment()?;
                let part = built.expr.part.to(self.passed());
                let shift = shift_of(&mut built.expr, "@ modifier")?;
                if shift.at.replace(at).is_some() {
                    let problem = "@ <timestamp> may not be set multiple times";
                    return Err(Fault::new(Kind::Type, part, problem));
                }
                built.expr.part = part;
            } else if self.is_word("offset") {
                self.advance();
                let offset = self.offset()?;
                let part = built.expr.part.to(self.passed());
                let shift = shift_of(&mut built.expr, "offset modifier")?;
                if shift.offset != 0 {
                    let problem = "offset may not be set multiple times";
                    return Err(Fault::new(Kind::Type, part, problem));
                }
                shift.offset = offset;
                built.expr.part = part;
            } else if self.is_word("anchored") || self.is_word("smoothed") {
                return Err(self.unsupported(self.part(), "extended range selectors"));
            } else {
                return Ok(built);
            }
        }
    }

    fn brackets(&mut self, built: Built) -> Parsed<Built> {
        let open = self.advance();
        let range = self.span("a duration")?;
        if !self.is_sign(":") {
            if self.is_sign("::") {
                return Err(self.unsupported(self.part(), "aligned subqueries"));
            }
            let close = self.need_sign("]", "`:` or `]`")?;
            let part = open.to(close);
            let problem = match &built.expr.node {
                Node::Vector(selector) if selector.shift.offset != 0 => {
                    "no offset modifiers allowed before range"
                }
                Node::Vector(selector) if selector.shift.at.is_some() => {
                    "no @ modifiers allowed before range"
                }
                Node::Vector(_) => "",
                _ => "ranges only allowed for vector selectors",
            };
            let whole = built.expr.part.to(close);
            return match built.expr.node {
                Node::Vector(selector) if problem.is_empty() => {
                    let node = Node::Range { selector, range };
                    self.build(node, whole, built.depth)
                }
                _ => Err(Fault::new(Kind::Type, part, problem)
                    .expected("a selector before it, or a subquery such as [5m:1m]")),
            };
        }
        self.advance();
        let step = if self.is_sign("]") {
            None
        } else {
            Some(self.span("a duration or `]`")?)
        };
        let close = self.need_sign("]", "`]`")?;
        let part = built.expr.part.to(close);
        if built.expr.gives() != Type::Vector {
            let gives = built.expr.gives().name();
            let problem =
                format!("subquery is only allowed on instant vector, got {gives} instead");
            return Err(Fault::new(Kind::Type, part, problem).expected("an instant vector"));
        }
        let node = Node::Subquery {
            inner: Box::new(built.expr),
            range,
            step,
            shift: Shift::default(),
        };
        self.build(node, part, built.depth)
    }

    /// A duration above 0 that stands alone; alone, a number means seconds.
    fn span(&mut self, expected: &str) -> Parsed<i64> {
        self.refuse_arithmetic()?;
        let part = self.part();
        let millis = self.duration(expected)?;
        if millis <= 0 {
            let fault = Fault::new(Kind::Syntax, part, "duration must be greater than 0");
            return Err(fault.expected("a duration such as 5m"));
        }
        let more = ["+", "-", "*", "/", "%", "^"];
        if more.iter().any(|sign| self.is_sign(sign)) {
            return Err(self.unsupported(self.part(), "duration expressions"));
        }
        Ok(millis)
    }

    fn refuse_arithmetic(&self) -> Parsed<()> {
        let words = ["step", "range", "min", "max", "min_of", "max_of"];
        let signs = ["(", "+", "-"];
        if words.iter().any(|word| self.is_word(word)) || signs.iter().any(|s| self.is_sign(s)) {
            return Err(self.unsupported(self.part(), "duration expressions"));
        }
        Ok(())
    }

    fn duration(&mut self, expected: &str) -> Parsed<i64> {
        let part = self.part();
        let millis = match self.token() {
            Token::Duration(millis) => *millis,
            Token::Number(seconds) => millis_of(*seconds).ok_or_else(|| {
                Fault::new(Kind::Syntax, part, "duration out of range").expected(expected)
            })?,
            _ => return Err(self.unexpected(expected)),
        };
        self.advance();
        Ok(millis)
    }

    fn minus(&mut self) -> bool {
        let minus = self.sign("-");
        if !minus {
            self.sign("+");
        }
        minus
    }

    fn offset(&mut self) -> Parsed<i64> {
        if self.is_sign("(") || ["step", "range"].iter().any(|word| self.is_word(word)) {
            return Err(self.unsupported(self.part(), "duration expressions"));
        }
        let minus = self.minus();
        if self.is_sign("(") || ["min", "max"].iter().any(|word| self.is_word(word)) {
            return Err(self.unsupported(self.part(), "duration expressions"));
        }
        let millis = self.duration("a duration")?;
        Ok(if minus { -millis } else { millis })
    }

    /// What follows `@`.
    fn moment(&mut self) -> Parsed<At> {
        let word = self.word();
        if let Some(at) = match word.as_deref() {
            Some("start") => Some(At::Start),
            Some("end") => Some(At::End),
            _ => None,
        } {
            self.advance();
            self.need_sign("(", "`()`")?;
            self.need_sign(")", "`)`")?;
            return Ok(at);
        }
        let minus = self.minus();
        let millis = self.duration("a timestamp, start() or end()")?;
        Ok(At::Time(if minus { -millis } else { millis }))
    }
}

/// Seconds in milliseconds, rounded; none if they are too many.
fn millis_of(seconds: f64) -> Option<i64> {
    let millis = (seconds * 1_000.0).round();
    (millis.abs() <= number::LONGEST as f64).then_some(millis as i64)
}

fn utf8(text: Vec<u8>, part: Part) -> Parsed<String> {
    String::from_utf8(text).map_err(|_| {
        let fault = Fault::new(Kind::Syntax, part, "the string is not valid UTF-8");
        fault.expected("a label name or value in UTF-8")
    })
}

fn shift_of<'a>(expr: &'a mut Expr, what: &str) -> Parsed<&'a mut Shift> {
    let part = expr.part;
    match &mut expr.node {
        Node::Vector(selector) | Node::Range { selector, .. } => Ok(&mut selector.shift),
        Node::Subquery { shift, .. } => Ok(shift),
        _ => {
            let problem = format!(
                "{what} must be preceded by an instant vector selector or range vector selector or a subquery"
            );
            Err(Fault::new(Kind::Type, part, problem).expected("a selector before it"))
        }
    }
}
