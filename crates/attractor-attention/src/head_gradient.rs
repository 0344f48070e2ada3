//! The vector–Jacobian product of a head: one softmax exactly, several one by one, a settled state implicitly.

use crate::error::size;
use crate::{AttentionError, Head, Mask, Steps};
use attractor_synapse::{Answers, Cover, Element, Memories, Patterns, Question, Reading};
use std::ops::Range;

/// Queries that are pulled back together, and keys of a tile.
const CHUNK: usize = 128;
const TILE: usize = 256;

/// How ℓ depends on what a head was given, where `pull` is ∂ℓ/∂output.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadGradient {
    /// ∂ℓ/∂queries, q × d; zeros for settled states, which do not depend on where they came from.
    pub queries: Vec<f64>,
    /// ∂ℓ/∂keys, n × d.
    pub keys: Vec<f64>,
    /// ∂ℓ/∂values, n × m; empty where the head answers with its keys, whose gradient then has this part.
    pub values: Vec<f64>,
    /// ∂ℓ/∂ln β.
    pub log_beta: f64,
}

/// A softmax that was taken: where from, with which potentials, what came out.
struct Softmax<T> {
    states: Vec<T>,
    potentials: Vec<f64>,
    output: Vec<T>,
}

impl<T: Element> Head<'_, T> {
    /// ∂ℓ/∂(queries, keys, values, ln β) of [`Head::attend`], where `pull`, q × m, is ∂ℓ/∂output: through every
    /// one of a number of softmaxes, or through the settled state as such, by solving for it
    /// ([`Effective::settled_gradient`](attractor_effective::Effective::settled_gradient)).
    ///
    /// Runs the head again, keeping its states; then six products of keys or values with the queries for each
    /// softmax, in tiles.
    ///
    /// # Errors
    /// As [`Head::attend`]; [`AttentionError::Size`] for a pull that does not fit,
    /// [`AttentionError::NotFinite`]; [`AttentionError::Model`] for a state that did not settle, or is no minimum.
    pub fn vjp(
        &self,
        queries: &[T],
        mask: &Mask,
        steps: Steps,
        pull: &[T],
    ) -> Result<HeadGradient, AttentionError> {
        self.check(queries, mask)?;
        let (n, d) = (self.keys.memories(), self.keys.features());
        let m = self.values.map_or(d, Patterns::features);
        size("the pull on the answers", pull.len(), queries.len() / d * m)?;
        if let Some(index) = pull.iter().position(|x| !x.is_finite()) {
            let value = pull[index].f64();
            return Err(AttentionError::NotFinite { what: "the pull", index, value });
        }
        let mut gradient = HeadGradient {
            queries: vec![0.0; queries.len()],
            keys: vec![0.0; n * d],
            values: vec![0.0; self.values.map_or(0, |values| values.as_slice().len())],
            log_beta: 0.0,
        };
        if steps.settles() {
            let found = self.attend(queries, mask, steps)?;
            let last = self.softmax(found.states, mask, self.values);
            let pull = self.pull_back(&last, mask, self.values, pull, &mut gradient);
            self.pull_settled(&last.states, mask, &pull, &mut gradient)?;
        } else {
            let path = self.path(queries, mask, steps.most());
            let mut pull: Vec<T> = pull.to_vec();
            for (softmax, values) in path.iter().rev().zip(self.read_by(path.len())) {
                let back = self.pull_back(softmax, mask, values, &pull, &mut gradient);
                pull = back.into_iter().map(T::of).collect();
            }
            gradient.queries = pull.iter().map(|x| x.f64()).collect();
        }
        finite::<T>(gradient)
    }

    /// What the softmaxes read, the last one first.
    fn read_by(&self, count: usize) -> impl Iterator<Item = Option<&Patterns<T>>> {
        std::iter::once(self.values).chain(std::iter::repeat_n(None, count - 1))
    }

    /// All softmaxes from the queries on.
    fn path(&self, queries: &[T], mask: &Mask, count: usize) -> Vec<Softmax<T>> {
        let mut path: Vec<Softmax<T>> = Vec::with_capacity(count);
        for left in (0..count).rev() {
            let states = path.last().map_or_else(|| queries.to_vec(), |last| last.output.clone());
            path.push(self.softmax(states, mask, if left == 0 { self.values } else { None }));
        }
        path
    }

    fn softmax(&self, states: Vec<T>, mask: &Mask, values: Option<&Patterns<T>>) -> Softmax<T> {
        let mut answers = Answers::default();
        let reading = Reading { values, cover: mask.cover(self.beta()) };
        self.keys.read_through(&Question::of(&self.softmax, &states), &reading, &mut answers);
        let queries = states.len() / self.keys.features();
        let field = |q: usize| {
            let unit = answers.get(q).log_scale.exp();
            answers.field(q).iter().map(move |x| T::of(x * unit))
        };
        let output = (0..queries).flat_map(field).collect();
        let potentials = (0..queries).map(|q| answers.get(q).value).collect();
        Softmax { states, potentials, output }
    }

    /// Adds what a softmax says of keys, values and β, and returns the pull on its states.
    fn pull_back(
        &self,
        softmax: &Softmax<T>,
        mask: &Mask,
        values: Option<&Patterns<T>>,
        pull: &[T],
        gradient: &mut HeadGradient,
    ) -> Vec<f64> {
        let (n, d) = (self.keys.memories(), self.keys.features());
        let queries = softmax.potentials.len();
        let mut back = vec![0.0; queries * d];
        let mut tile = Tile::default();
        for first in (0..queries).step_by(CHUNK) {
            let chunk = first..queries.min(first + CHUNK);
            for start in (0..n).step_by(TILE) {
                let pair = Pair {
                    head: self,
                    softmax,
                    values: values.unwrap_or(self.keys.patterns()),
                    cover: mask.cover(self.beta()),
                    pull,
                    chunk: chunk.clone(),
                    keys: start..n.min(start + TILE),
                };
                gradient.log_beta += pair.weigh(&mut tile);
                let place =
                    if values.is_some() { &mut gradient.values } else { &mut gradient.keys };
                pair.add_to_values(&mut tile, place);
                pair.add_to_keys(&mut tile, &mut gradient.keys);
                pair.add_to_states(&mut tile, &mut back);
            }
        }
        back
    }

    /// Adds what the settled states say of keys and β.
    fn pull_settled(
        &self,
        states: &[T],
        mask: &Mask,
        pull: &[f64],
        gradient: &mut HeadGradient,
    ) -> Result<(), AttentionError> {
        let d = self.keys.features();
        for group in self.groups(mask, states.len() / d) {
            let Some(seen) = self.seen(&group, mask)? else { continue };
            let model = seen.model()?;
            for q in group {
                let numbers = q * d..(q + 1) * d;
                let settled =
                    model.settled_gradient(&states[numbers.clone()], None, &pull[numbers])?;
                for (row, key) in seen.ids.iter().enumerate() {
                    let place = &mut gradient.keys[key * d..][..d];
                    place.iter_mut().zip(settled.memories.row(row)).for_each(|(k, x)| *k += x);
                }
                // an additive mask is added to βh, so its share of h moves with 1/β
                let bias = model.bias().unwrap_or_default().iter();
                let fixed: f64 = bias.zip(&settled.bias).map(|(b, by)| b * by).sum();
                gradient.log_beta += settled.log_beta - fixed;
            }
        }
        Ok(())
    }
}

/// Some queries and some keys of one softmax.
struct Pair<'a, T> {
    head: &'a Head<'a, T>,
    softmax: &'a Softmax<T>,
    values: &'a Patterns<T>,
    cover: Cover<'a>,
    pull: &'a [T],
    chunk: Range<usize>,
    keys: Range<usize>,
}

/// The numbers of a pair, query by query.
struct Tile<T> {
    /// p.
    weights: Vec<T>,
    /// ∂ℓ/∂(q·k) = βp(∂ℓ/∂p − Σp·∂ℓ/∂p).
    scores: Vec<T>,
    turned: Vec<T>,
    sums: Vec<T>,
}

impl<T> Default for Tile<T> {
    fn default() -> Self {
        Self { weights: Vec::new(), scores: Vec::new(), turned: Vec::new(), sums: Vec::new() }
    }
}

impl<T: Element> Pair<'_, T> {
    fn states(&self) -> &[T] {
        rows(&self.softmax.states, self.head.keys.features(), &self.chunk)
    }

    fn pulled(&self) -> &[T] {
        rows(self.pull, self.values.features(), &self.chunk)
    }

    fn keys(&self) -> &[T] {
        let patterns = self.head.keys.patterns();
        rows(patterns.as_slice(), patterns.features(), &self.keys)
    }

    /// p and ∂ℓ/∂(q·k) of the pair; returns its share of ∂ℓ/∂ln β.
    fn weigh(&self, tile: &mut Tile<T>) -> f64 {
        let (n, m) = (self.head.keys.memories(), self.values.features());
        let count = self.chunk.len() * self.keys.len();
        tile.weights.resize(count, T::ZERO);
        tile.scores.resize(count, T::ZERO);
        T::scores(self.states(), self.keys(), self.head.keys.features(), &mut tile.weights);
        let values = rows(self.values.as_slice(), m, &self.keys);
        T::scores(self.pulled(), values, m, &mut tile.scores);
        let (beta, width) = (self.head.beta(), self.keys.len());
        let mut log_beta = 0.0;
        let lines = tile.weights.chunks_exact_mut(width).zip(tile.scores.chunks_exact_mut(width));
        for (q, (weights, scores)) in self.chunk.clone().zip(lines) {
            let potential = self.softmax.potentials[q];
            let output = rows(&self.softmax.output, m, &(q..q + 1));
            let mean = inner(output, rows(self.pull, m, &(q..q + 1)));
            for (key, (weight, score)) in self.keys.clone().zip(weights.iter_mut().zip(scores)) {
                let overlap = weight.f64();
                let covered = self.cover.score(overlap, q, key, n);
                let seen = covered > f64::NEG_INFINITY;
                let p = if seen { (beta * (covered - potential)).exp() } else { 0.0 };
                let slope = beta * p * (score.f64() - mean);
                log_beta += slope * overlap;
                (*weight, *score) = (T::of(p), T::of(slope));
            }
        }
        log_beta
    }

    /// pᵀ·pull.
    fn add_to_values(&self, tile: &mut Tile<T>, gradient: &mut [f64]) {
        let m = self.values.features();
        tile.sums.resize(self.keys.len() * m, T::ZERO);
        T::weighted(&tile.weights, self.pulled(), m, &mut tile.sums);
        add(&tile.sums, &mut gradient[self.keys.start * m..]);
    }

    /// (∂ℓ/∂(q·k))ᵀ·states.
    fn add_to_keys(&self, tile: &mut Tile<T>, gradient: &mut [f64]) {
        let d = self.head.keys.features();
        tile.sums.resize(self.keys.len() * d, T::ZERO);
        T::weighted(&tile.scores, self.states(), d, &mut tile.sums);
        add(&tile.sums, &mut gradient[self.keys.start * d..]);
    }

    /// ∂ℓ/∂(q·k)·keys.
    fn add_to_states(&self, tile: &mut Tile<T>, back: &mut [f64]) {
        let d = self.head.keys.features();
        transpose(&tile.scores, self.keys.len(), &mut tile.turned);
        tile.sums.resize(self.chunk.len() * d, T::ZERO);
        T::weighted(&tile.turned, self.keys(), d, &mut tile.sums);
        add(&tile.sums, &mut back[self.chunk.start * d..]);
    }
}

fn rows<'a, T>(numbers: &'a [T], width: usize, range: &Range<usize>) -> &'a [T] {
    &numbers[range.start * width..range.end * width]
}

fn inner<T: Element>(a: &[T], b: &[T]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a.f64() * b.f64()).sum()
}

fn add<T: Element>(sums: &[T], place: &mut [f64]) {
    place.iter_mut().zip(sums).for_each(|(place, x)| *place += x.f64());
}

/// The transpose of rows of `width` numbers.
pub(crate) fn transpose<T: Element>(rows: &[T], width: usize, out: &mut Vec<T>) {
    let count = rows.len() / width;
    out.clear();
    out.extend((0..rows.len()).map(|at| rows[at % count * width + at / count]));
}

fn finite<T: Element>(gradient: HeadGradient) -> Result<HeadGradient, AttentionError> {
    let HeadGradient { queries, keys, values, log_beta } = &gradient;
    let whole = [queries, keys, values].iter().all(|x| x.iter().all(|x| x.is_finite()));
    match whole && log_beta.is_finite() {
        true => Ok(gradient),
        false => Err(AttentionError::Range { what: "the gradient of a head", dtype: T::NAME }),
    }
}
