//! A world out of the text of its file.
#![allow(dead_code)] // each test binary uses a part

use xops_lab::base::{At, Report, yaml};
use xops_lab::world::{Spec, read};

/// A sound world.
pub fn spec(text: &str) -> Spec {
    try_spec(text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A world, or what is wrong with it.
pub fn try_spec(text: &str) -> Result<Spec, String> {
    let node = yaml::parse("test.yaml", text, &yaml::Limits::default()).expect("valid YAML");
    let mut report = Report::new("test.yaml", text);
    let mut fields = report.fields(&At::root(&node)).expect("a mapping");
    let spec = read::spec(&mut report, &mut fields);
    fields.done(&mut report);
    let problems = report.finish();
    match spec {
        Some(spec) if problems.is_empty() => Ok(spec),
        _ => Err(problems.to_string()),
    }
}
