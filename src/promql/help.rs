//! What functions and aggregations do, one line each, for those who type queries.

/// Name and meaning of each, ordered by name.
const HELP: [(&str, &str); 102] = [
    ("abs", "Absolute value"),
    ("absent", "1 if nothing is found, else nothing"),
    ("absent_over_time", "1 if nothing is found in the window"),
    ("acos", "Arccosine"),
    ("acosh", "Inverse hyperbolic cosine"),
    ("asin", "Arcsine"),
    ("asinh", "Inverse hyperbolic sine"),
    ("atan", "Arctangent"),
    ("atanh", "Inverse hyperbolic tangent"),
    ("avg", "Mean over series"),
    ("avg_over_time", "Mean of the window"),
    ("bottomk", "The k lowest series"),
    ("ceil", "Rounded up"),
    ("changes", "How often the value changed in the window"),
    ("clamp", "Kept between a lowest and a highest value"),
    ("clamp_max", "At most this"),
    ("clamp_min", "At least this"),
    ("cos", "Cosine"),
    ("cosh", "Hyperbolic cosine"),
    ("count", "How many series"),
    ("count_over_time", "How many samples the window has"),
    ("count_values", "How many series have each value"),
    ("day_of_month", "Day of the month, 1 to 31"),
    ("day_of_week", "Day of the week, 0 is Sunday"),
    ("day_of_year", "Day of the year, 1 to 366"),
    ("days_in_month", "Days that the month has"),
    ("deg", "Radians into degrees"),
    ("delta", "Difference of a gauge over the window"),
    ("deriv", "Slope of a gauge per second, by regression"),
    ("double_exponential_smoothing", "Smoothed value with trend"),
    ("end", "End of the query's range"),
    ("exp", "e to the power of the value"),
    ("first_over_time", "Oldest sample of the window"),
    ("floor", "Rounded down"),
    ("group", "1 for each group"),
    (
        "histogram_avg",
        "Mean of a native histogram; there are none here",
    ),
    (
        "histogram_count",
        "Count of a native histogram; there are none here",
    ),
    (
        "histogram_fraction",
        "Share of observations between two bounds, from buckets by le",
    ),
    (
        "histogram_quantile",
        "Quantile such as 0.99 from buckets by le",
    ),
    (
        "histogram_quantiles",
        "Several quantiles from buckets by le",
    ),
    (
        "histogram_stddev",
        "Spread of a native histogram; there are none here",
    ),
    (
        "histogram_stdvar",
        "Variance of a native histogram; there are none here",
    ),
    (
        "histogram_sum",
        "Sum of a native histogram; there are none here",
    ),
    ("hour", "Hour of the day, 0 to 23"),
    ("idelta", "Difference of the last two samples"),
    ("increase", "Growth of a counter over the window"),
    ("irate", "Growth per second between the last two samples"),
    ("label_join", "A label made of several others"),
    ("label_replace", "A label made by a pattern"),
    ("last_over_time", "Newest sample of the window"),
    ("limit_ratio", "A share of the series"),
    ("limitk", "k of the series"),
    ("ln", "Natural logarithm"),
    ("log10", "Logarithm to base 10"),
    ("log2", "Logarithm to base 2"),
    (
        "mad_over_time",
        "Median distance from the median of the window",
    ),
    ("max", "Highest of the series"),
    ("max_of", "The higher of two numbers"),
    ("max_over_time", "Highest of the window"),
    ("min", "Lowest of the series"),
    ("min_of", "The lower of two numbers"),
    ("min_over_time", "Lowest of the window"),
    ("minute", "Minute of the hour"),
    ("month", "Month, 1 to 12"),
    ("pi", "The number pi"),
    (
        "predict_linear",
        "Value in so many seconds, if the trend goes on",
    ),
    ("present_over_time", "1 if the window has any sample"),
    ("quantile", "Quantile over series"),
    ("quantile_over_time", "Quantile of the window"),
    ("rad", "Degrees into radians"),
    ("range", "Length of the query's range"),
    ("rate", "Growth of a counter per second, over the window"),
    ("resets", "How often a counter started again in the window"),
    ("round", "Rounded to the nearest multiple"),
    ("scalar", "One series as a number"),
    ("sgn", "Sign: -1, 0 or 1"),
    ("sin", "Sine"),
    ("sinh", "Hyperbolic sine"),
    ("sort", "Lowest first"),
    ("sort_by_label", "Ordered by labels"),
    ("sort_by_label_desc", "Ordered by labels, last first"),
    ("sort_desc", "Highest first"),
    ("sqrt", "Square root"),
    ("start", "Start of the query's range"),
    ("stddev", "Standard deviation over series"),
    ("stddev_over_time", "Standard deviation of the window"),
    ("stdvar", "Variance over series"),
    ("stdvar_over_time", "Variance of the window"),
    ("step", "Step of the query"),
    ("sum", "Sum over series"),
    ("sum_over_time", "Sum of the window"),
    ("tan", "Tangent"),
    ("tanh", "Hyperbolic tangent"),
    ("time", "Time of evaluation in seconds"),
    ("timestamp", "Time of each sample in seconds"),
    ("topk", "The k highest series"),
    (
        "ts_of_first_over_time",
        "Time of the oldest sample of the window",
    ),
    (
        "ts_of_last_over_time",
        "Time of the newest sample of the window",
    ),
    (
        "ts_of_max_over_time",
        "Time of the highest sample of the window",
    ),
    (
        "ts_of_min_over_time",
        "Time of the lowest sample of the window",
    ),
    ("vector", "A number as a series without labels"),
    ("year", "Year"),
];

/// What the function or aggregation of this name does; empty for an unknown one.
pub fn help(name: &str) -> &'static str {
    let place = HELP.binary_search_by(|(known, _)| (*known).cmp(name));
    place.map_or("", |place| HELP[place].1)
}

/// Every function and aggregation, ordered by name.
pub fn callables() -> impl Iterator<Item = &'static str> {
    HELP.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{AGGREGATIONS, function_names};

    #[test]
    fn everything_that_can_be_called_has_a_line_and_nothing_else_has() {
        assert!(HELP.is_sorted());
        let mut all: Vec<&str> = function_names().collect();
        all.extend(AGGREGATIONS.iter().map(|(name, _)| *name));
        all.sort_unstable();
        assert_eq!(callables().collect::<Vec<_>>(), all);
    }
}
