//! The file to which a command may append native records: ours, or the one that the user names.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use crate::input::Place;

/// The variable that names it.
pub(super) const TRACE_FILE: &str = "PSS_TRACE_FILE";

/// The file of one round.
#[derive(Debug)]
pub(super) enum TraceFile {
    /// Named by us, and new.
    Ours(PathBuf),
    /// Named by the user, who may have records in it already.
    Theirs {
        path: PathBuf,
        /// Its length when the round began, in bytes.
        before: u64,
    },
}

impl TraceFile {
    /// The user's, where there is one, else ours.
    pub(super) fn new(named: Option<OsString>, ours: PathBuf) -> TraceFile {
        match named.filter(|path| !path.is_empty()) {
            None => TraceFile::Ours(ours),
            Some(path) => {
                let path = PathBuf::from(path);
                let before = std::fs::metadata(&path).map_or(0, |meta| meta.len());
                TraceFile::Theirs { path, before }
            }
        }
    }

    /// What the command is told of it; nothing where it inherits it.
    pub(super) fn variable(&self) -> Option<(OsString, OsString)> {
        match self {
            TraceFile::Ours(path) => Some((TRACE_FILE.into(), path.clone().into())),
            TraceFile::Theirs { .. } => None,
        }
    }

    /// What the report says of it.
    pub(super) fn notice(&self) -> Option<String> {
        match self {
            TraceFile::Ours(_) => None,
            TraceFile::Theirs { path, .. } => Some(format!(
                "{TRACE_FILE} is set, and left as it is: of `{}` what was appended during the run is read",
                path.display()
            )),
        }
    }

    /// The records of the round as an input, if there are any. Those of the user's file are copied to `copy`: it may grow while they are read.
    ///
    /// # Errors
    /// What the system says about the user's file.
    pub(super) fn written(&self, copy: &Path) -> io::Result<Option<Place>> {
        match self {
            TraceFile::Ours(path) => {
                let there = std::fs::metadata(path).is_ok_and(|meta| meta.len() > 0);
                Ok(there.then(|| Place::Named(path.clone(), TRACE_FILE.to_owned())))
            }
            TraceFile::Theirs { path, before } => {
                let mut file = match File::open(path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                    file => file?,
                };
                let meta = file.metadata()?;
                if !meta.is_file() {
                    return Err(io::Error::other("it is no regular file"));
                }
                // A file that became shorter was written anew.
                let from = if meta.len() < *before { 0 } else { *before };
                if meta.len() == from {
                    return Ok(None);
                }
                file.seek(SeekFrom::Start(from))?;
                io::copy(&mut file.take(meta.len() - from), &mut File::create(copy)?)?;
                let name = format!("{} from byte {from} on", path.display());
                Ok(Some(Place::Named(copy.to_owned(), name)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(place: Option<Place>) -> Option<String> {
        let place = place?;
        let path = place.path().expect("a file").to_owned();
        Some(std::fs::read_to_string(path).expect("text"))
    }

    #[test]
    fn of_the_users_file_only_what_is_new_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, copy) = (folder.path().join("a"), folder.path().join("copy"));
        let theirs = || TraceFile::new(Some(path.clone().into()), PathBuf::new());
        let written = |file: &TraceFile| read(file.written(&copy).expect("read"));

        let file = theirs();
        assert_eq!(file.variable(), None);
        assert_eq!(written(&file), None, "it is not there");
        std::fs::write(&path, "old\n").expect("written");
        assert_eq!(written(&file).as_deref(), Some("old\n"));
        let file = theirs();
        assert_eq!(written(&file), None, "nothing is new");
        std::fs::write(&path, "old\nnew\n").expect("written");
        assert_eq!(written(&file).as_deref(), Some("new\n"));
        std::fs::write(&path, "all\n").expect("written");
        let file = theirs();
        std::fs::write(&path, "x\n").expect("written");
        assert_eq!(written(&file).as_deref(), Some("x\n"), "written anew");
    }

    #[test]
    fn an_empty_variable_names_nothing() {
        let file = TraceFile::new(Some(OsString::new()), PathBuf::from("ours"));
        assert_eq!(
            file.variable(),
            Some((TRACE_FILE.into(), OsString::from("ours")))
        );
    }
}
