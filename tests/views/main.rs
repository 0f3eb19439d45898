//! Views of one report agree: every number of each is found in the JSON, unrounded or to the digits it is shown with.

mod compared;
mod forms;
mod hostile;
mod written;

use std::{path::Path, process::Command};

use tempfile::TempDir;

/// All views, with the name of the file that [`Written`] keeps of each.
const VIEWS: [&str; 9] = [
    "csv",
    "github",
    "github-output",
    "html",
    "json",
    "junit",
    "markdown",
    "openmetrics",
    "svg",
];

/// What one call of `pss` wrote.
struct Written {
    folder: TempDir,
    code: Option<i32>,
}

impl Written {
    /// Of one call of `pss analyze`.
    fn of(input: &str, arguments: &[&str]) -> Written {
        Written::by(&[&["analyze", input, "--quiet"], arguments].concat(), &[])
    }

    /// Of one call of `pss`, its arguments before and behind the views.
    fn by(before: &[&str], behind: &[&str]) -> Written {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pss"));
        command
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .args(before)
            .env("XDG_CONFIG_HOME", "/nonexistent");
        for view in VIEWS {
            let path = folder.path().join(view);
            command.args(["--export", &format!("{view}={}", path.display())]);
        }
        let output = command.args(behind).output().expect("pss starts");
        Written {
            folder,
            code: output.status.code(),
        }
    }

    fn read(&self, view: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(view)).expect(view)
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("json")).expect("JSON")
    }
}

const CHECKOUT: &str = "samples/checkout/traces.jsonl";
