//! What git says of the working folder, read where it is there. Nothing of it is needed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::process::ask;

/// What git says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitFacts {
    /// The branch; none where the head is detached.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// Whether tracked files differ from it; unknown without the program `git`.
    pub dirty: Option<bool>,
    /// The name of the repository that `origin` names, else of the folder.
    pub name: Option<String>,
}

/// A link of links is none that git makes.
const LINKS: usize = 8;

/// Branch names that systems of CI set, where they check a commit out without its branch: GitHub's for pull requests and pushes, GitLab's.
const CI_BRANCH: [&str; 3] = ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"];

/// What git says of a folder.
pub fn git_facts(folder: &Path) -> GitFacts {
    let Some((top, git)) = folder.ancestors().find_map(|top| {
        let git = git_folder(&top.join(".git"))?;
        Some((top.to_path_buf(), git))
    }) else {
        return GitFacts::default();
    };
    // A linked working tree keeps its head to itself, and shares the rest.
    let shared =
        first_line(&git.join("commondir")).map_or_else(|| git.clone(), |shared| git.join(shared));
    let head = first_line(&git.join("HEAD")).unwrap_or_default();
    let reference = head.strip_prefix("ref: ").map(str::trim);
    let commit = match reference {
        Some(name) => resolve(&git, &shared, name),
        None => Some(head.clone()).filter(|head| is_commit(head)),
    };
    let branch = match reference {
        Some(name) => name.strip_prefix("refs/heads/").map(str::to_owned),
        None => CI_BRANCH
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|name| !name.is_empty()),
    };
    GitFacts {
        branch,
        dirty: commit.as_ref().and_then(|_| dirty(&top)),
        commit,
        name: origin(&shared.join("config"))
            .or_else(|| Some(top.file_name()?.to_string_lossy().into_owned())),
    }
}

/// `.git` itself, or where the file `.git` of a linked working tree points.
fn git_folder(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return git.join("HEAD").is_file().then(|| git.to_path_buf());
    }
    let pointed = first_line(git)?;
    let target = git.parent()?.join(pointed.strip_prefix("gitdir: ")?);
    target.join("HEAD").is_file().then_some(target)
}

fn resolve(git: &Path, shared: &Path, name: &str) -> Option<String> {
    let mut name = name.to_owned();
    for _ in 0..LINKS {
        // A name is a path below the repository, and nothing else.
        if name.split('/').any(|part| part == "..") || Path::new(&name).is_absolute() {
            return None;
        }
        let loose = [git, shared]
            .iter()
            .find_map(|folder| first_line(&folder.join(&name)));
        let Some(line) = loose else {
            return packed(&shared.join("packed-refs"), &name);
        };
        match line.strip_prefix("ref: ") {
            Some(next) => name = next.trim().to_owned(),
            None => return Some(line).filter(|line| is_commit(line)),
        }
    }
    None
}

fn packed(path: &Path, name: &str) -> Option<String> {
    fs::read_to_string(path).ok()?.lines().find_map(|line| {
        let (commit, of) = line.split_once(' ')?;
        (of == name && is_commit(commit)).then(|| commit.to_owned())
    })
}

/// SHA-1 or SHA-256 in hexadecimal digits.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn dirty(top: &Path) -> Option<bool> {
    // No program that the repository names is started, and nothing is written.
    let arguments = [
        "-c",
        "core.fsmonitor=false",
        "--no-optional-locks",
        "status",
        "--porcelain",
        "--untracked-files=no",
    ];
    ask(top, "git", &arguments).map(|printed| !printed.is_empty())
}

/// The last part of origin's address.
fn origin(config: &Path) -> Option<String> {
    let text = fs::read_to_string(config).ok()?;
    let mut lines = text
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[remote \"origin\"]")
        .skip(1)
        .take_while(|line| !line.starts_with('['));
    let address = lines.find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "url").then(|| value.trim().to_owned())
    })?;
    let name = address.trim_end_matches('/').rsplit(['/', ':']).next()?;
    Some(name.trim_end_matches(".git").to_owned()).filter(|name| !name.is_empty())
}

fn first_line(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.lines().next()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("below")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        folder
    }

    #[test]
    fn branch_and_commit_are_read_loose_packed_and_linked() {
        let loose = repository(&[
            ("shop/.git/HEAD", "ref: refs/heads/feature/x\n"),
            ("shop/.git/refs/heads/feature/x", COMMIT),
            (
                "shop/.git/config",
                "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@host:team/store.git\n",
            ),
            ("shop/src/deep/file", ""),
        ]);
        let facts = git_facts(&loose.path().join("shop/src/deep"));
        assert_eq!(facts.branch.as_deref(), Some("feature/x"));
        assert_eq!(facts.commit.as_deref(), Some(COMMIT));
        assert_eq!(facts.name.as_deref(), Some("store"));

        let packed = repository(&[
            ("shop/.git/HEAD", "ref: refs/heads/main\n"),
            (
                "shop/.git/packed-refs",
                &format!("# pack-refs with: peeled\n{COMMIT} refs/heads/main\n^{COMMIT}\n"),
            ),
        ]);
        let facts = git_facts(&packed.path().join("shop"));
        assert_eq!(facts.commit.as_deref(), Some(COMMIT));
        assert_eq!(facts.name.as_deref(), Some("shop"));

        let linked = repository(&[
            ("main/.git/HEAD", "ref: refs/heads/main\n"),
            ("main/.git/refs/heads/side", COMMIT),
            ("main/.git/worktrees/side/HEAD", "ref: refs/heads/side\n"),
            ("main/.git/worktrees/side/commondir", "../..\n"),
            ("side/.git", "gitdir: ../main/.git/worktrees/side\n"),
        ]);
        let facts = git_facts(&linked.path().join("side"));
        assert_eq!(
            (facts.branch.as_deref(), facts.commit.as_deref()),
            (Some("side"), Some(COMMIT))
        );
    }

    #[test]
    fn what_is_not_there_is_not_known() {
        let none = repository(&[("file", "")]);
        assert_eq!(git_facts(none.path()).commit, None);
        let unborn = repository(&[(".git/HEAD", "ref: refs/heads/main\n")]);
        let facts = git_facts(unborn.path());
        assert_eq!(
            (facts.branch.as_deref(), facts.commit),
            (Some("main"), None)
        );
        let outside = repository(&[(".git/HEAD", "ref: ../../secret\n"), ("secret", COMMIT)]);
        assert_eq!(git_facts(outside.path()).commit, None);
        let round = repository(&[
            (".git/HEAD", "ref: refs/heads/a\n"),
            (".git/refs/heads/a", "ref: refs/heads/a\n"),
        ]);
        assert_eq!(git_facts(round.path()).commit, None);
    }
}
