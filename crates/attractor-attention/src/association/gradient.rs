//! The vector–Jacobian product of an association.

use super::parts::Parts;
use super::{Association, Sets, Side};
use crate::error::size;
use crate::{AttentionError, FeatureNorm, HeadGradient, LinearGradient, Mask, NormGradient};
use attractor_synapse::{Element, Patterns};
use rayon::prelude::*;

/// How ℓ depends on a layer and on what it was given.
#[derive(Debug, Clone, PartialEq)]
pub struct AssociationGradient<T> {
    /// ∂ℓ/∂queries, as many numbers as they have. Zeros where heads settle.
    pub queries: Vec<T>,
    /// ∂ℓ/∂keys.
    pub keys: Vec<T>,
    /// ∂ℓ/∂values. Sets that are one and the same get the sum of their gradients.
    pub values: Vec<T>,
    /// What queries, keys and values go through.
    pub sides: [SideGradient; 3],
    /// The norm of the heads' queries and keys.
    pub head_norm: Option<NormGradient>,
    /// The output projection.
    pub output: Option<LinearGradient>,
    /// ∂ℓ/∂ln β of every head.
    pub log_betas: Vec<f64>,
}

/// The gradient of a [`Side`], of what there is of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SideGradient {
    /// Its norm's.
    pub norm: Option<NormGradient>,
    /// Its projection's.
    pub projection: Option<LinearGradient>,
}

impl<T: Element> Association<T> {
    /// ∂ℓ/∂(sets, weights, ln β) of [`Association::associate`], where `pull` is ∂ℓ/∂output, one row for each query.
    ///
    /// Runs the layer again, see [`Head::vjp`](crate::Head::vjp).
    ///
    /// # Errors
    /// As [`Association::associate`] and [`Head::vjp`](crate::Head::vjp).
    pub fn vjp(
        &self,
        sets: &Sets<'_, T>,
        mask: &Mask,
        pull: &[T],
    ) -> Result<AssociationGradient<T>, AttentionError> {
        let parts = self.parts(sets)?;
        let width = parts.shapes()[2].1;
        let (pull, output) = self.pull_output(sets, mask, &parts, pull)?;
        let run = |h: usize| {
            let stride = self.heads * width;
            let own = pull.chunks_exact(stride).flat_map(|row| &row[h * width..(h + 1) * width]);
            let own: Vec<T> = own.copied().collect();
            parts.head(h)?.vjp(parts.queries(h), mask, self.steps, &own)
        };
        let heads: Vec<HeadGradient> =
            (0..self.heads).into_par_iter().map(run).collect::<Result<_, _>>()?;
        let mut pulls = gather(&parts, &heads);
        let head_norm = self.head_norm.as_ref().map(|norm| pull_heads(norm, &parts, &mut pulls));
        let [q, k, v] = pulls.map(|pull| pull.joined::<T>());
        let (queries, query) = pull_side(&self.query, sets.queries, &parts.normed[0], &q);
        let (keys, key) = pull_side(&self.key, sets.keys, &parts.normed[1], &k);
        let (values, value) = pull_side(&self.value, sets.values, &parts.normed[2], &v);
        let log_betas = heads.iter().map(|head| head.log_beta).collect();
        let sides = [query, key, value];
        Ok(AssociationGradient { queries, keys, values, sides, head_norm, output, log_betas })
    }

    /// The pull on the heads' answers side by side, and the output projection's gradient.
    fn pull_output(
        &self,
        sets: &Sets<'_, T>,
        mask: &Mask,
        parts: &Parts<T>,
        pull: &[T],
    ) -> Result<(Vec<T>, Option<LinearGradient>), AttentionError> {
        let answers = self.heads * parts.shapes()[2].1;
        let width = self.out.as_ref().map_or(answers, |out| out.outputs());
        size("the pull on the answers", pull.len(), sets.queries.len() * width)?;
        let Some(out) = &self.out else { return Ok((pull.to_vec(), None)) };
        let bare = Self { out: None, ..self.clone() };
        let found = bare.associate(sets, mask)?;
        let (pull, gradient) = out.pull_back(&found.output, pull);
        Ok((pull, Some(gradient)))
    }
}

/// The pull on a set's parts, one for each head that it has.
struct Pulls {
    parts: Vec<Vec<f64>>,
    width: usize,
}

impl Pulls {
    fn of((heads, width): (usize, usize)) -> Self {
        Self { parts: vec![Vec::new(); heads], width }
    }

    fn add(&mut self, part: usize, pull: &[f64]) {
        let place = &mut self.parts[part];
        place.resize(pull.len(), 0.0);
        place.iter_mut().zip(pull).for_each(|(place, x)| *place += x);
    }

    /// Side by side, as the projection made them.
    fn joined<T: Element>(&self) -> Vec<T> {
        let rows = self.parts[0].len() / self.width;
        let row = |i: usize| {
            self.parts.iter().flat_map(move |part| &part[i * self.width..][..self.width])
        };
        (0..rows).flat_map(row).map(|x| T::of(*x)).collect()
    }
}

/// Heads that share a part add to its pull.
fn gather<T: Element>(parts: &Parts<T>, heads: &[HeadGradient]) -> [Pulls; 3] {
    let mut pulls = parts.shapes().map(Pulls::of);
    for (h, head) in heads.iter().enumerate() {
        for (pulls, pull) in pulls.iter_mut().zip([&head.queries, &head.keys, &head.values]) {
            pulls.add(parts.of(h, pulls.parts.len()), pull);
        }
    }
    pulls
}

/// Through the norm of the heads' queries and keys.
fn pull_heads<T: Element>(
    norm: &FeatureNorm,
    parts: &Parts<T>,
    pulls: &mut [Pulls; 3],
) -> NormGradient {
    let n = norm.features();
    let mut total = NormGradient { weight: vec![0.0; n], bias: vec![0.0; n] };
    for (pulls, raw) in pulls.iter_mut().zip([&parts.raw_queries, &parts.raw_keys]) {
        for (pull, raw) in pulls.parts.iter_mut().zip(raw) {
            let own: Vec<T> = pull.iter().map(|x| T::of(*x)).collect();
            let (back, gradient) = norm.pull_back(raw, &own);
            *pull = back.iter().map(|x| x.f64()).collect();
            total.weight.iter_mut().zip(gradient.weight).for_each(|(t, x)| *t += x);
            total.bias.iter_mut().zip(gradient.bias).for_each(|(t, x)| *t += x);
        }
    }
    total
}

/// Through a side's projection and norm, back to its set.
fn pull_side<T: Element>(
    side: &Side<T>,
    rows: &Patterns<T>,
    normed: &Option<Patterns<T>>,
    pull: &[T],
) -> (Vec<T>, SideGradient) {
    let (pull, projection) = match &side.projection {
        Some(projection) => {
            let (pull, gradient) = projection.pull_back(normed.as_ref().unwrap_or(rows), pull);
            (pull, Some(gradient))
        }
        None => (pull.to_vec(), None),
    };
    match &side.norm {
        Some(norm) => {
            let (pull, gradient) = norm.pull_back(rows, &pull);
            (pull, SideGradient { norm: Some(gradient), projection })
        }
        None => (pull, SideGradient { norm: None, projection }),
    }
}
