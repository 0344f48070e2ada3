//! Models A, B and C keep every law of a descending system, in f32 and in f64.

use attractor_dynamics::Proof;
use attractor_effective::{DenseMemory, GradedHopfield, ModernHopfield, SphericalMemory};
use attractor_lagrangian::{
    Exponential, Factor, LogCosh, LogSumExp, Quadratic, Real, RectifiedPower,
};
use attractor_laws::{currents, descent_laws};
use attractor_synapse::{Element, Synapses};

/// Numbers of a row: no multiple of a vector register.
const WIDTH: usize = 7;

/// 9 memories with entries of size about 1.
fn memories<T: Element>(seed: u64) -> Synapses<T> {
    let drawn = currents::<f64>(seed ^ 0x5eed, 9 * WIDTH);
    let size = drawn.iter().fold(1e-300f64, |m, x| m.max(x.abs()));
    let rows: Vec<[T; WIDTH]> = drawn
        .chunks_exact(WIDTH)
        .enumerate()
        .map(|(row, x)| {
            std::array::from_fn(|i| T::of(x[i] / size + f64::from(u8::from(row % WIDTH == i))))
        })
        .collect();
    Synapses::from_rows(&rows).unwrap()
}

/// 5 cues, none of them 0.
fn cues<T: Real>(seed: u64) -> Vec<T> {
    let off_zero = |(i, x): (usize, T)| if i % WIDTH == 0 && x == T::ZERO { T::ONE } else { x };
    currents::<T>(seed, 5 * WIDTH).into_iter().enumerate().map(off_zero).collect()
}

fn dense<T: Element>(seed: u64) -> DenseMemory<T, RectifiedPower> {
    DenseMemory::dense(memories(seed), RectifiedPower::new(3).unwrap()).unwrap()
}

fn modern<T: Element>(seed: u64, beta: f64) -> ModernHopfield<T> {
    ModernHopfield::modern(memories(seed), LogSumExp::new(beta).unwrap()).unwrap()
}

fn spherical<T: Element>(seed: u64) -> SphericalMemory<T, Exponential> {
    SphericalMemory::spherical(memories(seed), Exponential::new(2.0).unwrap()).unwrap()
}

fn graded<T: Element>(seed: u64) -> GradedHopfield<T> {
    GradedHopfield::new(LogCosh::new(2.0).unwrap(), Quadratic, memories(seed)).unwrap()
}

fn half() -> Factor {
    Factor::euler(0.5).unwrap()
}

mod in_f32 {
    use super::*;

    descent_laws!(model_a, |seed| (
        dense::<f32>(seed).descent(Factor::MAP, Proof::Full, 0),
        dense::<f32>(seed).start(&cues(seed)).unwrap(),
    ));
    descent_laws!(model_b, |seed| (
        modern::<f32>(seed, 8.0).descent(Factor::MAP, Proof::Full, 0),
        modern::<f32>(seed, 8.0).start(&cues(seed)).unwrap(),
    ));
    descent_laws!(model_c, |seed| (
        spherical::<f32>(seed).descent(Factor::MAP, Proof::Full, 0),
        spherical::<f32>(seed).start(&cues(seed)).unwrap(),
    ));
}

mod in_f64 {
    use super::*;

    descent_laws!(model_a, |seed| (
        dense::<f64>(seed).descent(half(), Proof::Full, 0),
        dense::<f64>(seed).start(&cues(seed)).unwrap(),
    ));
    descent_laws!(model_b, |seed| (
        modern::<f64>(seed, 1.0).descent(half(), Proof::Full, 0),
        modern::<f64>(seed, 1.0).start(&cues(seed)).unwrap(),
    ));
    descent_laws!(model_b_visible, |seed| (
        modern::<f64>(seed, 100.0).descent(Factor::MAP, Proof::Visible, 0),
        modern::<f64>(seed, 100.0).start(&cues(seed)).unwrap(),
    ));
    descent_laws!(model_c, |seed| (
        spherical::<f64>(seed).descent(half(), Proof::Full, 0),
        spherical::<f64>(seed).start(&cues(seed)).unwrap(),
    ));
    descent_laws!(hopfield_1984, |seed| (
        graded::<f64>(seed).descent(half(), Proof::Full, 0),
        graded::<f64>(seed).start(&cues(seed)).unwrap(),
    ));
}
