//! The certified descent of a batch: look for the active memories, then advance to their mean.

use super::geometry::{gamma, mean_offset, square_distance};
use super::{Epanechnikov, EpanechnikovError};
use crate::ModelError;
use crate::error::whole_cues;
use attractor_dynamics::{Certificate, Guarantee, Look, Proof, System};
use attractor_lagrangian::Real;
use attractor_synapse::Element;
use rayon::prelude::*;

/// The states of q cues of a log-sum-ReLU memory, a value that the caller owns. All storage but that of
/// the sets of active memories is allocated here once.
#[derive(Debug, Clone)]
pub struct EpanechnikovBatch<T> {
    pub(super) walkers: Vec<Walker<T>>,
}

impl<T> EpanechnikovBatch<T> {
    /// The number of cues.
    pub fn queries(&self) -> usize {
        self.walkers.len()
    }

    /// The state of cue `q`, d numbers.
    ///
    /// # Panics
    /// If there is no such cue.
    #[track_caller]
    pub fn state(&self, q: usize) -> &[T] {
        &self.walkers[q].x
    }

    /// The memories that were active when cue `q` was last looked at, in order.
    ///
    /// # Panics
    /// If there is no such cue.
    #[track_caller]
    pub fn active(&self, q: usize) -> &[usize] {
        &self.walkers[q].members
    }
}

/// One cue on its way.
#[derive(Debug, Clone)]
pub(super) struct Walker<T> {
    asked: bool,
    pub(super) x: Vec<T>,
    /// The mean of the active memories, in the scalar of the states.
    next: Vec<T>,
    /// That mean less the first active memory.
    offset: Vec<f64>,
    /// A, and the one of the state that the last move left.
    pub(super) members: Vec<usize>,
    before: Vec<usize>,
    tally: Tally,
    left: Option<Left>,
}

/// What one read of the memories finds.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// S.
    sum: f64,
    /// Memories that are active, or would be if distances were rounded otherwise.
    near: usize,
    /// Σ|q| of the memories that became active or ceased to be, and how many those are.
    gain: f64,
    exchanged: usize,
}

/// What a move leaves to its certificate.
#[derive(Debug, Clone, Copy)]
struct Left {
    sum: f64,
    slop: f64,
    /// (β|A|/2)(‖x − m‖² − ‖x' − m‖²).
    lift: f64,
    lift_slop: f64,
}

impl<T: Element> Epanechnikov<T> {
    /// The initial states, from cues q × d.
    ///
    /// # Errors
    /// [`ModelError::Width`] and [`ModelError::NotFinite`]; [`EpanechnikovError::Outside`] by cue where
    /// ε = 0, which costs a read of the memories.
    pub fn start(&self, cues: &[T]) -> Result<EpanechnikovBatch<T>, EpanechnikovError> {
        let d = self.features();
        whole_cues(cues.len(), d)?;
        if let Some(at) = cues.iter().position(|x| !x.is_finite()) {
            let (what, index, value) = ("a number of cue", at / d, cues[at].f64());
            return Err(ModelError::NotFinite { what, index, value }.into());
        }
        let outside = |(cue, x)| self.outside(cue, x);
        match cues.par_chunks_exact(d).enumerate().find_map_first(outside) {
            Some(error) => Err(error),
            None => Ok(EpanechnikovBatch { walkers: cues.chunks_exact(d).map(walker).collect() }),
        }
    }

    fn outside(&self, cue: usize, x: &[T]) -> Option<EpanechnikovError> {
        if self.epsilon > 0.0 {
            return None;
        }
        let squares = self.memories.patterns().rows().map(|row| square_distance(x, row));
        let (memory, square) = squares.enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let error = || {
            let (distance, radius) = (square.sqrt(), self.radius());
            EpanechnikovError::Outside { cue, memory, distance, radius }
        };
        (!(self.hat(square) > 0.0)).then(error)
    }

    /// Finds the active memories.
    fn read(&self, walker: &mut Walker<T>) {
        let edge = self.square_radius * (1.0 + 2.0 * gamma(self.features() + 4));
        let mut before = walker.before.iter().peekable();
        let mut tally = Tally::default();
        walker.members.clear();
        for (mu, row) in self.memories.patterns().rows().enumerate() {
            let square = square_distance(&walker.x, row);
            let (q, was) = (self.hat(square), before.next_if_eq(&&mu).is_some());
            tally.near += usize::from(square <= edge);
            if q > 0.0 {
                walker.members.push(mu);
                tally.sum += q;
            }
            if was != (q > 0.0) {
                tally.gain += q.abs();
                tally.exchanged += 1;
            }
        }
        walker.tally = tally;
    }

    /// Where the next step goes; nowhere without active memories. It follows from the active set alone,
    /// not from x, or rest would not be exact.
    fn aim(&self, walker: &mut Walker<T>) {
        let Walker { x, next, offset, members, .. } = walker;
        let patterns = self.memories.patterns();
        mean_offset(patterns, members, offset);
        match members[..] {
            [] => next.copy_from_slice(x),
            [only] => next.copy_from_slice(patterns.row(only)), // with the signs of its zeros
            [first, ..] => {
                let parts = patterns.row(first).iter().zip(&*offset);
                next.iter_mut().zip(parts).for_each(|(m, (a, by))| *m = T::of(a.f64() + by));
            }
        }
    }

    /// ‖x' − x‖/R, R = √(2/β): wherever the origin is, and 0 for rest alone.
    fn residual(&self, walker: &Walker<T>) -> f64 {
        if walker.next == walker.x {
            return 0.0;
        }
        let moved = square_distance(&walker.next, &walker.x);
        (moved / self.square_radius).sqrt().max(f64::MIN_POSITIVE)
    }

    /// How far S can be off: q is 1 less a square with γ_{d+4}, of at most R² where it counts, and so is
    /// that of a memory on the edge which is taken for the wrong side.
    fn slop(&self, active: usize, tally: &Tally) -> f64 {
        gamma(self.features() + 8) * tally.near as f64 + gamma(active + 4) * tally.sum
    }

    /// The identity of the type's doc with what rounding can do to each of its terms. A square is off
    /// by γ_{d+2} of itself: S by [`Epanechnikov::slop`] at both ends, the exchanged terms by γ of
    /// 1 + |q| each, the lift as [`Epanechnikov::lift`] says. Together they lower ε + S' by at most `short`, and the
    /// logarithm by −ln(1 − short/(ε + S')); S itself may be larger by its slop.
    fn certificate(&self, walker: &Walker<T>) -> Certificate {
        let Some(left) = walker.left else { return Certificate::ZERO };
        let (tally, u) = (&walker.tally, f64::EPSILON / 2.0);
        let (scale, before) = (self.square_radius / 2.0, self.epsilon + left.sum);
        let growth = left.lift + tally.gain;
        let exchanged = gamma(self.features() + tally.exchanged + 8)
            * (tally.exchanged as f64 + 2.0 * tally.gain);
        let slop = self.slop(walker.members.len(), tally);
        let short = (left.slop + left.lift_slop + exchanged + slop) / (before + growth);
        let drop = scale * (growth / before).ln_1p();
        let hidden = -(-short.min(1.0)).ln_1p() + left.slop / before + 8.0 * u;
        Certificate::of_terms(&[drop], scale * hidden + 4.0 * u * drop, Proof::Full)
    }

    /// The first term of the identity for the move to `next`, as Σ_i p(p + 2e), p = x' − x, e = m − x':
    /// the difference of two squares, without cancellation.
    ///
    /// m is off by γ_{|A|+4} of differences of memories, which are below 2R; a coordinate whose term
    /// comes out negative, for which that is the only cause, counts as 0 with the rest as rounding.
    fn lift(&self, walker: &Walker<T>) -> [f64; 2] {
        let Some(&first) = walker.members.first() else { return [0.0; 2] };
        let first = self.memories.patterns().row(first);
        let (mut rise, mut lost, mut moved) = (0.0, 0.0, 0.0);
        let states = walker.x.iter().zip(&walker.next);
        for ((x, to), (a, by)) in states.zip(first.iter().zip(&walker.offset)) {
            let (p, e) = (to.f64() - x.f64(), (a.f64() - to.f64()) + by);
            let term = p * (p + 2.0 * e);
            rise += term.max(0.0);
            lost += (-term).max(0.0);
            moved += p * p;
        }
        let (n, d) = (walker.members.len(), walker.x.len());
        let mean = 8.0 * self.radius() * moved.sqrt() * gamma(n + 4);
        let scale = n as f64 / self.square_radius;
        [scale * rise, scale * (mean + 3.0 * gamma(d + 8) * moved + lost)]
    }

    fn step(&self, walker: &mut Walker<T>) {
        let [lift, lift_slop] = self.lift(walker);
        let slop = self.slop(walker.members.len(), &walker.tally);
        walker.left = Some(Left { sum: walker.tally.sum, slop, lift, lift_slop });
        walker.x.copy_from_slice(&walker.next);
        std::mem::swap(&mut walker.members, &mut walker.before);
    }
}

impl<T: Element> System for Epanechnikov<T> {
    type State = EpanechnikovBatch<T>;

    fn queries(&self, batch: &Self::State) -> usize {
        batch.queries()
    }

    fn look(&self, batch: &mut Self::State, active: &[usize], looks: &mut [Look]) {
        batch.walkers.iter_mut().for_each(|walker| walker.asked = false);
        active.iter().for_each(|&q| batch.walkers[q].asked = true);
        let pairs = batch.walkers.par_iter_mut().zip(looks);
        pairs.filter(|(walker, _)| walker.asked).for_each(|(walker, look)| {
            self.read(walker);
            self.aim(walker);
            *look = Look {
                energy: self.energy_of(walker.members.len(), walker.tally.sum),
                certificate: self.certificate(walker),
                residual: self.residual(walker),
            };
        });
    }

    fn advance(&self, batch: &mut Self::State, active: &[usize]) {
        active.iter().for_each(|&q| self.step(&mut batch.walkers[q]));
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Unconditional
    }
}

fn walker<T: Real>(cue: &[T]) -> Walker<T> {
    Walker {
        asked: false,
        x: cue.to_vec(),
        next: cue.to_vec(),
        offset: vec![0.0; cue.len()],
        members: Vec::new(),
        before: Vec::new(),
        tally: Tally::default(),
        left: None,
    }
}
