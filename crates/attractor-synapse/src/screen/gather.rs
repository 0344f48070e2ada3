//! Which memories are alike.

use super::codes::TILE;
use crate::rows::Rows;
use crate::{Element, Patterns, Synapses, kernel};
use attractor_lagrangian::norm;
use rayon::prelude::*;

/// Memories at a time about which others are gathered, and how often that is tried.
const PIVOTS: usize = 256;
const ROUNDS: usize = 32;
/// Memories are alike within this share of the distance that two of them have as a rule.
const NEAR: f64 = 0.5;
/// Fewer are no ball of their own.
const LEAST: usize = 4;
/// More in one ball may be several clusters.
const MOST: usize = 8 * TILE;
/// How often clusters are looked for within clusters.
const LEVELS: usize = 4;

/// Memories within R of c.
pub(super) struct Ball<T> {
    pub(super) count: usize,
    pub(super) centre: Vec<T>,
    /// R, rounded up.
    pub(super) radius: f64,
    /// The largest 1/‖ξ‖ among them.
    pub(super) inverse: f64,
}

impl<T: Element> Ball<T> {
    /// The ball of these memories about their mean.
    pub(super) fn about(xi: &Synapses<T>, members: &[u32]) -> Self {
        let (patterns, share) = (xi.patterns(), 1.0 / members.len() as f64);
        let mut mean = vec![0.0; patterns.features()];
        for member in members {
            let row = patterns.row(*member as usize);
            mean.iter_mut().zip(row).for_each(|(m, x)| *m += share * x.f64());
        }
        let centre: Vec<T> = mean.into_iter().map(T::of).collect();
        let distance = |member: &u32| distance(patterns.row(*member as usize), &centre);
        let radius = members.iter().map(distance).fold(0.0, f64::max);
        let inverses = members.iter().map(|member| xi.inverse_norms()[*member as usize]);
        let inverse = inverses.fold(0.0, f64::max);
        Self { count: members.len(), centre, radius, inverse }
    }
}

/// R of as many balls as there are memories.
pub(super) fn mean_radius<T>(balls: &[Ball<T>]) -> f64 {
    let count: usize = balls.iter().map(|ball| ball.count).sum();
    balls.iter().map(|ball| ball.radius * ball.count as f64).sum::<f64>() / count as f64
}

/// Orders the members by the balls that it returns, of a tile each at most.
pub(super) fn part<T: Element>(xi: &Synapses<T>, members: &mut [u32]) -> Vec<Ball<T>> {
    part_again(xi, members, LEVELS)
}

fn part_again<T: Element>(xi: &Synapses<T>, members: &mut [u32], levels: usize) -> Vec<Ball<T>> {
    if members.len() <= TILE || levels == 0 {
        return whole(xi, members);
    }
    let near = NEAR * as_a_rule(xi.patterns(), members);
    let counts = gather(xi.patterns(), members, near);
    let parts = split(members, &counts);
    let balls = parts.into_par_iter().enumerate().flat_map_iter(|(i, part)| {
        let clusters = i + 1 < counts.len() && part.len() > MOST;
        if clusters { part_again(xi, part, levels - 1) } else { whole(xi, part) }
    });
    balls.collect()
}

/// Members that are not parted.
fn whole<T: Element>(xi: &Synapses<T>, members: &[u32]) -> Vec<Ball<T>> {
    members.chunks(TILE).map(|members| Ball::about(xi, members)).collect()
}

fn split<'a>(mut members: &'a mut [u32], counts: &[usize]) -> Vec<&'a mut [u32]> {
    let mut parts = Vec::with_capacity(counts.len());
    for count in counts {
        let (part, rest) = members.split_at_mut(*count);
        parts.push(part);
        members = rest;
    }
    parts
}

/// The median distance between some of the members.
fn as_a_rule<T: Element>(patterns: &Patterns<T>, members: &[u32]) -> f64 {
    let some: Vec<&[T]> = sample(members, 64).map(|member| patterns.row(member)).collect();
    let after = |i: usize| some[i + 1..].iter().map(move |y| (i, *y));
    let mut distances: Vec<f64> =
        (0..some.len()).flat_map(after).map(|(i, y)| distance(some[i], y)).collect();
    let middle = distances.len() / 2;
    *distances.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// So many of the members at equal distances in their order.
fn sample(members: &[u32], count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |i| members[i * members.len() / count] as usize)
}

/// Orders members by the nearest of some of them, if that is near; how many each of these has, and last how many are
/// near none.
fn gather<T: Element>(patterns: &Patterns<T>, members: &mut [u32], near: f64) -> Vec<usize> {
    let (mut open, mut parts, mut rest) = (members.to_vec(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let count = PIVOTS.min(open.len() / LEAST);
        if count == 0 {
            break;
        }
        let mut round = vec![Vec::new(); count + 1];
        for (member, pivot) in open.iter().zip(nearest(patterns, &open, count, near)) {
            round[pivot.unwrap_or(count)].push(*member);
        }
        let before = open.len();
        open = round.pop().unwrap_or_default();
        let (large, small): (Vec<_>, Vec<_>) =
            round.into_iter().partition(|part| part.len() >= LEAST);
        parts.extend(large);
        rest.extend(small.into_iter().flatten());
        if before - open.len() <= 2 * count {
            break;
        }
    }
    rest.extend(open);
    parts.push(rest);
    members.iter_mut().zip(parts.iter().flatten()).for_each(|(place, member)| *place = *member);
    parts.iter().map(Vec::len).collect()
}

/// Which of `count` members is nearest to each of them, if any is near.
fn nearest<T: Element>(
    patterns: &Patterns<T>,
    members: &[u32],
    count: usize,
    near: f64,
) -> Vec<Option<usize>> {
    let d = patterns.features();
    let pivots: Vec<T> = sample(members, count).flat_map(|i| patterns.row(i)).copied().collect();
    let squares: Vec<f64> = pivots.chunks_exact(d).map(|pivot| norm(pivot).powi(2)).collect();
    let few = |members: &[u32]| {
        let rows = members.iter().flat_map(|member| patterns.row(*member as usize));
        let rows: Vec<T> = rows.copied().collect();
        let mut scores = vec![T::ZERO; members.len() * count];
        kernel::dots(Rows::from(&pivots[..]), &rows, d, &mut scores);
        let nearest = |(row, scores): (&[T], &[T])| {
            let square = |i: &usize| squares[*i] - 2.0 * scores[*i].f64();
            let nearest = (0..count).min_by(|a, b| square(a).total_cmp(&square(b)))?;
            (square(&nearest) + norm(row).powi(2) <= near * near).then_some(nearest)
        };
        rows.chunks_exact(d).zip(scores.chunks_exact(count)).map(nearest).collect::<Vec<_>>()
    };
    members.par_chunks(16).flat_map_iter(few).collect()
}

/// ‖x − y‖, rounded up.
fn distance<T: Element>(x: &[T], y: &[T]) -> f64 {
    let mut lanes = [0.0; 8];
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let square = |x: T, y: T| (x.f64() - y.f64()) * (x.f64() - y.f64());
    for (x, y) in x.iter().zip(y) {
        lanes.iter_mut().zip(x).zip(y).for_each(|((sum, x), y)| *sum += square(*x, *y));
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(x, y)| square(*x, *y)).sum();
    let terms = 8.0 * x.len() as f64 + 16.0;
    (lanes.iter().sum::<f64>() + rest).sqrt() * (1.0 + terms * f64::EPSILON) + 1e-150
}
