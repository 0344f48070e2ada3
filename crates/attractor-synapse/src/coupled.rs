//! Many memories behind one matrix of couplings, for quadratic hidden neurons.

use crate::{Answer, Answers, Element, Errand, Memories, Question, Relay, Synapses};
use attractor_lagrangian::{Growth, Lagrangian, ZeroModes, norm};
use std::borrow::Borrow;
use std::fmt::Debug;
use std::marker::PhantomData;

/// Memories whose quadratic hidden neurons are read through T = ΞᵀΞ (KH eq. 24–28): a read costs d²
/// instead of N·d multiplications for each query, which pays where N > d. Only a run's last read, which
/// names memories, is over Ξ; so is every read for a hidden Lagrangian that is not ½‖h‖², or with a bias.
///
/// T is summed in f64: exact for whole numbers, else what its rounding can do to an energy is part of
/// [`Answer::activity`](crate::Answer::activity), which bounds ‖f‖₁ by √N‖f‖₂ here.
///
/// ```
/// use attractor_lagrangian::Quadratic;
/// use attractor_synapse::{Answers, Coupled, Memories, Question, Synapses};
/// let xi = Synapses::from_rows(&[[1.0f64, 1.0], [1.0, -1.0], [1.0, 1.0]])?;
/// let (mut all, mut coupled) = (Answers::default(), Answers::default());
/// xi.read(&Question::of(&Quadratic, &[1.0, 1.0]), &mut all);
/// Coupled::new(xi).read(&Question::of(&Quadratic, &[1.0, 1.0]), &mut coupled);
/// assert_eq!((all.get(0).value, coupled.get(0).value), (4.0, 4.0));
/// # Ok::<(), attractor_synapse::PatternError>(())
/// ```
///
/// The memories may be its own or lent, `&Synapses<T>`.
#[derive(Debug, Clone)]
pub struct Coupled<T, S = Synapses<T>> {
    /// T, d × d.
    t: Vec<f64>,
    /// What the rounding of T can add to gᵀTg of ‖g‖ = 1.
    off: f64,
    synapses: S,
    scalar: PhantomData<T>,
}

/// What a read holds besides its answers, q × d each.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    outputs: Vec<f64>,
    by: Vec<f64>,
    bent: Vec<f64>,
}

impl<T: Element, S: Borrow<Synapses<T>>> Coupled<T, S> {
    /// Sums T: N·d² multiplications, once.
    pub fn new(memories: S) -> Self {
        let synapses: &Synapses<T> = memories.borrow();
        let t = synapses.couplings();
        let patterns = synapses.patterns().as_slice();
        let squares: f64 = synapses.squared_norms().iter().sum();
        let exact = squares < 1e15 && patterns.iter().all(|x| x.f64().fract() == 0.0);
        let terms = (synapses.memories() + synapses.features() + 16) as f64;
        let off = if exact { 0.0 } else { terms * f64::EPSILON * squares };
        Self { t, off, synapses: memories, scalar: PhantomData }
    }

    /// T = ΞᵀΞ, d × d.
    pub fn couplings(&self) -> &[f64] {
        &self.t
    }

    /// The memories.
    pub fn synapses(&self) -> &Synapses<T> {
        self.synapses.borrow()
    }

    /// Writes T·g of q rows.
    fn fields(&self, rows: &[f64], fields: &mut Vec<f64>) {
        fields.resize(rows.len(), 0.0);
        f64::scores(rows, &self.t, self.synapses().features(), fields);
    }

    /// The answer to one query with outputs g and field Tg, after a move by Δg to where TΔg is `bent`.
    fn answer(&self, g: &[f64], field: &[f64], moved: Option<(&[f64], &[f64], f64)>) -> Answer {
        let square = dot(g, field).max(0.0);
        let count = self.synapses().memories() as f64;
        let (mut gap, mut gap_slack, length) = (0.0, 0.0, norm(g));
        if let Some((by, bent, tilt)) = moved {
            gap = 0.5 * dot(by, bent).max(0.0);
            gap_slack = (dot(g, bent) - 2.0 * gap - tilt).abs();
        }
        // the share of T's rounding, in the unit in which activity enters a certificate's
        let largest = self.synapses().largest();
        let per = (self.synapses().features() as f64 + 8.0) * T::UNIT_ROUNDOFF * largest;
        let off = if per > 0.0 { self.off * length / per } else { 0.0 };
        let activity = (count * square).sqrt() + off;
        Answer { value: 0.5 * square, activity, gap, gap_slack, ..Answer::default() }
    }
}

impl<T: Element, S: Borrow<Synapses<T>> + Debug + Send + Sync> Memories<T> for Coupled<T, S> {
    fn memories(&self) -> usize {
        self.synapses().memories()
    }

    fn features(&self) -> usize {
        self.synapses().features()
    }

    fn largest_norm(&self) -> f64 {
        self.synapses().largest_norm()
    }

    fn squared_norms(&self) -> Vec<f64> {
        self.synapses().squared_norms()
    }

    fn spectral_norm(&self) -> f64 {
        self.synapses().spectral_norm()
    }

    fn read(&self, question: &Question<'_, T>, answers: &mut Answers<T>) {
        if !reads_couplings(question) {
            return self.synapses().read(question, answers);
        }
        crate::read::check(self.synapses().memories(), self.synapses().features(), question);
        let d = self.synapses().features();
        let Answers { features, answers, fields, coupled, .. } = answers;
        let Scratch { outputs, by, bent } = coupled;
        *features = d;
        lift(question.outputs, outputs);
        self.fields(outputs, fields);
        if let Some(moved) = question.moved {
            lift(moved.by, by);
            self.fields(by, bent);
        }
        answers.resize_with(outputs.len() / d, Answer::default);
        for (q, answer) in answers.iter_mut().enumerate() {
            let row = q * d..(q + 1) * d;
            let moved = question.moved.map(|moved| moved.before[q].tilt);
            let moved = moved.map(|tilt| (&by[row.clone()], &bent[row.clone()], tilt));
            *answer = self.answer(&outputs[row.clone()], &fields[row], moved);
        }
    }

    fn name(&self, question: &Question<'_, T>, answers: &mut Answers<T>) -> bool {
        let left_out = reads_couplings(question);
        if left_out {
            self.synapses().read(question, answers);
        }
        left_out
    }

    fn relay(&self, errand: Errand<'_, T>, relay: &mut Relay<T>) {
        self.synapses().relay(errand, relay);
    }
}

fn reads_couplings<T: Element>(question: &Question<'_, T>) -> bool {
    is_half_square(question.hidden) && question.bias.is_none()
}

/// Whether L = ½‖h‖²: by what it says of itself, and by two values.
pub fn is_half_square<T: Element>(hidden: &dyn Lagrangian<T>) -> bool {
    let properties = hidden.properties();
    let square = Growth::Power { degree: 2.0, factor: 1.0 };
    let said = properties.growth == square
        && properties.is_separable()
        && properties.lipschitz == Some(1.0)
        && properties.zero_modes == ZeroModes::NONE;
    let half_square = |x: f64| hidden.value(&[T::of(x)]).to_bits() == (0.5 * x * x).to_bits();
    said && half_square(3.0) && half_square(-1.0)
}

fn lift<T: Element>(from: &[T], to: &mut Vec<f64>) {
    to.clear();
    to.extend(from.iter().map(|x| x.f64()));
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
