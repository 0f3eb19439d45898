//! Tables of spans and samples: which column is what, in files of any tabular format.
//!
//! # The schema that `pss` writes
//! One row a record. A row with a `signal` is a sample, any other a span; what does not apply is null.
//!
//! | column | type | what |
//! |---|---|---|
//! | `trace_id`, `span_id`, `parent_id` | text | identities |
//! | `is_root` | boolean | whether the span is the first of its trace; null where that is not known |
//! | `service`, `name`, `module`, `tag`, `kind` | text | as in native records |
//! | `start_ns` | 64-bit integer | nanoseconds since the epoch; of a sample its time |
//! | `duration_ns`, `cpu_ns`, `wait_ns`, `lock_wait_ns` | 64-bit unsigned integer | nanoseconds |
//! | `memory_bytes` | 64-bit unsigned integer | bytes |
//! | `error` | boolean | whether it failed |
//! | `attributes` | text | a JSON object of scalars |
//! | `signal`, `entity` | text | of a sample: which signal, measured on what |
//! | `value` | 64-bit unsigned integer | of a sample: in the signal's unit (nanoseconds, bytes, items, millionths) |
//!
//! Text that is empty is kept apart from none where a file can tell them apart: in Parquet and Arrow, and not in CSV, where an empty cell is null.

mod cell;
mod columns;
mod field;
mod row;

pub use cell::Cell;
pub use columns::{Columns, shown};
pub use field::{Field, Unit};
pub use row::{Draft, Place, RowReader, attributes_json};
