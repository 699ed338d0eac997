//! Colours as tokens write them, turned into the numbers that drawing needs.

use crate::base::parse::real;

/// Red, green, blue (0..=255) and opacity (0..=1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rgba {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity.
    pub a: f64,
}

impl Rgba {
    /// The grey that stands in for a token that cannot be read.
    pub const FALLBACK: Rgba = Rgba {
        r: 128,
        g: 128,
        b: 128,
        a: 1.0,
    };

    /// Reads `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(...)` and `rgba(...)`.
    pub fn parse(text: &str) -> Option<Rgba> {
        let text = text.trim();
        match text.strip_prefix('#') {
            Some(hex) => from_hex(hex),
            None => from_function(text),
        }
    }

    /// The same colour, `share` as opaque.
    pub fn faded(self, share: f64) -> Rgba {
        Rgba {
            a: self.a * share,
            ..self
        }
    }

    /// As CSS and canvas take it.
    pub fn css(self) -> String {
        format!("rgba({},{},{},{})", self.r, self.g, self.b, self.a)
    }
}

fn from_hex(hex: &str) -> Option<Rgba> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<_>>()?;
    let pair = |i: usize| -> Option<u8> { Some(digits.get(i)? * 16 + digits.get(i + 1)?) };
    let single = |i: usize| -> Option<u8> { Some(digits.get(i)? * 17) };
    let opaque = |r, g, b| Rgba { r, g, b, a: 1.0 };
    match digits.len() {
        3 => Some(opaque(single(0)?, single(1)?, single(2)?)),
        6 => Some(opaque(pair(0)?, pair(2)?, pair(4)?)),
        8 => Some(opaque(pair(0)?, pair(2)?, pair(4)?).faded(f64::from(pair(6)?) / 255.0)),
        _ => None,
    }
}

fn from_function(text: &str) -> Option<Rgba> {
    let inner = text
        .strip_prefix("rgba(")
        .or_else(|| text.strip_prefix("rgb("))?
        .strip_suffix(')')?;
    let parts: Vec<&str> = inner
        .split([',', '/', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let channel = |i: usize| -> Option<u8> {
        let value: f64 = real(parts.get(i)?)?;
        Some(value.clamp(0.0, 255.0).round() as u8)
    };
    let a = match parts.get(3) {
        None => 1.0,
        Some(part) => match part.strip_suffix('%') {
            Some(percent) => real(percent)? / 100.0,
            None => real(part)?,
        },
    };
    (parts.len() <= 4).then_some(Rgba {
        r: channel(0)?,
        g: channel(1)?,
        b: channel(2)?,
        a,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_browsers_report_are_read() {
        let teal = Rgba {
            r: 0,
            g: 170,
            b: 187,
            a: 1.0,
        };
        for text in [
            "#0ab",
            "#00aabb",
            " #00AABB ",
            "#00aabbff",
            "rgb(0, 170, 187)",
            "rgb(0 170 187 / 100%)",
            "rgba(0,170,187,1)",
        ] {
            assert_eq!(Rgba::parse(text), Some(teal), "{text}");
        }
        assert_eq!(Rgba::parse("rgba(0, 0, 0, 0.5)").map(|c| c.a), Some(0.5));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "#12",
            "#ggg",
            "teal",
            "rgb(1,2)",
            "rgb(1,2,3,4,5)",
            "oklch(0.5 0.1 200)",
        ] {
            assert_eq!(Rgba::parse(text), None, "{text}");
        }
    }
}
