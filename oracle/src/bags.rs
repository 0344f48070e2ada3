//! Multiple-instance learning on bit patterns: bags that hold a pattern, or do not.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// A bag of bit vectors, ±1.
#[derive(Debug, Clone, PartialEq)]
pub struct Bag {
    /// Row by row.
    pub bits: Vec<f32>,
    /// Whether one of the planted patterns is in it.
    pub positive: bool,
}

/// A task: which patterns make a bag positive, and how bags look.
#[derive(Debug, Clone, PartialEq)]
pub struct Bags {
    /// Bits in a vector.
    pub width: usize,
    planted: Vec<Vec<f32>>,
    rng: Pcg64,
}

impl Bags {
    /// A task with `planted` patterns of `width` bits.
    pub fn new(seed: u64, width: usize, planted: usize) -> Self {
        let mut rng = Pcg64::seed_from_u64(seed);
        let planted = (0..planted).map(|_| bits(&mut rng, width)).collect();
        Self { width, planted, rng }
    }

    /// A bag of 10 to 20 vectors, positive half of the time; no other vector is a planted one.
    pub fn draw(&mut self) -> Bag {
        let count = self.rng.random_range(10..=20);
        let mut rows: Vec<Vec<f32>> = Vec::with_capacity(count);
        while rows.len() < count {
            let row = bits(&mut self.rng, self.width);
            if !self.planted.contains(&row) {
                rows.push(row);
            }
        }
        let positive = self.rng.random_bool(0.5);
        if positive {
            let pattern = self.rng.random_range(0..self.planted.len());
            let place = self.rng.random_range(0..count);
            rows[place].clone_from(&self.planted[pattern]);
        }
        Bag { bits: rows.concat(), positive }
    }
}

fn bits(rng: &mut Pcg64, width: usize) -> Vec<f32> {
    (0..width).map(|_| if rng.random_bool(0.5) { 1.0 } else { -1.0 }).collect()
}
