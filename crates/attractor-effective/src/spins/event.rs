//! Continuous model A with fast hidden neurons, followed exactly from flip to flip (the theory's §5).

use super::Spins;
use super::overlaps::Overlaps;
use super::retrieve::{check_cues, stored};
use super::walk::Walk;
use crate::ModelError;
use crate::error::width;
use attractor_dynamics::{Certificate, Outcome, Proof};
use attractor_lagrangian::{Inadmissible, Lagrangian};
use attractor_synapse::Element;

/// A flip of a spin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpinEvent {
    /// When, in the unit of τ_f.
    pub time: f64,
    /// Which.
    pub spin: usize,
    /// Its new sign is that of its field φ = I + Ξᵀf, here |φ_i| as it was.
    pub field: f64,
    /// The proven decrease of the energy, 2|φ_i| and more.
    pub certificate: Certificate,
}

/// A trajectory of continuous model A.
#[derive(Debug, Clone, PartialEq)]
pub struct SpinPath<T> {
    /// The flips, in order of time, and of spins where several come at once.
    pub events: Vec<SpinEvent>,
    /// [`Outcome::Settled`] where no spin will ever flip again, else [`Outcome::Finished`] or, after too
    /// many flips, [`Outcome::OutOfSteps`].
    pub outcome: Outcome,
    /// σ at the end, d numbers ±1.
    pub state: Vec<T>,
    /// v at the end.
    pub v: Vec<f64>,
    /// When the run ended: the last event where it settled.
    pub time: f64,
}

/// v between two flips: v(t) = φ/α + (v − φ/α)e^{−αt/τ}, or v + φt/τ for α = 0.
#[derive(Debug, Clone, Copy)]
struct Decay {
    tau: f64,
    alpha: f64,
}

impl Decay {
    /// How long until v is 0 on its way to the other side.
    fn crossing(self, v: f64, field: f64) -> f64 {
        let ratio = (v / field).abs();
        if self.alpha == 0.0 {
            self.tau * ratio
        } else {
            self.tau / self.alpha * (self.alpha * ratio).ln_1p()
        }
    }

    fn after(self, v: f64, field: f64, time: f64) -> f64 {
        if self.alpha == 0.0 {
            return v + field * time / self.tau;
        }
        let rest = field / self.alpha;
        rest + (v - rest) * (-self.alpha * time / self.tau).exp()
    }
}

impl<T: Element, L: Lagrangian<f64>> Spins<T, L> {
    /// Follows τ_f v̇ = I + Ξᵀf − αv, σ = sign v, from v = cue over `time`, without a time step: between two
    /// flips v is known in closed form, and the next flip is the earliest zero. σ is stored apart from v,
    /// so a spin at 0 keeps its sign until its field says otherwise. A convex F leaves no sliding along
    /// v = 0, and every flip lowers the energy.
    ///
    /// An event costs N·d operations.
    ///
    /// # Errors
    /// [`ModelError::Inadmissible`] for an F that is not convex; [`ModelError::Width`] and
    /// [`ModelError::NotFinite`] for the cue; [`ModelError::Time`] unless τ_f and the time are positive
    /// and α is at least 0.
    pub fn follow(
        &self,
        cue: &[T],
        (tau, alpha): (f64, f64),
        time: f64,
    ) -> Result<SpinPath<T>, ModelError> {
        if !self.energy.properties().convex {
            return Err(Inadmissible::NotConvex("hidden").into());
        }
        width("the cue", cue.len(), self.features())?;
        check_cues(cue, None, self.features())?;
        let positive = |x: f64| x > 0.0 && x.is_finite();
        for (what, value, fits) in [
            ("tau_f", tau, positive(tau)),
            ("the time", time, positive(time)),
            ("alpha", alpha, positive(alpha) || alpha == 0.0),
        ] {
            if !fits {
                return Err(ModelError::Time { what, value });
            }
        }
        let v = cue.iter().map(|x| x.f64()).collect();
        let walk = Walk::new(Overlaps::new(self), cue, None);
        Ok(Path { walk, v, decay: Decay { tau, alpha }, now: 0.0 }.go(time))
    }
}

struct Path<'a, T, L> {
    walk: Walk<Overlaps<'a, T, L>>,
    v: Vec<f64>,
    decay: Decay,
    now: f64,
}

impl<T: Element, L: Lagrangian<f64>> Path<'_, T, L> {
    fn go(mut self, end: f64) -> SpinPath<T> {
        let mut events = Vec::new();
        let most = 1000 * self.v.len();
        let outcome = loop {
            let fields = self.fields();
            let Some((wait, spin)) = self.next(&fields) else {
                break Outcome::Settled;
            };
            let finished = self.now + wait > end;
            if finished || events.len() >= most {
                self.wait(&fields, (end - self.now).min(wait));
                break if finished { Outcome::Finished } else { Outcome::OutOfSteps };
            }
            self.wait(&fields, wait);
            self.v[spin] = 0.0;
            events.push(self.flip(spin, fields[spin]));
        };
        let state = stored(&self.walk.spins);
        SpinPath { events, outcome, state, v: self.v, time: self.now }
    }

    /// φ = I + Ξᵀf.
    fn fields(&self) -> Vec<f64> {
        let of = self.walk.kept.of;
        let f: Vec<f64> = self.walk.kept.h.iter().map(|h| of.slope(*h)).collect();
        let field = |i: usize| {
            let products = of.column(i).iter().zip(&f).map(|(x, f)| x.f64() * f);
            of.input[i] + products.sum::<f64>()
        };
        (0..self.v.len()).map(field).collect()
    }

    /// The wait for the next flip and its spin, the first of several at once.
    fn next(&self, fields: &[f64]) -> Option<(f64, usize)> {
        let against = |i: &usize| self.walk.spins[*i] * fields[*i] < 0.0;
        let waits = (0..fields.len()).filter(against);
        let waits = waits.map(|i| (self.decay.crossing(self.v[i], fields[i]), i));
        waits.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
    }

    fn wait(&mut self, fields: &[f64], time: f64) {
        for (v, field) in self.v.iter_mut().zip(fields) {
            *v = self.decay.after(*v, *field, time);
        }
        self.now += time;
    }

    /// −ΔE = 2|φ_i| + D_{L_h}(h', h), of which the first is proved.
    fn flip(&mut self, spin: usize, field: f64) -> SpinEvent {
        let of = self.walk.kept.of;
        let roundings = (16 + self.walk.kept.h.len()) as f64 * f64::EPSILON;
        // a weight is off by its own rounding, and by its slope times the drift of the overlap
        let off = |h: f64| roundings * of.slope(h).abs() + of.drift * of.curvature(h).abs();
        let terms = of.column(spin).iter().zip(&self.walk.kept.h);
        let sum: f64 = terms.map(|(x, h)| x.f64().abs() * off(*h)).sum();
        let rounding = 2.0 * (sum + roundings * of.input[spin].abs());
        let certificate = Certificate::of_terms(&[2.0 * field.abs()], rounding, Proof::Visible);
        self.walk.flip(spin);
        self.walk.refresh();
        SpinEvent { time: self.now, spin, field: field.abs(), certificate }
    }
}
