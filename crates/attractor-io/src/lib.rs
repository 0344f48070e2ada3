//! Patterns and memory files in and out: checked, bounded, atomic.
//!
//! [`read_patterns`] recognises npy, npz, csv, IDX, PNG and safetensors by their content, gzipped
//! or not, and gives validated [`Patterns`](attractor_synapse::Patterns) or an [`IoError`] that
//! names the file, the place in it and the remedy. [`save_memory`] and [`load_memory`] keep a
//! [`Memory`]: patterns with their normalisation, labels and picture size; [`map_memory`] uses the numbers of
//! a file in place, and [`update_memory`] appends or forgets in it, alone. [`write_output`] writes
//! whole files or none. What a [`Source`] may ask for is bounded by its [`Limits`], before anything is
//! allocated. [`read_tensors`] and [`encode_tensors`] are for arrays of any shape by name,
//! such as the weights of a network, and [`read_encoder_folder`] reads a BERT encoder; with the feature
//! `tokenizers`, `read_tokenizer` reads what cuts text into its tokens.
//!
//! What it deliberately is not: it contains no algorithms, it never guesses from a file's name
//! what is in it, and it allocates nothing that the file's own size does not justify.
//!
//! ```
//! use attractor_io::{Memory, Overwrite, ReadOptions, Source, load_memory, read_patterns, save_memory};
//! use attractor_synapse::{Normalization, Normalize};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let folder = tempfile::tempdir()?;
//!     let (table, path) = (folder.path().join("table.csv"), folder.path().join("two.mem"));
//!     std::fs::write(&table, "x,y\n3,4\n0,2\n")?;
//!
//!     let raw = read_patterns::<f32>(&Source::from(&*table), &ReadOptions::default())?.patterns;
//!     let unit = Normalization::fit(Normalize::Unit, &raw);
//!     let memory = Memory::new(unit.apply(raw)?, unit, None, None)?;
//!     save_memory(&path, &memory, Overwrite::Refuse)?;
//!     assert_eq!(load_memory::<f32>(&Source::from(&*path))?.memory, memory);
//!     Ok(())
//! }
//! ```
//!
//! # The memory file, version 1
//!
//! A safetensors file: what reads those reads this. All numbers are little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | n, the length of the header as an unsigned integer; a multiple of 8, at most what [`Limits`] allow |
//! | 8..8+n | the header: a JSON object with its keys in order and no blanks between, filled with blanks at its end |
//! | then | `ids`, N unsigned integers of 8 bytes, only where patterns were forgotten |
//! | then | `mean`, d numbers of 8 bytes, only for the normalisation `center` |
//! | then, to the end | `patterns`, N·d numbers of 4 or 8 bytes, pattern after pattern |
//!
//! The header has the keys `__metadata__`, `ids` and `mean` (only with those tensors) and `patterns`. A tensor
//! is stated as `{"data_offsets":[start,end],"dtype":"F32","shape":[N,d]}`, offsets counting from
//! the end of the header; `ids` is `U64` with the shape `[N]`, ascending, what the patterns are called instead
//! of 0, 1, 2, …; `mean` is `F64` with the shape `[d]`, `patterns` is `F32` or `F64`. The
//! values of `__metadata__` are strings:
//!
//! | key | value | present |
//! |---|---|---|
//! | `checksum` | CRC-32 in eight lower-case hexadecimal digits, see below | always |
//! | `dtype` | `f32` or `f64`, as the tensor `patterns` says in capitals | always |
//! | `format` | `attractor.memory` | always |
//! | `image` | height and width in pixels, as `28x28`; their product is d | if the patterns are pictures |
//! | `labels` | a JSON array of N strings | if there are labels |
//! | `next_id` | the id that the next pattern gets, above all others | with the tensor `ids` |
//! | `normalize` | `none`, `center`, `unit` or `sign` | always |
//! | `threshold` | a decimal that reads back as the same `f64` | only for `sign` |
//! | `version` | `1` | always |
//!
//! The checksum is the CRC-32 of zip and gzip over parts that each end in a zero byte: for every
//! metadata key but `checksum`, in order, the key and the value; then for every tensor, in order
//! of the names, its name, its dtype, its shape with commas (`60000,784`) and its bytes.
//!
//! # The memory file, version 2
//!
//! What [`save_memory_as`] writes for numbers of 2 bytes or less; those of 4 or 8 bytes stay in version 1. The
//! same, but that `version` is `2`, `dtype` is `bf16`, `int8` or `bits`, a key `features` states d as a decimal,
//! and
//!
//! | tensor | what | present |
//! |---|---|---|
//! | `patterns` | `BF16` or `I8` of the shape `[N, d]`; for bits `U8` of the shape `[N, ⌈d/8⌉]`, the first number in the lowest bit, 1 for +, the rest of a row 0 | always |
//! | `residuals` | `F32`, `[N]`: ‖ξ − ξ̂‖ at most, ξ what was stored and ξ̂ what is in the file | always |
//! | `scales` | `F32`, `[N]`: the unit of a pattern's numbers | for `int8` (whose scales have 16 binary digits) and `bits` |
//!
//! A reader refuses a version above 2 by name, and in every version the keys and tensors that are not
//! listed for it, tensors out of their order, gaps between them, and bytes after their end. The same memory always
//! gives the same bytes.
//!
//! # Writers and readers of a memory file
//!
//! A file is never written into. [`save_memory`] and [`update_memory`] write a new one beside it (`.attractor-…`),
//! have it put on the disk, and rename it, so that readers see the old memory or the new one, and so does who comes
//! after a kill or a loss of power. A process that is killed can leave its `.attractor-…` behind; it is never read and
//! may be removed. To append or forget rewrites the whole file: one pass to read it, two to write it, and room for
//! both. Meanwhile a lock on the file itself keeps other writers out, who wait or fail with [`IoError::Locked`]; it
//! ends with the process. Where a file system knows no locks, the last of several writers wins.

// What every reader makes: numbers with a shape.
mod array;
// The number types of the binary formats.
mod element;
// Rows as the bytes of a file.
mod encode;
// What can go wrong, and whose fault it is.
mod error;
// Which format a file is, by its content.
mod format;
// The header of a memory file and its checksum.
mod header;
// The formats, one in each file.
mod idx;
mod image;
mod npy;
mod npz;
mod table;
mod tensors;
// Labels.
mod labels;
// How large things may become.
mod limits;
// What is stored.
mod memory;
// Memories in and out of files.
mod compact_file;
mod memory_check;
mod memory_load;
mod memory_save;
mod opened;
// How the bytes of a memory file come.
mod input;
// One writer at a time.
mod lock;
// Files in place of memory.
mod map;
// Which arrays of a file with several.
mod named;
// Files out, whole or not at all.
mod output;
// The one way in.
mod read;
// How much memory is free.
mod room;
// Where bytes come from.
mod source;
// What the system may refuse, and tests in which it does.
#[cfg(test)]
mod faults;
mod system;
// Arrays of any shape by name.
mod tensor;
// The folder of a transformer encoder.
mod encoder_config;
mod encoder_folder;
#[cfg(feature = "tokenizers")]
mod tokenizer;

pub use encode::{OutputKind, encode_rows};
pub use encoder_config::{EncoderActivation, EncoderConfig};
pub use encoder_folder::{EncoderFolder, read_encoder_folder};
pub use error::{ErrorClass, IoError};
pub use format::Format;
pub use labels::read_labels;
pub use limits::{INFLATED_FLOOR, INFLATED_RATIO_ALWAYS, Limit, LimitError, Limits};
pub use memory::{Memory, MemoryError};
pub use memory_load::{LoadedMemory, load_memory, map_memory, update_memory};
pub use memory_save::{PATIENCE, save_memory, save_memory_as};
pub use output::{Overwrite, check_output, remove_output, write_output};
pub use read::{Loaded, ReadOptions, read_patterns, read_whole};
pub use room::available_memory;
pub use source::Source;
pub use tensor::{NamedTensors, Tensor, TensorError, encode_tensors, read_tensors};
#[cfg(feature = "tokenizers")]
pub use tokenizer::{Tokenizer, read_tokenizer};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
