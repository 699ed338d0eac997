//! Texts with figures in them: the part of Go's template language that
//! Prometheus's rules use.
//!
//! In: a text such as `{{ $labels.pod }} fails {{ $value | humanizePercentage }}`,
//! labels, a value, and a way to ask queries. Out: the text with everything
//! filled in, or what is wrong. Bounded: [`MOST_STEPS`] steps, [`LONGEST`] bytes.

mod eval;
mod function;
mod lex;
mod parse;
#[cfg(test)]
mod tests;
mod value;

pub use function::general;

use super::Labels;

/// Steps of one expansion.
const MOST_STEPS: u32 = 100_000;
/// Bytes of the text that comes out.
const LONGEST: usize = 64 << 10;
/// Blocks and parentheses within each other.
const DEEPEST: u32 = 32;

/// The answer to a query within a template: labels and a value for each series.
pub type Answer = Result<Vec<(Labels, f64)>, String>;

/// What a text can refer to.
pub struct Data<'a> {
    /// The labels of the series that alerts.
    pub labels: &'a Labels,
    /// Labels of the whole server.
    pub external: &'a Labels,
    /// Where the server's pages are.
    pub url: &'a str,
    /// The value of the series.
    pub value: f64,
    /// How queries are answered.
    pub query: &'a dyn Fn(&str) -> Answer,
}

/// Fills a text in.
pub fn expand(text: &str, data: &Data<'_>) -> Result<String, String> {
    if !text.contains("{{") {
        return Ok(text.to_owned());
    }
    let nodes = parse::parse(text)?;
    eval::run(&nodes, data)
}

/// What is wrong with a text, as far as that shows without data.
pub fn check(text: &str) -> Result<(), String> {
    parse::parse(text).map(|_| ())
}
