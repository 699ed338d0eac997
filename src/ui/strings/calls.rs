//! Texts of the panel for calls: policies, and the protection of services.

texts! {
    CALLS = "Calls";
    CALLEE = "To";
    TIMEOUT = "Timeout";
    ATTEMPTS = "Attempts";
    BREAKER = "Breaker";
    BULKHEAD = "Bulkhead";
    CHANGE_CALL = "Change a call";
    PROTECT = "Protect the service";
    WHAT = "What";
    TIMEOUT_DOES = "How long one attempt may take. Leave it empty, and the caller waits for as long as it takes.";
    ATTEMPTS_DOES = "How often a call is tried in all. Each retry is more load for a callee that fails already.";
    BREAKER_ON = "Breaker on";
    BREAKER_ON_DOES = "Stops asking a callee when many attempts fail, and tries a few again after a while.";
    BREAKER_OFF = "Breaker off";
    BREAKER_OFF_DOES = "Asks the callee always, however often it fails.";
    BULKHEAD_DOES = "How many attempts may be under way at once, so that one slow callee cannot hold every worker. Leave it empty for no limit.";
    RATE_LIMIT = "Rate limit";
    RATE_LIMIT_DOES = "How many requests a second each pod lets in; the rest is answered 429. Leave it empty for no limit.";
    SHED_ON = "Shedding on";
    SHED_ON_DOES = "A busy pod turns away at once what matters least, and more the busier it is.";
    SHED_OFF = "Shedding off";
    SHED_OFF_DOES = "Pods take in whatever their queue has room for.";
    SHEDS = "Busy pods shed what matters least.";
    UNIT_SECONDS = "s";
    UNIT_AT_ONCE = "at once";
    UNIT_IN_ALL = "in all";
    NO_LIMIT = "none";
}

/// The rate limit of a service.
pub fn lets_in(rate: &str) -> String {
    format!("Each pod lets in {rate}. ")
}
