//! Calls into plugins, of which none may take the program down: a panic becomes a reason.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind},
};

thread_local! {
    /// How many guarded calls this thread is in.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Calls into a plugin. What it changed before it panicked may be half done, so that the caller must not look at it again.
///
/// # Errors
/// That it panicked, as a fragment with its message, and with the place in the source where [`heard`] was told of it. A build that aborts on panics ends here.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    outcome.map_err(|payload| {
        let place = PLACE
            .take()
            .map_or_else(String::new, |place| format!(" ({place})"));
        format!("panicked: {}{place}", message(&*payload))
    })
}

/// For a panic hook: whether the panic happens in a guarded call, where it becomes a reason and need not be printed. Its place is kept for that reason.
pub fn heard(panic: &PanicHookInfo<'_>) -> bool {
    let guarded = DEPTH.get() > 0;
    if guarded {
        PLACE.set(panic.location().map(ToString::to_string));
    }
    guarded
}

fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_reason_and_nothing_else_changes() {
        assert_eq!(caught(|| 3), Ok(3));
        assert_eq!(
            caught(|| panic!("no {}", "way")),
            Err::<(), _>("panicked: no way".to_owned())
        );
        assert_eq!(
            caught(|| -> u8 { panic!("plain") }),
            Err("panicked: plain".to_owned())
        );
        assert_eq!(
            caught(|| std::panic::panic_any(7_u8)),
            Err::<(), _>("panicked: without a message".to_owned())
        );
        assert_eq!(DEPTH.get(), 0);
    }

    #[test]
    fn one_inside_another_is_caught_by_the_inner() {
        let outer = caught(|| {
            assert!(caught(|| panic!("inner")).is_err());
            DEPTH.get()
        });
        assert_eq!(outer, Ok(1));
    }
}
