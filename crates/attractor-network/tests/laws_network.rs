//! The splittings at every step size: the certificate is the decrease of the energy, for all
//! admissible pairs of Lagrangians; and simultaneous Euler keeps to its bound and not beyond.

use attractor_dynamics::{Certificate, Guarantee};
use attractor_lagrangian::*;
use attractor_network::*;
use attractor_synapse::{Element, Synapses};
use proptest::prelude::*;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use std::sync::atomic::{AtomicUsize, Ordering};

type Boxed<T> = Box<dyn Lagrangian<T>>;
type AnyNetwork<T> = Network<T, Boxed<T>, Boxed<T>>;

/// Every convex row of the zoo that can stand for n neurons.
fn lagrangian<T: Real>(name: &str, beta: f64, n: usize) -> Boxed<T> {
    let half = if n.is_multiple_of(2) { 2 } else { 1 };
    match name {
        "quadratic" => Box::new(Quadratic),
        "absolute" => Box::new(Absolute),
        "huber" => Box::new(Huber),
        "log-cosh" => Box::new(LogCosh::new(beta).unwrap()),
        "softplus" => Box::new(Softplus::new(beta).unwrap()),
        "threshold" => Box::new(Threshold::new(0.1).unwrap()),
        "rectified-square" => Box::new(Additive(RectifiedPower::new(2).unwrap())),
        "rectified-cube" => Box::new(Additive(RectifiedPower::new(3).unwrap())),
        "square" => Box::new(Additive(EvenPower::new(2).unwrap())),
        "fourth-power" => Box::new(Additive(EvenPower::new(4).unwrap())),
        "exponential" => Box::new(Additive(Exponential::new(beta).unwrap())),
        "rectified-exponential" => Box::new(Additive(RectifiedExponential::new(beta).unwrap())),
        "log-sum-exp" => Box::new(LogSumExp::new(beta).unwrap()),
        "ghost" => Box::new(GhostLogSumExp::new(beta).unwrap()),
        "grouped" => Box::new(Grouped::new(LogSumExp::new(beta).unwrap(), half).unwrap()),
        "sparsemax" => Box::new(Sparsemax::new(beta).unwrap()),
        "entmax" => Box::new(Entmax::new(1.5, beta).unwrap()),
        "normmax" => Box::new(Normmax::new(2.0, beta).unwrap()),
        "k-subset" => Box::new(KSubset::new(2, beta).unwrap()),
        "norm" => Box::new(Norm),
        "smoothed-norm" => Box::new(SmoothedNorm::new(0.5).unwrap()),
        "n-norm" => Box::new(NNorm::new(3).unwrap()),
        "layer-norm" => Box::new(LayerNorm::new(1.5, 1e-3).unwrap()),
        "rms-norm" => Box::new(RmsNorm::new(0.5, 1e-3).unwrap()),
        _ => unreachable!("{name}"),
    }
}

const NAMES: [&str; 24] = [
    "sparsemax",
    "entmax",
    "normmax",
    "k-subset",
    "quadratic",
    "absolute",
    "huber",
    "log-cosh",
    "softplus",
    "threshold",
    "rectified-square",
    "rectified-cube",
    "square",
    "fourth-power",
    "exponential",
    "rectified-exponential",
    "log-sum-exp",
    "ghost",
    "grouped",
    "norm",
    "smoothed-norm",
    "n-norm",
    "layer-norm",
    "rms-norm",
];

/// A network, how it is run, and where it starts; numbers from `seed`.
#[derive(Debug, Clone)]
struct Case {
    feature: &'static str,
    hidden: &'static str,
    betas: [f64; 2],
    d: usize,
    n: usize,
    /// ‖Ξ‖ but for the spread of its singular values.
    size: f64,
    dt: f64,
    tau_h: f64,
    alpha: f64,
    input: bool,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let size = prop::sample::select(&[1usize, 2, 3, 7, 8, 9][..]);
    let power = |low: f64, high: f64| (low..high).prop_map(|e: f64| 10f64.powf(e));
    let name = || prop::sample::select(&NAMES[..]);
    let betas = [power(-2.0, 2.0), power(-2.0, 2.0)];
    let alpha = prop::sample::select(&[1.0, 1.0, 0.0, 0.3, 2.5][..]);
    let shape = (size.clone(), size, power(-1.0, 2.0));
    let times = (power(-3.0, 3.0), power(-4.0, 2.0));
    (name(), name(), betas, shape, times, alpha, any::<bool>(), any::<u64>()).prop_map(
        |(feature, hidden, betas, (d, n, size), (dt, tau_h), alpha, input, seed)| Case {
            feature,
            hidden,
            betas,
            d,
            n,
            size,
            dt,
            tau_h,
            alpha,
            input,
            seed,
        },
    )
}

impl Case {
    /// The network and a start; `None` where the pair, or the start, is refused.
    fn build<T: Element>(&self) -> Option<(AnyNetwork<T>, NetworkState<T>)> {
        let mut rng = Pcg64Mcg::new(u128::from(self.seed) | 1);
        let mut draw = |count: usize, size: f64| -> Vec<T> {
            (0..count).map(|_| T::of(size * (2.0 * rng.random::<f64>() - 1.0))).collect()
        };
        let entry = self.size / (self.d.max(self.n) as f64).sqrt();
        let rows = draw(self.n * self.d, 1.7 * entry);
        let rows: Vec<&[T]> = rows.chunks_exact(self.d).collect();
        let feature = lagrangian(self.feature, self.betas[0], self.d);
        let hidden = lagrangian(self.hidden, self.betas[1], self.n);
        let memories = Synapses::from_rows(&rows).ok()?;
        let mut network = Network::new(feature, hidden, memories).ok()?;
        network = network.with_times(1.0, self.tau_h).ok()?;
        if matches!(self.feature, "absolute" | "norm" | "n-norm") {
            network = network.with_decay(self.alpha).ok()?;
        }
        if self.input {
            network = network.with_input(&draw(self.d, 1.0)).ok()?;
            network =
                network.with_bias(draw(self.n, 1.0).iter().map(|b| b.f64()).collect()).ok()?;
        }
        let state = match self.seed % 3 {
            0 => network.start(&draw(self.d, 1.0)),
            1 => network.start_silent(&draw(self.d, 3.0)),
            _ => network.state(&draw(self.d, 1.0), &draw(self.n, 2.0)),
        };
        Some((network, state.ok()?))
    }
}

/// E and the sum of the magnitudes of its terms, by plain loops in f64.
fn energy<T: Element>(network: &AnyNetwork<T>, case: &Case, state: &NetworkState<T>) -> (f64, f64) {
    let wide = |x: &[T]| x.iter().map(|x| x.f64()).collect::<Vec<f64>>();
    let (v, g, h, f) = (wide(state.v()), wide(state.g()), wide(state.h()), wide(state.f()));
    let feature: Boxed<f64> = lagrangian(case.feature, case.betas[0], case.d);
    let hidden: Boxed<f64> = lagrangian(case.hidden, case.betas[1], case.n);
    let mut terms = vec![];
    for (l, x, y) in [(&feature, &v, &g), (&hidden, &h, &f)] {
        // x·y = L(x) where L is 1-homogeneous, and an output is rounded
        if !l.properties().homogeneous {
            terms.push(-l.value(x));
            terms.extend(x.iter().zip(y).map(|(x, y)| x * y));
        }
    }
    terms.extend(network.input().iter().zip(&g).map(|(i, g)| -i * g));
    terms.extend(network.bias().iter().zip(&f).map(|(b, f)| -b * f));
    for (row, f) in network.memories().patterns().rows().zip(&f) {
        terms.extend(row.iter().zip(&g).map(|(x, g)| -x.f64() * g * f));
    }
    (terms.iter().sum(), terms.iter().map(|t| t.abs()).sum())
}

/// The looks of three steps: the state and the certificate of the move that led there.
fn walk<T: Element>(
    network: &AnyNetwork<T>,
    start: NetworkState<T>,
    integrator: &dyn Integrator<T, Boxed<T>, Boxed<T>, Synapses<T>>,
    dt: f64,
) -> Vec<(NetworkState<T>, Option<Certificate>)> {
    let mut lane = Lane::new(start);
    let mut looks = Vec::new();
    for _ in 0..4 {
        integrator.look(network, &mut lane, dt);
        looks.push((lane.state().clone(), lane.certificate()));
        integrator.advance(network, &mut lane, dt);
    }
    looks
}

/// drop ≥ 0, and −rounding ≤ E(before) − E(after) − drop ≤ rounding, energies by plain loops.
fn certified<T: Element>(case: &Case, full: bool) -> Result<(), TestCaseError> {
    let Some((network, start)) = case.build::<T>() else { return Ok(()) };
    let adaptive = Adaptive::new(1e-2, 1e-2).unwrap();
    let rules: [&dyn Integrator<T, Boxed<T>, Boxed<T>, Synapses<T>>; 3] =
        [&Strang, &Lie, &adaptive];
    for rule in rules {
        assert_eq!(rule.guarantee(&network, case.dt), Guarantee::Unconditional);
        let looks = walk(&network, start.clone(), rule, case.dt);
        for pair in looks.windows(2) {
            let Some(Certificate { drop, rounding, .. }) = pair[1].1 else { break };
            let [before, after] = [&pair[0].0, &pair[1].0].map(|s| energy(&network, case, s));
            if !(before.0.is_finite() && after.0.is_finite() && pair[1].0.is_finite()) {
                break; // beyond the scalar's range
            }
            let largest = T::of(f64::MAX).f64().min(f64::from(f32::MAX));
            if drop.is_nan() && before.1.max(after.1) > 1e-6 * largest {
                break; // a number on the way has left the scalar's range, and nothing is claimed
            }
            prop_assert!(
                drop >= 0.0 && rounding >= 0.0,
                "{}: {drop:e} ± {rounding:e}",
                rule.name()
            );
            let excess = after.0 - before.0 + drop;
            // what the energies lose as sums of f64
            let reference = 1e-13 * (before.1 + after.1) + f64::from(f32::MIN_POSITIVE);
            let within = excess <= rounding + reference;
            let exact = !full || excess >= -rounding - reference;
            prop_assert!(
                within && exact,
                "{}: E {:e} → {:e}, drop {drop:e}, rounding {rounding:e}, off by {excess:e} (reference {reference:e})",
                rule.name(),
                before.0,
                after.0
            );
        }
    }
    Ok(())
}

static TRIED: AtomicUsize = AtomicUsize::new(0);
static ROSE: AtomicUsize = AtomicUsize::new(0);

proptest! {
    #[test]
    fn the_certificate_is_the_decrease_in_f64(case in cases()) {
        certified::<f64>(&case, true)?;
    }

    #[test]
    fn the_energy_falls_by_the_certificate_in_f32(case in cases()) {
        certified::<f32>(&case, true)?;
    }

    #[test]
    fn simultaneous_steps_never_rise_within_their_bound(case in cases()) {
        let Some((network, start)) = case.build::<f64>() else { return Ok(()) };
        let rules: [&dyn Integrator<f64, Boxed<f64>, Boxed<f64>, Synapses<f64>>; 2] =
            [&Euler, &ExponentialEuler];
        for rule in rules {
            let safe = rule.safe_step(&network).map(|bound| bound.min(1e3));
            for dt in [Some(case.dt), safe, safe.map(|bound| 0.5 * bound)].into_iter().flatten() {
                let inside = matches!(rule.guarantee(&network, dt), Guarantee::Conditional { .. });
                let mut rises = false;
                for pair in walk(&network, start.clone(), rule, dt).windows(2) {
                    let [before, after] = [&pair[0].0, &pair[1].0].map(|s| energy(&network, &case, s));
                    let rise = after.0 - before.0;
                    rises |= !(rise <= 1e-12 * (before.1 + after.1));
                }
                prop_assert!(!(inside && rises), "{} rose inside its bound, dt {dt:e}", rule.name());
                if rule.name() == "euler" && dt.to_bits() == case.dt.to_bits() {
                    let tried = TRIED.fetch_add(1, Ordering::Relaxed) + 1;
                    let rose = ROSE.fetch_add(usize::from(rises), Ordering::Relaxed) + usize::from(rises);
                    if tried.is_power_of_two() && tried >= 128 {
                        println!("euler: the energy rose in {rose} of {tried} cases");
                    }
                }
            }
        }
    }
}
