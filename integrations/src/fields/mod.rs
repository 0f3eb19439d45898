//! Settings of a plugin as a table: taken field by field, all mistakes at once, each with the path of its field.

mod mistake;
mod parameter;
mod table;

pub use mistake::{Mistake, Mistakes};
pub use parameter::{Parameter, Takes};
pub use table::{Fields, Table};
