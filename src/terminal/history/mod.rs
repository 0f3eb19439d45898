//! What `pss history` shows.

mod list;
mod show;
mod trend;

use pss_metrics::report::visible;

use crate::history::Entry;

pub use list::list;
pub use show::show;
pub use trend::trend;

/// Figures of a commit that tell it from others at a glance, as git shows them.
const COMMIT: usize = 9;

fn plain(text: &str) -> String {
    visible(text)
}

fn commit(commit: Option<&str>, dirty: Option<bool>) -> String {
    let short: String = plain(commit.unwrap_or_default())
        .chars()
        .take(COMMIT)
        .collect();
    if dirty == Some(true) {
        short + "+"
    } else {
        short
    }
}

fn labels(entry: &Entry) -> String {
    let pair = |(name, value): (&String, &String)| plain(&format!("{name}={value}"));
    let all: Vec<String> = entry.labels.iter().map(pair).collect();
    all.join(" ")
}

/// `2026-11-21 09:30` of `2026-11-21T09:30:12Z`.
fn minute(added: &str) -> String {
    plain(added)
        .chars()
        .take(16)
        .collect::<String>()
        .replace('T', " ")
}

fn score(score: Option<f64>) -> String {
    score.map_or("n/a".to_owned(), |score| format!("{score:.1}"))
}
