//! Manual pages.

use crate::work::Work;

#[test]
fn every_command_has_a_page() {
    let work = Work::new();
    let ran = work.pss(&["man", "share/man1"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.contains("man share/man1/pss.1"), "{}", ran.out);
    let first = work.read("share/man1/pss.1");
    assert!(
        first.starts_with(".ie") && first.contains(".TH pss 1"),
        "{first}"
    );
    // The commands that the help lists, and no page for what is none.
    let help = work.pss(&["--help"]).out;
    let commands = help
        .split("Commands:\n")
        .nth(1)
        .and_then(|rest| rest.split("\n\n").next())
        .expect("commands");
    let mut listed = 0;
    for command in commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
    {
        let page = work.read(&format!("share/man1/pss-{command}.1"));
        assert!(page.contains(&format!("pss\\-{command}")), "{page}");
        listed += 1;
    }
    assert!(listed >= 8, "{help}");
    let analyze = work.read("share/man1/pss-analyze.1");
    assert!(analyze.contains("fail\\-under") && analyze.contains("pss analyze traces.jsonl"));
    assert!(work.path("share/man1/pss-plugins-list.1").is_file());
    assert_eq!(work.pss(&["man", "share/man1", "--quiet"]).out, "");
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let work = Work::new();
    work.write("taken", "a file");
    work.pss(&["man", "taken"])
        .fails(5, &["cannot write manual pages into `taken`"]);
    work.pss(&["man"]).fails(2, &["<DIR>"]);
}
