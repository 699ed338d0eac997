//! Texts of the objectives' tab that follow from their terms.

texts! {
    ALLOWS = "What this target allows";
    OVER = "Over";
    DOWN = "Down";
    REQUESTS = "Bad requests at this traffic";
    SPENT = "Who spent the budget";
    ASKED = "Asked for";
    HOW = "How it went wrong";
    NEW = "New objective";
    EDIT = "Change";
    EDITOR = "Objective";
    SAVE = "Set objective";
    REMOVE = "Remove";
    NAME = "Name";
    GOOD = "Good when";
    AVAILABILITY = "answered without an error";
    LATENCY = "answered in time";
    QUALITY = "answered in full";
    UNDER = "No later than";
    AT = "Measured at";
    EDGE = "the edge, where users are";
    METHOD = "Budget counts";
    REQUESTS_COUNT = "requests";
    SLICES_COUNT = "minutes that are 95 % good";
    DAYS_1 = "any day";
    DAYS_7 = "any 7 days";
    DAYS_28 = "any 28 days";
    DAYS_30 = "any 30 days";
    EACH_DAY = "each calendar day";
    EACH_WEEK = "each calendar week";
    EACH_MONTH = "each calendar month";
    SCALE = "What targets allow: choose one";
    DOWN_DAY = "Down a day";
    DOWN_MONTH = "Down in 30 days";
    BAD_DAY = "Bad requests a day";
    NINE_UNKNOWN = "What the next nine would cost is not known: nothing was measured yet.";
}

pub fn percent(number: &str) -> String {
    format!("{number} %")
}

pub fn since(at: &str) -> String {
    format!("Counted since {at}; what came before was not measured so.")
}

pub fn cause(share: &str, asked: &str, how: &str) -> String {
    format!("{share} {asked} ({how})")
}

pub fn next_nine(target: &str, leaves: &str, had: &str, must: bool, causes: &str) -> String {
    let text = format!(
        "The next nine, {target} %, leaves {leaves} bad requests a day at this traffic. The last week had {had} a day"
    );
    let causes = match causes {
        "" => String::new(),
        causes => format!(": {causes}"),
    };
    let verdict = if must {
        "Without ending some of these causes it cannot be kept."
    } else {
        "It would have been kept as things were."
    };
    format!("{text}{causes}. {verdict}")
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
