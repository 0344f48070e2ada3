//! Strang's splitting with an error estimate, and a correction that keeps the certificate.

use crate::flow::{Move, Slip};
use crate::lane::Lane;
use crate::substep::{feature_slip, hidden_slip, unscaled};
use crate::times::Times;
use crate::{Integrator, Network, NetworkState, PlanError};
use attractor_dynamics::{Certificate, Guarantee, Proof};
use attractor_lagrangian::{Factor, Lagrangian, Real, ramp};
use attractor_synapse::{Element, Memories};

/// Strang's splitting with steps chosen by an error estimate; the energy falls at every one of them.
///
/// Splitting falls to first order where the hidden neurons are fast. So each step is *corrected*: both
/// layers follow targets that move at constant speed, from what they were to what Strang's step makes
/// them, which is second order for any τ_h/τ_f. The distance between the two is the error estimate.
/// The corrected state is taken only where it has a certificate of its own, which follows like the
/// main theorem from E(g, f) by moving the hidden layer first, then the features:
///
/// −ΔE = ⟨s − h', f' − f⟩ + D_{L_h}(h', h) + ⟨φ' − v', g' − g⟩ + D_{L_v}(v', v),  s = Ξg + b, φ' = I + Ξᵀf'.
///
/// The products can have either sign, so this must come out above its rounding; else Strang's own
/// step is taken, which is certified whatever its size. A step costs two evaluations of the right-hand
/// side; the dt of the plan is the largest step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adaptive {
    relative: f64,
    absolute: f64,
    corrected: bool,
}

impl Adaptive {
    /// Steps whose estimated error is at most `relative` times the norm of the currents plus
    /// `absolute`, in each layer.
    ///
    /// # Errors
    /// [`PlanError::Positive`] unless both are positive and finite.
    pub fn new(relative: f64, absolute: f64) -> Result<Self, PlanError> {
        let relative = crate::plan::positive("the relative tolerance", relative)?;
        let absolute = crate::plan::positive("the absolute tolerance", absolute)?;
        Ok(Self { relative, absolute, corrected: true })
    }

    /// Takes Strang's own step always, and the correction for its error only.
    #[must_use]
    pub fn uncorrected(self) -> Self {
        Self { corrected: false, ..self }
    }

    /// The error in units of what is tolerated.
    fn excess<T: Real>(&self, [first, second]: [&[T]; 2]) -> f64 {
        let pairs = first.iter().zip(second).map(|(a, b)| (a.f64(), b.f64()));
        let (mut off, mut size) = (0.0, 0.0);
        for (a, b) in pairs {
            off += (a - b) * (a - b);
            size += a * a;
        }
        off.sqrt() / (self.absolute + self.relative * size.sqrt())
    }
}

/// What is kept of a step while its size is found.
#[derive(Debug)]
pub(crate) struct Control<T> {
    /// The size that the last step recommends.
    dt: f64,
    /// Which targets belong to the state already.
    known: Known,
    start: NetworkState<T>,
    start_f: Vec<f64>,
    start_h: Vec<f64>,
    corrected: NetworkState<T>,
    /// Φ', the field of the corrected hidden outputs.
    corrected_f: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    Field,
    Overlaps,
}

impl<T: Element> Control<T> {
    fn new(lane: &Lane<T>, dt: f64) -> Self {
        Self {
            dt,
            known: Known::Nothing,
            start: lane.state.clone(),
            start_f: lane.target_f.clone(),
            start_h: lane.target_h.clone(),
            corrected: lane.state.clone(),
            corrected_f: lane.target_f.clone(),
        }
    }

    fn remember(&mut self, lane: &Lane<T>) {
        self.start.copy_from(&lane.state);
        self.start_f.copy_from_slice(&lane.target_f);
        self.start_h.copy_from_slice(&lane.target_h);
    }

    fn restore(&self, lane: &mut Lane<T>) {
        lane.state.copy_from(&self.start);
        lane.target_f.copy_from_slice(&self.start_f);
        lane.target_h.copy_from_slice(&self.start_h);
    }
}

/// Smaller steps are no better: the estimate is rounding.
const SMALLEST: f64 = 1e-12;

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Integrator<T, Lv, Lh, M>
    for Adaptive
{
    fn name(&self) -> &'static str {
        "adaptive"
    }

    fn order(&self) -> u32 {
        2
    }

    fn guarantee(&self, _: &Network<T, Lv, Lh, M>, _: f64) -> Guarantee {
        Guarantee::Unconditional
    }

    fn safe_step(&self, _: &Network<T, Lv, Lh, M>) -> Option<f64> {
        Some(f64::INFINITY)
    }

    fn look(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) {
        let mut control = lane.control.take().unwrap_or_else(|| Box::new(Control::new(lane, dt)));
        match control.known {
            Known::Nothing => network.read_both(lane),
            Known::Field => network.read_overlaps(lane),
            Known::Overlaps => network.read_field(lane),
        }
        if lane.log.certificate.is_none() && control.known == Known::Nothing {
            lane.log.certificate = Some(Certificate::ZERO);
        }
        network.tell(lane);
        control.known = Known::Nothing;
        lane.control = Some(control);
    }

    fn advance(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) -> f64 {
        let Some(mut control) = lane.control.take() else {
            unreachable!("a look goes before every advance")
        };
        control.remember(lane);
        control.dt = control.dt.min(dt);
        let done = loop {
            let step = control.dt;
            let certificate = network.strang_step(lane, step);
            network.correct(lane, &mut control, step);
            let error = self.error(network, lane, &control);
            let fits = error <= 1.0 || step <= SMALLEST * dt;
            control.dt = step * (0.9 * error.cbrt().recip()).clamp(0.2, 5.0);
            if fits || error.is_nan() {
                self.accept(network, lane, &mut control, certificate);
                break step;
            }
            control.restore(lane);
        };
        lane.state.time = control.start.time + done;
        lane.control = Some(control);
        done
    }
}

impl Adaptive {
    /// The larger of the two layers' errors; a 1-homogeneous layer's is that of its outputs.
    fn error<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        lane: &Lane<T>,
        control: &Control<T>,
    ) -> f64 {
        let (strang, corrected) = (&lane.state, &control.corrected);
        let features = if network.feature.0.properties().homogeneous {
            [&strang.g[..], &corrected.g[..]]
        } else {
            [&strang.v[..], &corrected.v[..]]
        };
        let hidden = self.excess([&strang.h[..], &corrected.h[..]]);
        let features = self.excess(features);
        if features > hidden || features.is_nan() { features } else { hidden }
    }

    /// Leaves the lane with the corrected state if that is certified, else with Strang's.
    fn accept<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        lane: &mut Lane<T>,
        control: &mut Control<T>,
        strang: Option<Certificate>,
    ) {
        let own = if self.corrected { network.corrected_certificate(control) } else { None };
        if let Some(certificate) = own {
            std::mem::swap(&mut lane.state, &mut control.corrected);
            lane.target_f.copy_from_slice(&control.corrected_f);
            lane.log.certificate = Some(certificate);
            control.known = Known::Field;
        } else {
            lane.log.certificate = strang;
            control.known = Known::Overlaps;
        }
    }
}

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// A whole step of Strang's splitting from a state whose overlaps are known; leaves the overlaps
    /// of the new one.
    fn strang_step(&self, lane: &mut Lane<T>, dt: f64) -> Option<Certificate> {
        lane.log.certificate = self.relax_hidden(lane, 0.5 * dt);
        lane.take_hidden();
        self.read_field(lane);
        let features = self.relax_features(lane, dt);
        lane.take_features();
        lane.prove(features);
        self.read_overlaps(lane);
        let rest = self.relax_hidden(lane, 0.5 * dt);
        lane.take_hidden();
        lane.prove(rest);
        lane.log.certificate
    }

    /// The corrected state: both layers follow targets that move at constant speed.
    fn correct(&self, lane: &mut Lane<T>, control: &mut Control<T>, dt: f64) {
        let Control { start, start_f, start_h, corrected, corrected_f, .. } = control;
        corrected.copy_from(start);
        follow(&self.tau_h, dt, 1.0, [start_h, &lane.target_h], &mut corrected.h);
        self.hidden.0.activate(&corrected.h, &mut corrected.f);
        lane.next.f.copy_from_slice(&corrected.f);
        self.read_next_field(lane);
        corrected_f.copy_from_slice(&lane.target_f);
        multiply_out(corrected);
        follow(&self.tau_f, dt, self.alpha, [start_f, corrected_f], &mut corrected.v);
        self.feature.0.activate(&corrected.v, &mut corrected.g);
    }

    /// The certificate of the corrected move, if it is one; `None` as well where v has a unit of its own.
    fn corrected_certificate(&self, control: &Control<T>) -> Option<Certificate> {
        let Control { start, start_h, corrected, corrected_f, .. } = control;
        if self.feature.0.properties().homogeneous {
            return None;
        }
        let hidden = Leg {
            x: [&start.h, &corrected.h],
            y: [&start.f, &corrected.f],
            target: start_h,
            slip: hidden_slip(&self.memories, &start.g),
        };
        let features = Leg {
            x: [&start.v, &corrected.v],
            y: [&start.g, &corrected.g],
            target: corrected_f,
            slip: feature_slip(&self.memories, &corrected.f),
        };
        let (first, second) = (hidden.drop(&self.hidden.0), features.drop(&self.feature.0));
        let (drop, rounding) = (first.0 + second.0, first.1 + second.1);
        (drop > 2.0 * rounding).then(|| Certificate::of_terms(&[drop], rounding, Proof::Full))
    }
}

/// The move of one layer at a frozen target, wherever it ends.
struct Leg<'a, T> {
    x: [&'a [T]; 2],
    y: [&'a [T]; 2],
    target: &'a [f64],
    slip: Slip,
}

impl<T: Real> Leg<'_, T> {
    /// ⟨target − x', y' − y⟩ + D(x', x) and its rounding.
    fn drop<L: Lagrangian<T>>(&self, l: &L) -> (f64, f64) {
        let ([x, x2], [y, y2]) = (self.x, self.y);
        let products =
            (0..x.len()).map(|i| (self.target[i] - x2[i].f64()) * (y2[i].f64() - y[i].f64()));
        let terms = [
            products.clone().sum::<f64>(),
            products.map(f64::abs).sum::<f64>(), // for the rounding alone
            l.bregman(x2, x, y),
        ];
        let moved = Move {
            range: 0..x.len(),
            x: unscaled(x),
            y,
            target: unscaled(self.target),
            x2,
            y2,
            log_scale: 0.0,
            slip: self.slip,
            homogeneous: l.properties().homogeneous,
        };
        (terms[0] + terms[2], moved.rounding(Factor::MAP, &terms))
    }
}

/// Writes the currents into x that follow a target moving from the first to the second.
fn follow<T: Real>(times: &Times, dt: f64, alpha: f64, [from, to]: [&[f64]; 2], x: &mut [T]) {
    for (range, tau) in times.stretches() {
        let [keep, start, end] = ramp(dt / tau, alpha);
        for i in range.clone() {
            x[i] = T::of(keep * x[i].f64() + start * from[i] + end * to[i]);
        }
    }
}

/// v without a unit of its own.
fn multiply_out<T: Real>(state: &mut NetworkState<T>) {
    if state.log_scale != 0.0 {
        let unit = state.log_scale.exp();
        state.v.iter_mut().for_each(|v| *v = T::of(unit * v.f64()));
        state.log_scale = 0.0;
    }
}
