//! One spin after the other, on overlaps that are kept.

use super::PackedSpins;
use super::strands::{STRANDS, count};
use super::table::coefficients;
use attractor_synapse::{Bits, Signs};
use std::cmp::Ordering;

/// Signs per word.
const WORD: usize = u64::BITS as usize;

/// Spins that flip one at a time: the state, with the distances of all memories from it.
///
/// A look at one spin reads N bits and N numbers; a flip changes all distances by one. The memories are
/// kept by columns as well, so that a spin reads its own synapses only: as many bits again, and 12 bytes
/// per memory. Nothing is allocated after [`PackedSpins::walk`]; [`SignWalk::restart`] takes the next cue.
///
/// ```
/// use attractor_effective::{PackedSpins, SignEnergy, SignField};
/// use attractor_synapse::{Bits, Patterns, Signs};
/// let patterns = Patterns::from_rows(&[[1.0f32, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])?;
/// let cubic = SignEnergy::power(3); // not convex: the energy difference needs no convexity
/// let spins = PackedSpins::new(cubic, SignField::Difference, Signs::new(&patterns)?)?;
/// let mut walk = spins.walk(Bits::new(&[1.0f32, 1.0, -1.0, 1.0])?);
/// while walk.sweep() > 0 {}
/// assert_eq!(walk.state().to_vec::<f32>(), [1.0, 1.0, -1.0, -1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SignWalk<'a> {
    spins: &'a PackedSpins,
    columns: Signs,
    state: Bits,
    /// The signs in which each memory differs from the state.
    distances: Vec<u32>,
    both: Both,
    /// Of how many memories each distance is.
    all: Vec<u32>,
    counters: Vec<[u32; STRANDS]>,
    /// Σ n_c·agree and Σ n_c(|agree| + |both|).
    totals: (f64, f64),
    votes: Vec<u32>,
    coefficients: Vec<i64>,
    room: Vec<u64>,
}

/// agree + other of each memory.
#[derive(Debug, Clone)]
enum Both {
    Whole(Vec<i32>),
    Real(Vec<f64>),
}

impl PackedSpins {
    /// Spins on their way from a state, one at a time. Transposes the memories.
    ///
    /// # Panics
    /// Unless the state has d signs.
    #[track_caller]
    pub fn walk(&self, state: Bits) -> SignWalk<'_> {
        let (n, buckets) = (self.signs.memories(), self.features() + 1);
        let mut walk = SignWalk {
            spins: self,
            columns: self.signs.transposed(),
            state,
            distances: vec![0; n],
            both: match self.table.short {
                Some(_) => Both::Whole(vec![0; n]),
                None => Both::Real(vec![0.0; n]),
            },
            all: vec![0; buckets],
            counters: vec![[0; STRANDS]; buckets],
            totals: (0.0, 0.0),
            votes: vec![0; buckets],
            coefficients: vec![0; buckets],
            room: vec![0; self.values.room()],
        };
        walk.measure();
        walk
    }
}

impl SignWalk<'_> {
    /// The spins as they are.
    pub fn state(&self) -> &Bits {
        &self.state
    }

    /// In how many signs each memory differs from the spins, c = (d − h)/2.
    pub fn distances(&self) -> &[u32] {
        &self.distances
    }

    /// Begins again from another state, on the same memories.
    ///
    /// # Panics
    /// Unless the state has d signs.
    #[track_caller]
    pub fn restart(&mut self, state: Bits) {
        self.state = state;
        self.measure();
    }

    #[track_caller]
    fn measure(&mut self) {
        self.spins.signs.distances(0..self.distances.len(), &self.state, &mut self.distances);
        self.weigh();
    }

    /// Looks at every spin once, in order; returns how many flipped. With
    /// [`SignField::Difference`](super::SignField) the energy falls at every flip.
    pub fn sweep(&mut self) -> usize {
        (0..self.spins.features()).filter(|&i| self.descend(i)).count()
    }

    /// Flips spin i if its field points the other way; a tie keeps it. Whether it flipped.
    ///
    /// # Panics
    /// If there is no such spin.
    #[track_caller]
    pub fn descend(&mut self, i: usize) -> bool {
        let flips = self.look(i) == Ordering::Less;
        if flips {
            self.flip(i);
        }
        flips
    }

    /// The sign of σ_iA_i: `Less` where the spin would flip, `Equal` at a tie.
    ///
    /// # Panics
    /// If there is no such spin.
    #[track_caller]
    pub fn look(&mut self, i: usize) -> Ordering {
        let table = &self.spins.table;
        let (agree, spread) = self.totals;
        let field = agree - self.against(i);
        let terms = (self.distances.len() + self.all.len() + 16) as f64;
        let rounding = if table.whole { 0.0 } else { terms * f64::EPSILON + 2.0 * table.slack };
        if table.whole || field.abs() > rounding * spread {
            return field.partial_cmp(&0.0).unwrap_or(Ordering::Equal);
        }
        self.exact(i)
    }

    /// Σ agree + other of the memories that have the other sign at spin i.
    fn against(&self, i: usize) -> f64 {
        let up = self.state.is_up(i);
        match &self.both {
            // whole sums stay in the range of f64, see the table
            Both::Whole(both) => self.columns.sum_whole_where(i, up, both) as f64,
            Both::Real(both) => self.columns.sum_where(i, up, both),
        }
    }

    /// What turns the bits of a column into those of memories with the other sign.
    fn turn(&self, i: usize) -> u64 {
        if self.state.is_up(i) { u64::MAX } else { 0 }
    }

    /// Counts the memories with the other sign by their distance.
    fn exact(&mut self, i: usize) -> Ordering {
        let turn = self.turn(i);
        self.votes.fill(0);
        let column = self.columns.row(i).iter().zip(self.distances.chunks(WORD));
        for (word, distances) in column {
            for (at, &c) in distances.iter().enumerate() {
                self.votes[c as usize] += ((word ^ turn) >> at & 1) as u32;
            }
        }
        let votes = &self.votes;
        coefficients(self.spins.field, &self.all, |c| votes[c], &mut self.coefficients);
        self.spins.values.sign(&self.coefficients, &mut self.room)
    }

    /// Turns spin i round.
    ///
    /// # Panics
    /// If there is no such spin.
    #[track_caller]
    pub fn flip(&mut self, i: usize) {
        let turn = self.turn(i);
        self.state.flip(i);
        let column = self.columns.row(i).iter().zip(self.distances.chunks_mut(WORD));
        for (word, distances) in column {
            for (at, c) in distances.iter_mut().enumerate() {
                // a memory with the other sign comes nearer
                let nearer = ((word ^ turn) >> at & 1) as u32;
                *c = *c + 1 - 2 * nearer;
            }
        }
        self.weigh();
    }

    /// The entries of the table for all memories, and their totals.
    fn weigh(&mut self) {
        let table = &self.spins.table;
        count(&self.distances, &mut self.counters, &mut self.all);
        // entries may be relative to those of the nearest memory
        let least = self.all.iter().position(|n| *n > 0).unwrap_or(0);
        let present = self.all.iter().enumerate().filter(|(_, n)| **n > 0);
        self.totals = present.fold((0.0, 0.0), |(agree, spread), (c, &n)| {
            let (entry, n) = (table.entry(c, least), f64::from(n));
            let size = table.agree[entry].abs() + table.both[entry].abs();
            (agree + n * table.agree[entry], spread + n * size)
        });
        match (&mut self.both, &table.short) {
            (Both::Whole(both), Some(short)) => {
                both.iter_mut()
                    .zip(&self.distances)
                    .for_each(|(both, &c)| *both = short[c as usize]);
            }
            (Both::Real(both), _) => {
                for (both, &c) in both.iter_mut().zip(&self.distances) {
                    *both = table.both[table.entry(c as usize, least)];
                }
            }
            (Both::Whole(_), None) => unreachable!("whole numbers come from a table of them"),
        }
    }
}
