//! Numbers as PyPSS prints them: Python's `round`, half to even on the exact binary value.

/// To two decimals.
pub(super) fn to_cents(value: f64) -> f64 {
    // Only odd eighths lie exactly between two hundredths, and times 100 they are exact.
    if (value * 8.0).fract() == 0.0 {
        return (value * 100.0).round_ties_even() / 100.0;
    }
    format!("{value:.2}").parse().unwrap_or(value)
}

/// A share of 0..1 as whole points of 100.
pub(super) fn to_points(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round_ties_even() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_the_even_digit_and_near_ties_do_not() {
        assert_eq!(to_cents(0.125), 0.12);
        assert_eq!(to_cents(0.375), 0.38);
        assert_eq!(to_cents(0.625), 0.62);
        // Python: round(0.285, 2) is 0.28, round(2.675, 2) is 2.67, round(0.145, 2) is 0.14, round(0.015, 2) is 0.01.
        assert_eq!(to_cents(0.285), 0.28);
        assert_eq!(to_cents(2.675), 2.67);
        assert_eq!(to_cents(0.145), 0.14);
        assert_eq!(to_cents(0.015), 0.01);
        assert_eq!(to_points(0.125), 12);
        assert_eq!(to_points(0.135), 14);
        assert_eq!(to_points(-3.0), 0);
        assert_eq!(to_points(7.0), 100);
    }
}
