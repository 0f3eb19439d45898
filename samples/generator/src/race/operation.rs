//! The operations of the measured program: what each is called and how it behaves.

use crate::random::Random;

/// Word before the subject, module, share of the duration that is waiting, branch tags. The fourth kind holds names that only look like another kind
/// (`widget`, `profile`), which a classifier must not fall for.
const KINDS: [Kind; 8] = [
    Kind::new("db_query", "sql", 0.80, Tags::None),
    Kind::new("http_get", "client", 0.90, Tags::None),
    Kind::new("cache_lookup", "cache", 0.60, Tags::Cache),
    Kind::new("widget_profile", "view", 0.05, Tags::None),
    Kind::new("handle", "handler", 0.45, Tags::Branches),
    Kind::new("validate", "rules", 0.02, Tags::Branches),
    Kind::new("db_insert", "sql", 0.75, Tags::None),
    Kind::new("render", "template", 0.03, Tags::None),
];

const SUBJECTS: [&str; 25] = [
    "account", "address", "basket", "campaign", "catalog", "coupon", "delivery", "discount",
    "friend", "gift", "image", "invoice", "label", "message", "order", "parcel", "payment",
    "price", "product", "rating", "refund", "review", "stock", "user", "voucher",
];

const SERVICES: [&str; 12] = [
    "shop",
    "billing",
    "search",
    "identity",
    "warehouse",
    "courier",
    "partner",
    "mobile",
    "support",
    "reports",
    "loyalty",
    "admin",
];

#[derive(Clone, Copy)]
pub(super) enum Tags {
    None,
    Cache,
    Branches,
}

struct Kind {
    word: &'static str,
    module: &'static str,
    wait: f64,
    tags: Tags,
}

impl Kind {
    const fn new(word: &'static str, module: &'static str, wait: f64, tags: Tags) -> Kind {
        Kind {
            word,
            module,
            wait,
            tags,
        }
    }
}

/// One operation.
pub(super) struct Operation {
    /// `"name": .., "module": ".."` of its records: the same in each of them, so it is put together once.
    pub(super) head: String,
    /// Median duration in seconds.
    pub(super) median: f64,
    /// Standard deviation of the duration's logarithm.
    pub(super) sigma: f64,
    /// Usual share of waiting.
    pub(super) wait: f64,
    /// Probability of an error.
    pub(super) errors: f64,
    /// What its branch tag says.
    pub(super) tags: Tags,
}

/// The operations, and how to draw one by how often it is called.
pub(super) struct Operations {
    all: Vec<Operation>,
    /// Share of calls up to and including each operation.
    up_to: Vec<f64>,
}

impl Operations {
    /// So many operations (at most [`Operations::MOST`]), spread over so many services (at most [`Operations::MOST_SERVICES`]).
    pub(super) fn new(count: usize, services: usize, random: &mut Random) -> Operations {
        let all: Vec<Operation> = (0..count)
            .map(|at| operation(at, services, random))
            .collect();
        // Few operations take most calls: the k-th most frequent has a share of about 1/(k + 5).
        let weights: Vec<f64> = (0..count).map(|at| 1.0 / (at as f64 + 5.0)).collect();
        let total: f64 = weights.iter().sum();
        let up_to = weights
            .iter()
            .scan(0.0, |sum, weight| {
                *sum += weight / total;
                Some(*sum)
            })
            .collect();
        Operations { all, up_to }
    }

    /// How many different names there are.
    pub(super) const MOST: usize = KINDS.len() * SUBJECTS.len() * SERVICES.len();

    /// How many different services there are.
    pub(super) const MOST_SERVICES: usize = SERVICES.len();

    /// One operation, the frequent ones more often.
    pub(super) fn draw(&self, random: &mut Random) -> &Operation {
        let share = random.unit();
        let at = self.up_to.partition_point(|up_to| *up_to <= share);
        &self.all[at.min(self.all.len() - 1)]
    }
}

fn operation(at: usize, services: usize, random: &mut Random) -> Operation {
    let kind = &KINDS[at % KINDS.len()];
    let subject = SUBJECTS[at / KINDS.len() % SUBJECTS.len()];
    // Past the first round of names the service joins the name, so that names stay unique.
    let round = at / (KINDS.len() * SUBJECTS.len());
    let suffix = if round == 0 {
        String::new()
    } else {
        format!("_{}", SERVICES[round])
    };
    let service = SERVICES[at / KINDS.len() % services];
    let line = 20 + random.below(900);
    Operation {
        head: format!(
            "\"name\": \"{}_{subject}{suffix}\", \"filename\": \"/srv/{service}.py\", \"lineno\": {line}, \"module\": \"{service}.{}\"",
            kind.word, kind.module
        ),
        median: libm::exp(random.between(libm::log(0.000_3), libm::log(0.08))),
        sigma: random.between(0.2, 0.8),
        wait: kind.wait,
        errors: if random.chance(0.2) { 0.01 } else { 0.001 },
        tags: kind.tags,
    }
}
