//! The sets, projected and split among the heads.

use super::{Association, Sets, Side};
use crate::error::size;
use crate::{AttentionError, Head, HeadOutput};
use attractor_synapse::{Element, Memories, Patterns, Synapses};

/// Everything that the heads need.
pub(super) struct Parts<T> {
    heads: usize,
    betas: Vec<f64>,
    /// What went into the projections, where a norm changed it.
    pub(super) normed: [Option<Patterns<T>>; 3],
    /// Before the heads' norm, where there is one.
    pub(super) raw_queries: Vec<Patterns<T>>,
    pub(super) raw_keys: Vec<Patterns<T>>,
    queries: Vec<Patterns<T>>,
    keys: Vec<Synapses<T>>,
    values: Vec<Patterns<T>>,
}

impl<T: Element> Association<T> {
    pub(super) fn parts(&self, sets: &Sets<'_, T>) -> Result<Parts<T>, AttentionError> {
        size("the list of values", sets.values.len(), sets.keys.len())?;
        let normed = [
            normed(&self.query, sets.queries)?,
            normed(&self.key, sets.keys)?,
            normed(&self.value, sets.values)?,
        ];
        let input = |i: usize, own| normed[i].as_ref().unwrap_or(own);
        let [q, k, v] = [input(0, sets.queries), input(1, sets.keys), input(2, sets.values)];
        let [d, m] = self.widths([q.features(), k.features(), v.features()])?;
        let [queries, raw_queries] = self.norm_heads(split(&self.query, q, d)?)?;
        let [keys, raw_keys] = self.norm_heads(split(&self.key, k, d)?)?;
        let keys = keys.into_iter().map(Synapses::new).collect();
        let values = split(&self.value, v, m)?;
        let betas = match self.betas.is_empty() {
            true => vec![1.0 / (d as f64).sqrt(); self.heads],
            false => self.betas.clone(),
        };
        Ok(Parts { heads: self.heads, betas, normed, raw_queries, raw_keys, queries, keys, values })
    }

    /// The widths of a head's queries and of its values, from those of the three sets.
    fn widths(&self, [q, k, v]: [usize; 3]) -> Result<[usize; 2], AttentionError> {
        let split = |side: &Side<T>, own: usize, what: &'static str, heads: usize| {
            let outputs = side.projection.as_ref().map(|projection| projection.outputs());
            outputs.map_or(Ok(own), |outputs| divided(what, outputs, heads))
        };
        let d = split(&self.query, q, "the projection of the queries", self.heads)?;
        let keys = self.key_heads(d, k)?;
        let values = if self.key.projection.is_some() { keys } else { self.heads };
        let m = split(&self.value, v, "the projection of the values", values)?;
        let inputs = self.out.as_ref().map_or(self.heads * m, |out| out.inputs());
        size("the input of the output projection", inputs, self.heads * m)?;
        Ok([d, m])
    }

    /// Parts behind the heads' norm, and what they were before it if there is one.
    fn norm_heads(&self, parts: Vec<Patterns<T>>) -> Result<[Vec<Patterns<T>>; 2], AttentionError> {
        let Some(norm) = &self.head_norm else { return Ok([parts, Vec::new()]) };
        let normed = parts.iter().map(|part| norm.apply(part)).collect::<Result<_, _>>()?;
        Ok([normed, parts])
    }

    /// How many heads have keys of their own.
    fn key_heads(&self, d: usize, width: usize) -> Result<usize, AttentionError> {
        let Some(projection) = &self.key.projection else {
            size("a key, which no projection changes,", width, d)?;
            return Ok(1);
        };
        let rows = projection.outputs();
        if !rows.is_multiple_of(d) {
            size("the last head of the projected keys", rows % d, d)?;
        }
        divided("the number of heads", self.heads, rows / d)?;
        Ok(rows / d)
    }
}

fn normed<T: Element>(
    side: &Side<T>,
    rows: &Patterns<T>,
) -> Result<Option<Patterns<T>>, AttentionError> {
    side.norm.as_ref().map(|norm| norm.apply(rows)).transpose()
}

/// What each head takes of a set: a part of its projection, or all of it where there is none.
fn split<T: Element>(
    side: &Side<T>,
    rows: &Patterns<T>,
    width: usize,
) -> Result<Vec<Patterns<T>>, AttentionError> {
    let Some(projection) = &side.projection else { return Ok(vec![rows.clone()]) };
    let parts = projection.outputs() / width;
    (0..parts).map(|h| projection.project_part(rows, h * width..(h + 1) * width)).collect()
}

fn divided(what: &'static str, count: usize, parts: usize) -> Result<usize, AttentionError> {
    match count.is_multiple_of(parts) {
        true => Ok(count / parts),
        false => Err(AttentionError::Heads { what, count, parts }),
    }
}

impl<T: Element> Parts<T> {
    /// Which of some parts head h takes.
    pub(super) fn of(&self, h: usize, parts: usize) -> usize {
        h * parts / self.heads
    }

    pub(super) fn head(&self, h: usize) -> Result<Head<'_, T>, AttentionError> {
        let keys = &self.keys[self.of(h, self.keys.len())];
        Head::new(keys, self.betas[h])?.with_values(&self.values[self.of(h, self.values.len())])
    }

    pub(super) fn queries(&self, h: usize) -> &[T] {
        self.queries[self.of(h, self.queries.len())].as_slice()
    }

    /// [queries, keys, values]: how many heads each has, and how wide these are.
    pub(super) fn shapes(&self) -> [(usize, usize); 3] {
        let shape = |parts: &[Patterns<T>]| (parts.len(), parts[0].features());
        let keys = (self.keys.len(), self.keys[0].features());
        [shape(&self.queries), keys, shape(&self.values)]
    }

    /// The answers of the heads side by side, q × H·m.
    pub(super) fn join(&self, heads: &[HeadOutput<T>]) -> Result<Patterns<T>, AttentionError> {
        let (q, m) = (self.queries[0].len(), self.values[0].features());
        let row = |i: usize| heads.iter().flat_map(move |head| &head.output[i * m..][..m]);
        Ok(Patterns::new((0..q).flat_map(row).copied().collect(), self.heads * m)?)
    }
}
