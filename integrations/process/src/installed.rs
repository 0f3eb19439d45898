//! A plugin as it was added: its file, the file's fingerprint, what it said of itself then.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use crate::{
    call::{Call, collect},
    manifest::Manifest,
    programs::Programs,
};

/// Longest answer to `describe`, and of a metric, in bytes.
pub(crate) const ANSWER: u64 = 1 << 20;

/// A plugin as it was added.
#[derive(Clone)]
pub struct Installed {
    /// Its file.
    pub path: PathBuf,
    /// The file as the user named it.
    pub shown: String,
    /// [`fingerprint`] of the file when it was added.
    pub sha256: String,
    /// What it said of itself then.
    pub manifest: Manifest,
    /// Who starts it.
    pub programs: Arc<dyn Programs>,
}

impl std::fmt::Debug for Installed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installed")
            .field("path", &self.path)
            .field("manifest", &self.manifest)
            .finish_non_exhaustive()
    }
}

impl Installed {
    /// Whether the file still is the one that was added.
    ///
    /// # Errors
    /// That it is not, or cannot be read, and what to do.
    pub fn verify(&self) -> Result<(), String> {
        let (name, shown) = (&self.manifest.name, &self.shown);
        match fingerprint(&self.path) {
            Ok(found) if found == self.sha256 => Ok(()),
            Ok(_) => Err(format!(
                "plugin {name}: `{shown}` is not the file that was added; look at what changed, then run `pss plugins add {shown}` again"
            )),
            Err(error) => Err(format!(
                "plugin {name}: `{shown}` cannot be read: {error}; put it back, or run `pss plugins add` again with where it is now"
            )),
        }
    }
}

/// The sha256 of a file, in hexadecimal.
///
/// # Errors
/// What the system says.
pub fn fingerprint(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => hash.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Asks a program what it is: runs it once, as `PROGRAM describe` with nothing on its standard input.
///
/// # Errors
/// Why it is no plugin of this protocol: a fragment that follows its path.
pub fn describe(programs: &Arc<dyn Programs>, path: &Path) -> Result<Manifest, String> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let mut call = Call::start(programs, &name, path, &["describe"], "{}")?;
    drop(call.stdin());
    let answer = collect(&mut call, ANSWER)?;
    call.waits();
    let ended = call.end();
    let answer = answer.take();
    ended?;
    Manifest::parse(&answer?).map_err(|error| error.to_string())
}
