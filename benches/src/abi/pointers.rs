//! Foreign pointers become slices and references, after what can be checked was checked.

#![expect(unsafe_code, reason = "foreign pointers become slices here")]

use crate::contestant::Failure;
use std::ffi::{CStr, c_char};

/// The product of some sizes, none of them 0, as the length of an array of `T`.
fn length<T>(what: &'static str, sizes: &[usize]) -> Result<usize, Failure> {
    let product = sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
    let bytes = product.and_then(|n| n.checked_mul(size_of::<T>()));
    match (product, bytes) {
        (Some(n), Some(bytes)) if n > 0 && bytes <= isize::MAX as usize => Ok(n),
        _ => Err(Failure::Length { what, sizes: sizes.to_vec() }),
    }
}

/// An array of as many numbers as the product of `sizes` says.
///
/// # Safety
/// A pointer that is not null holds them, and nobody changes them meanwhile.
pub(super) unsafe fn numbers<'a, T>(
    what: &'static str,
    at: *const T,
    sizes: &[usize],
) -> Result<&'a [T], Failure> {
    let length = length::<T>(what, sizes)?;
    if at.is_null() || !at.is_aligned() {
        return Err(Failure::Pointer(what));
    }
    // SAFETY: not null, aligned, of a length that a slice can have; for the rest the caller stands
    Ok(unsafe { std::slice::from_raw_parts(at, length) })
}

/// # Safety
/// A pointer that is not null is that of a C string.
pub(super) unsafe fn word<'a>(what: &'static str, at: *const c_char) -> Result<&'a str, Failure> {
    if at.is_null() {
        return Err(Failure::Pointer(what));
    }
    // SAFETY: not null; for the rest the caller stands
    unsafe { CStr::from_ptr(at) }.to_str().map_err(Failure::of)
}

/// # Safety
/// A pointer that is not null is that of a live value, which nobody changes meanwhile.
pub(super) unsafe fn given<'a, T>(what: &'static str, at: *const T) -> Result<&'a T, Failure> {
    // SAFETY: the caller stands for it
    unsafe { at.as_ref() }.ok_or(Failure::Pointer(what))
}

/// # Safety
/// A pointer that is not null is that of a live value, which nobody else uses meanwhile.
pub(super) unsafe fn target<'a, T>(what: &'static str, at: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: the caller stands for it
    unsafe { at.as_mut() }.ok_or(Failure::Pointer(what))
}

/// Copies numbers into foreign room for exactly as many.
///
/// # Safety
/// A pointer that is not null has room for `length` numbers, apart from those that are copied.
pub(super) unsafe fn copied<T: Copy>(
    what: &'static str,
    from: &[T],
    to: *mut T,
    length: usize,
) -> Result<(), Failure> {
    if from.len() != length {
        return Err(Failure::Room { what, expected: from.len(), found: length });
    }
    if to.is_null() || !to.is_aligned() {
        return Err(Failure::Pointer(what));
    }
    // SAFETY: not null, aligned; for the room the caller stands
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to, length) };
    Ok(())
}
