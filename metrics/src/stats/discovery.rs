//! Many tests at once: how many of what they find may be false.

/// For each probability of chance the smallest share of false findings at which its test would be among them (Benjamini and Hochberg, Controlling the false
/// discovery rate, 1995): `q_i = min over j with p_j >= p_i of p_j m / rank_j`.
pub fn false_discovery(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let mut q = vec![1.0; p.len()];
    let mut least: f64 = 1.0;
    for (passed, at) in order.iter().enumerate() {
        let rank = (p.len() - passed) as f64;
        least = least.min(p[*at] * p.len() as f64 / rank);
        q[*at] = least;
    }
    q
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, word by word.
    fn naive(p: &[f64]) -> Vec<f64> {
        let rank = |x: f64| p.iter().filter(|other| **other <= x).count() as f64;
        let at = |x: f64| x * p.len() as f64 / rank(x);
        p.iter()
            .map(|x| {
                let above = p.iter().filter(|other| *other >= x);
                above.map(|other| at(*other)).fold(1.0, f64::min)
            })
            .collect()
    }

    #[test]
    fn gives_the_worked_example_of_the_paper() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        assert_eq!(
            false_discovery(&p).iter().filter(|q| **q <= 0.05).count(),
            4
        );
    }

    proptest! {
        #[test]
        fn equals_its_definition(p in proptest::collection::vec(0.0f64..=1.0, 0..40)) {
            for (fast, slow) in false_discovery(&p).iter().zip(naive(&p)) {
                prop_assert!((fast - slow).abs() < 1e-12);
            }
        }
    }
}
