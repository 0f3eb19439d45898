//! Puts scores together: factors over subjects, subjects over factors; and says which part of the loss each has.

use super::{
    curve::{FLOOR, Steep},
    metric::{MetricMeta, Over},
    outcome::{FactorOutcome, Outcome, Part, Subject},
    settings::{Curve, Settings},
};

/// A subject must hold this share of the weight to be the worst one.
const WORST_SHARE: f64 = 0.01;

/// Aggregates each factor over its subjects, then multiplies the factors (TIME, DB, NET, IO, ERR).
pub struct Product {
    curves: Vec<Steep>,
    over: Vec<Over>,
    renormalise: bool,
    parts: Vec<Part>,
}

impl Product {
    /// `over` says for each factor of the description how its subjects are put together. With `renormalise`, the exponents of the factors that have data sum to 1.
    pub fn new(
        meta: &'static MetricMeta,
        settings: &Settings,
        over: &[Over],
        renormalise: bool,
    ) -> Product {
        Product {
            curves: curves(meta, settings),
            over: over.to_vec(),
            renormalise,
            parts: Vec::new(),
        }
    }

    /// Adds a subject's value to a factor.
    pub fn add(&mut self, factor: usize, subject: Subject, weight: f64, value: f64, n: u64) {
        let score = self.curves[factor].score(value);
        self.parts.push(Part {
            factor,
            subject,
            weight,
            value,
            score,
            n,
            share: 0.0,
        });
    }

    /// Whether a factor has a subject.
    pub fn has(&self, factor: usize) -> bool {
        self.parts.iter().any(|part| part.factor == factor)
    }

    /// The outcome over the factors that have data; `no_data` says why where none has.
    pub fn finish(mut self, n: u64, no_data: impl FnOnce() -> String) -> Outcome {
        let present: Vec<usize> = (0..self.curves.len())
            .filter(|factor| self.has(*factor))
            .collect();
        if present.is_empty() {
            return Outcome::NoData(no_data());
        }
        let curves: Vec<Curve> = self.curves.iter().map(|steep| steep.curve).collect();
        let scale = if self.renormalise {
            present
                .iter()
                .map(|factor| curves[*factor].exponent)
                .sum::<f64>()
        } else {
            1.0
        };
        let mut factors = Vec::new();
        let mut logarithm = 0.0;
        for factor in &present {
            let parts: Vec<&Part> = self
                .parts
                .iter()
                .filter(|part| part.factor == *factor)
                .collect();
            let score = aggregate(
                self.over[*factor],
                parts.iter().map(|part| (part.weight, part.score)),
            )
            .clamp(FLOOR, 1.0);
            let exponent = curves[*factor].exponent / scale;
            logarithm += exponent * libm::log(score);
            factors.push(FactorOutcome {
                factor: *factor,
                value: curves[*factor].inverse(score),
                score,
                exponent,
            });
        }
        for outcome in &factors {
            let share = share_of(outcome.exponent * libm::log(outcome.score), logarithm);
            let over = self.over[outcome.factor];
            let mut parts: Vec<&mut Part> = self
                .parts
                .iter_mut()
                .filter(|part| part.factor == outcome.factor)
                .collect();
            let scores: Vec<(f64, f64)> =
                parts.iter().map(|part| (part.weight, part.score)).collect();
            for (part, inner) in parts.iter_mut().zip(shares(over, &scores)) {
                part.share = share * inner;
            }
        }
        Outcome::Scored {
            score: libm::exp(logarithm).clamp(FLOOR, 1.0),
            n,
            factors,
            parts: self.parts,
            flags: Vec::new(),
        }
    }
}

/// A subject's weight, score, and parts with their exponents.
type Weighed = (f64, f64, Vec<(Part, f64)>);

/// Multiplies the factors of each subject, then aggregates over subjects (MEM, GC, STARVE, KAFKA, GPU, CACHE, CONC, BRANCH).
pub struct PerSubject {
    curves: Vec<Steep>,
    over: Over,
    subjects: Vec<Weighed>,
}

impl PerSubject {
    /// `over` says how subjects are put together.
    pub fn new(meta: &'static MetricMeta, settings: &Settings, over: Over) -> PerSubject {
        PerSubject {
            curves: curves(meta, settings),
            over,
            subjects: Vec::new(),
        }
    }

    /// Adds a subject with the values of the factors it has data for, as `(factor, value)`; exponents renormalise over those. A value of `None` is the floor.
    pub fn add(&mut self, subject: &Subject, weight: f64, n: u64, values: &[(usize, Option<f64>)]) {
        let scale: f64 = values
            .iter()
            .map(|(factor, _)| self.curves[*factor].curve.exponent)
            .sum();
        let mut logarithm = 0.0;
        let mut parts = Vec::new();
        for (factor, value) in values {
            let curve = self.curves[*factor];
            let (value, score) =
                value.map_or((f64::MAX, FLOOR), |value| (value, curve.score(value)));
            let exponent = curve.curve.exponent / scale;
            logarithm += exponent * libm::log(score);
            parts.push((
                Part {
                    factor: *factor,
                    subject: subject.clone(),
                    weight,
                    value,
                    score,
                    n,
                    share: 0.0,
                },
                exponent,
            ));
        }
        if !parts.is_empty() {
            self.subjects
                .push((weight, libm::exp(logarithm).clamp(FLOOR, 1.0), parts));
        }
    }

    /// The outcome over all subjects; `no_data` says why where there is none.
    pub fn finish(self, no_data: impl FnOnce() -> String) -> Outcome {
        if self.subjects.is_empty() {
            return Outcome::NoData(no_data());
        }
        let scores: Vec<(f64, f64)> = self
            .subjects
            .iter()
            .map(|(weight, score, _)| (*weight, *score))
            .collect();
        let score = aggregate(self.over, scores.iter().copied()).clamp(FLOOR, 1.0);
        let mut n = 0;
        let mut all = Vec::new();
        for ((_, score, parts), share) in self.subjects.into_iter().zip(shares(self.over, &scores))
        {
            n += parts.first().map_or(0, |(part, _)| part.n);
            let logarithm: f64 = parts
                .iter()
                .map(|(part, exponent)| exponent * libm::log(part.score))
                .sum();
            for (mut part, exponent) in parts {
                part.share = if score < 1.0 {
                    share * share_of(exponent * libm::log(part.score), logarithm)
                } else {
                    0.0
                };
                all.push((part, exponent));
            }
        }
        let factors = (0..self.curves.len()).filter_map(|factor| {
            let of: Vec<&(Part, f64)> = all
                .iter()
                .filter(|(part, _)| part.factor == factor)
                .collect();
            let (_, exponent) = of.first()?;
            let scores = of.iter().map(|(part, _)| (part.weight, part.score));
            let score = aggregate(self.over, scores).clamp(FLOOR, 1.0);
            let value = self.curves[factor].curve.inverse(score);
            Some(FactorOutcome {
                factor,
                value,
                score,
                exponent: *exponent,
            })
        });
        Outcome::Scored {
            score,
            n,
            factors: factors.collect(),
            parts: all.into_iter().map(|(part, _)| part).collect(),
            flags: Vec::new(),
        }
    }
}

fn curves(meta: &MetricMeta, settings: &Settings) -> Vec<Steep> {
    (0..meta.factors.len())
        .map(|factor| Steep::new(meta.curve(factor, settings)))
        .collect()
}

/// Weighted geometric mean, or its geometric mean with the worst of those that hold at least 1 % of the weight (the heaviest where none does).
pub(crate) fn aggregate(over: Over, scores: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let total: f64 = scores.clone().map(|(weight, _)| weight).sum();
    let mean = libm::exp(
        scores
            .clone()
            .map(|(weight, score)| weight * libm::log(score.max(FLOOR)))
            .sum::<f64>()
            / total,
    );
    match over {
        Over::Mean => mean,
        Over::Worst => libm::sqrt(
            mean * scores
                .clone()
                .nth(worst(&scores.collect::<Vec<_>>()))
                .map_or(1.0, |(_, score)| score.max(FLOOR)),
        ),
    }
}

fn worst(scores: &[(f64, f64)]) -> usize {
    let total: f64 = scores.iter().map(|(weight, _)| weight).sum();
    let eligible = scores
        .iter()
        .enumerate()
        .filter(|(_, (weight, _))| *weight >= WORST_SHARE * total);
    eligible
        .min_by(|a, b| a.1.1.total_cmp(&b.1.1))
        .or_else(|| {
            scores
                .iter()
                .enumerate()
                // Of equals the one with the lowest score, whatever they are called.
                .max_by(|a, b| a.1.0.total_cmp(&b.1.0).then(b.1.1.total_cmp(&a.1.1)))
        })
        .map_or(0, |(at, _)| at)
}

/// Each subject's share of what is lost.
pub(crate) fn shares(over: Over, scores: &[(f64, f64)]) -> Vec<f64> {
    let logarithm = |(weight, score): &(f64, f64)| weight * libm::log(score.max(FLOOR));
    let sum: f64 = scores.iter().map(logarithm).sum();
    let mean = scores.iter().map(|one| share_of(logarithm(one), sum));
    match over {
        Over::Mean => mean.collect(),
        Over::Worst => {
            // The logarithm of the score is half the mean's and half the worst one's.
            let total: f64 = scores.iter().map(|(weight, _)| weight).sum();
            let at = worst(scores);
            let (from_mean, from_worst) = (sum / total, libm::log(scores[at].1.max(FLOOR)));
            let half = share_of(from_mean, from_mean + from_worst);
            mean.enumerate()
                .map(|(index, share)| {
                    half * share
                        + if index == at {
                            share_of(from_worst, from_mean + from_worst)
                        } else {
                            0.0
                        }
                })
                .collect()
        }
    }
}

fn share_of(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_light_subjects_the_worst_shows_wherever_it_stands() {
        let mut scores = vec![(1.0, 1.0); 150];
        scores[0].1 = 0.1;
        let first = aggregate(Over::Worst, scores.iter().copied());
        scores.swap(0, 149);
        assert_eq!(aggregate(Over::Worst, scores.iter().copied()), first);
        assert!(first < 0.33, "{first}");
    }
}
