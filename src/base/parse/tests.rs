//! Which texts are quantities, and why others are not.

use std::fmt::Debug;

use proptest::prelude::*;

use super::*;

/// Reads each text and compares the answer's `Debug` text, or the problem.
fn check<T: Debug>(read: impl Fn(&str) -> Result<T, String>, table: &[(&str, &str)]) {
    for (text, expected) in table {
        let answer = match read(text) {
            Ok(value) => format!("{value:?}"),
            Err(problem) => problem,
        };
        assert_eq!(&answer, expected, "for {text:?}");
    }
}

#[test]
fn durations_are_exact() {
    check(
        |text| duration(text).map(Span::as_nanos),
        &[
            ("250ms", "250000000"),
            ("1.5s", "1500000000"),
            ("1h30m", "5400000000000"),
            ("1h 30m", "5400000000000"),
            ("2d", "172800000000000"),
            ("4w", "2419200000000000"),
            ("40us", "40000"),
            ("40µs", "40000"),
            ("0s", "0"),
            ("1m2.5s", "62500000000"),
            ("0.1s", "100000000"),
            ("18446744073709551615ns", "18446744073709551615"),
        ],
    );
}

#[test]
fn what_is_no_duration_says_why() {
    check(
        duration,
        &[
            ("", "a duration is missing"),
            ("5", "`5` is not a duration: the unit is missing"),
            ("5 s", "`5 s` is not a duration: the unit is missing"),
            (
                "s",
                "`s` is not a duration: a number is expected before each unit",
            ),
            (
                "-5s",
                "`-5s` is not a duration: a number is expected before each unit",
            ),
            ("1:30", "`1:30` is not a duration: the unit is missing"),
            ("5y", "`5y` is not a duration: `y` is not a unit of time"),
            (
                "30m1h",
                "`30m1h` is not a duration: each unit stands once, larger ones first",
            ),
            (
                "1s1s",
                "`1s1s` is not a duration: each unit stands once, larger ones first",
            ),
            (
                "1.5h30m",
                "`1.5h30m` is not a duration: only the last number may have a fraction",
            ),
            (
                "1.5ns",
                "`1.5ns` is not a duration: it is finer than 1ns or too long",
            ),
            (
                "01s",
                "`01s` is not a duration: a number is expected before each unit",
            ),
            (
                ".5s",
                "`.5s` is not a duration: a number is expected before each unit",
            ),
            (
                "600000d",
                "`600000d` is not a duration: it is longer than 584 years",
            ),
            (
                "5s ",
                "`5s ` is not a duration: a number is expected before each unit",
            ),
        ],
    );
}

#[test]
fn ratios_are_the_nearest_number_to_what_is_written() {
    check(
        |text| ratio(text).map(Ratio::get),
        &[
            ("99.9 %", "0.999"),
            ("99.9%", "0.999"),
            ("99.95%", "0.9995"),
            ("0.999", "0.999"),
            ("1", "1.0"),
            ("0%", "0.0"),
            ("99.9", "99.9 is above 1; is 99.9 % meant?"),
            ("101%", "101% is more than 100 %"),
            ("-1%", "`-1%` is not a ratio"),
            ("NaN", "`NaN` is not a ratio"),
            ("1e-3", "`1e-3` is not a ratio"),
            ("%", "`%` is not a ratio"),
        ],
    );
}

#[test]
fn rates_are_per_second_whatever_they_are_written_in() {
    check(
        |text| rate(text).map(Rate::get),
        &[
            ("20/s", "20.0"),
            ("5/min", "0.08333333333333333"),
            ("1.2k/s", "1200.0"),
            ("2M/d", "23.14814814814815"),
            ("36/h", "0.01"),
            (
                "20",
                "`20` is not a rate: it lacks `/s`, `/min`, `/h` or `/d`",
            ),
            (
                "20/m",
                "`20/m` is not a rate: `/m` is not one of /s, /min, /h, /d",
            ),
            ("-1/s", "`-1/s` is not a rate: `-1` is not a number"),
            ("inf/s", "`inf/s` is not a rate: `inf` is not a number"),
            ("k/s", "`k/s` is not a rate: `k` is not a number"),
        ],
    );
}

#[test]
fn bytes_are_whole_and_count_in_powers_of_1024() {
    check(
        |text| bytes(text).map(Bytes::get),
        &[
            ("300B", "300"),
            ("2KiB", "2048"),
            ("1.5GiB", "1610612736"),
            (
                "1.5B",
                "`1.5B` is not a quantity of bytes: it is not a whole number of bytes, or too large",
            ),
            (
                "512M",
                "`512M` is not a quantity of bytes: the unit is not one of B, KiB, MiB, GiB, TiB",
            ),
            (
                "MiB",
                "`MiB` is not a quantity of bytes: a number is expected first",
            ),
        ],
    );
}

#[test]
fn money_is_exact_to_the_cent() {
    check(
        |text| money(text).map(Money::cents),
        &[
            ("12.50", "1250"),
            ("12.5", "1250"),
            ("12", "1200"),
            ("0.07", "7"),
            ("1.005", "1.005 is finer than a cent"),
            ("-3", "`-3` is not an amount of money"),
            ("12 EUR", "`12 EUR` is not an amount of money"),
            (
                "99999999999999999999",
                "99999999999999999999 is more money than can be counted",
            ),
        ],
    );
}

#[test]
fn numbers_hold_no_surprises_of_older_yaml() {
    check(
        integer,
        &[
            ("0", "0"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "18446744073709551616 is too large"),
            ("010", "`010` has a leading zero"),
            ("0x10", "`0x10` is not a whole number"),
            ("1_000", "`1_000` is not a whole number"),
            ("1:30", "`1:30` is not a whole number"),
            ("-5", "-5 is below zero"),
            ("+5", "`+5` is not a whole number"),
            ("1e3", "`1e3` is not a whole number"),
        ],
    );
    check(
        number,
        &[
            ("0.25", "0.25"),
            ("-3", "-3.0"),
            ("1.5e3", "1500.0"),
            (".5", "`.5` is not a number"),
            ("5.", "`5.` is not a number"),
            (".inf", "`.inf` is not a number"),
            ("inf", "`inf` is not a number"),
            ("NaN", "`NaN` is not a number"),
            ("1e999", "1e999 is too large"),
            ("0o10", "`0o10` is not a number"),
            ("1e", "`1e` is not a number"),
        ],
    );
    check(
        boolean,
        &[
            ("true", "true"),
            ("false", "false"),
            ("yes", "`yes` is neither true nor false"),
        ],
    );
}

#[test]
fn a_name_is_a_dns_label() {
    assert_eq!(name("checkout-api2"), Ok("checkout-api2"));
    for wrong in [
        "",
        "Shop",
        "2shop",
        "-a",
        "a b",
        "a_b",
        "ä",
        &"a".repeat(64),
    ] {
        assert!(name(wrong).is_err(), "{wrong:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_span_can_be_written_and_read_back(nanos: u64) {
        prop_assert_eq!(duration(&format!("{nanos}ns")), Ok(Span::from_nanos(nanos)));
    }

    #[test]
    fn what_a_span_shows_reads_back_as_what_it_shows(nanos: u64, shift in 0u32..64) {
        let shown = Span::from_nanos(nanos >> shift).to_string();
        prop_assert_eq!(duration(&shown).map(|span| span.to_string()), Ok(shown));
    }

    #[test]
    fn what_a_ratio_shows_reads_back(hundredths in 0u64..=10_000) {
        let ratio_of = Ratio::of(hundredths, 10_000);
        prop_assert_eq!(ratio_of.and_then(|r| ratio(&r.to_string()).ok()), ratio_of);
    }

    #[test]
    fn no_text_makes_any_reader_panic(text in "\\PC{0,20}", near in "[0-9.]{0,6}[ wdhmsun%/kM-]{0,4}[0-9a-z]{0,3}") {
        for text in [text.as_str(), near.as_str()] {
            let read = [
                duration(text).err(),
                ratio(text).err(),
                rate(text).err(),
                money(text).err(),
                integer(text).err(),
                number(text).err(),
                boolean(text).err(),
                name(text).err(),
            ];
            prop_assert!(read.iter().flatten().all(|problem| !problem.is_empty()));
        }
    }
}
