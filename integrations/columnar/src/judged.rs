//! Which columns are of use to their fields, over all pieces of a file.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use pss_integrations::formats::{
    DecodeError,
    table::{Cell, Columns, Field, RowReader, shown},
};

/// The columns that are read, and what is known of their cells so far.
pub(crate) struct Judged {
    /// The columns' names, in the order of [`Columns::of`].
    pub(crate) names: Vec<String>,
    /// The names of all columns of the file, for messages.
    pub(crate) there: String,
    fields: Vec<Field>,
    /// By field, in the order of [`Field`].
    cells: Arc<[Cells]>,
}

#[derive(Default)]
struct Cells {
    /// Whether a cell was of use.
    useful: AtomicBool,
    /// Why the first one that was not is not.
    complaint: OnceLock<String>,
}

impl Judged {
    /// Nothing is known as yet. `all` are the names of all columns of the file.
    pub(crate) fn new(columns: &Columns, all: &[&str]) -> Judged {
        let cells = Field::ALL.iter().map(|_| Cells::default()).collect();
        Judged::with(columns, all, cells)
    }

    /// For fewer of the columns; what is learnt of them is learnt for both.
    pub(crate) fn of_fewer(&self, columns: &Columns, all: &[&str]) -> Judged {
        Judged::with(columns, all, Arc::clone(&self.cells))
    }

    fn with(columns: &Columns, all: &[&str], cells: Arc<[Cells]>) -> Judged {
        let of = &columns.of;
        Judged {
            names: of
                .iter()
                .map(|(_, place, _)| all[*place].to_owned())
                .collect(),
            there: shown(all),
            fields: of.iter().map(|(field, ..)| *field).collect(),
            cells,
        }
    }

    fn cells(&self, at: usize) -> &Cells {
        &self.cells[self.fields[at] as usize]
    }

    /// The places of columns of which no cell was of use as yet.
    pub(crate) fn open(&self, rows: &RowReader) -> Vec<usize> {
        let mut open = rows.choosy();
        open.retain(|at| !self.cells(*at).useful.load(Ordering::Relaxed));
        open
    }

    /// Looks at one row's cells of these columns, and drops those that need no more looking at.
    pub(crate) fn look<'a>(
        &self,
        open: &mut Vec<usize>,
        rows: &RowReader,
        cell: impl Fn(usize) -> Cell<'a>,
    ) {
        open.retain(|at| match cell(*at) {
            Cell::Null | Cell::Text("") => true,
            cell => match rows.complaint(*at, cell) {
                Some(complaint) => {
                    self.cells(*at).complaint.get_or_init(|| complaint);
                    true
                }
                None => {
                    self.cells(*at).useful.store(true, Ordering::Relaxed);
                    false
                }
            },
        });
    }

    /// At the end of a file.
    ///
    /// # Errors
    /// A column that has cells and none of use: another is meant.
    pub(crate) fn verdict(&self) -> Result<(), DecodeError> {
        for (at, (field, name)) in self.fields.iter().zip(&self.names).enumerate() {
            let cells = self.cells(at);
            let (false, Some(complaint)) =
                (cells.useful.load(Ordering::Relaxed), cells.complaint.get())
            else {
                continue;
            };
            let field = field.name();
            return Err(DecodeError::Settings(format!(
                "has a column {name:?} no cell of which can be `{field}`: {complaint}. Name another under [input.columns], or none with {field} = \"\"; there are: {}",
                self.there
            )));
        }
        Ok(())
    }
}
