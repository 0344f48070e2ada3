//! A query in odd steps ±1, ±3, … ±(2ᴷ − 1), q = Σ_k 2ᵏ·s_k with signs s_k, for memories of ±1: its products
//! are counts of bits, exact.

use super::codes::TILE;
use crate::compact::residual;
use crate::{Bits, Signs};
use std::ops::Range;

/// How many signs a number may have; each is a pass over the signs of the memories.
const DEPTHS: [u32; 4] = [1, 2, 4, 8];

/// Whether sums of steps so deep are whole numbers in 32 bits.
fn has_room(depth: u32, features: usize) -> bool {
    features <= (i32::MAX >> depth) as usize
}

/// s_k, the largest step first.
#[derive(Debug, Clone)]
pub(super) struct Planes(Vec<Bits>);

impl Planes {
    /// As few signs as leave ‖g − ĝ‖ ≤ `near`, or the most there may be, with the unit and that error.
    pub(super) fn of(outputs: &[f64], near: f64) -> (Self, f64, f64) {
        let [first, deeper @ ..] = DEPTHS;
        let mut made = Self::in_depth(outputs, first);
        for depth in deeper {
            if made.2 <= near || !has_room(depth, outputs.len()) {
                break;
            }
            made = Self::in_depth(outputs, depth);
        }
        made
    }

    fn in_depth(outputs: &[f64], depth: u32) -> (Self, f64, f64) {
        let most = f64::from((1 << depth) - 1);
        let unit = match depth {
            1 => outputs.iter().map(|g| g.abs()).sum::<f64>() / outputs.len() as f64,
            _ => outputs.iter().fold(0.0f64, |m, g| m.max(g.abs())) / most,
        };
        let twice = if unit > 0.0 { 2.0 * unit } else { 1.0 }; // zeros are any step of 0
        let step = |g: &f64| (2.0 * (g / twice).floor() + 1.0).clamp(-most, most);
        let steps: Vec<f64> = outputs.iter().map(step).collect();
        let decoded: Vec<f64> = steps.iter().map(|step| step * unit).collect();
        let off = f64::from(residual(outputs, &decoded));
        (Self::split(steps, depth), unit, off)
    }

    /// The sign of what is left is the next one.
    fn split(mut left: Vec<f64>, depth: u32) -> Self {
        let planes = (0..depth).rev().map(|k| {
            let plane = Bits::of_signs(&left);
            let size = f64::from(1 << k);
            left.iter_mut().for_each(|q| *q -= if *q < 0.0 { -size } else { size });
            plane
        });
        Self(planes.collect())
    }

    /// ⟨c, q⟩ = Σ_k 2ᵏ·(d − 2·|c ⊕ s_k|) of some memories, a tile at most.
    pub(super) fn products(&self, signs: &Signs, rows: Range<usize>, out: &mut [i32]) {
        let (d, mut differ) = (signs.features() as i32, [0; TILE]);
        let differ = &mut differ[..rows.len()];
        out.fill(0);
        for plane in &self.0 {
            signs.distances(rows.clone(), plane, differ);
            out.iter_mut().zip(&*differ).for_each(|(h, c)| *h = 2 * *h + d - 2 * *c as i32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_steps_at_every_depth() {
        let number = |i: usize| ((i * 7919 + 13) % 2003) as f64 / 1001.0 - 1.0;
        for d in [1usize, 2, 63, 64, 65, 130] {
            let rows: Vec<Vec<f64>> =
                (0..5).map(|r| (0..d).map(|i| number(r * d + i).signum()).collect()).collect();
            let words = rows.iter().flat_map(|row| Bits::of_signs(row).words().to_vec());
            let signs = Signs::of_words(words.collect(), d);
            let g: Vec<f64> = (0..d).map(|i| number(i + 31)).collect();
            for depth in DEPTHS {
                let (planes, unit, off) = Planes::in_depth(&g, depth);
                let mut found = [0; 5];
                planes.products(&signs, 0..5, &mut found);
                for (row, found) in rows.iter().zip(found) {
                    let exact: f64 = row.iter().zip(&g).map(|(x, g)| x * g).sum();
                    let length = (d as f64).sqrt();
                    let bound = length * off * (1.0 + 1e-9) + 1e-12 * d as f64;
                    assert!((exact - f64::from(found) * unit).abs() <= bound, "{d} {depth}");
                }
                let most = unit * (d as f64).sqrt() * (1.0 + 1e-9);
                assert!(depth == 1 || off <= most, "{d} {depth}: a step is at most a unit off");
            }
        }
    }

    #[test]
    fn steps_are_no_deeper_than_their_sums_have_room_for() {
        for depth in DEPTHS {
            for features in [1usize, 8_388_607, 8_421_504, 8_421_505, 1 << 30, 1 << 40] {
                let sum = ((1u64 << depth) - 1) * features as u64;
                assert!(!has_room(depth, features) || sum <= i32::MAX as u64, "{depth} {features}");
            }
            assert!(has_room(depth, 1_000_000));
        }
    }

    #[test]
    fn what_is_all_of_one_size_takes_one_sign() {
        let (planes, unit, off) = Planes::of(&[0.5, -0.5, 0.5], 0.0);
        assert_eq!((planes.0.len(), unit, off), (1, 0.5, 0.0));
        assert_eq!(Planes::of(&[0.0; 3], 1.0).0.0.len(), 1);
        assert_eq!(Planes::of(&[1.0, 0.1, -0.7], 1e-3).0.0.len(), 8);
    }
}
