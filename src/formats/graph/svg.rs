//! A world drawn as SVG, laid out as the map of the page is.

use std::fmt::Write;

use super::fitted;
use super::layout::{Layout, Rect, layout};

use crate::session::Scenario;
use crate::world::spec::{Kind, Spec};
use crate::world::{Forecast, World};

/// Room for the picture: as wide as its columns need, at least this.
const WIDTH: f64 = 1200.0;
/// Room of one column, its calls included.
const COLUMN: f64 = 250.0;
const HEIGHT: f64 = 320.0;
/// Width of a character of the names.
const CHARACTER: f64 = 8.0;

/// Colours by the reader's preference; a picture brings its own.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1b232b}.name{font-weight:600}.small{font-size:11px;fill:#434e59}\
.body{fill:#fbf9f4;stroke:#857e70}.call{fill:none;stroke:#2d5fc4;stroke-opacity:.55}.page{fill:#f3efe7}\
@media(prefers-color-scheme:dark){text{fill:#e7ecf1}.small{fill:#b3bfca}.body{fill:#171f28;stroke:#6d7c8b}\
.call{stroke:#6aa5ff}.page{fill:#10161d}}";

/// Draws it.
pub fn svg(scenario: &Scenario) -> String {
    let spec = &scenario.world;
    let world = World::new(spec.clone(), 1);
    let layers = world.layers();
    let edges: Vec<(usize, usize)> = world
        .edges()
        .map(|(from, to)| (from as usize, to as usize))
        .collect();
    let columns = layers.iter().max().map_or(1, |most| most + 1);
    let width = f64::from(columns).mul_add(COLUMN, COLUMN / 2.0);
    let width = if width > WIDTH { width } else { WIDTH };
    let layout = layout(&layers, &edges, (width, HEIGHT));
    let forecast = Forecast::of(spec);
    let mut picture = Picture::default();
    picture.frame(spec, &layout);
    for (_, path) in &layout.entries {
        picture.call(&path.data, forecast.busiest, "users");
    }
    for (path, (from, to)) in layout.edges.iter().zip(&edges) {
        let rate = forecast.calls.get(&(*from, *to)).copied().unwrap_or(0.0);
        let (from, to) = (&spec.services[*from].name, &spec.services[*to].name);
        let told = format!("{from} calls {to}: {rate:.2}/s");
        picture.call(&path.data, rate, &told);
    }
    picture.users(&layout.users, forecast.busiest);
    for ((service, found), rect) in spec
        .services
        .iter()
        .zip(&forecast.services)
        .zip(&layout.nodes)
    {
        let pods = match service.replicas {
            1 => "1 pod".to_owned(),
            pods => format!("{pods} pods"),
        };
        let lines = [
            format!(
                "{}, {pods} of {} workers",
                word(service.kind),
                service.workers
            ),
            format!("{:.2} requests/s", found.rate),
            format!("{:.1} % busy", found.utilisation * 100.0),
        ];
        picture.node(rect, &service.name, &service.about, &lines);
    }
    picture.text.push_str("</svg>\n");
    picture.text
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Gateway => "gateway",
        Kind::Service => "service",
        Kind::Database => "database",
        Kind::Cache => "cache",
        Kind::Queue => "queue",
        Kind::Dependency => "dependency",
    }
}

/// SVG as it grows.
#[derive(Default)]
struct Picture {
    text: String,
}

// Writing to a String cannot fail.
impl Picture {
    fn frame(&mut self, spec: &Spec, layout: &Layout) {
        let (width, height) = (layout.width, layout.height);
        let _ = write!(
            self.text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">\n\
             <title>{}</title>\n<desc>{}</desc>\n<style>{STYLE}</style>\n\
             <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n",
            escaped(&spec.title),
            escaped(&spec.about)
        );
    }

    fn call(&mut self, data: &str, rate: f64, told: &str) {
        let width = 1.25 + 1.35 * libm::log10(1.0 + rate);
        let _ = writeln!(
            self.text,
            "<path class=\"call\" stroke-width=\"{width:.2}\" d=\"{data}\"><title>{}</title></path>",
            escaped(told)
        );
    }

    fn users(&mut self, rect: &Rect, rate: f64) {
        let (x, y) = rect.center();
        let _ = writeln!(
            self.text,
            "<rect class=\"body\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"28\"/>\
             <text text-anchor=\"middle\" x=\"{x:.1}\" y=\"{y:.1}\">users</text>\
             <text class=\"small\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{:.1}\">{rate:.2}/s</text>",
            rect.x,
            rect.y,
            rect.w,
            rect.h,
            y + 16.0
        );
    }

    fn node(&mut self, rect: &Rect, name: &str, about: &str, lines: &[String]) {
        let left = rect.x + 14.0;
        let _ = write!(
            self.text,
            "<g><title>{}</title>\
             <rect class=\"body\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"10\"/>\
             <text class=\"name\" x=\"{left:.1}\" y=\"{:.1}\">{}</text>",
            escaped(about),
            rect.x,
            rect.y,
            rect.w,
            rect.h,
            rect.y + 28.0,
            escaped(&fitted(name, rect.w - 28.0, CHARACTER))
        );
        for (place, line) in (0u32..).zip(lines) {
            let y = rect.y + 50.0 + 17.0 * f64::from(place);
            let _ = write!(
                self.text,
                "<text class=\"small\" x=\"{left:.1}\" y=\"{y:.1}\">{}</text>",
                escaped(line)
            );
        }
        self.text.push_str("</g>\n");
    }
}

/// Text that cannot become markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_world_cannot_become_markup() {
        assert_eq!(
            escaped("<script>\"a\" & b</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; b&lt;/script&gt;"
        );
    }
}
