//! What can go wrong between a file and its numbers, and whose fault it is.

use crate::{Format, MemoryError, TensorError};
use attractor_synapse::{CompactError, PatternError};
use std::io;

/// Who has to act on an [`IoError`]; the program turns it into its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The data is missing, damaged, of another kind or of another size (exit code 3).
    Input,
    /// The request cannot be meant so: the output exists, or its kind is unknown (exit code 2).
    Usage,
    /// The system refused: no space, no permission to write (exit code 1).
    Runtime,
}

/// What went wrong with a file: its name, the place in it, and what to do.
///
/// `name` is the path as it was given, or "standard input"; inside an npz or safetensors file it
/// ends in the array's name: `data.npz: array "a"`. Lines and columns of text count from 1,
/// patterns and features from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoError {
    /// The source cannot be read at all.
    #[error("{name}: cannot be read: {error}")]
    Read {
        /// The source.
        name: String,
        /// What the system says.
        error: io::Error,
    },
    /// A source of no bytes, or a text of blank lines.
    #[error("{name}: is empty: give a file with at least one pattern")]
    Empty {
        /// The source.
        name: String,
    },
    /// The first bytes belong to no known format, and it is no text either.
    #[error(
        "{name}: is not a format that attractor reads (npy, npz, csv, IDX, PNG, safetensors; text must be UTF-8): convert it"
    )]
    Unrecognised {
        /// The source.
        name: String,
    },
    /// The gzip around the data is broken or cut short.
    #[error("{name}: gzip: {error}: fetch or compress the file again")]
    Gzip {
        /// The source.
        name: String,
        /// What is wrong with it.
        error: io::Error,
    },
    /// A known format, but not one that labels are read from.
    #[error(
        "{name}: is {format}, which holds no labels: give text with one label on each line, IDX or npy"
    )]
    NotLabels {
        /// The source.
        name: String,
        /// What it is.
        format: Format,
    },
    /// The structure of the file is broken.
    #[error("{name}: {format}, {place}: {problem}: write or fetch the file again")]
    Malformed {
        /// The source.
        name: String,
        /// The format it was read as.
        format: Format,
        /// Where in the file.
        place: String,
        /// What is wrong there.
        problem: String,
    },
    /// Fewer bytes than declared.
    #[error(
        "{name}: {format}, {place}: {expected} bytes are declared and {found} are there: the file was cut short, fetch it again"
    )]
    Truncated {
        /// The source.
        name: String,
        /// The format it was read as.
        format: Format,
        /// Where in the file.
        place: &'static str,
        /// The bytes declared.
        expected: u64,
        /// The bytes present.
        found: u64,
    },
    /// More bytes than declared.
    #[error(
        "{name}: {format}: {extra} bytes follow the end of the data: remove them or write the file again"
    )]
    Trailing {
        /// The source.
        name: String,
        /// The format it was read as.
        format: Format,
        /// How many bytes too many.
        extra: u64,
    },
    /// Beyond a published limit.
    #[error(
        "{name}: {what} exceeds the limit of {limit}: split it, or raise the limit if you trust it (--limit {flag}=…)"
    )]
    TooLarge {
        /// The source.
        name: String,
        /// Which size.
        what: &'static str,
        /// The limit, in bytes, numbers, members or pixels.
        limit: u64,
        /// What the limit is called in [`Limits`](crate::Limits).
        flag: &'static str,
    },
    /// More numbers than there is memory for, known from the sizes before anything is allocated.
    #[error(
        "{name}: would take {needed} bytes of memory, {free} may be taken: read fewer patterns or use a smaller precision (--limit memory=… overrides)"
    )]
    Memoryless {
        /// The source.
        name: String,
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },
    /// A shape that holds no numbers, too many, or in too many dimensions.
    #[error(
        "{name}: {format}: an array of shape {shape:?} holds no patterns: give one pattern [features], patterns [N, features] or images [N, height, width], none of them zero"
    )]
    Shape {
        /// The source.
        name: String,
        /// The format it was read as.
        format: Format,
        /// The shape found.
        shape: Vec<u64>,
    },
    /// Numbers of a type that is not read.
    #[error(
        "{name}: {format}: numbers of type {found} are not read: save them as 32- or 64-bit floats"
    )]
    Element {
        /// The source.
        name: String,
        /// The format it was read as.
        format: Format,
        /// The type found.
        found: String,
    },
    /// A cell of a text that is no number.
    #[error(
        "{name}: line {line}, column {column}: {found:?} is not a number: write numbers like 1.5 or -2e-3, all lines after an optional header"
    )]
    Cell {
        /// The source.
        name: String,
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// What stood there, shortened.
        found: String,
    },
    /// A cell of a text that is NaN, infinite, or beyond the range of the type read into.
    #[error(
        "{name}: line {line}, column {column}: {found:?} is not a finite {dtype}: remove the line or replace the number (beyond the range of f32 needs --dtype f64)"
    )]
    CellNotFinite {
        /// The source.
        name: String,
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// What stood there, shortened.
        found: String,
        /// The type read into.
        dtype: &'static str,
    },
    /// A line of another width than those before it.
    #[error(
        "{name}: line {line} has {found} numbers, the lines before it have {expected}: give all the same width"
    )]
    Ragged {
        /// The source.
        name: String,
        /// The line, from 1.
        line: u64,
        /// The width of the lines before it.
        expected: usize,
        /// Its own width.
        found: usize,
    },
    /// A picture of another size than the first of its folder.
    #[error("{name}: is {} x {} pixels, the pictures before it are {} x {} (height x width): give all the same size", found.0, found.1, expected.0, expected.1)]
    ImageSize {
        /// The picture.
        name: String,
        /// Height and width of the pictures before it.
        expected: (usize, usize),
        /// Its own height and width.
        found: (usize, usize),
    },
    /// A folder without pictures.
    #[error(
        "{name}: the folder has no .png file: name the files one by one if they are of another format"
    )]
    NoImages {
        /// The folder.
        name: String,
    },
    /// An array was asked for by name and is not there, or none was and none is of two dimensions.
    #[error("{name}: has no {}: {}", wanted.as_ref().map_or("array of two dimensions".to_owned(), |w| format!("array {w:?}")), listing(available))]
    NoArray {
        /// The source.
        name: String,
        /// The name asked for, if any.
        wanted: Option<String>,
        /// What is there: names with shapes.
        available: Vec<String>,
    },
    /// One array was asked for by name in a format that holds no named arrays.
    #[error(
        "{name}: is {format} and has no named arrays, so there is no {wanted:?}: leave the array's name away"
    )]
    NotNamed {
        /// The source.
        name: String,
        /// What it is.
        format: Format,
        /// The name asked for.
        wanted: String,
    },
    /// An array of another width than the one before it.
    #[error(
        "{name}: has {found} features, the arrays before it have {expected}: name the one array to read"
    )]
    ArrayWidth {
        /// The source and the array in it.
        name: String,
        /// The width of the arrays before it.
        expected: usize,
        /// Its own width.
        found: usize,
    },
    /// The numbers were read but cannot be patterns.
    #[error("{name}: {error}")]
    Patterns {
        /// The source.
        name: String,
        /// Which number, and why not.
        error: PatternError,
    },
    /// Tensors were asked for of another kind of file.
    #[error("{name}: is no safetensors file: save the tensors as one")]
    NotTensors {
        /// The source.
        name: String,
    },
    /// The numbers were read but cannot be a tensor.
    #[error("{name}: {error}")]
    Tensor {
        /// The source and the tensor in it.
        name: String,
        /// Which number, and why not.
        error: TensorError,
    },
    /// A text that should be a JSON object.
    #[error("{name}: is not JSON that can be used: {problem}: fetch or write the file again")]
    Json {
        /// The source.
        name: String,
        /// What is wrong with it, and where.
        problem: String,
    },
    /// A network of another family than the one that is read.
    #[error(
        "{name}: {field} is {found:?}: only BERT encoders are read (model_type bert, position_embedding_type absolute, no decoder)"
    )]
    Family {
        /// The configuration.
        name: String,
        /// The field that says so.
        field: String,
        /// What it says.
        found: String,
    },
    /// A field of a configuration that is missing or cannot be meant so.
    #[error("{name}: {field}: {problem}: use the configuration that belongs to the weights")]
    Config {
        /// The configuration.
        name: String,
        /// Which field.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Not one file of weights in the folder of a network.
    #[error(
        "{name}: holds no model.safetensors and {found} other files *.safetensors: put the weights into one"
    )]
    Weights {
        /// The folder.
        name: String,
        /// How many there are.
        found: usize,
    },
    /// No tokenizer in the folder of a network.
    #[error("{name}: holds neither tokenizer.json nor vocab.txt: copy one of them there")]
    NoTokenizer {
        /// The folder.
        name: String,
    },
    /// A tokenizer that cannot be used.
    #[error("{name}: is no tokenizer of a BERT encoder: {problem}: fetch the file again")]
    Tokenizer {
        /// The file.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A text of no tokens.
    #[error("the text has no tokens: give at least one word")]
    NoText,
    /// A text of more tokens than the network has positions.
    #[error(
        "the text has {tokens} tokens with [CLS] and [SEP], the model takes at most {limit}: shorten it"
    )]
    TooManyTokens {
        /// How many there are.
        tokens: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A label that is not there, or not a whole number where labels are numbers.
    #[error("{name}: label {index} is {found}: a label is a line of text or a whole number")]
    Label {
        /// The source.
        name: String,
        /// The label, from 0.
        index: usize,
        /// What stood there.
        found: String,
    },
    /// Labels in more than one dimension.
    #[error(
        "{name}: {format}: labels of shape {shape:?}: give one dimension, a label for each pattern"
    )]
    LabelShape {
        /// The source.
        name: String,
        /// What it is.
        format: Format,
        /// The shape found.
        shape: Vec<u64>,
    },
    /// Not a memory file.
    #[error("{name}: is not a memory file: make one with `attractor store FILES -o MEMORY`")]
    NotMemory {
        /// The source.
        name: String,
    },
    /// A memory file from the future.
    #[error(
        "{name}: is a memory file of version {version:?}, this program reads versions 1 and 2: use a newer attractor"
    )]
    Newer {
        /// The source.
        name: String,
        /// The version it states.
        version: String,
    },
    /// The contents are not those that were saved.
    #[error(
        "{name}: the checksum is {stored:?} and the contents give {computed:?}: the file was changed or damaged, restore it from a copy"
    )]
    Checksum {
        /// The source.
        name: String,
        /// What the file states.
        stored: String,
        /// What its contents give.
        computed: String,
    },
    /// A field of a memory file that is missing, unknown, or says another thing than the rest of the file.
    #[error(
        "{name}: memory file, {field}: {problem}: restore it from a copy or store the patterns again"
    )]
    Field {
        /// The source.
        name: String,
        /// The metadata key or tensor.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The parts of a memory do not fit together.
    #[error("{name}: {error}")]
    Memory {
        /// The source.
        name: String,
        /// Which parts.
        error: MemoryError,
    },
    /// Patterns that the precision cannot keep, or numbers of a file that are in no precision.
    #[error("{name}: {error}")]
    Precision {
        /// The source or target.
        name: String,
        /// Which pattern.
        error: CompactError,
    },
    /// The output is there already.
    #[error("{name}: exists already: choose another name, or replace it with --force")]
    Exists {
        /// The target.
        name: String,
    },
    /// The output is a folder.
    #[error("{name}: is a folder: give the name of a file")]
    IsFolder {
        /// The target.
        name: String,
    },
    /// The folder of the output does not exist.
    #[error("{name}: there is no folder {folder}: make it first")]
    NoFolder {
        /// The target.
        name: String,
        /// The folder that is missing.
        folder: String,
    },
    /// The kind of output cannot be told from the name.
    #[error("{name}: the kind of output follows from the ending: use .npy, .csv or .png")]
    Extension {
        /// The target.
        name: String,
    },
    /// A picture too large for its format.
    #[error(
        "{name}: a picture of {height} x {width} pixels is too large: write .npy, or fewer rows"
    )]
    Picture {
        /// The target, or "png" where it is not known.
        name: String,
        /// In pixels.
        height: usize,
        /// In pixels.
        width: usize,
    },
    /// The new file is in its place, whole; the system would not say that its name is on the disk.
    #[error(
        "{name}: is written, but would perhaps not survive a loss of power, as its folder cannot be synchronised: {error}"
    )]
    NotDurable {
        /// The target.
        name: String,
        /// What the system says.
        error: io::Error,
    },
    /// Another writer has the memory file.
    #[error(
        "{name}: another process is changing it: try again when it is done, or wait longer (--wait SECONDS)"
    )]
    Locked {
        /// The memory file.
        name: String,
    },
    /// The output cannot be written; what stood there before is untouched.
    #[error("{name}: cannot be written: {error}")]
    Write {
        /// The target.
        name: String,
        /// What the system says.
        error: io::Error,
    },
}

impl IoError {
    /// Who has to act.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Exists { .. }
            | Self::IsFolder { .. }
            | Self::NoFolder { .. }
            | Self::Extension { .. }
            | Self::Picture { .. } => ErrorClass::Usage,
            Self::Write { .. }
            | Self::NotDurable { .. }
            | Self::Locked { .. }
            | Self::Memoryless { .. } => ErrorClass::Runtime,
            _ => ErrorClass::Input,
        }
    }

    /// True if the data is to blame, not the request and not the system.
    pub fn is_input(&self) -> bool {
        self.class() == ErrorClass::Input
    }
}

/// At most twelve names, then how many more.
fn listing(available: &[String]) -> String {
    const SHOWN: usize = 12;
    let names = available.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match available.len() {
        0 => "it holds no arrays at all".to_owned(),
        n if n > SHOWN => format!("name one of {names} and {} more", n - SHOWN),
        _ => format!("name one of {names}"),
    }
}

/// The first characters of something found in a file: a message is no place for a megabyte.
pub(crate) fn clip(found: &str) -> String {
    clip_at(found, 40)
}

/// The first `shown` characters: of names, which mean nothing without their ends, more than of values.
pub(crate) fn clip_at(found: &str, shown: usize) -> String {
    match found.char_indices().nth(shown) {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found.to_owned(),
    }
}
