//! From tokens to a tree that makes sense: grammar and types together.

use super::Bounds;
use super::ast::{AGGREGATIONS, Aggregation, Expr, Many, Matching, Node, Op, Type};
use super::error::{Error, Fault, Kind, Part};
use super::functions::{self, Function};
use super::lexer::{Placed, Token, tokens};
use crate::base::did_you_mean;

/// Reads a query within bounds.
pub fn parse(query: &str, bounds: &Bounds) -> Result<Expr, Error> {
    parse_all(query, bounds).map_err(|fault| fault.at(query))
}

fn parse_all(query: &str, bounds: &Bounds) -> Result<Expr, Fault> {
    if query.len() > bounds.length as usize {
        let problem = format!("the query is longer than {} bytes", bounds.length);
        let part = Part::new(0, 0);
        return Err(Fault::new(Kind::Limit, part, problem).expected("a shorter one"));
    }
    let mut parser = Parser {
        tokens: tokens(query)?,
        at: 0,
        level: 0,
        bounds: *bounds,
    };
    if parser.token() == &Token::End {
        let fault = Fault::new(Kind::Syntax, parser.part(), "no expression found");
        return Err(fault.expected("a query such as up"));
    }
    let built = parser.expression(0)?;
    if parser.token() != &Token::End {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(built.expr)
}

pub(super) struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    /// Expressions within expressions, where the parser is.
    level: u32,
    bounds: Bounds,
}

/// An expression and how many levels it has.
pub(super) struct Built {
    pub expr: Expr,
    pub depth: u32,
}

pub(super) type Parsed<T> = Result<T, Fault>;

/// Operators that are words.
const WORD_OPS: [(&str, Op); 4] = [
    ("atan2", Op::Atan2),
    ("and", Op::And),
    ("or", Op::Or),
    ("unless", Op::Unless),
];
const SIGN_OPS: [(&str, Op); 12] = [
    ("+", Op::Add),
    ("-", Op::Sub),
    ("*", Op::Mul),
    ("/", Op::Div),
    ("%", Op::Mod),
    ("^", Op::Pow),
    ("==", Op::Equal),
    ("!=", Op::NotEqual),
    (">", Op::Greater),
    ("<", Op::Less),
    (">=", Op::GreaterEqual),
    ("<=", Op::LessEqual),
];
/// Words that cannot be the name of a metric where it stands without braces.
const NEVER_METRICS: [&str; 8] = [
    "atan2",
    "bool",
    "ignoring",
    "on",
    "group_left",
    "group_right",
    "inf",
    "nan",
];

impl Parser {
    pub(super) fn token(&self) -> &Token {
        &self.tokens[self.at].token
    }

    /// The token after the present one.
    fn next_token(&self) -> &Token {
        let next = (self.at + 1).min(self.tokens.len() - 1);
        &self.tokens[next].token
    }

    pub(super) fn part(&self) -> Part {
        self.tokens[self.at].part
    }

    /// Goes on; gives the part that was passed.
    pub(super) fn advance(&mut self) -> Part {
        let part = self.part();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        part
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.token(), Token::Sign(known) if *known == sign)
    }

    /// Passes a sign if it is there.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let there = self.is_sign(sign);
        if there {
            self.advance();
        }
        there
    }

    /// The present word in lower case.
    pub(super) fn word(&self) -> Option<String> {
        match self.token() {
            Token::Word(word) => Some(word.to_ascii_lowercase()),
            _ => None,
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Word(known) if known.eq_ignore_ascii_case(word))
    }

    pub(super) fn need_sign(&mut self, sign: &str, expected: &str) -> Parsed<Part> {
        if self.is_sign(sign) {
            Ok(self.advance())
        } else {
            Err(self.unexpected(expected))
        }
    }

    pub(super) fn unexpected(&self, expected: &str) -> Fault {
        let problem = format!("unexpected {}", self.token().shown());
        Fault::new(Kind::Syntax, self.part(), problem).expected(expected)
    }

    /// Where the token before the present one ends.
    pub(super) fn passed(&self) -> Part {
        self.tokens[self.at.saturating_sub(1)].part
    }

    fn descend(&mut self) -> Parsed<()> {
        self.level += 1;
        if self.level > self.bounds.nesting {
            return Err(self.too_deep());
        }
        Ok(())
    }

    fn too_deep(&self) -> Fault {
        let most = self.bounds.nesting;
        let problem = format!("expressions lie more than {most} levels deep");
        Fault::new(Kind::Limit, self.part(), problem).expected("a simpler query")
    }

    /// Puts an expression on top of others.
    pub(super) fn build(&self, node: Node, part: Part, below: u32) -> Parsed<Built> {
        let depth = below + 1;
        if depth > self.bounds.depth {
            let most = self.bounds.depth;
            let problem = format!("more than {most} operations hang on each other");
            return Err(Fault::new(Kind::Limit, part, problem).expected("a simpler query"));
        }
        let expr = Expr { node, part };
        Ok(Built { expr, depth })
    }

    /// An expression whose operators all bind more tightly than `strength`.
    pub(super) fn expression(&mut self, strength: u8) -> Parsed<Built> {
        self.descend()?;
        let mut left = self.unary()?;
        while let Some(op) = self.operator() {
            if op.strength() <= strength {
                break;
            }
            left = self.binary(left, op)?;
        }
        self.level -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<Op> {
        let find = |ops: &[(&str, Op)], word: &str| {
            let found = ops
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(word));
            found.map(|(_, op)| *op)
        };
        match self.token() {
            Token::Sign(sign) => find(&SIGN_OPS, sign),
            Token::Word(word) => find(&WORD_OPS, word),
            _ => None,
        }
    }

    /// The operator and what comes after it.
    fn binary(&mut self, left: Built, op: Op) -> Parsed<Built> {
        let sign = self.advance();
        if matches!(op, Op::Less | Op::Greater) && self.is_sign("/") {
            return Err(self.unsupported(sign, "trimming native histograms"));
        }
        let bool = self.is_word("bool") && {
            self.advance();
            true
        };
        let matching = self.matching()?;
        // The power binds to the right: what follows may be another power.
        let strength = op.strength() - u8::from(op == Op::Pow);
        let right = self.expression(strength)?;
        let part = left.expr.part.to(right.expr.part);
        let fail = |part: Part, problem: &str, expected: &str| {
            Err(Fault::new(Kind::Type, part, problem).expected(expected))
        };
        let (gives, takes) = (left.expr.gives(), right.expr.gives());
        for (side, gives) in [(&left.expr, gives), (&right.expr, takes)] {
            if !matches!(gives, Type::Scalar | Type::Vector) {
                let problem = format!("`{}` cannot have a {} beside it", op.sign(), gives.name());
                return fail(side.part, &problem, "a scalar or an instant vector");
            }
        }
        let vectors = (gives, takes) == (Type::Vector, Type::Vector);
        if bool && !op.compares() {
            return fail(
                sign,
                "bool modifier can only be used on comparison operators",
                "",
            );
        }
        if op.compares() && !bool && (gives, takes) == (Type::Scalar, Type::Scalar) {
            let expected = format!("{} bool", op.sign());
            return fail(
                sign,
                "comparisons between scalars must use BOOL modifier",
                &expected,
            );
        }
        if op.is_set() && !vectors {
            let problem = format!(
                "set operator `{}` not allowed in binary scalar expression",
                op.sign()
            );
            return fail(part, &problem, "an instant vector on both sides");
        }
        if let Some((matching, place)) = &matching {
            if !vectors && !matching.labels.is_empty() {
                let problem = "vector matching only allowed between instant vectors";
                return fail(*place, problem, "an instant vector on both sides");
            }
            if op.is_set() && matching.many != Many::Neither {
                let problem = format!("no grouping allowed for `{}` operation", op.sign());
                return fail(*place, &problem, "no group_left or group_right");
            }
            let twice = matching
                .include
                .iter()
                .find(|label| matching.labels.contains(label));
            if let Some(label) = twice.filter(|_| matching.on) {
                let problem =
                    format!("label `{label}` must not occur in ON and GROUP clause at once");
                return fail(*place, &problem, "");
            }
        }
        let depth = left.depth.max(right.depth);
        let node = Node::Binary {
            op,
            left: Box::new(left.expr),
            right: Box::new(right.expr),
            bool,
            matching: matching.map(|(matching, _)| matching).unwrap_or_default(),
        };
        self.build(node, part, depth)
    }

    /// `on (…) group_left (…)` and its like.
    fn matching(&mut self) -> Parsed<Option<(Matching, Part)>> {
        let on = self.is_word("on");
        if !on && !self.is_word("ignoring") {
            self.refuse_fill()?;
            return Ok(None);
        }
        let place = self.advance();
        let labels = self.labels()?;
        let many = match self.word().as_deref() {
            Some("group_left") => Many::Left,
            Some("group_right") => Many::Right,
            _ => Many::Neither,
        };
        let mut include = Vec::new();
        if many != Many::Neither {
            self.advance();
            if self.is_sign("(") {
                include = self.labels()?;
            }
        }
        self.refuse_fill()?;
        let matching = Matching {
            on,
            labels,
            many,
            include,
        };
        Ok(Some((matching, place)))
    }

    fn refuse_fill(&self) -> Parsed<()> {
        let fill = matches!(
            self.word().as_deref(),
            Some("fill" | "fill_left" | "fill_right")
        );
        if fill && self.next_token() == &Token::Sign("(") {
            return Err(self.unsupported(self.part(), "fill modifiers"));
        }
        Ok(())
    }

    pub(super) fn unsupported(&self, part: Part, what: &str) -> Fault {
        let problem = format!("{what} are experimental in Prometheus and not supported here");
        Fault::new(Kind::Unsupported, part, problem)
    }

    fn unary(&mut self) -> Parsed<Built> {
        let minus = self.is_sign("-");
        if !minus && !self.is_sign("+") {
            let built = self.primary()?;
            return self.postfix(built);
        }
        let sign = self.advance();
        // Tighter than `*`, looser than `^`: -2^2 is -4.
        let inner = self.expression(Op::Mul.strength())?;
        let part = sign.to(inner.expr.part);
        if let Node::Number(value) = inner.expr.node {
            let value = if minus { -value } else { value };
            return self.build(Node::Number(value), part, 0);
        }
        let gives = inner.expr.gives();
        if !matches!(gives, Type::Scalar | Type::Vector) {
            let problem = format!("a sign cannot stand before a {}", gives.name());
            return Err(
                Fault::new(Kind::Type, part, problem).expected("a scalar or an instant vector")
            );
        }
        let depth = inner.depth;
        let inner = Box::new(inner.expr);
        self.build(Node::Unary { minus, inner }, part, depth)
    }

    fn primary(&mut self) -> Parsed<Built> {
        let part = self.part();
        match self.token().clone() {
            Token::Number(value) => {
                self.advance();
                self.build(Node::Number(value), part, 0)
            }
            // A duration alone is its seconds.
            Token::Duration(millis) => {
                self.advance();
                self.build(Node::Number(millis as f64 / 1_000.0), part, 0)
            }
            Token::Text(text) => {
                self.advance();
                self.build(Node::Text(text), part, 0)
            }
            Token::Sign("(") => {
                self.advance();
                let inner = self.expression(0)?;
                let end = self.need_sign(")", "an operator or `)`")?;
                let node = Node::Paren(Box::new(inner.expr));
                self.build(node, part.to(end), inner.depth)
            }
            Token::Sign("{") => self.selector(None),
            Token::Word(word) => self.name(&word),
            _ => Err(self.unexpected("an expression")),
        }
    }

    /// What begins with a name: an aggregation, a call or a metric.
    fn name(&mut self, word: &str) -> Parsed<Built> {
        let lower = word.to_ascii_lowercase();
        if let Some(value) = match lower.as_str() {
            "inf" => Some(f64::INFINITY),
            "nan" => Some(f64::NAN),
            _ => None,
        } {
            let part = self.advance();
            return self.build(Node::Number(value), part, 0);
        }
        let opens = self.next_token() == &Token::Sign("(");
        let found = AGGREGATIONS.iter().find(|(name, _)| *name == lower);
        if let Some((_, op)) = found {
            let grouped = matches!(self.next_token(),
                Token::Word(next) if next.eq_ignore_ascii_case("by")
                    || next.eq_ignore_ascii_case("without"));
            if opens || grouped {
                return self.aggregate(*op);
            }
        }
        if NEVER_METRICS.contains(&lower.as_str()) {
            return Err(self.unexpected("an expression"));
        }
        if opens && !word.contains(':') {
            return self.call(word);
        }
        self.advance();
        self.selector(Some(word.to_owned()))
    }

    fn aggregate(&mut self, op: Aggregation) -> Parsed<Built> {
        let start = self.advance();
        let mut grouping = self.grouping()?;
        self.need_sign("(", "`(`, by or without")?;
        let mut arguments = self.arguments()?;
        let mut end = self.need_sign(")", "`,` or `)`")?;
        if grouping.is_none() {
            grouping = self.grouping()?;
            if grouping.is_some() {
                end = self.passed();
            }
        }
        let part = start.to(end);
        let parameter_type = op.parameter();
        let wanted = 1 + usize::from(parameter_type.is_some());
        if arguments.len() != wanted {
            let problem = format!(
                "wrong number of arguments for aggregate expression provided, expected {wanted}, got {}",
                arguments.len()
            );
            let expected = match parameter_type {
                Some(_) => format!("{}(parameter, vector)", op.name()),
                None => format!("{}(vector)", op.name()),
            };
            return Err(Fault::new(Kind::Type, part, problem).expected(expected));
        }
        let Some(inner) = arguments.pop() else {
            return Err(self.unexpected("an expression"));
        };
        need_type(&inner.expr, Type::Vector, "aggregation expression")?;
        let parameter = arguments.pop();
        if let (Some(parameter), Some(wanted)) = (&parameter, parameter_type) {
            need_type(&parameter.expr, wanted, "aggregation parameter")?;
        }
        let depth = parameter.as_ref().map_or(0, |parameter| parameter.depth);
        let (without, labels) = grouping.unwrap_or_default();
        let node = Node::Aggregate {
            op,
            parameter: parameter.map(|parameter| Box::new(parameter.expr)),
            without,
            labels,
            inner: Box::new(inner.expr),
        };
        self.build(node, part, depth.max(inner.depth))
    }

    /// `by (…)` or `without (…)`.
    fn grouping(&mut self) -> Parsed<Option<(bool, Vec<String>)>> {
        let without = self.is_word("without");
        if !without && !self.is_word("by") {
            return Ok(None);
        }
        self.advance();
        Ok(Some((without, self.labels()?)))
    }

    /// Arguments up to the closing parenthesis, which stays.
    fn arguments(&mut self) -> Parsed<Vec<Built>> {
        let mut arguments = Vec::new();
        while !self.is_sign(")") {
            arguments.push(self.expression(0)?);
            if !self.sign(",") {
                break;
            }
            if self.is_sign(")") {
                let problem = "trailing commas not allowed in function call args";
                return Err(
                    Fault::new(Kind::Syntax, self.passed(), problem).expected("an argument")
                );
            }
        }
        Ok(arguments)
    }

    fn call(&mut self, word: &str) -> Parsed<Built> {
        let start = self.part();
        let Some(function) = functions::find(word) else {
            if word == "info" {
                return Err(self.unsupported(start, "joins with info()"));
            }
            let names: Vec<&str> = functions::names().collect();
            let remedy = did_you_mean(word, &names);
            let problem = format!("unknown function with name `{word}`: {remedy}");
            return Err(Fault::new(Kind::Type, start, problem));
        };
        self.advance();
        self.need_sign("(", "`(`")?;
        let arguments = self.arguments()?;
        let end = self.need_sign(")", "`,` or `)`")?;
        let part = start.to(end);
        check_arguments(function, &arguments, part)?;
        let depth = arguments.iter().map(|argument| argument.depth).max();
        let node = Node::Call {
            function,
            arguments: arguments.into_iter().map(|built| built.expr).collect(),
        };
        self.build(node, part, depth.unwrap_or(0))
    }
}

fn check_arguments(function: &Function, arguments: &[Built], part: Part) -> Parsed<()> {
    let (least, most) = function.counts();
    let count = arguments.len();
    let name = function.name;
    let fail = |bound: &str, number: usize| {
        let problem =
            format!("expected {bound}{number} argument(s) in call to `{name}`, got {count}");
        Err(Fault::new(Kind::Type, part, problem).expected(function.usage()))
    };
    if least == most && count != least {
        return fail("", least);
    }
    if count < least {
        return fail("at least ", least);
    }
    if count > most {
        return fail("at most ", most);
    }
    for (number, argument) in arguments.iter().enumerate() {
        if let Some(wanted) = function.argument(number) {
            need_type(
                &argument.expr,
                wanted,
                &format!("call to function `{name}`"),
            )?;
        }
    }
    Ok(())
}

fn need_type(expr: &Expr, wanted: Type, place: &str) -> Parsed<()> {
    let gives = expr.gives();
    if gives == wanted {
        return Ok(());
    }
    let problem = format!(
        "expected type {} in {place}, got {}",
        wanted.name(),
        gives.name()
    );
    let expected = match (wanted, gives) {
        (Type::Range, Type::Vector) => "a range vector, such as x[5m]",
        (Type::Vector, Type::Range) => "an instant vector: leave out the range in brackets",
        (Type::Vector, Type::Scalar) => "an instant vector, such as vector(1)",
        (Type::Scalar, Type::Vector) => "a number, such as scalar(x)",
        _ => wanted.name(),
    };
    Err(Fault::new(Kind::Type, expr.part, problem).expected(expected))
}
