//! Pages as they are read and unpacked, into the same memory again and again.

use std::{fs::File, io};

use polars_parquet::parquet::{
    compression::{Compression, DecompressionContext, decompress},
    encoding::uleb128,
};
use pss_integrations::formats::DecodeError;

use super::pages::{Form, Page};
use crate::hands::{asked, damaged};

/// Memory for one page after another.
#[derive(Default)]
pub(super) struct Unpacker {
    packed: Vec<u8>,
    page: Vec<u8>,
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

impl Unpacker {
    /// A page's content.
    ///
    /// # Errors
    /// It cannot be unpacked, or holds less than its header says.
    pub(super) fn content(
        &mut self,
        file: &File,
        page: &Page,
        compression: Compression,
    ) -> Result<&[u8], DecodeError> {
        let packed = bytes(&mut self.packed, page.packed);
        read_at(file, packed, page.at)?;
        let (plain, is_packed) = match page.form {
            Form::Apart { levels, packed, .. } => (levels, packed),
            _ => (0, true),
        };
        if compression == Compression::Uncompressed || !is_packed {
            return Ok(packed);
        }
        let content = bytes(&mut self.page, page.holds);
        let (Some((levels, packed)), Some((first, rest))) = (
            packed.split_at_checked(plain),
            content.split_at_mut_checked(plain),
        ) else {
            return Err(damaged("a page has more levels than bytes"));
        };
        first.copy_from_slice(levels);
        let short = || damaged("a page holds less than its header says");
        match compression {
            _ if packed.is_empty() => rest.fill(0),
            Compression::Zstd => {
                let zstd = match &mut self.zstd {
                    Some(zstd) => zstd,
                    None => self.zstd.insert(zstd::bulk::Decompressor::new()?),
                };
                let held = zstd.decompress_to_buffer(packed, rest);
                let held =
                    held.map_err(|error| damaged(&format!("a page cannot be unpacked: {error}")))?;
                if held != rest.len() {
                    return Err(short());
                }
            }
            Compression::Snappy if uleb128::decode(packed).0 != rest.len() as u64 => {
                return Err(short());
            }
            compression => {
                // These may leave bytes as they were, which are another page's.
                if matches!(compression, Compression::Lz4 | Compression::Lz4Raw) {
                    rest.fill(0);
                }
                let mut context = DecompressionContext::Unset;
                asked(|| Ok(decompress(compression, packed, rest, &mut context)?))?;
            }
        }
        Ok(content)
    }
}

/// So many bytes of a buffer, whatever they were.
fn bytes(buffer: &mut Vec<u8>, length: usize) -> &mut [u8] {
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
    &mut buffer[..length]
}

/// Reads bytes at a place, whatever others read of the file at once.
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, buffer, at);
    #[cfg(windows)]
    {
        let mut read = 0;
        while read < buffer.len() {
            let place = at + read as u64;
            match std::os::windows::fs::FileExt::seek_read(file, &mut buffer[read..], place)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                more => read += more,
            }
        }
        Ok(())
    }
}
