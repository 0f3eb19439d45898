//! A file's row groups, looked over before anything is read of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    ops::Range,
};

use polars::{
    io::{SerReader, parquet::metadata::FileMetadataRef},
    prelude::*,
};
use pss_integrations::formats::{
    DecodeError,
    table::{Columns, Field},
};

use super::{flat::Flat, gather::Room, pages::Chunk};
use crate::{
    hands::{asked, damaged},
    judged::Judged,
    values::Values,
};

/// Most rows of a piece that is read at once.
const PIECE: usize = 1 << 17;

/// A file's row groups, looked over.
pub(super) struct Table {
    file: File,
    metadata: FileMetadataRef,
    groups: Vec<Group>,
}

struct Group {
    /// Rows before it.
    before: usize,
    rows: usize,
    /// The columns that are read page by page, by name.
    flat: BTreeMap<String, Flat>,
}

/// Some rows of a row group.
pub(super) struct Piece {
    group: usize,
    pub(super) rows: Range<usize>,
}

impl Table {
    /// Looks at the pages of all wanted columns.
    pub(super) fn look(
        file: File,
        metadata: FileMetadataRef,
        schema: &ArrowSchema,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Table, DecodeError> {
        let mut groups: Vec<Group> = Vec::new();
        let mut before = 0;
        for group in &metadata.row_groups {
            let mut flat = BTreeMap::new();
            for column in group.parquet_columns() {
                let Some(name) = column.descriptor().path_in_schema.first() else {
                    continue;
                };
                if !wanted(name) {
                    continue;
                }
                let chunk = asked(|| {
                    Ok(Chunk {
                        bytes: column.byte_range(),
                        values: column.num_values(),
                        uncompressed: column.uncompressed_size(),
                        rows: (column.descriptor().descriptor.max_rep_level == 0)
                            .then(|| group.num_rows()),
                    })
                })?;
                let pages = chunk.look(&file)?;
                let kind = schema.get(name).map(|field| &field.dtype);
                if let Some(column) = kind.and_then(|kind| Flat::of(column, kind, pages)) {
                    flat.insert(name.to_string(), column);
                }
            }
            let rows = group.num_rows();
            groups.push(Group { before, rows, flat });
            before = before.saturating_add(rows);
        }
        Ok(Table {
            file,
            metadata,
            groups,
        })
    }

    /// All its rows. A footer may claim more of them than memory has room for pieces.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> {
        let groups = self.groups.iter().enumerate();
        groups.flat_map(|(at, group)| {
            let rows = group.rows;
            let starts = (0..rows).step_by(PIECE);
            starts.map(move |start| Piece {
                group: at,
                rows: start..rows.min(start.saturating_add(PIECE)),
            })
        })
    }

    /// How many rows come before a piece.
    fn first(&self, piece: &Piece) -> usize {
        let before = self.groups[piece.group].before;
        before.saturating_add(piece.rows.start)
    }

    /// The number of a piece's first row, from 1.
    pub(super) fn number(&self, piece: &Piece) -> u64 {
        self.first(piece) as u64 + 1
    }

    /// The columns of a piece, in the order of [`Columns::of`].
    pub(super) fn read(
        &self,
        piece: &Piece,
        columns: &Columns,
        judged: &Judged,
        room: &mut Room,
    ) -> Result<Vec<Values>, DecodeError> {
        let group = &self.groups[piece.group];
        // Numbers and truths become text where text is wanted, which is left to polars.
        let flat = |field: Field, name: &str| {
            let wants_text = field.is_text() || field == Field::Attributes;
            let flat = group.flat.get(name);
            flat.filter(|flat| flat.is_text() || !wants_text)
        };
        let fields = || columns.of.iter().map(|(field, ..)| *field);
        let named = || fields().zip(&judged.names);
        let others: BTreeSet<&String> = named()
            .filter(|(field, name)| flat(*field, name).is_none())
            .map(|(_, name)| name)
            .collect();
        let frame = match others.is_empty() {
            true => DataFrame::empty(),
            false => self.frame(piece, others.into_iter().cloned().collect())?,
        };
        let read = |(field, name): (Field, &String)| match flat(field, name) {
            Some(flat) => flat.read(&self.file, piece.rows.clone(), room),
            None => Values::of_frame(field, name, &frame, judged),
        };
        named().map(read).collect()
    }

    /// What polars reads of a piece.
    fn frame(&self, piece: &Piece, names: Vec<String>) -> Result<DataFrame, DecodeError> {
        let mut reader = ParquetReader::new(self.file.try_clone()?)
            .with_slice(Some((self.first(piece), piece.rows.len())))
            .with_columns(Some(names))
            .read_parallel(ParallelStrategy::None);
        reader.set_metadata(self.metadata.clone());
        let frame = asked(|| reader.finish())?;
        if frame.height() != piece.rows.len() {
            return Err(damaged(
                "it has another number of rows than its footer says",
            ));
        }
        Ok(frame)
    }
}
