//! What is asked of ξ as a matrix: its spectral norm and the separation of its rows.

use crate::Patterns;
use crate::product::Element;

const TILE: usize = 256;

/// ‖Ξ‖₂ from the largest eigenvalue of the smaller Gram matrix, accumulated in f64 tiles of `T`.
pub(crate) fn spectral_norm<T: Element>(patterns: &Patterns<T>) -> f64 {
    let (n, d) = (patterns.len(), patterns.features());
    // a common factor keeps squares of huge or tiny entries inside f64
    let largest = patterns.as_slice().iter().fold(0.0f64, |m, x| m.max(x.f64().abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let scaled: Vec<f64> = patterns.as_slice().iter().map(|x| x.f64() / largest).collect();
    let side = n.min(d);
    let mut gram = vec![0.0; side * side];
    if n <= d {
        f64::scores(&scaled, &scaled, d, &mut gram);
    } else {
        f64::weighted(&scaled, &scaled, d, &mut gram);
    }
    largest * f64::largest_eigenvalue(&gram, side).max(0.0).sqrt()
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
                    *highest = highest.max(score.f64() + bias(memory));
                }
            }
        }
    }
    ids.iter().zip(highest).map(|(&id, other)| own(id) - other).collect()
}
