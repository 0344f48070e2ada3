//! The splittings keep every law of a descending system, in f32 and in f64.

use attractor_lagrangian::{
    Exponential, Lagrangian, LogCosh, LogSumExp, NNorm, Quadratic, RectifiedPower,
};
use attractor_laws::{currents, descent_laws};
use attractor_network::*;
use attractor_synapse::{Element, Synapses};

/// Numbers of a row: no multiple of a vector register.
const WIDTH: usize = 7;
const NEURONS: usize = 9;

/// 9 memories with entries of size about 1.
fn memories<T: Element>(seed: u64) -> Synapses<T> {
    let drawn = currents::<f64>(seed ^ 0x5eed, NEURONS * WIDTH);
    let size = drawn.iter().fold(1e-300f64, |m, x| m.max(x.abs()));
    let entry =
        |row: usize, i: usize, x: f64| T::of(x / size + f64::from(u8::from(row % WIDTH == i)));
    let rows = drawn.chunks_exact(WIDTH).enumerate();
    let rows: Vec<[T; WIDTH]> =
        rows.map(|(row, x)| std::array::from_fn(|i| entry(row, i, x[i]))).collect();
    Synapses::from_rows(&rows).unwrap()
}

/// Three states: the hidden neurons follow, are silent, or are anywhere.
fn states<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>>(
    seed: u64,
    network: &Network<T, Lv, Lh>,
) -> Lanes<T> {
    let v = |k: u64| {
        let off_zero = |(i, x): (usize, T)| if i == 0 && x == T::ZERO { T::ONE } else { x };
        currents::<T>(seed + k, WIDTH).into_iter().enumerate().map(off_zero).collect::<Vec<T>>()
    };
    let h: Vec<T> = currents::<T>(seed ^ 7, NEURONS)
        .iter()
        .map(|h| T::of(h.f64().clamp(-30.0, 30.0)))
        .collect();
    let made = [network.start(&v(0)), network.start_silent(&v(1)), network.state(&v(2), &h)];
    Lanes::new(made.into_iter().map(Result::unwrap).collect())
}

/// τ_h/τ_f of a seed, from stiff to slow hidden neurons.
fn slowness(seed: u64) -> f64 {
    [1e-4, 1e-2, 1.0, 1e2][seed as usize % 4]
}

/// The network with the time constants of a seed, for as long as the tests run.
fn simulate<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, I>(
    seed: u64,
    network: Network<T, Lv, Lh>,
    integrator: I,
    dt: f64,
) -> Simulation<'static, T, Lv, Lh, Synapses<T>, I> {
    let network = network.with_times(1.0, slowness(seed)).unwrap();
    Simulation { network: Box::leak(Box::new(network)), integrator, dt }
}

macro_rules! laws {
    ($module:ident, $t:ty) => {
        mod $module {
            use super::*;

            fn dense(seed: u64) -> DenseNetwork<$t, RectifiedPower> {
                Network::dense(memories(seed), RectifiedPower::new(3).unwrap()).unwrap()
            }
            fn modern(seed: u64, beta: f64) -> ModernNetwork<$t> {
                Network::modern(memories(seed), LogSumExp::new(beta).unwrap()).unwrap()
            }
            fn spherical(seed: u64) -> SphericalNetwork<$t, Exponential> {
                Network::spherical(memories(seed), Exponential::new(0.5).unwrap()).unwrap()
            }
            fn graded(seed: u64) -> GradedNetwork<$t> {
                Network::graded(memories(seed), LogCosh::new(2.0).unwrap()).unwrap()
            }
            fn normed(seed: u64) -> Network<$t, Quadratic, NNorm> {
                Network::new(Quadratic, NNorm::new(3).unwrap(), memories(seed)).unwrap()
            }

            descent_laws!(model_a, |seed| (
                simulate(seed, dense(seed), Strang, 0.5),
                states(seed, &dense(seed)),
            ));
            descent_laws!(model_b, |seed| (
                simulate(seed, modern(seed, 8.0), Strang, 0.1),
                states(seed, &modern(seed, 8.0)),
            ));
            descent_laws!(model_b_large_steps, |seed| (
                simulate(seed, modern(seed, 100.0), Strang, 50.0),
                states(seed, &modern(seed, 100.0)),
            ));
            descent_laws!(model_b_by_lie, |seed| (
                simulate(seed, modern(seed, 1.0), Lie, 2.0),
                states(seed, &modern(seed, 1.0)),
            ));
            descent_laws!(model_b_by_adaptive_steps, |seed| (
                simulate(seed, modern(seed, 8.0), Adaptive::new(1e-3, 1e-6).unwrap(), 1.0),
                states(seed, &modern(seed, 8.0)),
            ));
            descent_laws!(model_b_by_dormand_and_princes_pair, |seed| (
                simulate(seed, modern(seed, 8.0), DormandPrince::new(1e-4, 1e-7).unwrap(), 1.0),
                states(seed, &modern(seed, 8.0)),
            ));
            descent_laws!(model_b_by_a_pair_that_tolerates_everything, |seed| (
                simulate(seed, modern(seed, 100.0), DormandPrince::new(1e6, 1e6).unwrap(), 50.0),
                states(seed, &modern(seed, 100.0)),
            ));
            descent_laws!(hopfield_1984_by_dormand_and_princes_pair, |seed| (
                simulate(seed, graded(seed), DormandPrince::new(1e-2, 1e-5).unwrap(), 10.0),
                states(seed, &graded(seed)),
            ));
            descent_laws!(model_c, |seed| (
                simulate(seed, spherical(seed), Strang, 1.0),
                states(seed, &spherical(seed)),
            ));
            descent_laws!(model_c_without_decay, |seed| (
                simulate(seed, spherical(seed).with_decay(0.0).unwrap(), Lie, 1.0),
                states(seed, &spherical(seed).with_decay(0.0).unwrap()),
            ));
            descent_laws!(hopfield_1984, |seed| (
                simulate(seed, graded(seed), Strang, 0.3),
                states(seed, &graded(seed)),
            ));
            descent_laws!(two_reads, |seed| (
                simulate(seed, normed(seed), Strang, 0.7),
                states(seed, &normed(seed)),
            ));
        }
    };
}

laws!(in_f32, f32);
laws!(in_f64, f64);
