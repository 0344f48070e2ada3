//! Which keys a query sees: keep or ignore, as types, and causal and additive masks.

use crate::AttentionError;
use crate::error::size;
use attractor_synapse::{Cover, Shift};

/// Flags that are true for what *is* seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep(pub Vec<bool>);

/// Flags that are true for what is *not* seen, as in the padding masks of PyTorch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore(pub Vec<bool>);

impl From<Ignore> for Keep {
    fn from(ignore: Ignore) -> Self {
        Self(ignore.0.into_iter().map(|flag| !flag).collect())
    }
}

/// Which keys each query sees. Nothing is hidden by default; what several parts say holds together, and a
/// query that sees no key at all gets zeros and is told so ([`HeadRun::is_blind`](crate::HeadRun::is_blind)).
///
/// ```
/// use attractor_attention::{Ignore, Mask};
/// // two queries, three keys; the last key is padding
/// let mask = Mask::default().causal().keys(Ignore(vec![false, false, true]));
/// assert!(mask.shows(0, 0, 3) && !mask.shows(0, 1, 3) && !mask.shows(1, 2, 3));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mask {
    keys: Option<Vec<bool>>,
    pairs: Option<Vec<bool>>,
    ahead: Option<isize>,
    added: Option<Vec<f64>>,
}

impl Mask {
    /// Which keys anyone sees: n flags. Said twice, both hold.
    #[must_use]
    pub fn keys(mut self, flags: impl Into<Keep>) -> Self {
        join(&mut self.keys, flags.into().0);
        self
    }

    /// Which keys each query sees: q × n flags, a row for each query. Said twice, both hold.
    #[must_use]
    pub fn pairs(mut self, flags: impl Into<Keep>) -> Self {
        join(&mut self.pairs, flags.into().0);
        self
    }

    /// Query i sees the keys 0 to i.
    #[must_use]
    pub fn causal(self) -> Self {
        self.causal_from(0)
    }

    /// Query i sees the keys up to i + `ahead`: with n keys and the last q positions as queries that is
    /// n − q.
    #[must_use]
    pub fn causal_from(self, ahead: isize) -> Self {
        Self { ahead: Some(self.ahead.map_or(ahead, |other| other.min(ahead))), ..self }
    }

    /// What is added to β·q·k, q × n numbers; −∞ ignores a key. It replaces what was added before.
    #[must_use]
    pub fn added(self, numbers: Vec<f64>) -> Self {
        Self { added: Some(numbers), ..self }
    }

    /// Whether a query sees a key, of `keys` in all.
    ///
    /// # Panics
    /// If there is no flag for the two.
    #[track_caller]
    pub fn shows(&self, query: usize, key: usize, keys: usize) -> bool {
        self.cover(1.0).shows(query, key, keys)
    }

    /// Whether all queries see the same and nothing is added.
    pub(crate) fn is_shared(&self) -> bool {
        self.pairs.is_none() && self.ahead.is_none() && self.added.is_none()
    }

    /// In the unit of the scores q·k.
    pub(crate) fn cover(&self, beta: f64) -> Cover<'_> {
        Cover {
            kept: self.keys.as_deref(),
            kept_by: self.pairs.as_deref(),
            ahead: self.ahead,
            shift: self.added.as_deref().map(|by| Shift { by, times: 1.0 / beta }),
        }
    }

    /// Refuses a mask that is not for this many queries and keys.
    pub(crate) fn check(&self, queries: usize, keys: usize) -> Result<(), AttentionError> {
        let flags =
            |flags: &Option<Vec<bool>>, expected: usize| flags.as_ref().map_or(expected, Vec::len);
        size("the mask of the keys", flags(&self.keys, keys), keys)?;
        size("the mask of the pairs", flags(&self.pairs, queries * keys), queries * keys)?;
        let Some(added) = &self.added else { return Ok(()) };
        size("the additive mask", added.len(), queries * keys)?;
        match added.iter().position(|x| x.is_nan() || *x == f64::INFINITY) {
            None => Ok(()),
            Some(at) => {
                let (query, key) = (at / keys, at % keys);
                Err(AttentionError::Added { query, key, value: added[at] })
            }
        }
    }
}

fn join(flags: &mut Option<Vec<bool>>, more: Vec<bool>) {
    match flags {
        Some(flags) if flags.len() == more.len() => {
            flags.iter_mut().zip(more).for_each(|(flag, more)| *flag &= more);
        }
        // of another length: the check names it
        _ => *flags = Some(more),
    }
}
