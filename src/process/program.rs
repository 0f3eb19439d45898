//! Which file a command's first word means.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use nix::unistd::{AccessFlags, access};

/// Finds a program as a shell does: a word with a slash is a path, any other is looked for in the folders of `PATH`.
///
/// # Errors
/// Why it cannot be started, and what to do.
pub fn find(word: &OsStr) -> Result<PathBuf, String> {
    let shown = word.display();
    if word.is_empty() {
        return Err("the name of the program is empty; write the command behind `--`".to_owned());
    }
    if word.as_encoded_bytes().contains(&b'/') {
        let path = PathBuf::from(word);
        return runnable(&path).map(|()| path);
    }
    let mut reason = None;
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        let path = folder.join(word);
        match runnable(&path) {
            Ok(()) => return Ok(path),
            Err(why) if path.is_file() => reason = reason.or(Some(why)),
            Err(_) => {}
        }
    }
    Err(reason.unwrap_or_else(|| {
        let here = Path::new(word);
        if here.is_file() {
            format!(
                "there is no program `{shown}` in PATH, but a file in this folder; write ./{shown}"
            )
        } else {
            format!("there is no program `{shown}` in PATH; check its spelling, or give its path")
        }
    }))
}

fn runnable(path: &Path) -> Result<(), String> {
    let shown = path.display();
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(format!("there is no file `{shown}`; check the path"))
        }
        Err(error) => Err(format!("`{shown}` cannot be started: {error}")),
        Ok(meta) if meta.is_dir() => {
            Err(format!("`{shown}` is a directory; name the program in it"))
        }
        Ok(_) if access(path, AccessFlags::X_OK).is_err() => Err(format!(
            "`{shown}` has no permission to run; `chmod +x {shown}` gives it, or name its interpreter before it"
        )),
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_or_the_reason_is_told() {
        assert!(find(OsStr::new("sh")).is_ok_and(|path| path.is_absolute()));
        for (word, says) in [
            ("no-such-program", "in PATH; check its spelling"),
            ("./no-such-program", "no file `./no-such-program`"),
            ("/", "is a directory"),
            ("/proc/version", "no permission to run"),
            ("", "is empty"),
            ("Cargo.toml", "write ./Cargo.toml"),
        ] {
            let error = find(OsStr::new(word)).expect_err(word);
            assert!(error.contains(says), "{word}: {error}");
        }
    }
}
