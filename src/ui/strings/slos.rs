//! Texts of the objectives' tab that follow from their terms.

texts! {
    ALLOWS = "What this target allows";
    OVER = "Over";
    DOWN = "Down";
    REQUESTS = "Bad requests at this traffic";
    SPENT = "Who spent the budget";
    ASKED = "Asked for";
    HOW = "How it went wrong";
}

pub fn between(text: &str, soonest: &str, latest: Option<&str>) -> String {
    match latest {
        Some(latest) => format!("{text} Between {soonest} and {latest} with 95 % confidence."),
        None => {
            format!("{text} {soonest} at the soonest; the last hour varies too much to say more.")
        }
    }
}

pub fn stance(stance: &str) -> String {
    let what = match stance {
        "careful" => "releases go out, and are watched",
        "freeze" => "no release until there is budget again",
        "reliability" => "no release, everybody works on reliability",
        _ => "releases go out",
    };
    format!("Budget policy: {stance} ({what}).")
}

pub fn excluded(count: &str) -> String {
    format!("Planned maintenance kept out: {count}.")
}

pub fn sla(agreed: &str, credit: &str, owed: &str) -> String {
    format!("SLA: {agreed} is agreed; at this window's figure customers get back {credit}, {owed}.")
}
