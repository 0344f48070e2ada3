//! Running a network for a time, to rest, or to a proven distance from rest.

use crate::lane::Lane;
use crate::plan::Until;
use crate::trajectory::{Recorder, Rise, sum};
use crate::{Integrator, Network, NetworkError, NetworkState, Plan, Record, Trajectory};
use attractor_dynamics::{Certificate, Look, Observer, Outcome};
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Element, Memories};
use rayon::prelude::*;

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// Runs a state by `plan` and leaves it where it stopped. The observer sees every look, as
    /// query 0, and can stop the run.
    ///
    /// Costs one read of the synapses per step (with the splittings) and one more.
    ///
    /// # Errors
    /// [`NetworkError::NoDistance`] if the plan asks for a proof that this network does not have.
    pub fn run<I: Integrator<T, Lv, Lh, M> + ?Sized>(
        &self,
        integrator: &I,
        state: &mut NetworkState<T>,
        plan: &Plan,
        observer: &mut dyn Observer,
    ) -> Result<Trajectory<T>, NetworkError> {
        let run = Run { network: self, integrator, plan, proof: self.proof(plan)? };
        let mut lane = Lane::new(state.clone());
        let trajectory = run.go(&mut lane, observer);
        *state = lane.into_state();
        Ok(trajectory)
    }

    /// Runs many states by the same plan, in parallel: bit for bit what [`Network::run`] makes of each,
    /// for any number of threads.
    ///
    /// # Errors
    /// As [`Network::run`].
    pub fn run_all<I: Integrator<T, Lv, Lh, M> + ?Sized>(
        &self,
        integrator: &I,
        states: &mut [NetworkState<T>],
        plan: &Plan,
    ) -> Result<Vec<Trajectory<T>>, NetworkError> {
        self.proof(plan)?;
        states.par_iter_mut().map(|state| self.run(integrator, state, plan, &mut ())).collect()
    }

    /// What a plan to a proven distance needs to know.
    fn proof(&self, plan: &Plan) -> Result<Option<Contraction>, NetworkError> {
        let Until::Within(_) = plan.until else { return Ok(None) };
        let lipschitz = |l: Option<f64>| l.unwrap_or(f64::INFINITY);
        let feature = lipschitz(self.feature.0.properties().lipschitz);
        let hidden = lipschitz(self.hidden.0.properties().lipschitz);
        let norm = self.memories.spectral_norm();
        let rate = feature * hidden * norm * norm;
        if rate < 1.0 {
            Ok(Some(Contraction { rate, back: norm * hidden }))
        } else {
            Err(NetworkError::NoDistance(rate))
        }
    }
}

/// A network that contracts, ‖Δv*‖ ≤ `rate`·‖Δv‖ per turn, and the part of that from h to v.
#[derive(Debug, Clone, Copy)]
struct Contraction {
    rate: f64,
    back: f64,
}

struct Run<'a, T, Lv, Lh, M, I: ?Sized> {
    network: &'a Network<T, Lv, Lh, M>,
    integrator: &'a I,
    plan: &'a Plan,
    proof: Option<Contraction>,
}

impl<T, Lv, Lh, M, I> Run<'_, T, Lv, Lh, M, I>
where
    T: Element,
    Lv: Lagrangian<T>,
    Lh: Lagrangian<T>,
    M: Memories<T>,
    I: Integrator<T, Lv, Lh, M> + ?Sized,
{
    fn go(&self, lane: &mut Lane<T>, observer: &mut dyn Observer) -> Trajectory<T> {
        let (network, integrator, plan) = (self.network, self.integrator, self.plan);
        let end = match plan.until {
            Until::Time(time) => lane.state().time() + time,
            _ => f64::INFINITY,
        };
        let mut recorder = Recorder::new(plan.every, plan.keep);
        let (mut total, mut rise) = (Some(Certificate::ZERO), None);
        let (mut energy, mut moved) = (f64::NAN, 0.0);
        for step in 0.. {
            let dt = plan.dt.min(end - lane.state().time());
            integrator.look(network, lane, dt.max(f64::MIN_POSITIVE));
            let look = lane.look();
            observer.look(0, step, &look);
            if step > 0 {
                recorder.prove(lane.certificate());
                total = sum(total, lane.certificate());
                self.note_rise(&mut rise, step, moved, look.energy.value - energy, lane);
            }
            energy = look.energy.value;
            let outcome = self.verdict(lane, &look, step, end, observer);
            if let Some(outcome) = outcome {
                return Trajectory {
                    guarantee: integrator.guarantee(network, plan.dt),
                    steps: step,
                    outcome,
                    records: recorder.finish(self.record(lane, step)),
                    certificate: total,
                    rise,
                    distance: self.distance(lane),
                    evaluations: lane.evaluations(),
                    passes: lane.passes(),
                };
            }
            if recorder.wants(step) {
                recorder.push(self.record(lane, step));
            }
            moved = integrator.advance(network, lane, dt);
        }
        unreachable!("a run ends by its verdict")
    }

    fn verdict(
        &self,
        lane: &Lane<T>,
        look: &Look,
        step: usize,
        end: f64,
        observer: &mut dyn Observer,
    ) -> Option<Outcome> {
        let floor = self.network.resolution(self.plan.dt);
        let there = match self.plan.until {
            Until::Time(time) => end - lane.state().time() <= 1e-12 * time,
            Until::Rest(tolerance) => look.residual <= tolerance.max(floor),
            Until::Within(distance) => self.distance(lane).is_some_and(|d| d <= distance),
        };
        let timed = matches!(self.plan.until, Until::Time(_));
        match () {
            () if !(look.is_finite() && lane.state().is_finite()) => Some(Outcome::NotFinite),
            () if there && timed => Some(Outcome::Finished),
            () if there => Some(Outcome::Settled),
            () if step >= self.plan.max_steps => Some(Outcome::OutOfSteps),
            () if observer.interrupted() => Some(Outcome::Interrupted),
            () => None,
        }
    }

    /// ‖v − v*‖ ≤ (‖v − φ(f)‖ + ‖Ξ‖ℓ_f·‖h − Ξg − b‖)/(1 − q), where q < 1 is the contraction's rate and
    /// h, f the hidden state that made the field φ.
    fn distance(&self, lane: &Lane<T>) -> Option<f64> {
        let proof = self.proof?;
        let h = if lane.ahead.is_some() { &lane.next.h } else { &lane.state.h };
        let off = |t: &[f64], x: &[T]| {
            t.iter().zip(x).map(|(t, x)| (t - x.f64()).powi(2)).sum::<f64>().sqrt()
        };
        let from_field = off(&lane.target_f, &lane.state.v);
        let from_overlaps = off(&lane.target_h, h);
        Some((from_field + proof.back * from_overlaps) / (1.0 - proof.rate))
    }

    /// Notes the largest rise; what the energies' own rounding explains is none.
    fn note_rise(&self, rise: &mut Option<Rise>, step: usize, dt: f64, by: f64, lane: &Lane<T>) {
        let neurons = (self.network.features() + self.network.neurons()) as f64;
        let noise = (16.0 + neurons) * T::UNIT_ROUNDOFF * lane.energy().total().magnitude;
        if by > noise && rise.is_none_or(|largest| by > largest.by) {
            let (time, safe) = (lane.state().time() - dt, self.integrator.safe_step(self.network));
            *rise = Some(Rise { step, time, dt, by, safe });
        }
    }

    fn record(&self, lane: &Lane<T>, step: usize) -> Record<T> {
        let state = lane.state();
        let unit = state.log_scale().exp();
        let v = state.v().iter().map(|v| T::of(unit * v.f64()));
        let kept =
            if self.plan.states { v.chain(state.h().iter().copied()).collect() } else { vec![] };
        Record {
            step,
            time: state.time(),
            energy: *lane.energy(),
            certificate: None,
            residual: lane.residual(),
            state: kept,
        }
    }
}
