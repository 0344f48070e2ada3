//! The corrected step: what it is, what it needs to keep, and its certificate.

use crate::flow::{Move, Slip};
use crate::lane::Lane;
use crate::substep::{feature_slip, hidden_slip, unscaled};
use crate::times::Times;
use crate::{Network, NetworkState};
use attractor_dynamics::{Certificate, Proof};
use attractor_lagrangian::{Factor, Lagrangian, Real, ramp};
use attractor_synapse::{Element, Memories, Relay};

/// What is kept of a step while its size is found.
#[derive(Debug)]
pub(crate) struct Control<T> {
    /// The size that the last step recommends.
    pub(crate) dt: f64,
    /// Which targets belong to the state already.
    pub(crate) known: Known,
    pub(crate) start: NetworkState<T>,
    pub(crate) start_f: Vec<f64>,
    pub(crate) start_h: Vec<f64>,
    pub(crate) corrected: NetworkState<T>,
    /// Φ', the field of the corrected hidden outputs.
    pub(crate) corrected_f: Vec<f64>,
    /// Ξg' + b of the corrected features, and the read that tells it.
    pub(crate) corrected_h: Vec<f64>,
    relay: Relay<T>,
    /// Φ in the middle of the step.
    pub(crate) middle_f: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Nothing,
    Overlaps,
    Both,
}

impl<T: Element> Control<T> {
    pub(crate) fn new(lane: &Lane<T>, dt: f64) -> Self {
        Self {
            dt,
            known: Known::Nothing,
            start: lane.state.clone(),
            start_f: lane.target_f.clone(),
            start_h: lane.target_h.clone(),
            corrected: lane.state.clone(),
            corrected_f: lane.target_f.clone(),
            corrected_h: lane.target_h.clone(),
            relay: Relay::default(),
            middle_f: lane.target_f.clone(),
        }
    }

    pub(crate) fn remember(&mut self, lane: &Lane<T>) {
        self.start.copy_from(&lane.state);
        self.start_f.copy_from_slice(&lane.target_f);
        self.start_h.copy_from_slice(&lane.target_h);
    }

    pub(crate) fn restore(&self, lane: &mut Lane<T>) {
        lane.state.copy_from(&self.start);
        lane.target_f.copy_from_slice(&self.start_f);
        lane.target_h.copy_from_slice(&self.start_h);
    }

    /// Leaves the lane with the corrected state if that is certified, else with Strang's.
    pub(crate) fn accept(
        &mut self,
        lane: &mut Lane<T>,
        strang: Option<Certificate>,
        own: Option<Certificate>,
    ) {
        if let Some(certificate) = own {
            std::mem::swap(&mut lane.state, &mut self.corrected);
            lane.target_f.copy_from_slice(&self.corrected_f);
            std::mem::swap(&mut lane.target_h, &mut self.corrected_h);
            std::mem::swap(&mut lane.relay, &mut self.relay);
            lane.log.certificate = Some(certificate);
            self.known = Known::Both;
        } else {
            lane.log.certificate = strang;
            self.known = Known::Overlaps;
        }
    }
}

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// A whole step of Strang's splitting from a state whose overlaps are known; leaves the overlaps
    /// of the new one.
    pub(crate) fn strang_step(&self, lane: &mut Lane<T>, dt: f64) -> Option<Certificate> {
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
    pub(crate) fn correct(&self, lane: &mut Lane<T>, control: &mut Control<T>, dt: f64) {
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

    /// Reads the overlaps of the corrected features.
    pub(crate) fn read_corrected(&self, lane: &mut Lane<T>, control: &mut Control<T>) {
        let swap = |lane: &mut Lane<T>, control: &mut Control<T>| {
            std::mem::swap(&mut lane.relay, &mut control.relay);
            std::mem::swap(&mut lane.target_h, &mut control.corrected_h);
            std::mem::swap(&mut lane.state.g, &mut control.corrected.g);
        };
        swap(lane, control);
        self.read_overlaps(lane);
        swap(lane, control);
    }

    /// The certificate of the corrected move, if it has one.
    pub(crate) fn corrected_certificate(&self, control: &Control<T>) -> Option<Certificate> {
        self.certificate_between(control, &control.corrected, &control.corrected_f)
    }

    /// The certificate of the move from the start to a state whose field is known, whatever made it, if the energy
    /// fell by more than its rounding; `None` as well where v has a unit of its own.
    pub(crate) fn certificate_between(
        &self,
        Control { start, start_h, .. }: &Control<T>,
        end: &NetworkState<T>,
        field: &[f64],
    ) -> Option<Certificate> {
        if self.feature.0.properties().homogeneous {
            return None;
        }
        let hidden = Leg {
            x: [&start.h, &end.h],
            y: [&start.f, &end.f],
            target: start_h,
            slip: hidden_slip(&self.memories, &start.g),
        };
        let features = Leg {
            x: [&start.v, &end.v],
            y: [&start.g, &end.g],
            target: field,
            slip: feature_slip(&self.memories, &end.f),
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
