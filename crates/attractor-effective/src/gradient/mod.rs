//! How an energy, a number of steps and a settled state depend on the query, the memories and β.

use crate::model::checked;
use crate::{Effective, ModelError};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Errand, Memories, Relay, Weighing};

mod outer;
mod settled;

pub use outer::Outer;

/// The derivative of a number with respect to everything a model has. The number is an energy, or any
/// function ℓ of recalled outputs by its own derivative ∂ℓ/∂g.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// ∂/∂v of the query's currents, d numbers; of a settled state ∂/∂g of what is known, and 0 for the rest,
    /// which it has forgotten.
    pub query: Vec<f64>,
    /// ∂/∂I, d numbers.
    pub input: Vec<f64>,
    /// ∂/∂b, N numbers.
    pub bias: Vec<f64>,
    /// ∂/∂Ξ.
    pub memories: Outer,
    /// ∂/∂ln β of the hidden neurons: divide by β. For every Lagrangian it is the derivative with respect to
    /// s at s = 1 of L(sh)/s in the place of L(h).
    pub log_beta: f64,
    /// The same of the visible neurons, as Hopfield's 1984 have a β.
    pub visible_log_beta: f64,
}

/// One application of the map: from outputs g to currents t = I + Ξᵀf(Ξg + b).
struct Step<'k, T> {
    /// Features that stay as they are.
    known: Option<&'k [bool]>,
    g: Vec<T>,
    h: Vec<T>,
    f: Vec<T>,
    t: Vec<T>,
}

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
    /// ∂E of E(g(v)) at a query's currents v: ∂E/∂v = ∂²L_v(v)·(v − I − Ξᵀf), ∂E/∂ξ_μ = −f_μ·g, ∂E/∂I = −g,
    /// ∂E/∂b = −f, β·∂E/∂β = −L_h*(f). Two products with Ξ.
    ///
    /// # Errors
    /// [`ModelError::Width`] or [`ModelError::NotFinite`] for the query, [`ModelError::Steep`] for a gradient
    /// that leaves the range of the scalar, [`ModelError::Steps`] for spins, whose outputs have no derivative.
    pub fn energy_gradient(&self, query: &[T]) -> Result<Gradient, ModelError> {
        let g = self.query_outputs(query)?;
        let step = self.apply(&g)?;
        let off: Vec<T> = query.iter().zip(&step.t).map(|(v, t)| *v - *t).collect();
        let back = |x: &[T]| x.iter().map(|x| -x.f64()).collect::<Vec<_>>();
        let mut memories = Outer::default();
        memories.push(back(&step.f), lift(&g));
        // E has −L_h, and L_v* of the outputs that belong to v
        let hidden = -self.hidden().conjugate(&step.f);
        let slope: f64 = self.curved_visible(query, query, None).iter().zip(&off).map(dot).sum();
        let visible = self.visible.0.conjugate(&g);
        finite::<T>(Gradient {
            query: lift(&self.curved_visible(query, &off, None)),
            input: back(&g),
            bias: back(&step.f),
            memories,
            log_beta: hidden,
            visible_log_beta: slope - visible,
        })
    }

    /// The gradient of ℓ(g) after `steps` applications of the map to a query's currents, by the adjoint of
    /// each step: of v' = I + Ξᵀf(Ξg(v) + b), w ↦ ∂²L_v(v)·Ξᵀ·∂²L_h(h)·Ξw. `slope` is ∂ℓ/∂g at the outputs.
    ///
    /// Four products with Ξ, and 2(N + d) numbers, for each step.
    ///
    /// ```
    /// use attractor_effective::ModernHopfield;
    /// use attractor_lagrangian::LogSumExp;
    /// use attractor_synapse::Synapses;
    /// let memories = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]])?;
    /// let model = ModernHopfield::modern(memories, LogSumExp::new(2.0)?)?;
    /// // p = σ(2(v₀ − v₁)), so ∂p/∂v₀ = 2p(1 − p)
    /// let gradient = model.steps_gradient(&[0.3, 0.3], 1, &[1.0, 0.0])?;
    /// assert!((gradient.query[0] - 0.5).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Effective::energy_gradient`].
    pub fn steps_gradient(
        &self,
        query: &[T],
        steps: usize,
        slope: &[f64],
    ) -> Result<Gradient, ModelError> {
        let mut path: Vec<Step<'static, T>> = Vec::with_capacity(steps);
        let mut g = self.query_outputs(query)?;
        checked("a number of the slope", slope.to_vec(), g.len())?;
        for _ in 0..steps {
            let step = self.apply(&g)?;
            self.visible.0.activate(&step.t, &mut g);
            path.push(step);
        }
        let mut gradient = self.nothing();
        let mut pull: Vec<T> = slope.iter().map(|x| T::of(*x)).collect();
        for step in path.iter().rev() {
            let w = self.visible_pull(&step.t, &pull, None, &mut gradient);
            pull = self.pull_back(step, &w, &mut gradient);
        }
        gradient.query = lift(&self.visible_pull(query, &pull, None, &mut gradient));
        finite::<T>(gradient)
    }

    /// ∂²L_v(v)·pull, with what it says of I, β_v.
    fn visible_pull(
        &self,
        v: &[T],
        pull: &[T],
        known: Option<&[bool]>,
        gradient: &mut Gradient,
    ) -> Vec<T> {
        let w = self.curved_visible(v, pull, known);
        gradient.visible_log_beta += w.iter().zip(v).map(dot).sum::<f64>();
        w
    }

    /// From a pull w on the currents t of a step to that on its outputs g.
    fn pull_back(&self, step: &Step<'_, T>, w: &[T], gradient: &mut Gradient) -> Vec<T> {
        let mut hidden = vec![T::ZERO; step.h.len()];
        self.hidden().curve(&step.h, &self.overlaps(w), &mut hidden);
        gradient.input.iter_mut().zip(w).for_each(|(i, w)| *i += w.f64());
        gradient.bias.iter_mut().zip(&hidden).for_each(|(b, x)| *b += x.f64());
        gradient.log_beta += hidden.iter().zip(&step.h).map(dot).sum::<f64>();
        gradient.memories.push(lift(&step.f), lift(w));
        let pulled = self.field(&hidden);
        gradient.memories.push(lift(&hidden), lift(&step.g));
        pulled
    }

    fn apply(&self, g: &[T]) -> Result<Step<'static, T>, ModelError> {
        let mut h = self.overlaps(g);
        if let Some(bias) = self.bias() {
            h.iter_mut().zip(bias).for_each(|(h, b)| *h = T::of(h.f64() + b));
        }
        let mut f = vec![T::ZERO; h.len()];
        self.hidden().activate(&h, &mut f);
        let mut t = self.field(&f);
        if let Some(input) = self.input() {
            t.iter_mut().zip(input).for_each(|(t, i)| *t = T::of(t.f64() + i));
        }
        if !t.iter().all(|t| t.is_finite()) {
            return Err(ModelError::Steep { dtype: T::NAME });
        }
        Ok(Step { known: None, g: g.to_vec(), h, f, t })
    }

    fn curved_visible(&self, v: &[T], d: &[T], known: Option<&[bool]>) -> Vec<T> {
        let mut out = vec![T::ZERO; v.len()];
        self.visible.0.curve(v, d, &mut out);
        hold(known, &mut out, &vec![T::ZERO; v.len()]);
        out
    }

    /// Ξg.
    fn overlaps(&self, g: &[T]) -> Vec<T> {
        let mut relay = Relay::default();
        self.memories().relay(Errand { outputs: Some(g), weigh: None }, &mut relay);
        relay.overlaps().to_vec()
    }

    /// Ξᵀf.
    fn field(&self, f: &[T]) -> Vec<T> {
        let mut relay = Relay::default();
        let errand = Errand { outputs: None, weigh: Some(Weighing::Known(f)) };
        self.memories().relay(errand, &mut relay);
        relay.field().iter().map(|x| T::of(*x)).collect()
    }

    fn query_outputs(&self, query: &[T]) -> Result<Vec<T>, ModelError> {
        self.check_numbers(query)?;
        let mut g = vec![T::ZERO; query.len()];
        self.activate_cue(0, query, &mut g)?;
        Ok(g)
    }

    fn check_numbers(&self, numbers: &[T]) -> Result<(), ModelError> {
        if self.visible.0.properties().zero_modes.all {
            return Err(ModelError::Steps);
        }
        checked("a number of the query", lift(numbers), self.features()).map(|_| ())
    }

    fn nothing(&self) -> Gradient {
        let (n, d) = (self.memories().memories(), self.features());
        Gradient {
            query: vec![0.0; d],
            input: vec![0.0; d],
            bias: vec![0.0; n],
            memories: Outer::default(),
            log_beta: 0.0,
            visible_log_beta: 0.0,
        }
    }
}

/// Refuses a gradient with a number that is not finite.
fn finite<T: Real>(gradient: Gradient) -> Result<Gradient, ModelError> {
    let whole = |numbers: &[f64]| numbers.iter().all(|x| x.is_finite());
    let ends = gradient.memories.terms.iter().all(|(a, b)| whole(a) && whole(b));
    let betas = whole(&[gradient.log_beta, gradient.visible_log_beta]);
    let parts = whole(&gradient.query) && whole(&gradient.input) && whole(&gradient.bias);
    if ends && betas && parts { Ok(gradient) } else { Err(ModelError::Steep { dtype: T::NAME }) }
}

/// Puts what is known back.
fn hold<T: Copy>(known: Option<&[bool]>, numbers: &mut [T], kept: &[T]) {
    let flags = known.unwrap_or_default().iter().zip(kept);
    numbers.iter_mut().zip(flags).filter(|(_, (known, _))| **known).for_each(|(x, (_, k))| *x = *k);
}

fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}

fn dot<T: Real>((a, b): (&T, &T)) -> f64 {
    a.f64() * b.f64()
}

fn length<T: Real>(x: &[T]) -> f64 {
    inner(x, x).sqrt()
}

fn inner<T: Real>(a: &[T], b: &[T]) -> f64 {
    a.iter().zip(b).map(dot).sum()
}
