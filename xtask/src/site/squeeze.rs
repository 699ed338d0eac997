//! What a browser does not need of a text that is sent to it: comments and
//! indentation. Lines stay lines, so that an error's line can be found.

/// A style sheet without comments, empty lines and indentation.
pub fn style(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    lines(&kept, |_| true)
}

/// A script without lines that are comments, empty lines and indentation. One
/// whose texts may reach over several lines stays as it is.
pub fn script(text: &str) -> String {
    let whole = |line: &str| line.matches('`').count().is_multiple_of(2);
    if !text.lines().all(whole) {
        return text.to_owned();
    }
    lines(text, |line| !line.starts_with("//"))
}

fn lines(text: &str, keep: impl Fn(&str) -> bool) -> String {
    let trimmed = text.lines().map(str::trim);
    let mut kept = String::with_capacity(text.len());
    for line in trimmed.filter(|line| !line.is_empty() && keep(line)) {
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_keeps_its_rules() {
        let given = "/* one\n two */\n.a {\n  margin: 0 1px; /* why */\n}\n\n.b { x: y }\n";
        assert_eq!(style(given), ".a {\nmargin: 0 1px;\n}\n.b { x: y }\n");
        assert_eq!(style(".a {}\n/* never closed"), ".a {}\n");
    }

    #[test]
    fn a_script_keeps_its_statements() {
        let given = "// what\nimport x from \"./x.js\";\n\n  // why\n  x(`${1}`); // here\n";
        let kept = "import x from \"./x.js\";\nx(`${1}`); // here\n";
        assert_eq!(script(given), kept);
    }

    #[test]
    fn a_text_over_several_lines_is_left_alone() {
        let given = "const text = `one\n  // two\n`;\n";
        assert_eq!(script(given), given);
    }
}
