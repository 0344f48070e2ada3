//! One pass in tiles gives what two reads give.

use crate::measure::*;
use crate::violation::{Claim, Violation};
use attractor_lagrangian::{Before, Lagrangian, OnePass, Pool, Real, Select, Tally};

/// Tiles weighed one after the other and merged give `value` and `activate`: Φ(Σφ) = L and
/// w·e^{log_factor} = f, with Σ|w| and Σw² to match. Two queries share the tiles.
///
/// Of a Lagrangian that selects, the scores that are left when every tile has dropped what lies at or
/// below the threshold of what has been kept give the same `value` and `activate`.
///
/// # Errors
/// If a query's potential, weights or sums differ by more than rounding, or if a score was dropped
/// that has weight.
pub fn streaming<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    y: &[T],
    tile: usize,
) -> Result<(), Violation> {
    if !(fits(l, x) && fits(l, y)) {
        return Ok(());
    }
    let pool = match l.one_pass() {
        Some(OnePass::Sum(pool)) => pool,
        Some(OnePass::Select(select)) => {
            return [x, y].into_iter().try_for_each(|x| selection(l, select, x, tile));
        }
        _ => return Ok(()),
    };
    let read = Read::of(pool, [x, y], tile);
    let hint = "left is what the tiles give, right `value` or `activate`: look at the unit (log_scale) that tile and tally share, and at what one query leaves to the next";
    for (q, x) in [x, y].into_iter().enumerate() {
        let (tally, g) = (&read.tallies[q], activation(l, x));
        let claim = Claim { law: "streaming", point: &lift(x), hint };
        // what a rounded weight costs has the size of L(0), ln n/β for log-sum-exp
        let rest = l.value(&vec![T::ZERO; x.len()]).abs();
        let slack = energy_digits::<T>() * (magnitude(l, x, &g) + rest) + underflow::<T>(x);
        claim.equal(pool.potential(tally), l.value(x), slack)?;
        let log_factor = pool.log_factor(tally);
        let factor = log_factor.exp();
        let conditioning = (1.0
            + log_factor.abs()
            + finite(tally.log_scale).abs()
            + largest(&g).max(1e-300).ln().abs())
            * U;
        let slack = |size: f64| (64.0 * T::UNIT_ROUNDOFF + 16.0 * conditioning) * size;
        for (w, g) in read.weights(q).zip(&g) {
            claim.equal(
                w * factor,
                g.f64(),
                slack(
                    largest(std::slice::from_ref(g)).max(1e-3 * largest(&[factor * tally.weight])),
                ) + underflow::<T>(&[T::ONE]),
            )?;
        }
        let sum: f64 = g.iter().map(|g| g.f64().abs()).sum();
        let square: f64 = g.iter().map(|g| g.f64().powi(2)).sum();
        let lost = x.len() as f64 * underflow::<T>(&[T::ONE]);
        claim.equal(tally.weight * factor, sum, slack(sum) + lost)?;
        claim.equal(tally.square * factor * factor, square, 2.0 * slack(square) + lost)?;
    }
    Ok(())
}

/// Dropping tile by tile what has no weight changes nothing.
fn selection<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    select: &dyn Select,
    x: &[T],
    tile: usize,
) -> Result<(), Violation> {
    let mut kept: Vec<(usize, f64)> = Vec::new();
    for (start, scores) in x.chunks(tile).enumerate().map(|(i, scores)| (i * tile, scores)) {
        kept.extend(scores.iter().enumerate().map(|(i, x)| (start + i, x.f64())));
        let seen: Vec<f64> = kept.iter().map(|(_, x)| *x).collect();
        let threshold = select.threshold(&seen);
        kept.retain(|(_, x)| *x > threshold);
    }
    let hint = "left is what the kept scores give, right `value` or `activate` of all: `threshold` drops a score that has weight";
    let claim = Claim { law: "streaming", point: &lift(x), hint };
    let scores: Vec<f64> = kept.iter().map(|(_, x)| *x).collect();
    let (g, few) = (activation(l, x), activation(select, &scores));
    let slack = energy_digits::<T>() * magnitude(l, x, &g) + underflow::<T>(x);
    claim.equal(select.value(&scores), l.value(x), slack)?;
    let mut weights = vec![0.0; x.len()];
    kept.iter().zip(&few).for_each(|((i, _), f)| weights[*i] = *f);
    let (length, total) = (x.len() as f64, mass(&g, &vec![T::ONE; x.len()]));
    let slack =
        64.0 * T::UNIT_ROUNDOFF * largest(&g) + length * U * total + underflow::<T>(&[T::ONE]);
    weights.iter().zip(&g).try_for_each(|(w, g)| claim.equal(*w, g.f64(), slack))
}

/// The merge of tallies has the identity [`Tally::EMPTY`] and is associative up to rounding.
///
/// # Errors
/// If the potential depends on empty tallies or on the order of the merges.
pub fn streaming_merge<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    tile: usize,
) -> Result<(), Violation> {
    let Some(OnePass::Sum(pool)) = l.one_pass() else { return Ok(()) };
    if !fits(l, x) {
        return Ok(());
    }
    let tallies: Vec<Tally> = x.chunks(tile).map(|tile| weigh(pool, &mut tile.to_vec())).collect();
    let hint = "left and right are the potential after merging the same tiles in two orders: `potential` must depend on the sum alone";
    let claim = Claim { law: "streaming_merge", point: &lift(x), hint };
    let join = |a: Tally, b: &Tally| {
        let mut a = a;
        a.merge(b);
        a
    };
    let one = pool.potential(&tallies[0]);
    for same in [join(tallies[0], &Tally::EMPTY), join(Tally::EMPTY, &tallies[0])] {
        claim.equal(pool.potential(&same), one, 4.0 * U * one.abs())?;
    }
    let left = tallies.iter().fold(Tally::EMPTY, join);
    let right = tallies.iter().rev().fold(Tally::EMPTY, |sum, tally| join(*tally, &sum));
    let rest = l.value(&vec![T::ZERO; x.len()]).abs();
    let size = magnitude(l, x, &activation(l, x)) + one.abs() + rest;
    let slack = (64 + x.len()) as f64 * U * size;
    claim.equal(pool.potential(&left), pool.potential(&right), slack)
}

/// `Pool::gap` and `gap_value` over several tiles give `bregman`, are finite and ≥ 0.
///
/// `to` are the scores h after the move, `step`·scale the moves δ.
///
/// # Errors
/// If the streamed gap differs by more than rounding from the Lagrangian's own.
pub fn streaming_gap<T: Real, L: Both<T> + ?Sized>(
    l: &L,
    to: &[T],
    step: &[T],
    tile: usize,
) -> Result<(), Violation> {
    let Some(OnePass::Sum(pool)) = Lagrangian::<T>::one_pass(l) else { return Ok(()) };
    let from = along(&lift(to), &lift(step), -1.0);
    let moved = lift(to);
    if !(fits::<f64, _>(l, &from) && fits::<f64, _>(l, &moved)) {
        return Ok(());
    }
    let slope = activation::<f64, _>(l, &from);
    let (value, before) = (Lagrangian::<f64>::value(l, &moved), Lagrangian::<f64>::value(l, &from));
    let before = [Before { value: before, tilt: dot(&slope, step) }];
    let mut sums = [[0.0; 3]];
    for (scores, moves) in to.chunks(tile).zip(step.chunks(tile)) {
        pool.gap(scores, moves, &before, &mut sums);
    }
    let streamed = pool.gap_value(&sums[0], &before[0], value);
    let hint = "left is the gap from `Pool::gap` and `gap_value`, right `bregman`: the hidden term of a certificate is streamed this way";
    let claim = Claim { law: "streaming_gap", point: &from, hint };
    claim.holds(streamed >= 0.0 && streamed.is_finite(), streamed, 0.0, 0.0)?;
    let gap = Lagrangian::<f64>::bregman(l, &moved, &from, &slope);
    let after = activation::<f64, _>(l, &moved);
    // h − δ is rounded, and so is `to − from`
    let change = difference(&after, &slope);
    let rounding = 4.0 * U * (mass(&change, &from) + mass(&change, &moved));
    let large = 16.0 * U * (value.abs() + before[0].value.abs() + mass(&slope, step));
    claim.equal(streamed, gap, 1e-6 * gap + rounding + large)
}

/// A tally of nothing but zeros has no scale.
fn finite(log_scale: f64) -> f64 {
    if log_scale.is_finite() { log_scale } else { 0.0 }
}

fn weigh<T: Real>(pool: &dyn Pool<T>, tile: &mut [T]) -> Tally {
    let mut tally = [Tally::EMPTY];
    pool.weigh(tile, &mut tally);
    tally[0]
}

/// What a pass over tiles of two queries leaves: tallies, and every weight with the factor that
/// brings it to the tally's unit.
struct Read {
    tallies: [Tally; 2],
    rows: Vec<[f64; 2]>,
}

impl Read {
    fn of<T: Real>(pool: &dyn Pool<T>, queries: [&[T]; 2], tile: usize) -> Self {
        let mut read = Self { tallies: [Tally::EMPTY; 2], rows: Vec::new() };
        for (a, b) in queries[0].chunks(tile).zip(queries[1].chunks(tile)) {
            let mut scores: Vec<T> = a.iter().zip(b).flat_map(|(a, b)| [*a, *b]).collect();
            let mut tallies = [Tally { value: 7.0, ..Tally::EMPTY }; 2];
            pool.weigh(&mut scores, &mut tallies);
            read.join(&scores, &tallies);
        }
        read
    }

    fn join<T: Real>(&mut self, weights: &[T], tallies: &[Tally; 2]) {
        let factors = [0, 1].map(|q| self.tallies[q].merge(&tallies[q]));
        for row in &mut self.rows {
            for (w, (old, _)) in row.iter_mut().zip(factors) {
                *w *= old;
            }
        }
        let fresh = weights.chunks_exact(2).map(|w| [0, 1].map(|q| w[q].f64() * factors[q].1));
        self.rows.extend(fresh);
    }

    fn weights(&self, query: usize) -> impl Iterator<Item = f64> {
        self.rows.iter().map(move |row| row[query])
    }
}
