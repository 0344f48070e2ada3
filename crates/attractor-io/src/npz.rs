//! numpy's `.npz`: a zip archive of `.npy` files, stored or deflated.

use crate::array::Array;
use crate::limits::{check_limit, read_bounded};
use crate::named::Arrays;
use crate::npy;
use crate::source::malformed;
use crate::{Format, IoError, Limits};
use attractor_lagrangian::Real;
use std::io::Cursor;
use zip::ZipArchive;

/// An opened archive. All members together may inflate to what the file's size allows.
pub(crate) struct Npz<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    allowance: u64,
    limits: Limits,
}

impl<'a> Npz<'a> {
    /// Reads the directory of the archive.
    pub(crate) fn open(name: &str, bytes: &'a [u8], limits: &Limits) -> Result<Self, IoError> {
        let zip = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| malformed(name, Format::Npz, "directory", error))?;
        check_limit(name, "the archive", zip.len() as u64, (limits.members, "members"))?;
        Ok(Self { zip, allowance: limits.allowance(bytes.len()), limits: *limits })
    }

    /// The first `most` bytes of a member, or all of it if that is less.
    fn member(&mut self, place: &str, file: &str, most: Option<u64>) -> Result<Vec<u8>, IoError> {
        let broken = |error: &dyn std::fmt::Display| malformed(place, Format::Npz, file, error);
        let member = self.zip.by_name(file).map_err(|error| broken(&error))?;
        let left = self.allowance;
        let bytes = match most {
            Some(most) => {
                let head = std::io::Read::take(member, most);
                read_bounded(place, "the header", (most, "header"), head, |error| broken(&error))
            }
            None => {
                let limit = (left, "ratio");
                read_bounded(place, "the inflated content", limit, member, |e| broken(&e))
            }
        }?;
        // headers count as well, or very many members would take very long
        check_limit(place, "the inflated content", bytes.len() as u64, (left, "ratio"))?;
        self.allowance -= bytes.len() as u64;
        Ok(bytes)
    }
}

/// Longer headers than this are of structured arrays.
const HEAD: u64 = 1 << 16;

impl<T: Real> Arrays<T> for Npz<'_> {
    fn list(&mut self, name: &str) -> Result<Vec<(String, Vec<u64>)>, IoError> {
        let mut files: Vec<String> = self.zip.file_names().map(str::to_owned).collect();
        files.sort();
        let mut list = Vec::new();
        for file in files.iter().filter_map(|file| file.strip_suffix(".npy")) {
            let place = format!("{name}: array {file:?}");
            let head = self.member(&place, &format!("{file}.npy"), Some(HEAD))?;
            list.push((file.to_owned(), npy::shape(&place, &head)?));
        }
        Ok(list)
    }

    fn take(&mut self, place: &str, array: &str) -> Result<Array<T>, IoError> {
        let bytes = self.member(place, &format!("{array}.npy"), None)?;
        npy::read(place, &bytes, &self.limits)
    }
}
