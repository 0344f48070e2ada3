//! All spins at once, with the certified early stop.

use super::PackedSpins;
use super::share::Share;
use super::table::coefficients;
use attractor_synapse::{Bits, together};
use std::cmp::Ordering;
use std::ops::Range;

/// Signs per word.
const WORD: usize = u64::BITS as usize;
/// Memories of a share, at least: in all, and for each overlap that one can have, whose counters are taken apart for
/// every share.
const SHARE: usize = 4096;
const EACH: usize = 16;
/// Words to be compared for which it pays to wake a thread; a memory that is sorted costs as much as some words.
const WAKE: usize = 150_000;
const SORTED: usize = 4;
/// By how much what is left must have fallen for another look at the signs.
const ROUND: f64 = 64.0;
/// If more than this share of the memories is to be visited, all are.
const FEW: usize = 4;

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignStep {
    /// Spins that flipped.
    pub flips: usize,
    /// Memories whose signs were looked at; the others could not have turned any spin.
    pub visited: usize,
    /// Spins whose sign took more digits than f64 has.
    pub exact: usize,
}

/// What steps need besides the state: allocated once, for one model.
#[derive(Debug)]
pub struct SignScratch {
    shares: Vec<Share>,
    /// A place for each thread; all that it needs is in the share that it takes.
    desks: Vec<()>,
    /// How many memories have each place in the order of sizes.
    counts: Vec<u32>,
    /// What memories from a place on can add at most.
    rest: Vec<f64>,
    flips: Vec<u64>,
    unsure: Vec<u64>,
    /// For the 64 spins of a word: how many memories of each distance have the other sign.
    votes: Vec<[u32; WORD]>,
    /// How many memories have each distance.
    all: Vec<u32>,
    coefficients: Vec<i64>,
    room: Vec<u64>,
}

impl PackedSpins {
    /// Scratch for steps of this model, for the number of threads at hand.
    pub fn scratch(&self) -> SignScratch {
        let (n, buckets, width) = (self.signs.memories(), self.features() + 1, self.signs.width());
        let shares = (n / SHARE.max(EACH * buckets)).clamp(1, rayon::current_num_threads());
        let per = n.div_ceil(shares);
        let share = |k: usize| Share::new((k * per).min(n)..((k + 1) * per).min(n), self);
        SignScratch {
            shares: (0..shares).map(share).collect(),
            desks: Vec::new(),
            counts: vec![0; buckets],
            rest: vec![0.0; buckets + 1],
            flips: vec![0; width],
            unsure: vec![0; width],
            votes: vec![[0; WORD]; buckets],
            all: vec![0; buckets],
            coefficients: vec![0; buckets],
            room: vec![0; self.values.room()],
        }
    }

    /// σ ← sign A for all spins at once, ties keeping the spin; visits no more memories than it takes to
    /// be certain of every sign.
    ///
    /// # Panics
    /// If the state or the scratch does not fit this model.
    #[track_caller]
    pub fn step(&self, state: &mut Bits, scratch: &mut SignScratch) -> SignStep {
        self.advance(state, scratch, true)
    }

    /// The same step, with the same result, that visits every memory.
    ///
    /// # Panics
    /// As [`PackedSpins::step`].
    #[track_caller]
    pub fn full_step(&self, state: &mut Bits, scratch: &mut SignScratch) -> SignStep {
        self.advance(state, scratch, false)
    }

    #[track_caller]
    fn advance(&self, state: &mut Bits, scratch: &mut SignScratch, early: bool) -> SignStep {
        assert_eq!(scratch.counts.len(), self.features() + 1, "the scratch of another model");
        assert_eq!(scratch.memories(), self.signs.memories(), "the scratch of another model");
        scratch.look(self, state);
        let mut taken = 0..if early { scratch.first() } else { scratch.counts.len() };
        let mut visited = 0;
        let mut field = Field::default();
        loop {
            visited += scratch.take(self, state, &taken, &mut field);
            let rest = scratch.rest[taken.end];
            let rounding = scratch.decide(self, &field, rest);
            // more memories would not help against rounding
            if rest <= rounding || scratch.is_certain() {
                break;
            }
            taken = taken.end..scratch.next(taken.end);
        }
        let exact = scratch.settle(self, state);
        let words = scratch.flips.iter().enumerate();
        let flips = words.map(|(word, flips)| state.turn(word, *flips)).sum();
        SignStep { flips, visited, exact }
    }
}

/// σ_iA_i of all spins as far as the memories were taken.
#[derive(Debug, Default)]
struct Field {
    /// Σ n_c·agree: what it would be if no memory had the other sign.
    agree: f64,
    /// Σ n_c(|agree| + |both|).
    spread: f64,
}

impl SignScratch {
    fn memories(&self) -> usize {
        self.shares.iter().map(|share| share.memories.len()).sum()
    }

    /// Runs for every share, of which so many words are read: with other threads if there is enough for them.
    fn each(&mut self, words: usize, run: impl Fn(&mut Share) + Sync) {
        let (shares, wake) = (self.shares.iter_mut(), words >= WAKE);
        together(&mut self.desks, shares.len(), shares, wake, |(), share| run(share));
    }

    /// Overlaps, and what the memories from each place on can add.
    fn look(&mut self, spins: &PackedSpins, state: &Bits) {
        self.each(self.memories() * (1 + spins.signs.width()), |share| share.look(spins, state));
        let (table, shares) = (&spins.table, &self.shares);
        for (place, count) in self.counts.iter_mut().enumerate() {
            *count = shares.iter().map(|share| share.counts[place]).sum();
            self.all[table.order[place] as usize] = *count;
        }
        let least = self.least();
        for place in (0..self.counts.len()).rev() {
            let more = match self.counts[place] {
                0 => 0.0,
                n => f64::from(n) * table.size[table.entry(table.order[place] as usize, least)],
            };
            self.rest[place] = self.rest[place + 1] + more;
        }
    }

    /// The smallest distance of a memory.
    fn least(&self) -> usize {
        self.all.iter().position(|n| *n > 0).unwrap_or(0)
    }

    /// The places of the first round: those that outweigh the rest twice, or all if so few memories that it pays to
    /// leave the others out can hardly make a sign certain.
    fn first(&self) -> usize {
        let few = self.until(0, self.reach());
        if few == self.counts.len() { few } else { self.until(0, self.rest[0] / 3.0) }
    }

    /// About the largest field of a spin: that of one memory, and twice the deviation of all if their signs are random.
    /// Every field is smaller than what is left out as long as this is.
    fn reach(&self) -> f64 {
        let added = self.rest.windows(2).map(|rest| rest[0] - rest[1]);
        let each = added.zip(&self.counts).filter(|(_, n)| **n > 0);
        let (largest, squares) = each.fold((0.0f64, 0.0), |(largest, squares), (added, &n)| {
            (largest.max(added / f64::from(n)), squares + added * added / f64::from(n))
        });
        largest + 2.0 * squares.sqrt()
    }

    fn next(&self, from: usize) -> usize {
        self.until(from, self.rest[from] / ROUND)
    }

    /// Where what is left falls to this, or the end where that is no small share of the memories.
    fn until(&self, from: usize, rest: f64) -> usize {
        let all = self.counts.len();
        let end = (from..all).find(|&place| self.rest[place] <= rest).unwrap_or(all);
        let few = self.memories() / FEW;
        let visited: usize = self.counts[..end].iter().map(|n| *n as usize).sum();
        if visited > few { all } else { end }
    }

    /// Takes the memories of some places into the field; returns how many they are.
    fn take(
        &mut self,
        spins: &PackedSpins,
        state: &Bits,
        places: &Range<usize>,
        field: &mut Field,
    ) -> usize {
        let (table, least) = (&spins.table, self.least());
        let visited = self.counts[places.clone()].iter().map(|n| *n as usize).sum::<usize>();
        let words = visited * (SORTED + 2 * spins.signs.width());
        self.each(words, |share| share.take(spins, state, places, least));
        for place in places.clone().filter(|&place| self.counts[place] > 0) {
            let entry = table.entry(table.order[place] as usize, least);
            let n = f64::from(self.counts[place]);
            field.agree += n * table.agree[entry];
            field.spread += n * (table.agree[entry].abs() + table.both[entry].abs());
        }
        visited
    }

    /// Which spins flip for certain, and of which nothing is certain yet; returns what rounding can feign.
    fn decide(&mut self, spins: &PackedSpins, field: &Field, rest: f64) -> f64 {
        let (table, d) = (&spins.table, spins.features());
        let terms = (self.counts.len() + self.shares.len() + 16) as f64;
        let relative = terms * f64::EPSILON + 2.0 * table.slack;
        let rounding = if table.whole { 0.0 } else { relative * field.spread };
        let doubt = rounding + rest * (1.0 + relative);
        let certain = doubt == 0.0;
        self.flips.fill(0);
        self.unsure.fill(0);
        for i in 0..d {
            let off: f64 = self.shares.iter().map(|share| share.sums[i]).sum();
            let field = field.agree - off;
            let unsure = !certain && !(field.abs() > doubt);
            self.flips[i / WORD] |= u64::from(!unsure && field < 0.0) << (i % WORD);
            self.unsure[i / WORD] |= u64::from(unsure) << (i % WORD);
        }
        rounding
    }

    fn is_certain(&self) -> bool {
        self.unsure.iter().all(|unsure| *unsure == 0)
    }

    /// Decides what f64 could not, from whole numbers of memories; returns how many spins that were.
    fn settle(&mut self, spins: &PackedSpins, state: &Bits) -> usize {
        if self.is_certain() {
            return 0;
        }
        let all = 0..self.counts.len();
        self.each(self.memories() * SORTED, |share| share.sort(&all));
        let mut exact = 0;
        for word in 0..self.unsure.len() {
            let mut unsure = self.unsure[word];
            exact += unsure.count_ones() as usize;
            if unsure != 0 {
                self.count(spins, state, word);
            }
            while unsure != 0 {
                let at = unsure.trailing_zeros() as usize;
                unsure &= unsure - 1;
                let flips = self.exact_sign(spins, at) == Ordering::Less;
                self.flips[word] |= u64::from(flips) << at;
            }
        }
        exact
    }

    /// How many memories of each distance have the other sign, for the spins of a word.
    fn count(&mut self, spins: &PackedSpins, state: &Bits, word: usize) {
        for place in 0..self.counts.len() {
            let votes = &mut self.votes[spins.table.order[place] as usize];
            votes.fill(0);
            for share in self.shares.iter().filter(|share| share.counts[place] > 0) {
                let more = spins.signs.votes(share.at(place), state, word);
                votes.iter_mut().zip(more).for_each(|(votes, more)| *votes += more);
            }
        }
    }

    /// The sign of σ_iA_i of a spin of the word that was counted.
    fn exact_sign(&mut self, spins: &PackedSpins, at: usize) -> Ordering {
        let votes = &self.votes;
        coefficients(spins.field, &self.all, |c| votes[c][at], &mut self.coefficients);
        spins.values.sign(&self.coefficients, &mut self.room)
    }
}
