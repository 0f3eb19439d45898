//! Real files of each format, with what each must bring.

use crate::reading::{read_path, records_of, shared};

/// What a file must bring.
pub(crate) enum Brings {
    /// Format, spans, samples, bad records.
    Counts(&'static str, u64, u64, u64),
    /// Refused with a message that contains this.
    Refused(&'static str),
}

/// Reads the files of a folder of `shared/data/formats`. Each of its files must be named, so that a new one is not passed over.
pub(crate) fn folder(name: &str, files: &[(&str, Brings)]) {
    let Some(folder) = shared(&format!("formats/{name}")) else {
        return;
    };
    let there = std::fs::read_dir(&folder).expect("a folder").count();
    assert_eq!(there, files.len(), "files in {name}");
    let mut wrong = Vec::new();
    for (file, brings) in files {
        let found = match read_path(&folder.join(file)) {
            Ok(read) => {
                let found = &read.files[0];
                let counts = (&*found.format, found.spans, found.samples, found.bad);
                match brings {
                    Brings::Counts(format, spans, samples, bad)
                        if counts == (*format, *spans, *samples, *bad) =>
                    {
                        continue;
                    }
                    _ => format!(
                        "{counts:?}, skipped {:?}, bad {:?}",
                        found.skipped,
                        read.summary.facts().bad_examples
                    ),
                }
            }
            Err(error) => match brings {
                Brings::Refused(why) if error.to_string().contains(why) => continue,
                _ => error.to_string(),
            },
        };
        wrong.push(format!("{file}: {found}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pypss_files() {
    folder(
        "peer",
        &[(
            "pypss__complex_app_traces.json",
            Brings::Counts("native", 58, 0, 0),
        )],
    );
    if let Some(folder) = shared("formats/peer") {
        let records = records_of(&folder.join("pypss__complex_app_traces.json"));
        assert!(records[0].starts_with("span "), "{}", records[0]);
    }
}
