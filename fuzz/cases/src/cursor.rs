//! Numbers and choices out of bytes; where these end, zeros follow.

/// What is left of the bytes.
#[derive(Debug)]
pub(crate) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// A whole number from `low` to `high`, which are at most 255 apart.
    pub(crate) fn size(&mut self, low: usize, high: usize) -> usize {
        low + usize::from(self.byte()) % (high - low + 1)
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()]
    }
}

/// Memories and cues of small multiples of a power of two: both precisions hold them exactly.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) features: usize,
    /// N × d.
    pub(crate) memories: Vec<f64>,
    /// q × d.
    pub(crate) cues: Vec<f64>,
}

impl Cursor<'_> {
    /// At most so many memories and cues, of at most so many features.
    pub(crate) fn problem(&mut self, [memories, cues, features]: [usize; 3]) -> Problem {
        let (n, q) = (self.size(1, memories), self.size(1, cues));
        let features = self.size(1, features);
        let unit = self.one_of(&[1.0, 0.25, 1.0 / 64.0, 16.0]);
        let memories = (0..n * features).map(|_| self.number(unit)).collect();
        let cues = (0..q * features).map(|_| self.number(unit)).collect();
        Problem { features, memories, cues }
    }

    /// A multiple of a quarter of the unit, within 32 of them.
    pub(crate) fn number(&mut self, unit: f64) -> f64 {
        unit * 0.25 * f64::from(self.byte().cast_signed())
    }
}

impl Problem {
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.memories.chunks_exact(self.features)
    }
}

/// Numbers in another precision, which holds them.
pub(crate) fn to<T: attractor_lagrangian::Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|x| T::of(*x)).collect()
}
