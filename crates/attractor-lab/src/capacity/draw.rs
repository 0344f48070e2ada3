//! Random patterns, and cues made of them.

use super::plan::Damage;
use attractor_lagrangian::Real;
use attractor_synapse::Bits;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// `count` different numbers below `of`, in random order.
pub(super) fn choose(random: &mut impl Rng, of: usize, count: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..of).collect();
    all.partial_shuffle(random, count).0.to_vec()
}

/// The words of so many rows of random bits.
pub(super) fn words(random: &mut impl Rng, rows: usize, features: usize) -> Vec<u64> {
    (0..rows * features.div_ceil(64)).map(|_| random.next_u64()).collect()
}

/// Independent signs.
pub(super) fn signs<T: Real>(random: &mut impl Rng, count: usize) -> Vec<T> {
    let sign = |up| if up { T::ONE } else { -T::ONE };
    (0..count).map(|_| sign(random.random::<bool>())).collect()
}

/// Rows that are uniform on the unit sphere.
pub(super) fn sphere<T: Real>(random: &mut impl Rng, rows: usize, features: usize) -> Vec<T> {
    let row = |_| {
        let row: Vec<f64> = (0..features).map(|_| random.sample(StandardNormal)).collect();
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.into_iter().map(move |x| T::of(x / length))
    };
    (0..rows).flat_map(row).collect()
}

/// How many of d numbers change their sign.
pub(super) fn flips(noise: f64, features: usize) -> usize {
    ((noise * features as f64).round() as usize).min(features)
}

/// Damages the signs of a memory.
pub(super) fn damage_bits(random: &mut impl Rng, bits: &mut Bits, noise: f64, damage: Damage) {
    let d = bits.features();
    match damage {
        Damage::Flips => {
            choose(random, d, flips(noise, d)).into_iter().for_each(|i| bits.flip(i));
        }
        // signs have the root mean square 1
        Damage::Gaussian => {
            let beyond =
                |x: f64, up: bool| if up { 1.0 + noise * x < 0.0 } else { noise * x >= 1.0 };
            for i in 0..d {
                if beyond(random.sample(StandardNormal), bits.is_up(i)) {
                    bits.flip(i);
                }
            }
        }
    }
}

/// Damages the numbers of a memory.
pub(super) fn damage<T: Real>(random: &mut impl Rng, cue: &mut [T], noise: f64, damage: Damage) {
    let d = cue.len();
    match damage {
        Damage::Flips => {
            choose(random, d, flips(noise, d)).into_iter().for_each(|i| cue[i] = -cue[i]);
        }
        Damage::Gaussian => {
            let square = cue.iter().map(|x| x.f64() * x.f64()).sum::<f64>() / d as f64;
            let size = noise * square.sqrt();
            for x in cue {
                let more: f64 = random.sample(StandardNormal);
                *x = T::of(x.f64() + size * more);
            }
        }
    }
}

/// Cuts each synapse with this probability.
pub(super) fn lesion<T: Real>(random: &mut impl Rng, synapses: &mut [T], share: f64) {
    if share > 0.0 {
        for x in synapses {
            if random.random::<f64>() < share {
                *x = T::ZERO;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator;

    #[test]
    fn so_many_numbers_change_their_sign() {
        let mut random = generator(1, "flips", 0);
        let (mut bits, mut cue) = (Bits::of_words(vec![7, 1], 70), vec![1.0f64; 70]);
        let whole = bits.clone();
        damage_bits(&mut random, &mut bits, 0.1, Damage::Flips);
        let differ = (0..70).filter(|&i| bits.is_up(i) != whole.is_up(i)).count();
        damage(&mut random, &mut cue, 0.1, Damage::Flips);
        assert_eq!((differ, cue.iter().filter(|x| **x < 0.0).count()), (7, 7));
        damage(&mut random, &mut cue, 0.0, Damage::Gaussian);
        assert_eq!(cue.iter().filter(|x| **x < 0.0).count(), 7);
    }

    #[test]
    fn gaussian_damage_flips_as_many_signs_as_it_must() {
        let mut random = generator(2, "gaussian", 0);
        let mut flipped = 0;
        for _ in 0..100 {
            let mut bits = Bits::of_words(words(&mut random, 1, 1000), 1000);
            let whole = bits.clone();
            damage_bits(&mut random, &mut bits, 1.0, Damage::Gaussian);
            flipped += (0..1000).filter(|&i| bits.is_up(i) != whole.is_up(i)).count();
        }
        // P(x > 1) = 0.158655, a standard error is 116
        assert!((flipped as f64 - 15_865.5).abs() < 600.0, "{flipped}");
    }

    #[test]
    fn spheres_have_radius_one() {
        let rows: Vec<f64> = sphere(&mut generator(3, "sphere", 0), 5, 8);
        for row in rows.chunks_exact(8) {
            assert!((row.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}
