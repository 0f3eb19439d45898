//! Plugins that are programs of their own: which were added, and what starts them.

mod add;
mod host;
mod join;
mod lock;

pub use add::{Added, add};
pub use host::{Starter, set_limits};
pub use join::{installed, join};
pub use lock::{Lock, LockError, NAME, Pinned};
