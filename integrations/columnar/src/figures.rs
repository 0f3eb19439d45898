//! A table of figures, which is neither spans nor samples, as Parquet.

use std::io::{self, Write};

use polars::prelude::*;

/// Columns of one length, in their order.
#[derive(Debug, Default)]
pub struct Figures {
    columns: Vec<Column>,
    height: usize,
}

impl Figures {
    /// A table of so many rows, as yet without columns.
    pub fn of(height: usize) -> Figures {
        Figures {
            columns: Vec::new(),
            height,
        }
    }

    /// Adds a column of texts.
    pub fn texts(self, name: &str, values: Vec<Option<String>>) -> Figures {
        self.column(Column::new(name.into(), values))
    }

    /// Adds a column of 64-bit floats.
    pub fn numbers(self, name: &str, values: Vec<Option<f64>>) -> Figures {
        self.column(Column::new(name.into(), values))
    }

    /// Adds a column of signed 64-bit integers.
    pub fn integers(self, name: &str, values: Vec<i64>) -> Figures {
        self.column(Column::new(name.into(), values))
    }

    /// Adds a column of unsigned 64-bit integers.
    pub fn counts(self, name: &str, values: Vec<u64>) -> Figures {
        self.column(Column::new(name.into(), values))
    }

    /// Adds a column of truths.
    pub fn truths(self, name: &str, values: Vec<Option<bool>>) -> Figures {
        self.column(Column::new(name.into(), values))
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the system says; two columns of one name, or one of another length than the table's.
    pub fn write_parquet(self, out: &mut dyn Write) -> io::Result<()> {
        let mut frame = DataFrame::new(self.height, self.columns).map_err(io::Error::other)?;
        ParquetWriter::new(out)
            .finish(&mut frame)
            .map(drop)
            .map_err(|error| match error {
                PolarsError::IO { error, .. } => io::Error::new(error.kind(), error.to_string()),
                error => io::Error::other(error),
            })
    }

    fn column(mut self, column: Column) -> Figures {
        self.columns.push(column);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut bytes = Vec::new();
        Figures::of(2)
            .integers("id", vec![1, -2])
            .texts("branch", vec![Some("mäin".to_owned()), None])
            .numbers("pss", vec![None, Some(81.5)])
            .counts("spans", vec![u64::MAX, 0])
            .truths("dirty", vec![Some(true), None])
            .write_parquet(&mut bytes)
            .expect("written");
        let frame = ParquetReader::new(io::Cursor::new(bytes))
            .finish()
            .expect("readable");
        assert_eq!(frame.shape(), (2, 5));
        assert_eq!(
            frame.get_column_names(),
            ["id", "branch", "pss", "spans", "dirty"]
        );
        let cells: Vec<String> = (0..2)
            .flat_map(|row| frame.get(row).expect("a row"))
            .map(|cell| cell.to_string())
            .collect();
        assert_eq!(
            cells.join(" "),
            "1 \"mäin\" null 18446744073709551615 true -2 null 81.5 0 null"
        );
    }

    #[test]
    fn columns_of_unequal_length_are_an_error() {
        let table = Figures::of(2).counts("spans", vec![1]);
        assert!(table.write_parquet(&mut Vec::new()).is_err());
        let twice = Figures::of(1).counts("n", vec![1]).counts("n", vec![1]);
        assert!(twice.write_parquet(&mut Vec::new()).is_err());
    }
}
