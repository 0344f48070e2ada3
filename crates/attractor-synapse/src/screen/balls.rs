//! Memories in an order in which neighbours are alike, in balls: no score in a ball of radius R about c is above
//! c·g + R‖g‖ (THEORY §8).

use super::gather::{Ball, mean_radius, part};
use crate::rows::Rows;
use crate::{Element, Memories, Synapses, kernel};
use attractor_lagrangian::norm;
use std::ops::Range;

/// Balls are of use if their radii are at most this share of that of all memories, in the mean.
const USEFUL: f64 = 0.7;

/// The balls of some memories.
#[derive(Debug, Clone)]
pub(super) struct Balls<T> {
    /// The memory in each place.
    order: Vec<u32>,
    /// The first place of each ball, and the end.
    starts: Vec<u32>,
    /// c, a row each.
    centres: Vec<T>,
    /// R, rounded up.
    radii: Vec<f64>,
    /// The largest 1/‖ξ‖ in each.
    inverses: Vec<f64>,
}

impl<T: Element> Balls<T> {
    /// Gathers memories about some of their own; none if there are few that are alike.
    pub(super) fn new(xi: &Synapses<T>) -> Option<Self> {
        let mut order: Vec<u32> = (0..xi.memories() as u32).collect();
        let whole = Ball::about(xi, &order);
        let balls = part(xi, &mut order);
        if !(mean_radius(&balls) <= USEFUL * whole.radius) {
            return None;
        }
        let mut made = Self {
            order,
            starts: vec![0],
            centres: Vec::with_capacity(balls.len() * xi.features()),
            radii: balls.iter().map(|ball| ball.radius).collect(),
            inverses: balls.iter().map(|ball| ball.inverse).collect(),
        };
        let mut end = 0;
        for ball in balls {
            end += ball.count as u32;
            made.starts.push(end);
            made.centres.extend(ball.centre);
        }
        Some(made)
    }

    /// The memory in each place.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    pub(super) fn len(&self) -> usize {
        self.radii.len()
    }

    /// The places in a ball, a tile at most.
    pub(super) fn places(&self, ball: usize) -> Range<usize> {
        self.starts[ball] as usize..self.starts[ball + 1] as usize
    }

    /// What no score in each ball exceeds, for a query whose products with memories are bent by at most `rounding`
    /// in f64, and the ball whose centre is nearest.
    pub(super) fn uppers(&self, outputs: &[T], rounding: f64) -> (Vec<f64>, usize) {
        let d = outputs.len();
        let mut scores = vec![T::ZERO; self.len()];
        kernel::dots(Rows::from(&self.centres[..]), outputs, d, &mut scores);
        // a centre is as long as the longest memory at most, but for its own rounding; small products vanish
        let bent = rounding * (1.0 + T::UNIT_ROUNDOFF / f64::EPSILON) + 1e-44 * d as f64;
        let length = norm(outputs) * (1.0 + (d as f64 + 4.0) * f64::EPSILON);
        let upper = |(score, radius): (&T, &f64)| match score.f64() {
            score if score.is_finite() => score + radius * length + bent,
            _ => f64::INFINITY,
        };
        let nearest =
            (0..scores.len()).max_by(|a, b| scores[*a].f64().total_cmp(&scores[*b].f64()));
        (scores.iter().zip(&self.radii).map(upper).collect(), nearest.unwrap_or(0))
    }

    /// The largest 1/‖ξ‖ in a ball.
    pub(super) fn inverse(&self, ball: usize) -> f64 {
        self.inverses[ball]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three clusters of a hundred memories, one memory apart, and a zero.
    fn clusters<T: Element>(spread: f64) -> Synapses<T> {
        let number = |i: usize| ((i * 7919 + 13) % 2003) as f64 / 1001.0 - 1.0;
        let near = |r: usize, i: usize| number(r % 3 * 9 + i) + spread * number(r * 9 + i);
        let row = |r: usize| (0..9).map(|i| T::of(near(r, i))).collect();
        let mut rows: Vec<Vec<T>> = (0..300).map(row).collect();
        rows.push(vec![T::of(7.0); 9]);
        rows.push(vec![T::ZERO; 9]);
        Synapses::from_rows(&rows).unwrap()
    }

    /// Whether no memory's score with any of some states is above the bound of its ball.
    fn bounds_hold<T: Element>(xi: &Synapses<T>, balls: &Balls<T>) -> bool {
        (0..20).all(|q| {
            let state: Vec<T> = (0..9).map(|i| T::of(f64::from(q * (i + 3) % 7 - 3))).collect();
            let (uppers, nearest) = balls.uppers(&state, 1e-14);
            let holds = |place: usize, upper: &f64| {
                let row = xi.patterns().row(balls.order[place] as usize);
                row.iter().zip(&state).map(|(x, g)| x.f64() * g.f64()).sum::<f64>() <= *upper
            };
            nearest < balls.len()
                && uppers
                    .iter()
                    .enumerate()
                    .all(|(ball, upper)| balls.places(ball).all(|place| holds(place, upper)))
        })
    }

    fn check<T: Element>() {
        for spread in [0.0, 0.01, 0.1] {
            let xi = clusters::<T>(spread);
            let mut balls = Balls::new(&xi).unwrap();
            let mut order = balls.order().to_vec();
            order.sort_unstable();
            assert!(order.iter().copied().eq(0..302), "every memory has one place");
            assert!((0..balls.len()).all(|ball| (1..=64).contains(&balls.places(ball).len())));
            assert!(balls.len() <= 12, "{} balls", balls.len());
            assert!(bounds_hold(&xi, &balls));
            balls.radii.iter_mut().for_each(|radius| *radius /= 2.0);
            assert!(spread == 0.0 || !bounds_hold(&xi, &balls), "half a radius is too little");
        }
    }

    #[test]
    fn no_score_is_above_the_bound_of_its_ball() {
        check::<f32>();
        check::<f64>();
    }

    #[test]
    fn what_is_not_alike_lies_in_no_ball() {
        let number = |i: u32| (f64::from(i) * 0.618_033_988_749_895).fract() - 0.5;
        let rows: Vec<Vec<f64>> = (0..500)
            .map(|r| (0..65).map(|i| number((r * 65 + i) * (r * 65 + i))).collect())
            .collect();
        assert!(Balls::new(&Synapses::from_rows(&rows).unwrap()).is_none());
        let one = Balls::new(&Synapses::from_rows(&[[1.0f32, 2.0]]).unwrap());
        assert!(one.is_none_or(|balls| balls.len() == 1));
    }
}
