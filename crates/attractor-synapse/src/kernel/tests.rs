//! Every kernel on every path that this machine has, against sums in f64.

use super::{
    absorb::{Absorb, absorb_on, unpack},
    both::{Both, both_on},
    dots::dots_on,
    extremes::{Find, Hits, extremes_on, find_on},
    panel::{pack, scores_on},
    sums::{Sums, sums_on},
};
use crate::panels::Panel;
use crate::rows::Rows;
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
    for ((arch, _), more) in paths::<T>().into_iter().flat_map(|path| [(path, true), (path, false)])
    {
        let (xi, g, w) = (numbers::<T>(n * d, 0.0), numbers::<T>(d, 0.3), numbers::<T>(n, 0.6));
        let (mut scores, mut total) = (vec![T::of(f64::NAN); n], vec![T::of(f64::NAN); d]);
        let (memories, outputs, weights) = (Rows::before(&xi, more), &g[..], &w[..]);
        let work = Both { memories, outputs, weights, scores: &mut scores, sum: &mut total };
        both_on(arch, work);
        // a score does not say what else it was read with
        let (mut alone, mut alone_total) = (vec![T::ZERO; n], vec![T::ZERO; d]);
        dots_on(arch, Rows::from(&xi[..]), &g, d, &mut alone);
        let (weights, values) = (&w[..], Rows::from(&xi[..]));
        sums_on(arch, Sums { weights, values, m: d, out: &mut alone_total });
        assert!(scores == alone && total == alone_total, "{n} {d}: {scores:?} {alone:?}");
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
            scores_on(arch, Rows::before(&xi, q > one), &panel, wide, &mut out);
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
        dots_on(arch, Rows::before(&xi, n > 1), &queries, d, &mut out);
        for (k, query) in queries.chunks_exact(d).enumerate() {
            for (mu, row) in xi.chunks_exact(d).enumerate() {
                let truth = sum(row.iter().copied().zip(query.iter().copied()));
                assert!(near(out[k * n + mu], truth, d), "{n} {d} {q}: {mu} {k}");
            }
        }
    }
}

fn check_sums<T: Real>(n: usize, m: usize, q: usize) {
    for ((arch, _), more) in paths::<T>().into_iter().flat_map(|path| [(path, true), (path, false)])
    {
        let (values, weights) = (numbers::<T>(n * m, 0.0), numbers::<T>(q * n, 0.3));
        let mut out = vec![T::of(f64::NAN); q * m];
        let rows = Rows::before(&values, more);
        sums_on(arch, Sums { weights: &weights, values: rows, m, out: &mut out });
        for (k, row) in out.chunks_exact(m).enumerate() {
            for (i, found) in row.iter().enumerate() {
                let pairs = (0..n).map(|mu| (values[mu * m + i], weights[k * n + mu]));
                assert!(near(*found, sum(pairs), n), "{n} {m} {q}: {k} {i}");
            }
        }
    }
}

/// As many panels as it takes, the last one perhaps of one vector.
fn panels(queries: usize, one: usize) -> Vec<Panel> {
    let starts = (0..queries).step_by(2 * one);
    let end = |start: usize| queries.min(start + 2 * one);
    let width = |start: usize| (end(start) - start).div_ceil(one) * one;
    starts.map(|start| Panel { queries: start..end(start), width: width(start) }).collect()
}

fn check_absorb<T: Real>(n: usize, m: usize) {
    let counts = |one: usize| [1, one, one + 1, 2 * one, 2 * one + 1, 4 * one];
    let all = paths::<T>().into_iter().flat_map(|(arch, one)| counts(one).map(|q| (arch, one, q)));
    for (arch, one, q) in all {
        let panels = panels(q, one);
        let wide = panels.last().map_or(0, |last| last.columns().end);
        let (values, weights) = (numbers::<T>(n * m, 0.0), numbers::<T>(n * wide, 0.3));
        let (mut columns, mut fields) = (vec![1.0; wide * m], vec![f64::NAN; q * m]);
        let work = Absorb {
            weights: &weights,
            panels: &panels,
            values: Rows::before(&values, n > 5),
            m,
            keep: &vec![0.5; wide],
            take: &vec![2.0; wide],
            fields: &mut columns,
        };
        absorb_on(arch, work);
        for panel in &panels {
            let columns = &columns[panel.columns().start * m..panel.columns().end * m];
            let rows = &mut fields[panel.queries.start * m..panel.queries.end * m];
            unpack(columns, panel.width, m, rows);
            for (lane, k) in panel.queries.clone().enumerate() {
                for i in 0..m {
                    let at = |mu: usize| panel.queries.start * n + mu * panel.width + lane;
                    let pairs = (0..n).map(|mu| (values[mu * m + i], weights[at(mu)]));
                    let (sum, size) = sum(pairs);
                    let found = T::of((fields[k * m + i] - 0.5) / 2.0);
                    assert!(near(found, (sum, size + 0.25), n), "{n} {m} {q}: {k} {i}");
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

/// With ties, and with a column of which nothing is looked for.
fn check_find<T: Real>(n: usize) {
    let paths = paths::<T>().into_iter().flat_map(|path| [1, 2].map(|vectors| (path, vectors)));
    for (((arch, one), vectors), sign) in paths.flat_map(|path| [(path, 1.0), (path, -1.0)]) {
        let width = vectors * one;
        let (mut x, factors) = (numbers::<T>(n * width, 0.1), vec![T::of(0.5); n]);
        x.iter_mut().step_by(3).for_each(|x| *x = T::of(0.125));
        let mut bars = vec![T::of(0.0625 * sign); width];
        bars[width - 1] = T::of(f64::INFINITY);
        let mut hits = Hits { counts: Vec::new(), places: Vec::new() };
        find_on(
            arch,
            Find { x: &x, factors: &factors, sign: T::of(sign), bars: &bars, hits: &mut hits },
        );
        for k in 0..width {
            let beyond = |mu: &usize| sign * 0.5 * x[mu * width + k].f64() >= bars[k].f64();
            let rows: Vec<usize> = (0..n).filter(beyond).collect();
            let found = (hits.counts[k].f64() as usize, hits.places[k].f64() as usize);
            assert_eq!(found, (rows.len(), rows.iter().sum()), "{n} {width} {k}");
        }
    }
}

fn all<T: Real>() {
    for d in SIZES {
        check_extremes::<T>(d);
        check_find::<T>(d);
        for n in [1, 5, 6, 12, 13, 24, 27] {
            check_absorb::<T>(n, d);
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
