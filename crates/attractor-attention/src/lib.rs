//! Attention and Hopfield layers as models of energy-based associative memory.
//!
//! What it deliberately is not: no training framework, and it opens no files.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
