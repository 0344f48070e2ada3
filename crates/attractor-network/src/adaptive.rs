//! Strang's splitting with an error estimate, and a correction that keeps the certificate.

use crate::correction::{Control, Known};
use crate::lane::Lane;
use crate::times::Times;
use crate::{Integrator, Network, PlanError};
use attractor_dynamics::{Certificate, Guarantee};
use attractor_lagrangian::{Lagrangian, Real, norm, ramp};
use attractor_synapse::{Element, Memories};

/// Strang's splitting with steps chosen by an error estimate; the energy falls at every one of them.
///
/// Splitting falls to first order where the hidden neurons are fast. So each step is *corrected*: both
/// layers follow targets that move at constant speed, from what they were to what Strang's step makes
/// them, which is second order for any τ_h/τ_f. The corrected state is taken only where it has a
/// certificate of its own, which follows like the main theorem from E(g, f) by moving the hidden layer
/// first, then the features:
///
/// −ΔE = ⟨s − h', f' − f⟩ + D_{L_h}(h', h) + ⟨φ' − v', g' − g⟩ + D_{L_v}(v', v),  s = Ξg + b, φ' = I + Ξᵀf'.
///
/// The products can have either sign, so this must come out above its rounding; else Strang's own
/// step is taken, which is certified whatever its size, and its error is the distance between the two.
/// A step costs two evaluations of the right-hand side; the dt of the plan is the largest step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adaptive {
    pub(crate) relative: f64,
    absolute: f64,
    corrected: bool,
}

impl Adaptive {
    /// Steps whose estimated error is at most `relative` times the norm of the currents plus
    /// `absolute`, in each layer. The error of a long run goes as the power 2/3 of that.
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
    pub(crate) fn units<T: Real>(&self, error: f64, layer: &[T]) -> f64 {
        error / (self.absolute + self.relative * norm(layer))
    }

    /// That of the difference between two.
    fn excess<T: Real>(&self, [first, second]: [&[T]; 2]) -> f64 {
        let squares = first.iter().zip(second).map(|(a, b)| (a.f64() - b.f64()).powi(2));
        self.units(squares.sum::<f64>().sqrt(), first)
    }
}

/// Smaller steps are no better: the estimate is rounding.
pub(crate) const SMALLEST: f64 = 1e-12;

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
            Known::Overlaps => network.read_field(lane),
            Known::Both => {}
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
            control.middle_f.copy_from_slice(&lane.target_f);
            network.correct(lane, &mut control, step);
            let own = self.corrected.then(|| network.corrected_certificate(&control)).flatten();
            let error = if own.is_some() {
                network.read_corrected(lane, &mut control);
                self.corrected_error(network, lane, &control, step)
            } else {
                self.error(network, lane, &control)
            };
            let fits = error <= 1.0 || step <= SMALLEST * dt;
            control.dt = step * (0.9 * error.cbrt().recip()).clamp(0.2, 5.0);
            if fits || error.is_nan() {
                control.accept(lane, certificate, own);
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
    /// That of Strang's state: the larger of the two layers' distances from the corrected one; a
    /// 1-homogeneous layer's is that of its outputs.
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
        larger(hidden, features)
    }

    /// The corrected state's own error: what two targets that are both second order in dt make of each
    /// layer. They are Ξg of the corrected features and of Strang's; and Φ at the end and twice that of
    /// the middle less that of the start. So a layer that is much faster than the step, where Strang's
    /// own error is first order, does not make it small.
    fn corrected_error<T: Element, Lv, Lh, M>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        lane: &Lane<T>,
        control: &Control<T>,
        dt: f64,
    ) -> f64 {
        let Control { start_f, middle_f, corrected_f, corrected_h, corrected, .. } = control;
        let hidden = |i: usize| corrected_h[i] - lane.target_h[i];
        let features = |i: usize| corrected_f[i] + start_f[i] - 2.0 * middle_f[i];
        let hidden = self.units(strayed(&network.tau_h, dt, 1.0, hidden), &corrected.h);
        let features =
            self.units(strayed(&network.tau_f, dt, network.alpha, features), &corrected.v);
        larger(hidden, features)
    }
}

/// How far a layer strays when the end of its target's way is off by so much.
fn strayed(times: &Times, dt: f64, alpha: f64, off: impl Fn(usize) -> f64) -> f64 {
    let mut square = 0.0;
    for (range, tau) in times.stretches() {
        let late = ramp(dt / tau, alpha)[2];
        square += range.clone().map(|i| (late * off(i)).powi(2)).sum::<f64>();
    }
    square.sqrt()
}

/// NaN where one is.
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}
