//! Files of `/proc` that stay open between polls.
//!
//! Reading an open one costs a third of opening it anew, and an open one belongs to its process: after that ended it fails, whoever has the id by then.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustix::process::{Resource, getrlimit};

/// Open files of all that are kept. The limit on open files is the process's, so its count is as well.
static OPEN: AtomicUsize = AtomicUsize::new(0);
/// Most that are kept, where the limit allows more.
const MOST: u64 = 8192;
/// What one read may bring; `status` has some 1500 bytes, all else less.
pub(super) const BUFFER: usize = 4096;

/// A file that is read again and again; kept open unless the limit on open files is near.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
    file: Option<File>,
    keep: bool,
}

impl Kept {
    /// A file that is opened when first read.
    pub(super) fn new(path: PathBuf) -> Kept {
        Kept {
            path,
            file: None,
            keep: true,
        }
    }

    /// A file read so seldom that keeping it open is not worth it.
    pub(super) fn passing(path: PathBuf) -> Kept {
        Kept {
            path,
            file: None,
            keep: false,
        }
    }

    /// Its content now, as far as the buffer holds it.
    ///
    /// # Errors
    /// What the system says: the process ended, or is another user's.
    pub(super) fn read<'b>(&mut self, buffer: &'b mut [u8; BUFFER]) -> io::Result<&'b [u8]> {
        let length = if let Some(file) = &self.file {
            file.read_at(buffer, 0)?
        } else {
            let file = File::open(&self.path)?;
            let length = file.read_at(buffer, 0)?;
            if self.keep {
                if OPEN.fetch_add(1, Ordering::Relaxed) < limit() {
                    self.file = Some(file);
                } else {
                    OPEN.fetch_sub(1, Ordering::Relaxed);
                }
            }
            length
        };
        Ok(&buffer[..length])
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.file.is_some() {
            OPEN.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Half of what the process may open: the rest is for the receiver's connections and for reports.
fn limit() -> usize {
    static LIMIT: OnceLock<usize> = OnceLock::new();
    *LIMIT.get_or_init(|| {
        let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        usize::try_from((allowed / 2).min(MOST)).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_file_outlives_no_process() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .expect("sleep");
        let mut kept = Kept::new(format!("/proc/{}/stat", child.id()).into());
        let mut buffer = [0; BUFFER];
        assert!(!kept.read(&mut buffer).expect("alive").is_empty());
        child.kill().expect("killed");
        child.wait().expect("reaped");
        assert!(kept.read(&mut buffer).is_err());
    }
}
