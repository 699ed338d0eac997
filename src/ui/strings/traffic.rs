//! Texts of the panel for traffic: classes of clients, surges, admission.

texts! {
    CLIENTS = "Clients";
    CLASS = "Class";
    TURNED_AWAY = "Turned away";
    CHANGE_TRAFFIC = "Change or guard the traffic";
    ALL_USERS = "all users";
    ALL_BOTS = "all bots";
    UNIT_PER_SECOND = "/s";
    HALF_LIFE = "Halves every";
    SPIKE = "Start a spike";
    SPIKE_DOES = "So many times the usual traffic, from now on, and then back at once.";
    FLASH_SALE = "Open a flash sale";
    FLASH_SALE_DOES = "So many times the usual traffic at once; what is above the usual halves again and again.";
    CRAWL = "Let bots crawl";
    CRAWL_DOES = "Bots come on top and bring nothing in. They ask and do not care who waits.";
    LIMIT = "Limit a class";
    LIMIT_DOES = "Gateways let so many of its requests in and answer the rest with 429 at once.";
    BLOCK = "Block a class";
    BLOCK_DOES = "Gateways answer all its requests with 429 at once.";
    ALLOW = "Let a class in";
    ALLOW_DOES = "Takes its block or limit away.";
    SHED = "Shed load";
    SHED_FROM = "From a load of";
    SHED_DOES = "A gateway busier than this answers 503 to what matters least first: the sheddable, then the sheddable-plus, and the critical only when every worker is taken.";
    SHED_OFF = "Stop shedding";
    SHED_OFF_DOES = "Everything waits alike, until queues are full.";
}

pub fn sheds(load: &str) -> String {
    format!("Gateways shed from a load of {load}.")
}

pub fn sales(money: &str) -> String {
    format!(" {money}/min")
}

/// Users of a closed loop.
pub fn crowd(users: &str) -> String {
    format!(" {users} users")
}
