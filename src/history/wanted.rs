//! Which runs are wanted, in a word: `last:10@main`, `commit:1a2b3c`, `42`.

use super::{entry::Entry, error::HistoryError, find::Filter, open::Store};

/// Which runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The newest, of one branch or of all.
    Last {
        /// How many.
        n: usize,
        /// The branch.
        branch: Option<String>,
    },
    /// All of the commit that starts so.
    Commit(String),
    /// One, by its number.
    Run(i64),
}

impl Wanted {
    /// Reads the word.
    ///
    /// # Errors
    /// Anything else, with what there is.
    pub fn parse(text: &str) -> Result<Wanted, HistoryError> {
        let wrong = || {
            HistoryError::Usage(format!(
                "{text:?} names no runs of the history: write last:10@main for the last 10 of branch main, last:10 for those of any branch, commit:1a2b3c, or a run's number"
            ))
        };
        let (word, branch) = match text.split_once('@') {
            Some((word, branch)) if !branch.is_empty() => (word, Some(branch.to_owned())),
            Some(_) => return Err(wrong()),
            None => (text, None),
        };
        if word == "last" {
            return Ok(Wanted::Last { n: 1, branch });
        }
        if let Some(n) = word.strip_prefix("last:") {
            let n = n.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?;
            return Ok(Wanted::Last { n, branch });
        }
        if let Some(commit) = text.strip_prefix("commit:") {
            return if commit.is_empty() {
                Err(wrong())
            } else {
                Ok(Wanted::Commit(commit.to_owned()))
            };
        }
        text.parse()
            .ok()
            .filter(|id| *id > 0)
            .map(Wanted::Run)
            .ok_or_else(wrong)
    }

    /// The runs of a project it names, the newest first, with no limit on how many of the last.
    fn filter(&self, project: &str) -> Filter {
        let project = Some(project.to_owned());
        match self {
            Wanted::Last { branch, .. } => Filter {
                project,
                branch: branch.clone(),
                ..Filter::default()
            },
            Wanted::Commit(commit) => Filter {
                project,
                commit: Some(commit.clone()),
                ..Filter::default()
            },
            // A number names one run, whatever its project.
            Wanted::Run(id) => Filter {
                id: Some(*id),
                ..Filter::default()
            },
        }
    }

    fn most(&self) -> usize {
        match self {
            Wanted::Last { n, .. } => *n,
            Wanted::Commit(_) | Wanted::Run(_) => usize::MAX,
        }
    }
}

impl Store {
    /// The runs that a word names, the newest first, as far as `take` makes something of them.
    ///
    /// # Errors
    /// There is none, or the file cannot be read.
    pub fn wanted<T>(
        &self,
        word: &str,
        project: &str,
        mut take: impl FnMut(&Store, &Entry) -> Result<Option<T>, HistoryError>,
    ) -> Result<Vec<(Entry, T)>, HistoryError> {
        let wanted = Wanted::parse(word)?;
        let mut found = Vec::new();
        for entry in self.find(&wanted.filter(project))? {
            if found.len() == wanted.most() {
                break;
            }
            if let Some(taken) = take(self, &entry)? {
                found.push((entry, taken));
            }
        }
        if found.is_empty() {
            return Err(HistoryError::no_run(
                self.name(),
                &format!("{word} of project {project}"),
                &self.instead()?,
            ));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_runs() {
        let last = |n, branch: Option<&str>| Wanted::Last {
            n,
            branch: branch.map(str::to_owned),
        };
        for (word, wanted) in [
            ("last:10@main", last(10, Some("main"))),
            ("last:3", last(3, None)),
            ("last", last(1, None)),
            ("last@feature/x@y", last(1, Some("feature/x@y"))),
            ("commit:1a2b", Wanted::Commit("1a2b".to_owned())),
            ("42", Wanted::Run(42)),
        ] {
            assert_eq!(Wanted::parse(word).expect("a word"), wanted);
        }
        for wrong in [
            "",
            "last:",
            "last:0",
            "last:x@main",
            "last:3@",
            "commit:",
            "main",
            "-1",
            "0",
        ] {
            assert!(Wanted::parse(wrong).is_err(), "{wrong}");
        }
    }
}
