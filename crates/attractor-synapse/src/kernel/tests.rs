//! Every kernel on every path that this machine has, against sums in f64.

use super::{
    both::{Both, both_on},
    dots::dots_on,
    extremes::extremes_on,
    panel::{pack, scores_on},
    sums::{Absorb, Sums, absorb_on, sums_on},
};
use crate::lines::Lines;
use crate::panels::Panel;
use attractor_lagrangian::Real;
use pulp::Arch;

/// Around what the lanes of each width hold.
const SIZES: [usize; 10] = [1, 2, 3, 7, 8, 9, 24, 63, 64, 65];

fn numbers<T: Real>(n: usize, seed: f64) -> Vec<T> {
    (0..n).map(|i| T::of(((i as f64 + seed) * 0.618_034).fract() - 0.5)).collect()
}

/// Σ x·y and Σ|x·y| in f64.
fn sum<T: Real>(pairs: impl Iterator<Item = (T, T)>) -> (f64, f64) {
    pairs.fold((0.0, 0.0), |(sum, size), (x, y)| {
        (sum + x.f64() * y.f64(), size + (x.f64() * y.f64()).abs())
    })
}

/// Within the rounding of a sum of n products.
fn near<T: Real>(found: T, (sum, size): (f64, f64), n: usize) -> bool {
    (found.f64() - sum).abs() <= (n as f64 + 2.0) * T::UNIT_ROUNDOFF * size
}

/// The paths there are, with the lanes of each.
fn paths<T: Real>() -> Vec<(Arch, usize)> {
    let mut paths = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    paths.extend(pulp::x86::V3::try_new().map(Arch::V3));
    paths.into_iter().map(|arch| (arch, super::width_on::<T>(arch))).collect()
}

fn check_both<T: Real>(n: usize, d: usize) {
    for ((arch, _), cached) in
        paths::<T>().into_iter().flat_map(|path| [(path, true), (path, false)])
    {
        let (xi, g, w) = (numbers::<T>(n * d, 0.0), numbers::<T>(d, 0.3), numbers::<T>(n, 0.6));
        let (mut scores, mut total) = (vec![T::of(f64::NAN); n], vec![T::of(f64::NAN); d]);
        let (memories, outputs, weights) = (&xi[..], &g[..], &w[..]);
        let work =
            Both { memories, outputs, weights, scores: &mut scores, sum: &mut total, cached };
        both_on(arch, work);
        for (row, score) in xi.chunks_exact(d).zip(scores) {
            let truth = sum(row.iter().copied().zip(g.iter().copied()));
            assert!(near(score, truth, d), "{n} {d}: {score} is not {truth:?}");
        }
        for (i, total) in total.into_iter().enumerate() {
            let column = xi.iter().skip(i).step_by(d).copied();
            let truth = sum(column.zip(w.iter().copied()));
            assert!(near(total, truth, n), "{n} {d} {i}: {total} is not {truth:?}");
        }
    }
}

#[test]
fn both_products_are_those_of_plain_loops() {
    for (n, d) in [1, 3, 4, 5, 9].into_iter().flat_map(|n| SIZES.map(|d| (n, d))) {
        check_both::<f32>(n, d);
        check_both::<f64>(n, d);
    }
}

fn check_scores<T: Real>(n: usize, d: usize) {
    for (arch, one) in paths::<T>() {
        for (wide, q) in [(one, one), (2 * one, one + 1), (2 * one, 2 * one)] {
            let (xi, queries) = (numbers::<T>(n * d, 0.0), numbers::<T>(q * d, 0.3));
            let mut panel = vec![T::ONE; d * wide];
            pack(&queries, wide, &mut panel);
            let mut out = vec![T::of(f64::NAN); n * wide];
            scores_on(arch, &xi, &panel, wide, &mut out);
            for mu in 0..n {
                for k in 0..wide {
                    let row = xi[mu * d..][..d].iter().copied();
                    let truth = match queries.get(k * d..(k + 1) * d) {
                        Some(query) => sum(row.zip(query.iter().copied())),
                        None => (0.0, 0.0),
                    };
                    assert!(near(out[mu * wide + k], truth, d), "{n} {d} {q}: {mu} {k}");
                }
            }
        }
    }
}

fn check_dots<T: Real>(n: usize, d: usize, q: usize) {
    for (arch, _) in paths::<T>() {
        let (xi, queries) = (numbers::<T>(n * d, 0.0), numbers::<T>(q * d, 0.3));
        let mut out = vec![T::of(f64::NAN); q * n];
        dots_on(arch, &xi, &queries, d, &mut out);
        for (k, query) in queries.chunks_exact(d).enumerate() {
            for (mu, row) in xi.chunks_exact(d).enumerate() {
                let truth = sum(row.iter().copied().zip(query.iter().copied()));
                assert!(near(out[k * n + mu], truth, d), "{n} {d} {q}: {mu} {k}");
            }
        }
    }
}

fn check_sums<T: Real>(n: usize, m: usize, q: usize) {
    for (arch, _) in paths::<T>() {
        for wide in [q, q + 3] {
            let (values, weights) = (numbers::<T>(n * m, 0.0), numbers::<T>(n * wide, 0.3));
            let mut out = vec![T::of(f64::NAN); q * m];
            let work = Sums { weights: &weights, width: wide, values: &values, m, out: &mut out };
            sums_on(arch, work);
            for (k, row) in out.chunks_exact(m).enumerate() {
                for (i, found) in row.iter().enumerate() {
                    let pairs = (0..n).map(|mu| (values[mu * m + i], weights[mu * wide + k]));
                    assert!(near(*found, sum(pairs), n), "{n} {m} {q}: {k} {i}");
                }
            }
        }
    }
}

fn check_absorb<T: Real>(n: usize, m: usize, shapes: &[(usize, usize)]) {
    let mut panels: Vec<Panel> = Vec::new();
    for (queries, width) in shapes.iter().copied() {
        let start = panels.last().map_or(0, |panel| panel.columns().end);
        panels.push(Panel { queries: start..start + queries, width });
    }
    let (wide, q) = panels.last().map_or((0, 0), |last| (last.columns().end, last.queries.end));
    for (arch, _) in paths::<T>() {
        let (values, weights) = (numbers::<T>(n * m, 0.0), numbers::<T>(n * wide, 0.3));
        let (mut fields, factors) = (vec![1.0; q * m], vec![(0.5, 2.0); q]);
        let work = Absorb {
            weights: &weights,
            panels: &panels,
            values: &values,
            m,
            factors: &factors,
            fields: &mut fields,
            columns: &mut Lines::default(),
        };
        absorb_on(arch, work);
        for panel in &panels {
            for (lane, k) in panel.queries.clone().enumerate() {
                for i in 0..m {
                    let at = |mu: usize| panel.queries.start * n + mu * panel.width + lane;
                    let pairs = (0..n).map(|mu| (values[mu * m + i], weights[at(mu)]));
                    let (sum, size) = sum(pairs);
                    let found = T::of((fields[k * m + i] - 0.5) / 2.0);
                    assert!(near(found, (sum, size + 0.25), n), "{n} {m} {shapes:?}: {k} {i}");
                }
            }
        }
    }
}

fn check_extremes<T: Real>(n: usize) {
    for (arch, one) in paths::<T>() {
        for width in [1, one, 2 * one] {
            let (x, factors) = (numbers::<T>(n * width, 0.1), numbers::<T>(n, 0.7));
            let (mut most, mut least) = (vec![T::ZERO; width], vec![T::ZERO; width]);
            extremes_on(arch, &x, &factors, &mut most, &mut least);
            for k in 0..width {
                let column = || (0..n).map(|mu| (x[mu * width + k] * factors[mu]).f64());
                let (top, bottom) =
                    (column().fold(f64::MIN, f64::max), column().fold(f64::MAX, f64::min));
                assert_eq!((most[k].f64(), least[k].f64()), (top, bottom), "{n} {width} {k}");
            }
        }
    }
}

fn all<T: Real>() {
    for d in SIZES {
        check_extremes::<T>(d);
        for n in [1, 5, 6, 12, 13, 24, 27] {
            let wide = [&[(9, 16)][..], &[(12, 16), (10, 16)], &[(32, 32), (1, 2)]];
            let narrow = [&[(1, 2)][..], &[(5, 8)], &[(16, 16), (6, 8)], &[(7, 8)]];
            for shapes in narrow.into_iter().chain(wide) {
                check_absorb::<T>(n, d, shapes);
            }
            check_scores::<T>(n, d);
            for q in 1..=9 {
                check_dots::<T>(n, d, q);
                check_sums::<T>(n, d, q);
            }
        }
    }
}

#[test]
fn products_are_those_of_f64_within_their_rounding() {
    all::<f32>();
    all::<f64>();
}
