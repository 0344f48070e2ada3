//! The energy, its rate, and the velocity: equations (1), (2) and (4).

use crate::lane::Lane;
use crate::times::Times;
use crate::{Network, NetworkState};
use attractor_dynamics::Energy;
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Memories};

/// The energy of a network, E = [(v − I)·g − L_v(v)] + [(h − b)·f − L_h(h)] − fᵀΞg (KH eq. 2), part
/// by part and without additive constants.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EnergyTerms {
    /// Of the feature neurons: (v − I)·g − L_v(v), or −I·g where L_v is 1-homogeneous.
    pub feature: Energy,
    /// Of the hidden neurons: (h − b)·f − L_h(h), or −b·f where L_h is 1-homogeneous.
    pub hidden: Energy,
    /// Of the synapses: −fᵀΞg.
    pub coupling: Energy,
}

impl EnergyTerms {
    /// E.
    pub fn total(&self) -> Energy {
        let parts = [self.feature, self.hidden, self.coupling];
        Energy {
            value: parts.iter().map(|part| part.value).sum(),
            magnitude: parts.iter().map(|part| part.magnitude).sum(),
        }
    }
}

/// v̇ and ḣ (KH eq. 1).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Velocity {
    /// v̇ = (Ξᵀf + I − αv)/τ_f, d numbers.
    pub v: Vec<f64>,
    /// ḣ = (Ξg + b − h)/τ_h, N numbers.
    pub h: Vec<f64>,
}

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// The energy of a state, at the cost of one product with Ξ; not finite, which
    /// [`Energy::is_finite`](attractor_dynamics::Energy::is_finite) tells, where a product is not.
    pub fn energy(&self, state: &NetworkState<T>) -> EnergyTerms {
        let mut lane = Lane::new(state.clone());
        self.read_overlaps(&mut lane);
        self.weigh_energy(&lane)
    }

    /// The energy from the overlaps that were read last.
    pub(crate) fn weigh_energy(&self, lane: &Lane<T>) -> EnergyTerms {
        let NetworkState { v, g, h, f, .. } = &lane.state;
        let overlaps = along(f, lane.relay.overlaps());
        EnergyTerms {
            feature: layer_energy(&self.feature.0, v, g, along(g, &self.input)),
            hidden: layer_energy(&self.hidden.0, h, f, along(f, &self.bias)),
            coupling: Energy { value: -overlaps.value, magnitude: overlaps.magnitude },
        }
    }

    /// v̇ and ḣ at a state, at the cost of one read of Ξ for both products. Where a product leaves the
    /// floats, so does a velocity, to ±∞ or NaN; a run ends there as not finite.
    pub fn velocity(&self, state: &NetworkState<T>) -> Velocity {
        let mut lane = Lane::new(state.clone());
        self.read_both(&mut lane);
        let mut velocity = Velocity::default();
        self.velocity_into(&lane, &mut velocity);
        velocity
    }

    /// The velocity from what was read last.
    pub(crate) fn velocity_into(&self, lane: &Lane<T>, velocity: &mut Velocity) {
        let Lane { state, target_f, target_h, .. } = lane;
        let decay = self.alpha * state.log_scale.exp();
        rates(&self.tau_f, target_f, decay, &state.v, &mut velocity.v);
        rates(&self.tau_h, target_h, 1.0, &state.h, &mut velocity.h);
    }

    /// Ė = −τ_f v̇ᵀ(∂²L_v)v̇ − τ_h ḣᵀ(∂²L_h)ḣ ≤ 0 along the flow (KH eq. 4), away from kinks; NaN where a
    /// velocity is none.
    pub fn energy_rate(&self, state: &NetworkState<T>) -> f64 {
        let velocity = self.velocity(state);
        // the Hessian of a 1-homogeneous L goes as 1/‖v‖, so v's unit divides once
        let unit = state.log_scale.exp();
        let feature = bend(&self.feature.0, &state.v, &velocity.v, self.tau_f.all()) / unit;
        -feature - bend(&self.hidden.0, &state.h, &velocity.h, self.tau_h.all())
    }
}

/// (target − decay·x)/τ.
fn rates<T: Real>(times: &Times, target: &[f64], decay: f64, x: &[T], out: &mut Vec<f64>) {
    out.resize(x.len(), 0.0);
    for (range, tau) in times.stretches() {
        let numbers = target[range.clone()].iter().zip(&x[range.clone()]);
        let places = out[range.clone()].iter_mut().zip(numbers);
        places.for_each(|(rate, (target, x))| *rate = (target - decay * x.f64()) / tau);
    }
}

/// Σ x·y.
pub(crate) fn along<T: Real, U: Real>(x: &[T], y: &[U]) -> Energy {
    let terms = || x.iter().zip(y).map(|(x, y)| x.f64() * y.f64());
    Energy { value: terms().sum(), magnitude: terms().map(f64::abs).sum() }
}

/// (x − I)·y − L(x), with I·y given; where L is 1-homogeneous x·y is L(x), at any length of x.
pub(crate) fn layer_energy<T: Element, L: Lagrangian<T>>(
    l: &L,
    x: &[T],
    y: &[T],
    input: Energy,
) -> Energy {
    if l.properties().homogeneous {
        return Energy { value: -input.value, ..input };
    }
    let (own, potential) = (x.iter().zip(y).map(|(x, y)| x.f64() * y.f64()), l.value(x));
    Energy {
        value: own.clone().sum::<f64>() - potential - input.value,
        magnitude: own.map(f64::abs).sum::<f64>() + potential.abs() + input.magnitude,
    }
}

/// ẋᵀ(∂²L)ẋ with every τ where it belongs.
fn bend<T: Element, L: Lagrangian<T>>(
    l: &L,
    x: &[T],
    velocity: &[f64],
    tau: impl Iterator<Item = f64>,
) -> f64 {
    // a unit velocity keeps fast currents inside T
    let size = velocity.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if size == 0.0 {
        return 0.0;
    }
    let direction: Vec<T> = velocity.iter().map(|v| T::of(v / size)).collect();
    let mut curved = vec![T::ZERO; x.len()];
    l.curve(x, &direction, &mut curved);
    let terms = velocity.iter().zip(&curved).zip(tau);
    terms.map(|((v, c), tau)| tau * v * c.f64()).sum::<f64>() * size
}
