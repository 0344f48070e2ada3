//! The door for other languages: contestants, memories and limits as C functions, with which `peers/` times ours
//! and theirs in one process on the same arrays.
//!
//! Every function returns 0, or what `Failure::code` says with the words left for [`attractor_error`]; results
//! go through the last pointer. No panic crosses the border.

#![expect(
    unsafe_code,
    reason = "functions for C have names of their own and take foreign pointers"
)]

// What makes the handles.
pub mod makers;
// Foreign pointers become slices and references.
mod pointers;

use crate::contestant::{Contestant, Failure};
use crate::limits;
use pointers::{copied, numbers, target};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Something that can be run, for a caller that sees only its address.
#[derive(Debug)]
pub struct Handle(Box<dyn Contestant>);

/// Runs `work`; a failure and a panic become a code, and words.
fn guarded(work: impl FnOnce() -> Result<(), Failure>) -> i32 {
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Failure::Panicked(words.unwrap_or("without words").to_owned()))
    });
    let Err(failure) = done else { return 0 };
    LAST.with_borrow_mut(|last| *last = failure.to_string());
    failure.code()
}

/// The words of the last failure on this thread, cut to `length` bytes with the 0 at their end.
///
/// # Safety
/// `to` has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_error(to: *mut u8, length: usize) -> i32 {
    let mut words = LAST.with_borrow(|last| last.clone().into_bytes());
    words.truncate(length.saturating_sub(1));
    words.push(0);
    // SAFETY: the caller stands for the room, which is not smaller than the words
    guarded(|| unsafe { copied("the room for words", &words, to, length.min(words.len())) })
}

/// What a run needs and is not timed.
///
/// # Safety
/// A handle of this library, in use by nobody else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_prepare(handle: *mut Handle) -> i32 {
    // SAFETY: the caller stands for the handle
    guarded(|| unsafe { target("the handle", handle) }?.0.prepare())
}

/// Runs once.
///
/// # Safety
/// As [`attractor_prepare`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_run(handle: *mut Handle) -> i32 {
    // SAFETY: the caller stands for the handle
    guarded(|| unsafe { target("the handle", handle) }?.0.run())
}

/// Writes the result of the last run as f64; it must be `length` numbers.
///
/// # Safety
/// As [`attractor_prepare`]; `to` has room for `length` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_output(handle: *mut Handle, to: *mut f64, length: usize) -> i32 {
    // SAFETY: the caller stands for the handle and the room
    guarded(|| unsafe {
        let output = target("the handle", handle)?.0.output();
        copied("the room for the result", &output, to, length)
    })
}

/// Ends a handle; null is nothing.
///
/// # Safety
/// A handle of this library, which is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_free(handle: *mut Handle) -> i32 {
    if handle.is_null() {
        return 0;
    }
    // SAFETY: it came out of a box, and the caller gives it back once
    let owned = unsafe { Box::from_raw(handle) };
    guarded(|| {
        drop(owned);
        Ok(())
    })
}

/// Reads an array of 4-byte words once with all threads and writes the sum of its words.
///
/// # Safety
/// `words` holds `length` words; `sum` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_plain_read(
    words: *const u32,
    length: usize,
    sum: *mut u32,
) -> i32 {
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        *target("the sum", sum)? = limits::read(numbers("the array", words, &[length])?);
        Ok(())
    })
}

/// Writes how many billions of floating-point operations a second all threads do together.
///
/// # Safety
/// `peak` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_peak(rounds: usize, double: bool, peak: *mut f64) -> i32 {
    guarded(|| {
        // SAFETY: the caller stands for the pointer
        *unsafe { target("the peak", peak) }? = limits::peak(rounds, double);
        Ok(())
    })
}

#[cfg(test)]
mod tests;
