//! What is asked of ξ as a matrix: its spectral norm and the separation of its rows.

use crate::Patterns;
use crate::product::{Element, right_singular};

const TILE: usize = 256;

/// ‖Ξ‖₂ from the largest eigenvalue of the smaller Gram matrix, summed in f64.
pub(crate) fn spectral_norm<T: Element>(patterns: &Patterns<T>) -> f64 {
    let (n, d) = (patterns.len(), patterns.features());
    let largest = largest(patterns);
    if largest == 0.0 {
        return 0.0;
    }
    // a common factor keeps squares of huge or tiny entries inside f64
    let gram = if n <= d {
        let (rows, mut gram) = (scaled(patterns, largest), vec![0.0; n * n]);
        f64::scores(&rows, &rows, d, &mut gram);
        gram
    } else {
        square(patterns, largest)
    };
    largest * f64::largest_eigenvalue(&gram, n.min(d)).max(0.0).sqrt()
}

/// max|ξ|.
fn largest<T: Element>(patterns: &Patterns<T>) -> f64 {
    patterns.as_slice().iter().fold(0.0f64, |m, x| m.max(x.f64().abs()))
}

fn scaled<T: Element>(patterns: &Patterns<T>, unit: f64) -> Vec<f64> {
    patterns.as_slice().iter().map(|x| x.f64() / unit).collect()
}

/// ΞᵀΞ/unit², d × d, tile by tile, so that no copy of the memories is held.
fn square<T: Element>(patterns: &Patterns<T>, unit: f64) -> Vec<f64> {
    let d = patterns.features();
    let (mut sum, mut part, mut rows) = (vec![0.0; d * d], vec![0.0; d * d], Vec::new());
    for tile in patterns.as_slice().chunks(TILE * d) {
        rows.clear();
        rows.extend(tile.iter().map(|x| x.f64() / unit));
        f64::weighted(&rows, &rows, d, &mut part);
        sum.iter_mut().zip(&part).for_each(|(sum, part)| *sum += part);
    }
    sum
}

/// T = ΞᵀΞ, d × d.
pub(crate) fn couplings<T: Element>(patterns: &Patterns<T>) -> Vec<f64> {
    symmetric(square(patterns, 1.0), patterns.features())
}

/// RᵀR of rows R of d numbers.
pub(crate) fn projection(rows: &[f64], d: usize) -> Vec<f64> {
    let mut t = vec![0.0; d * d];
    f64::weighted(rows, rows, d, &mut t);
    symmetric(t, d)
}

/// A product of a matrix with itself is symmetric up to its rounding only.
fn symmetric(mut t: Vec<f64>, d: usize) -> Vec<f64> {
    for i in 0..d {
        (0..i).for_each(|j| t[i * d + j] = t[j * d + i]);
    }
    t
}

/// An orthonormal basis of the span of the patterns, rank × d; `None` where all are 0, or where the
/// decomposition fails.
pub(crate) fn span<T: Element>(patterns: &Patterns<T>) -> Option<Vec<f64>> {
    let (n, d) = (patterns.len(), patterns.features());
    let largest = largest(patterns);
    if largest == 0.0 {
        return None;
    }
    let (values, mut rows) = right_singular(&scaled(patterns, largest), d)?;
    let least = values[0] * n.max(d) as f64 * f64::EPSILON;
    rows.truncate(d * values.iter().take_while(|value| **value > least).count());
    Some(rows)
}

pub(crate) fn separations<T: Element>(
    patterns: &Patterns<T>,
    ids: &[usize],
    bias: Option<&[f64]>,
) -> Vec<f64> {
    ids.chunks(TILE).flat_map(|ids| separations_of(patterns, ids, bias)).collect()
}

fn separations_of<T: Element>(
    patterns: &Patterns<T>,
    ids: &[usize],
    bias: Option<&[f64]>,
) -> Vec<f64> {
    let d = patterns.features();
    let bias = |memory: usize| bias.map_or(0.0, |b| b[memory]);
    let rows: Vec<T> = ids.iter().flat_map(|&id| patterns.row(id)).copied().collect();
    let own = |id: usize| patterns.row(id).iter().map(|x| x.f64().powi(2)).sum::<f64>() + bias(id);
    let mut highest = vec![f64::NEG_INFINITY; ids.len()];
    let mut tile = vec![T::ZERO; TILE * ids.len()];
    for (block, memories) in patterns.as_slice().chunks(TILE * d).enumerate() {
        let tile = &mut tile[..memories.len() / d * ids.len()];
        T::scores(memories, &rows, d, tile);
        for (row, scores) in tile.chunks_exact(ids.len()).enumerate() {
            let memory = block * TILE + row;
            for ((score, &id), highest) in scores.iter().zip(ids).zip(&mut highest) {
                if id != memory {
                    let score = score.f64() + bias(memory);
                    // ∞ − ∞ may be as high as any
                    *highest = highest.max(if score.is_nan() { f64::INFINITY } else { score });
                }
            }
        }
    }
    let apart = |(&id, other): (&usize, f64)| match own(id) - other {
        apart if apart.is_nan() => f64::NEG_INFINITY,
        apart => apart,
    };
    ids.iter().zip(highest).map(apart).collect()
}
