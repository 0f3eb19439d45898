//! The console examples of the README are what `pss` prints.

#[test]
fn console_examples_are_what_pss_prints() {
    trycmd::TestCases::new()
        .case("README.md")
        .env("COLUMNS", "80")
        .env("LC_ALL", "C.UTF-8")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("GITHUB_ACTIONS", "")
        .env("GITLAB_CI", "");
}
