//! What is promised of any bytes, one function for each fuzz target.
//!
//! A body takes what libFuzzer makes up, bounds its own cost, and panics where a promise is broken. The programs in
//! `fuzz/targets` only call them; the tests of this crate call them on everything that fuzzing has kept, so that what
//! was found once is looked for with a plain `cargo test`.

// Numbers and choices out of bytes.
mod cursor;
// Patterns and labels, format by format.
mod archives;
mod arrays;
mod pictures;
mod reading;
// Memory files.
mod memories;
mod repair;
// What is read for other purposes.
mod encoders;
mod parsers;
// What is computed in several ways.
mod batches;
mod certified;
mod naive;
mod precisions;
mod tiles;

pub use archives::{gzip, npz};
pub use arrays::{csv, idx, labels, npy, safetensors};
pub use batches::batch;
pub use certified::certificates;
pub use encoders::encoder;
pub use memories::memory;
pub use parsers::settings;
pub use pictures::png;
pub use precisions::precision;
pub use tiles::blocks;

/// The body of a target.
pub type Body = fn(&[u8]);

/// Every target with the name of its program, of its corpus and of its crashes.
pub const TARGETS: &[(&str, Body)] = &[
    ("batch", batch),
    ("blocks", blocks),
    ("certificates", certificates),
    ("csv", csv),
    ("encoder", encoder),
    ("gzip", gzip),
    ("idx", idx),
    ("labels", labels),
    ("memory", memory),
    ("npy", npy),
    ("npz", npz),
    ("png", png),
    ("precision", precision),
    ("safetensors", safetensors),
    ("settings", settings),
];
