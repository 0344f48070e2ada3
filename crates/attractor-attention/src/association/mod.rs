//! The association of two sets, with projections: multi-head attention and the Hopfield layer.

// What it is made of.
mod parts;
// Its derivatives.
mod gradient;
// With learned queries or memories.
mod lookup;
mod pooling;

pub use gradient::{AssociationGradient, SideGradient};
pub use lookup::Lookup;
pub use pooling::Pooling;

use crate::error::size;
use crate::{AttentionError, FeatureNorm, HeadOutput, HeadRun, Linear, Mask, Steps};
use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Element, Patterns};
use rayon::prelude::*;

/// What stands between one of the three sets and the heads: a norm, then a projection. Neither by default: the
/// patterns are taken as they are, whole by every head.
#[derive(Debug, Clone, PartialEq)]
pub struct Side<T> {
    /// The norm.
    pub norm: Option<FeatureNorm>,
    /// The projection; its outputs are those of one head after another.
    pub projection: Option<Linear<T>>,
}

impl<T> Default for Side<T> {
    fn default() -> Self {
        Self { norm: None, projection: None }
    }
}

impl<T> From<Linear<T>> for Side<T> {
    fn from(projection: Linear<T>) -> Self {
        Self { norm: None, projection: Some(projection) }
    }
}

/// The association of a set of queries with a set of keys and values (Ramsauer et al., arXiv 2008.02217): per head
/// n softmaxes of model B over the projected keys, the last one through the projected values, then an output
/// projection. One softmax and all projections are multi-head attention; no projection at all is retrieval from
/// raw patterns, which is the default.
///
/// ```
/// use attractor_attention::{Association, Mask, Sets, Steps};
/// use attractor_synapse::Patterns;
/// let stored = Patterns::from_rows(&[[1.0f32, 1.0, -1.0], [-1.0, 1.0, 1.0]])?;
/// let damaged = Patterns::from_rows(&[[1.0f32, 0.0, -0.5]])?;
/// let layer = Association::new(1)?.with_betas(&[8.0])?.with_steps(Steps::to_rest(1e-6, 100)?);
/// let found = layer.associate(&Sets::of(&damaged, &stored), &Mask::default())?;
/// assert!((found.output.row(0)[1] - 1.0).abs() < 1e-4 && found.run(0, 0).steps > 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Heads may share keys and values (grouped queries): the projections of keys and values then have fewer heads
/// than that of the queries, and head h of H takes the keys of head ⌊h·K/H⌋ of K.
#[derive(Debug, Clone, PartialEq)]
pub struct Association<T> {
    heads: usize,
    /// One for each head, or none: 1/√d then.
    betas: Vec<f64>,
    query: Side<T>,
    key: Side<T>,
    value: Side<T>,
    /// Of every head's queries and keys.
    head_norm: Option<FeatureNorm>,
    out: Option<Linear<T>>,
    steps: Steps,
}

/// The three sets that are associated.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a, T> {
    /// What asks, q rows.
    pub queries: &'a Patterns<T>,
    /// What is asked, n rows.
    pub keys: &'a Patterns<T>,
    /// What is answered, n rows.
    pub values: &'a Patterns<T>,
}

impl<'a, T> Sets<'a, T> {
    /// Queries among memories that are their own values.
    pub fn of(queries: &'a Patterns<T>, memories: &'a Patterns<T>) -> Self {
        Self { queries, keys: memories, values: memories }
    }

    /// One set that looks at itself.
    pub fn own(rows: &'a Patterns<T>) -> Self {
        Self::of(rows, rows)
    }
}

/// What an association gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Associated<T> {
    /// One row for each query. Queries that see no key get what zeros from every head give.
    pub output: Patterns<T>,
    queries: usize,
    runs: Vec<HeadRun>,
}

impl<T> Associated<T> {
    /// How a head came to its answer to a query.
    ///
    /// # Panics
    /// If there is no such head or query.
    #[track_caller]
    pub fn run(&self, head: usize, query: usize) -> &HeadRun {
        assert!(query < self.queries, "query {query} of {}", self.queries);
        &self.runs[head * self.queries + query]
    }

    /// The queries that saw no key.
    pub fn blind(&self) -> Vec<usize> {
        (0..self.queries).filter(|q| self.runs[*q].is_blind()).collect()
    }
}

impl<T: Element> Association<T> {
    /// Heads without projections, with β = 1/√d and one softmax.
    ///
    /// # Errors
    /// [`AttentionError::NoHeads`].
    pub fn new(heads: usize) -> Result<Self, AttentionError> {
        if heads == 0 {
            return Err(AttentionError::NoHeads);
        }
        Ok(Self {
            heads,
            betas: Vec::new(),
            query: Side::default(),
            key: Side::default(),
            value: Side::default(),
            head_norm: None,
            out: None,
            steps: Steps::ONE,
        })
    }

    /// What queries, keys and values go through before the heads.
    #[must_use]
    pub fn with_sides(self, query: Side<T>, key: Side<T>, value: Side<T>) -> Self {
        Self { query, key, value, ..self }
    }

    /// A norm of every head's queries and keys, after the projections.
    #[must_use]
    pub fn with_head_norm(self, norm: FeatureNorm) -> Self {
        Self { head_norm: Some(norm), ..self }
    }

    /// What the answers of all heads, side by side, go through.
    #[must_use]
    pub fn with_output(self, out: Linear<T>) -> Self {
        Self { out: Some(out), ..self }
    }

    /// β of all heads, or one for each.
    ///
    /// # Errors
    /// [`AttentionError::Size`] for another number of them, [`AttentionError::Parameter`] unless they are positive
    /// and finite.
    pub fn with_betas(self, betas: &[f64]) -> Result<Self, AttentionError> {
        let betas = if let [beta] = betas { vec![*beta; self.heads] } else { betas.to_vec() };
        size("the list of betas", betas.len(), self.heads)?;
        betas.iter().try_for_each(|beta| LogSumExp::new(*beta).map(|_| ()))?;
        Ok(Self { betas, ..self })
    }

    /// How many softmaxes.
    #[must_use]
    pub fn with_steps(self, steps: Steps) -> Self {
        Self { steps, ..self }
    }

    /// The number of heads.
    pub fn heads(&self) -> usize {
        self.heads
    }

    /// What queries, keys and values go through.
    pub fn sides(&self) -> [&Side<T>; 3] {
        [&self.query, &self.key, &self.value]
    }

    /// What the answers go through.
    pub fn output(&self) -> Option<&Linear<T>> {
        self.out.as_ref()
    }

    /// Associates two sets. The heads run on as many threads as there are.
    ///
    /// Besides the projections: for each head and softmax 2·q·n·(d + m) flops and one pass over its keys and
    /// values; memory for queries and answers, never q × n.
    ///
    /// # Errors
    /// [`AttentionError::Size`] or [`AttentionError::Heads`] where sets, projections and heads do not fit together;
    /// otherwise as [`Head::attend`](crate::Head::attend).
    pub fn associate(
        &self,
        sets: &Sets<'_, T>,
        mask: &Mask,
    ) -> Result<Associated<T>, AttentionError> {
        let parts = self.parts(sets)?;
        let heads: Vec<HeadOutput<T>> = (0..self.heads)
            .into_par_iter()
            .map(|h| parts.head(h)?.attend(parts.queries(h), mask, self.steps))
            .collect::<Result<_, _>>()?;
        let side_by_side = parts.join(&heads)?;
        let output = match &self.out {
            Some(out) => out.project(&side_by_side)?,
            None => side_by_side,
        };
        let runs = heads.iter().flat_map(|head| head.runs.iter().copied()).collect();
        Ok(Associated { output, queries: sets.queries.len(), runs })
    }
}
