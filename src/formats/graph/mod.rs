//! Services and calls as a picture.
//!
//! In: the layers and edges of a graph and the room there is; or a whole
//! [`Scenario`](crate::session::Scenario). Out: where everything stands
//! ([`layout`](layout::layout), [`path`]), which the page's map shows alive; or
//! a finished drawing ([`svg`](svg::svg)). It knows neither page nor files.

pub mod layout;
mod order;
pub mod path;
mod rows;
pub mod svg;

/// `text` shortened to about `width` pixels of a font whose characters are `each` wide.
pub fn fitted(text: &str, width: f64, each: f64) -> String {
    let most = (width / each).max(1.0) as usize;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}\u{2026}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_in_an_ellipsis() {
        assert_eq!(fitted("payment", 100.0, 7.0), "payment");
        assert_eq!(fitted("recommendations", 56.0, 7.0), "recomme\u{2026}");
    }
}
