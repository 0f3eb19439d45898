//! Asking a program something: started, waited for, and done.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
};

/// What a program prints to standard output in a folder; `None` where it is not there or does not end well. It is given nothing and its complaints are dropped.
pub fn ask<S: AsRef<OsStr>>(folder: &Path, program: &str, arguments: &[S]) -> Option<Vec<u8>> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}
