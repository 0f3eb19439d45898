//! Exit codes: an interface. The first that applies, from the top of [`Exit`]'s order, wins.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Interrupted; the partial report is written.
    Interrupted,
    /// Usage or configuration.
    Usage,
    /// Input unusable.
    Input,
    /// A report could not be written.
    Output,
    /// The measured command failed: 4, or the command's own code.
    Command(u8),
    /// A threshold was not met, or a verdict of `--fail-on` was reached.
    Verdict,
    /// Done.
    Done,
}

impl Exit {
    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Interrupted => 130,
            Exit::Usage => 2,
            Exit::Input => 3,
            Exit::Output => 5,
            Exit::Command(code) => code,
            Exit::Verdict => 1,
            Exit::Done => 0,
        }
    }

    /// The one that wins of two.
    #[must_use]
    pub fn or(self, other: Exit) -> Exit {
        let rank = |exit: Exit| match exit {
            Exit::Interrupted => 0,
            Exit::Usage => 1,
            Exit::Input => 2,
            Exit::Output => 3,
            Exit::Command(_) => 4,
            Exit::Verdict => 5,
            Exit::Done => 6,
        };
        if rank(self) <= rank(other) {
            self
        } else {
            other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn precedence_is_as_documented() {
        let order = [
            Exit::Interrupted,
            Exit::Usage,
            Exit::Input,
            Exit::Output,
            Exit::Command(4),
            Exit::Verdict,
            Exit::Done,
        ];
        for (at, first) in order.iter().enumerate() {
            for second in &order[at..] {
                assert_eq!((first.or(*second), second.or(*first)), (*first, *first));
            }
        }
    }
}
