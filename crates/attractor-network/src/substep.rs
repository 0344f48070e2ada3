//! Reads of the synapses and the moves of one layer that certified steps are made of.

use crate::flow::{Flow, Slip};
use crate::lane::Lane;
use crate::{Network, NetworkState};
use attractor_dynamics::Certificate;
use attractor_lagrangian::{Factor, Lagrangian, OnePass, Pool, Scaled, Tally, norm};
use attractor_synapse::{Element, Errand, Memories, Weighing};
use std::ops::Range;

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// Reads Ξg, completes the pending move of the hidden layer, makes its next one (over `leading`)
    /// in `next`, and reads Ξᵀf of that; all in one read where the hidden layer pools.
    pub(crate) fn relay(&self, lane: &mut Lane<T>, leading: f64) {
        let trailing = lane.pending.take();
        let at_once = match self.hidden.0.one_pass() {
            Some(OnePass::Sum(pool)) if self.streams() => {
                self.read_at_once(lane, pool, [trailing, Some(leading)]);
                true
            }
            _ => {
                self.read_overlaps(lane);
                false
            }
        };
        if let Some(dt) = trailing {
            let certificate = self.relax_hidden(lane, dt);
            lane.take_hidden();
            lane.prove(certificate);
        }
        let hidden = self.hidden_residual(lane);
        lane.ahead = self.relax_hidden(lane, leading);
        if !at_once {
            self.read_next_field(lane);
        }
        lane.log.residual = hidden.max(self.feature_residual(lane));
    }

    /// ‖∂L_h(Ξg + b) − f‖/‖f‖; takes the place of the hidden layer's next move.
    pub(crate) fn hidden_residual(&self, lane: &mut Lane<T>) -> f64 {
        let Lane { state, next, target_h, .. } = lane;
        self.hidden.residual(target_h, &state.f, (&mut next.h, &mut next.f))
    }

    /// ‖∂L_v(I + Ξᵀf) − g‖/‖g‖; takes the place of the features' next move.
    pub(crate) fn feature_residual(&self, lane: &mut Lane<T>) -> f64 {
        let Lane { state, next, target_f, .. } = lane;
        self.feature.residual(target_f, &state.g, (&mut next.v, &mut next.g))
    }

    /// The hidden layer pools and its neurons move by one factor, so that a tile of overlaps can be
    /// answered at once.
    fn streams(&self) -> bool {
        self.tau_h.stretches().len() == 1 && !self.hidden.0.properties().homogeneous
    }

    /// One read: every tile of overlaps takes its hidden neurons through both moves, and their
    /// outputs go back up.
    fn read_at_once(&self, lane: &mut Lane<T>, pool: &dyn Pool<T>, moves: [Option<f64>; 2]) {
        let tau = self.tau_h.shortest();
        let factors = moves.map(|dt| Factor::exponential(dt? / tau).ok());
        let h = &lane.state.h;
        let weigh = |range: Range<usize>, tile: &mut [T]| {
            for (s, i) in tile.iter_mut().zip(range) {
                let target = s.f64() + self.bias[i];
                let follow = |h: T, factor: &Factor| T::of(factor.mix(h.f64(), target));
                *s = factors.iter().flatten().fold(h[i], follow);
            }
            let mut tally = [Tally::EMPTY];
            pool.weigh(tile, &mut tally);
            tally[0]
        };
        let weigh = Some(Weighing::Of(&weigh));
        let errand = Errand { outputs: Some(&lane.state.g), weigh };
        self.memories.relay(errand, &mut lane.relay);
        lane.log.products += 2;
        lane.log.passes += 1;
        self.aim_hidden(lane);
        self.aim_features(lane, pool.log_factor(&lane.relay.tally()));
    }

    /// Reads Ξg.
    pub(crate) fn read_overlaps(&self, lane: &mut Lane<T>) {
        let errand = Errand { outputs: Some(&lane.state.g), weigh: None };
        self.memories.relay(errand, &mut lane.relay);
        lane.log.products += 1;
        lane.log.passes += 1;
        self.aim_hidden(lane);
    }

    /// Reads Ξᵀf of the hidden layer's next state.
    pub(crate) fn read_next_field(&self, lane: &mut Lane<T>) {
        std::mem::swap(&mut lane.state.f, &mut lane.next.f);
        self.read_field(lane);
        std::mem::swap(&mut lane.state.f, &mut lane.next.f);
    }

    /// Reads Ξᵀf.
    pub(crate) fn read_field(&self, lane: &mut Lane<T>) {
        let Lane { relay, state, .. } = lane;
        self.memories.relay(Errand { outputs: None, weigh: known(&state.f) }, relay);
        lane.log.products += 1;
        lane.log.passes += 1;
        self.aim_features(lane, 0.0);
    }

    /// Reads both Ξg and Ξᵀf of the state, once.
    pub(crate) fn read_both(&self, lane: &mut Lane<T>) {
        let Lane { relay, state, .. } = lane;
        let errand = Errand { outputs: Some(&state.g), weigh: known(&state.f) };
        self.memories.relay(errand, relay);
        lane.log.products += 2;
        lane.log.passes += 1;
        self.aim_hidden(lane);
        self.aim_features(lane, 0.0);
    }

    /// The look of an integrator without sub-steps: one read, and no certificate.
    pub(crate) fn look_plainly(&self, lane: &mut Lane<T>) {
        self.read_both(lane);
        self.tell(lane);
    }

    /// Energy and residual of a state whose targets are known.
    pub(crate) fn tell(&self, lane: &mut Lane<T>) {
        lane.log.energy = self.weigh_energy(lane);
        lane.log.residual = self.hidden_residual(lane).max(self.feature_residual(lane));
    }

    /// The outputs of currents that have moved.
    pub(crate) fn activate(&self, state: &mut NetworkState<T>) {
        self.feature.0.activate(&state.v, &mut state.g);
        self.hidden.0.activate(&state.h, &mut state.f);
    }

    /// `target_h` = Ξg + b.
    fn aim_hidden(&self, lane: &mut Lane<T>) {
        let overlaps = lane.relay.overlaps().iter().zip(&self.bias);
        lane.target_h.iter_mut().zip(overlaps).for_each(|(t, (s, b))| *t = s.f64() + b);
    }

    /// `target_f` = I + Ξᵀf, where f is e^`log_factor` times what was summed.
    fn aim_features(&self, lane: &mut Lane<T>, log_factor: f64) {
        let factor = log_factor.exp();
        let field = lane.relay.field().iter().zip(&self.input);
        let sum = |(field, input): (&f64, &f64)| {
            if *field == 0.0 { *input } else { input + factor * field }
        };
        lane.target_f.iter_mut().zip(field).for_each(|(t, pair)| *t = sum(pair));
    }

    /// Moves the hidden layer over dt towards `target_h`, into `next`.
    pub(crate) fn relax_hidden(&self, lane: &mut Lane<T>, dt: f64) -> Option<Certificate> {
        let slip = hidden_slip(&self.memories, &lane.state.g);
        let flow = Flow { layer: &self.hidden, times: &self.tau_h, alpha: 1.0, dt, slip };
        let Lane { state, next, target_h, .. } = lane;
        let before = (unscaled(&state.h[..]), &state.f[..]);
        let moved = flow.relax(before, unscaled(&target_h[..]), (&mut next.h, &mut next.f));
        let (certificate, unit) = moved.ok()?;
        if unit != 0.0 {
            let factor = unit.exp();
            next.h.iter_mut().for_each(|h| *h = T::of(h.f64() * factor));
        }
        Some(certificate)
    }

    /// Moves the features over dt towards `target_f`, into `next`; f is what made that target.
    pub(crate) fn relax_features(&self, lane: &mut Lane<T>, dt: f64) -> Option<Certificate> {
        let slip = feature_slip(&self.memories, &lane.state.f);
        let flow = Flow { layer: &self.feature, times: &self.tau_f, alpha: self.alpha, dt, slip };
        let Lane { state, next, target_f, .. } = lane;
        let before = (Scaled { values: &state.v[..], log_scale: state.log_scale }, &state.g[..]);
        let moved = flow.relax(before, unscaled(&target_f[..]), (&mut next.v, &mut next.g));
        let (certificate, unit) = moved.ok()?;
        next.log_scale = unit;
        Some(certificate)
    }
}

/// How far the overlaps of these outputs can be off: γ_{d+8}·M‖g‖ each.
pub(crate) fn hidden_slip<T: Element>(memories: &impl Memories<T>, g: &[T]) -> Slip {
    let each = gamma::<T>(memories.features() + 8) * memories.largest_norm() * norm(g);
    Slip { each, whole: 0.0 }
}

/// How far the field of these hidden outputs can be off: γ·M‖f‖₁ in the 2-norm.
pub(crate) fn feature_slip<T: Element>(memories: &impl Memories<T>, f: &[T]) -> Slip {
    let activity: f64 = f.iter().map(|f| f.f64().abs()).sum();
    Slip { each: 0.0, whole: gamma::<T>(TERMS) * memories.largest_norm() * activity }
}

/// Numbers as they are.
pub(crate) fn unscaled<U>(values: &[U]) -> Scaled<'_, U> {
    Scaled { values, log_scale: 0.0 }
}

/// Terms of a sum over a tile of 256 memories, with the roundings of its weights.
const TERMS: usize = 272;

/// Weights that are there already.
pub(crate) fn known<T>(f: &[T]) -> Option<Weighing<'_, T>> {
    Some(Weighing::Known(f))
}

/// γ_n = nu/(1 − nu), the bound of a sum of n rounded terms.
fn gamma<T: Element>(n: usize) -> f64 {
    let nu = n as f64 * T::UNIT_ROUNDOFF;
    nu / (1.0 - nu).max(0.5)
}
