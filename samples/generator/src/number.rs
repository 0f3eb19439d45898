//! Floats as Python's `json` writes them: the shortest text that reads back as the same number, with an exponent of two digits below 0.0001.

use std::fmt::{self, Display, Formatter};

/// Writes its float as Python's `repr` does; for finite values below 1e16, which is all that traces hold.
pub(crate) struct Float(pub(crate) f64);

impl Display for Float {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == 0.0 || self.0.abs() >= 1e-4 {
            return write!(f, "{:?}", self.0);
        }
        let text = format!("{:e}", self.0);
        match text.split_once("e-") {
            Some((digits, exponent)) => write!(f, "{digits}e-{exponent:0>2}"),
            None => f.write_str(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Float;

    #[test]
    fn texts_are_pythons() {
        for (value, text) in [
            (0.0, "0.0"),
            (0.5, "0.5"),
            (1.0, "1.0"),
            (0.0001, "0.0001"),
            (0.000_095, "9.5e-05"),
            (2e-12, "2e-12"),
            (0.010_841_033_521_995_436, "0.010841033521995436"),
            (1_700_000_000.891_298_5, "1700000000.8912985"),
        ] {
            assert_eq!(Float(value).to_string(), text);
        }
    }
}
