//! Attention as it is written down, with nothing in common with model B.

use attractor_lagrangian::Real;

/// softmax(βQKᵀ)K and softmax(βQKᵀ)V.
pub(super) fn read_outs<T: Real>(
    (queries, keys, values): (&[T], &[T], &[T]),
    d: usize,
    beta: f64,
) -> (Vec<f64>, Vec<f64>) {
    let [queries, keys, values] =
        [queries, keys, values].map(|rows| rows.iter().map(|x| x.f64()).collect::<Vec<f64>>());
    let weights = weights(&queries, &keys, d, beta);
    let width = values.len() / (keys.len() / d);
    (means(&weights, &keys, d), means(&weights, &values, width))
}

/// softmax(βQKᵀ), m × n: every weight is held, and every row is divided by its own sum.
fn weights(queries: &[f64], keys: &[f64], d: usize, beta: f64) -> Vec<f64> {
    let n = keys.len() / d;
    let mut weights: Vec<f64> = queries
        .chunks_exact(d)
        .flat_map(|q| keys.chunks_exact(d).map(move |k| beta * dot(q, k)))
        .collect();
    weights.chunks_exact_mut(n).for_each(softmax);
    weights
}

/// `weights` · `rows`: of n rows the means that the m rows of weights ask for.
fn means(weights: &[f64], rows: &[f64], width: usize) -> Vec<f64> {
    let n = rows.len() / width;
    let mut out = vec![0.0; weights.len() / n * width];
    for (out, weights) in out.chunks_exact_mut(width).zip(weights.chunks_exact(n)) {
        for (p, row) in weights.iter().zip(rows.chunks_exact(width)) {
            out.iter_mut().zip(row).for_each(|(out, x)| *out += p * x);
        }
    }
    out
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn softmax(row: &mut [f64]) {
    let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    row.iter_mut().for_each(|x| *x = (*x - largest).exp());
    let sum: f64 = row.iter().sum();
    row.iter_mut().for_each(|x| *x /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_of_a_query_are_shares() {
        let keys = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0];
        let p = weights(&[3f64.ln(), 0.0, 0.0, 0.0], &keys, 2, 1.0);
        let expected = [0.6, 0.2, 0.2, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0];
        assert!(p.iter().zip(expected).all(|(p, e)| (p - e).abs() < 1e-15));
        let mean = means(&p[..3], &[1.0, 2.0, 3.0], 1);
        assert!((mean[0] - 1.6).abs() < 1e-15);
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let p = weights(&[1e4], &[1.0, -1.0], 1, 1.0);
        assert!(p[0] >= 1.0 && p[1] <= 0.0);
    }
}
