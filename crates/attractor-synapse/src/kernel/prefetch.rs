//! Memory that is asked for before it is needed: the rows of a few memories are too short for the
//! processor to see by itself what comes next.
#![expect(unsafe_code, reason = "there is no safe way to ask for a line of the cache")]

/// Bytes that come at once.
pub(super) const LINE: usize = 64;

/// Asks for the cache line in which the number is.
#[inline(always)]
pub(super) fn prefetch<T>(number: &T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction is in every x86-64 processor, takes any address (this is that of a
    // reference) and changes nothing that a program can see.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(number).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = number;
}
