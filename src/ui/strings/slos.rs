//! Texts of the objectives' tab that follow from their terms.

texts! {
    ALLOWS = "What this target allows";
    OVER = "Over";
    DOWN = "Down";
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
    OVERRIDE = "Let releases go out for an hour";
    REASON = "Reason, which is recorded";
    LONG_REASON = "The reason is too long: write at most 200 characters.";
    BEGAN = "Began";
    LASTED = "Lasted";
    OF_BUDGET = "Of the budget";
    REVENUE = "Revenue lost";
    CREDITS = "Credits owed";
    NO_BUDGET = "100 % leaves no error budget: choose less, such as 99.9.";
    NINE_UNKNOWN = "What the next nine would cost is not known: nothing was measured yet.";
}

pub fn percent(number: &str) -> String {
    format!("{number} %")
}

pub fn since(at: &str) -> String {
    format!("Counted since {at}; what came before was not measured so.")
}

pub fn so_far(window: &str, counted: &str) -> String {
    format!("last {window}, {counted} so far")
}

pub fn elsewhere(places: &str) -> String {
    format!("Measured elsewhere the same is good to: {places}.")
}

pub fn overridden(until: &str) -> String {
    format!("An override lets releases go out until {until}.")
}

pub fn cause(share: &str, asked: &str, how: &str) -> String {
    format!("{share} {asked} ({how})")
}

pub fn taken(name: &str) -> String {
    format!("There is an objective {name}: change that one, or choose another name.")
}

pub fn bad_a_day(slices: bool) -> &'static str {
    if slices {
        "Bad slices a day"
    } else {
        "Bad requests a day"
    }
}

pub fn bad_over(slices: bool) -> &'static str {
    if slices {
        "Bad slices"
    } else {
        "Bad requests at this traffic"
    }
}

pub fn bad_of(slices: bool) -> &'static str {
    if slices { "slices" } else { "requests" }
}

pub fn next_nine(
    target: &str,
    unit: &str,
    (leaves, had): (&str, &str),
    must: bool,
    causes: &str,
) -> String {
    let text = format!(
        "The next nine, {target} %, leaves {leaves} bad {unit} a day at this traffic. In the last week, or as long as this run is, there were {had} a day"
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

pub fn revenue(any: bool, lost: &str, saved: &str) -> String {
    if !any {
        return "Worth in revenue: nothing; no bad request lost any.".to_owned();
    }
    format!(
        "Worth in revenue: bad requests lose {lost} a day, of which the next nine would save {saved} if all causes became rarer alike."
    )
}

pub fn credits(owed: &str, spared: &str) -> String {
    format!(
        "Worth in credits: customers get back {owed} for a window like this one, of which the next nine would save {spared}."
    )
}

pub fn spare(through: u32, price: Option<&str>) -> String {
    let services = match through {
        1 => "the service that these requests went through".to_owned(),
        count => format!("each of the {count} services that these requests went through"),
    };
    match price {
        None => "Price: nothing that these requests went through has a price in this world, and people's time has none."
            .to_owned(),
        Some(price) => format!(
            "Price: one more pod of {services} costs {price} a day. Whether that ends the causes, a trial tells; people's time has no price in this world."
        ),
    }
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

pub fn sla(gap: bool, [target, agreed, credit, owed]: [&str; 4]) -> String {
    let between = if gap {
        format!(
            "the objective is {target}, so that the budget is gone, and the team warned, before customers are owed anything"
        )
    } else {
        format!(
            "the objective is {target}, so that nothing warns the team before customers are owed something"
        )
    };
    format!(
        "SLA: {agreed} is agreed; {between}. At this window's figure customers get back {credit}, {owed}."
    )
}

pub fn outages(burn: &str) -> String {
    format!("Outages: the budget burned at {burn} or faster, five minutes or longer")
}
