//! How many bytes a number of a memory takes.

use std::fmt::{self, Display};
use std::str::FromStr;

/// The precision in which memories are kept, most bytes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// 8 bytes a number.
    F64,
    /// 4 bytes a number.
    F32,
    /// 2 bytes a number: the upper half of an `f32`, 8 binary digits.
    Bf16,
    /// 1 byte a number, −127 to 127, in units of a scale of each memory.
    Int8,
    /// 1 bit a number, ±1, in units of a scale of each memory: for patterns of two values ±a only.
    Bits,
}

impl Precision {
    /// All precisions in the order of the program's help.
    pub const ALL: [Self; 5] = [Self::F64, Self::F32, Self::Bf16, Self::Int8, Self::Bits];

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
            Self::Bits => "bits",
        }
    }

    /// The bytes of the numbers of one memory, its scale among them.
    ///
    /// ```
    /// use attractor_synapse::Precision;
    /// let bytes = Precision::ALL.map(|precision| precision.bytes(384));
    /// assert_eq!(bytes, [3072, 1536, 768, 388, 52]);
    /// ```
    pub fn bytes(self, features: usize) -> usize {
        match self {
            Self::F64 => 8 * features,
            Self::F32 => 4 * features,
            Self::Bf16 => 2 * features,
            Self::Int8 => features + 4,
            Self::Bits => features.div_ceil(8) + 4,
        }
    }
}

impl Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no [`Precision`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no precision is called {0:?}: use f64, f32, bf16, int8 or bits")]
pub struct UnknownPrecision(pub String);

impl FromStr for Precision {
    type Err = UnknownPrecision;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|precision| precision.name() == name);
        found.ok_or_else(|| UnknownPrecision(name.to_owned()))
    }
}
