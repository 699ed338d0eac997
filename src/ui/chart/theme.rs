//! Colour tokens as a canvas needs them, read when something is drawn.

use web_sys::{CssStyleDeclaration, Element};

use super::color::Rgba;

/// The tokens that hold on one element.
pub struct Tokens(Option<CssStyleDeclaration>);

impl Tokens {
    /// The tokens as `element` inherits them now.
    pub fn of(element: &Element) -> Self {
        Tokens(
            gloo::utils::window()
                .get_computed_style(element)
                .ok()
                .flatten(),
        )
    }

    /// The colour of a token such as `--ink`; grey where it cannot be read.
    pub fn color(&self, name: &str) -> Rgba {
        self.0
            .as_ref()
            .and_then(|style| style.get_property_value(name).ok())
            .and_then(|text| Rgba::parse(&text))
            .unwrap_or(Rgba::FALLBACK)
    }
}

/// Canvas pixels per CSS pixel: the screen's own, at least 2, so that lines
/// that end between two pixels look smooth on every screen.
pub fn canvas_scale() -> f64 {
    let ratio = gloo::utils::window().device_pixel_ratio();
    if ratio < 1.5 { 2.0 } else { ratio.min(4.0) }
}
