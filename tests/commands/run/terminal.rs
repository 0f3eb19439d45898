//! `pss run` as a job of an interactive shell on a terminal.
#![expect(clippy::print_stdout, reason = "it says what it skips")]

use std::{
    io::{Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::work::Work;

/// A shell with job control on a terminal that `script` makes.
struct Shell {
    script: Child,
    keys: ChildStdin,
    seen: Arc<Mutex<String>>,
}

impl Shell {
    /// Nothing where the machine has no `script` or no `bash`.
    fn start(work: &Work) -> Option<Shell> {
        let pss = work.command(&[]);
        let mut script = Command::new("script");
        for (name, value) in pss.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        let mut script = script
            .args([
                "-qec",
                "bash --norc --noprofile --noediting -i",
                "/dev/null",
            ])
            .current_dir(work.path(""))
            .env("PSS", pss.get_program())
            .env_remove("PROMPT_COMMAND")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let keys = script.stdin.take()?;
        let mut out = script.stdout.take()?;
        let seen = Arc::new(Mutex::new(String::new()));
        let into = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = out.read(&mut bytes) {
                into.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push_str(&String::from_utf8_lossy(&bytes[..n]));
            }
        });
        let mut shell = Shell { script, keys, seen };
        // A shell that is not there says so and is gone.
        shell.types("stty -echo; PS1='ready> '; echo he''re\n");
        if shell.shows("here").is_err() {
            return None;
        }
        Some(shell)
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("typed");
        self.keys.flush().expect("typed");
    }

    /// Waits until the terminal shows a text; what it showed until then is forgotten.
    fn shows(&self, text: &str) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = seen.find(text) {
                seen.drain(..at + text.len());
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(format!("no {text:?} in {seen:?}"));
            }
            drop(seen);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

/// Types each and waits for what is to be shown then.
fn plays(steps: &[(&str, &str)]) {
    let work = Work::new();
    let Some(mut shell) = Shell::start(&work) else {
        println!("skipped: it needs `script` and `bash`");
        return;
    };
    for (keys, shown) in steps {
        shell.types(keys);
        shell
            .shows(shown)
            .unwrap_or_else(|why| panic!("after {keys:?}: {why}"));
    }
}

#[test]
fn a_command_that_was_stopped_goes_on_in_the_foreground() {
    plays(&[
        ("\"$PSS\" run --quiet -- cat\n", ""),
        ("first\n", "first"),
        ("\x1a", "Stopped"),
        ("fg\n", "cat"),
        ("second\n", "second"),
        ("\x04", "ready> "),
        ("echo \"code $?\"\n", "code 0"),
    ]);
}

/// It wants the terminal, is stopped for that, and so must be seen to be by the shell.
#[test]
fn a_command_in_the_background_gets_the_terminal_with_fg() {
    plays(&[
        ("\"$PSS\" run --quiet -- cat &\n", "ready> "),
        (
            "while ! jobs | grep Stop''ped; do sleep .1; done\n",
            "Stopped",
        ),
        ("fg\n", "cat"),
        ("words\n", "words"),
        ("\x04", "ready> "),
        ("echo \"code $?\"\n", "code 0"),
    ]);
}

/// With `bg` the shell has the terminal; a second round must not take it.
#[test]
fn a_run_that_was_put_behind_leaves_the_terminal_to_the_shell() {
    plays(&[
        (
            "\"$PSS\" run --quiet --runs 2 -- sh -c 'echo round; exec sleep 1'\n",
            "round",
        ),
        ("\x1a", "Stopped"),
        ("bg\n", "round"),
        ("sleep .5; read line; echo got $line\n", ""),
        ("mine\n", "got mine"),
        ("wait; echo \"code $?\"\n", "code 0"),
    ]);
}

#[test]
fn keys_that_end_a_command_end_the_rounds() {
    for (key, script) in [
        ("\x1c", "echo up; exec sleep 20"),
        (
            "\x03",
            "trap \"exit 130\" INT; echo up; while :; do sleep .1; done",
        ),
    ] {
        let line = format!("\"$PSS\" run --quiet --runs 3 -- sh -c '{script}'\n");
        plays(&[
            (&line, "up"),
            (key, "ready> "),
            ("echo \"code $?\"\n", "code 130"),
        ]);
    }
}
