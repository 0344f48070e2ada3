//! The certified descent of a batch: look, then advance (the main theorem of the project's theory).

use crate::batch::{Batch, Desk, Query, Row, Scratch, Sizes};
use crate::clamped::Free;
use crate::{Effective, ModelError};
use attractor_dynamics::{Certificate, Energy, Guarantee, Look, Proof, System};
use attractor_lagrangian::{Factor, Lagrangian, Real, Relaxation, Scaled, norm, sum};
use attractor_synapse::{Answer, Memories, Moved, Question};

/// A model with the way it is run: the step factor η, the proof, and how many memories to name.
///
/// For any convex pair and 0 < η ≤ 1, v' = v + η(I + Ξᵀf(Ξg + b) − v) changes the energy by
/// −(1/η − 1)⟨Δv, Δg⟩ − D_{L_v}(v', v) − D_{L_h}(h', h): never upwards, at any step size.
#[derive(Debug)]
pub struct Descent<'a, T, Lv, Lh, M> {
    model: &'a Effective<T, Lv, Lh, M>,
    factor: Factor,
    proof: Proof,
    top: usize,
    /// max|b|.
    largest_bias: f64,
}

impl<T: Real, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
    /// This model run with steps of `factor`, certificates of kind `proof` and the `top` heaviest
    /// memories named at every look.
    pub fn descent(&self, factor: Factor, proof: Proof, top: usize) -> Descent<'_, T, Lv, Lh, M> {
        let largest_bias =
            self.bias().unwrap_or_default().iter().fold(0.0f64, |m, b| m.max(b.abs()));
        Descent { model: self, factor, proof, top, largest_bias }
    }

    /// One application of the map to every cue (q × d), without energies or certificates: one read
    /// of the memories. Returns the outputs, q × d.
    ///
    /// # Errors
    /// As [`Effective::start`], and [`ModelError::NotFinite`] by cue where an output leaves the range
    /// of the scalar.
    pub fn map(&self, cues: &[T]) -> Result<Vec<T>, ModelError> {
        let mut batch = self.start(cues)?;
        let all: Vec<usize> = (0..batch.queries()).collect();
        let descent = self.descent(Factor::MAP, Proof::Visible, 0);
        descent.read(&mut batch, &all);
        descent.advance(&mut batch, &all);
        match batch.g.iter().position(|x| !x.is_finite()) {
            None => Ok(batch.g),
            Some(at) => Err(ModelError::NotFinite {
                what: "an output of cue",
                index: at / batch.features,
                value: batch.g[at].f64(),
            }),
        }
    }
}

impl<T: Real, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Descent<'_, T, Lv, Lh, M> {
    /// Reads the memories for the active queries and leaves each its answer and field.
    fn read(&self, batch: &mut Batch<T>, active: &[usize]) {
        let Batch { features, queries, g, moves, fields, scratch, .. } = batch;
        let Scratch { outputs, moved: by, before, answers, .. } = scratch;
        let moved = self.proof == Proof::Full && active.iter().any(|&q| queries[q].steps > 0);
        let outputs = pack(g, active, *features, outputs);
        let moved = moved.then(|| {
            before.clear();
            before.extend(active.iter().map(|&q| queries[q].before));
            Moved { by: pack(moves, active, *features, by), before }
        });
        let question = Question {
            hidden: self.model.hidden(),
            bias: self.model.bias(),
            outputs,
            moved,
            top: self.top,
        };
        self.model.memories.read(&question, answers);
        for (k, &q) in active.iter().enumerate() {
            let answer = answers.get(k);
            fields[q * *features..][..*features].copy_from_slice(answers.field(k));
            queries[q].field_scale = answer.log_scale;
            keep(&mut queries[q].answer, answer);
        }
    }

    /// Names the memories of the final states, where the reads on the way did not.
    pub(crate) fn name(&self, batch: &mut Batch<T>) {
        let Batch { g: outputs, queries, scratch, .. } = batch;
        let question = Question {
            hidden: self.model.hidden(),
            bias: self.model.bias(),
            outputs,
            moved: None,
            top: self.top,
        };
        if self.model.memories.name(&question, &mut scratch.answers) {
            for (q, query) in queries.iter_mut().enumerate() {
                keep(&mut query.answer, scratch.answers.get(q));
            }
        }
    }

    /// I + Ξᵀf onto the desk; returns ln of its unit.
    fn target(&self, row: &Row<'_, T>, target: &mut Vec<f64>) -> f64 {
        let scale = row.query.field_scale;
        let unit = match (self.model.input(), self.model.visible.0.properties().homogeneous) {
            _ if scale == f64::NEG_INFINITY => 0.0,
            (None, true) => scale,
            (Some(_), true) => scale.max(0.0),
            (_, false) => 0.0,
        };
        let take = (scale - unit).exp();
        target.clear();
        target.extend(row.field.iter().map(|f| if take == 0.0 { 0.0 } else { take * f }));
        if let Some(input) = self.model.input() {
            let own = (-unit).exp();
            target.iter_mut().zip(input).for_each(|(t, i)| *t += own * i);
        }
        unit
    }

    /// ‖∂L_v(I + Ξᵀf) − g‖/‖g‖: free of v and η, and ties count as rest.
    fn residual(&self, row: &Row<'_, T>, desk: &mut Desk<T>) -> f64 {
        self.target(row, &mut desk.target);
        let Desk { target, v: x, g: y, clamped } = desk;
        match &row.query.free {
            None => self.model.visible.residual(target, row.g, (x, y)),
            Some(free) => {
                clamped.gather(free, target, row.v, row.g);
                let k = free.features.len();
                let scratch = (&mut x[..k], &mut y[..k]);
                self.model.visible.residual(&clamped.target, &clamped.g, scratch)
            }
        }
    }

    /// What a read has told a query of its state.
    fn look_at(&self, row: &mut Row<'_, T>, desk: &mut Desk<T>, look: &mut Look) {
        let residual = self.residual(row, desk);
        let Some(answer) = row.query.answer.as_ref() else { return };
        let sizes = Sizes {
            currents: norm(row.v) * row.query.log_scale.exp(),
            outputs: norm(row.g),
            moved: norm(row.moves),
            activity: answer.activity,
        };
        *look = Look {
            energy: self.energy(row.g, answer),
            certificate: self.certificate(row.query, &sizes, answer),
            residual,
        };
        row.query.sizes = sizes;
    }

    fn energy(&self, g: &[T], answer: &Answer) -> Energy {
        let along = |input: &[f64]| sum(g.iter().zip(input).map(|(g, i)| g.f64() * i));
        let input = self.model.input().map_or(0.0, along);
        Energy::of_terms(&[self.model.visible.0.conjugate(g), -input, -answer.value])
    }

    fn certificate(&self, query: &Query, sizes: &Sizes, answer: &Answer) -> Certificate {
        if query.steps == 0 {
            return Certificate { proof: self.proof, ..Certificate::ZERO };
        }
        let mut terms = [query.relaxation.detour, query.relaxation.bregman, 0.0];
        let mut rounding = self.rounding(query, sizes);
        if self.proof == Proof::Full {
            terms[2] = answer.gap;
            rounding += answer.gap_slack;
        }
        Certificate::of_terms(&terms, rounding, self.proof)
    }

    /// What the rounding of overlaps, of the read-out and of the stored state can take off a drop:
    /// 2γ_{d+8}·M(‖g‖ + ‖g'‖)‖f‖₁ + 4u·max|b|‖f‖₁ + γ_{264}·M‖f‖₁‖Δg‖ + 4u(‖v‖ + ‖v'‖)(‖g‖ + ‖g'‖), and
    /// for a step of η < 1 what it weighs with 1/η: 4u(1/η − 1)[‖v'‖‖Δg‖ + ‖Δv‖(‖g‖ + ‖g'‖)].
    /// The map forgets v where only its direction matters.
    fn rounding(&self, query: &Query, after: &Sizes) -> f64 {
        let (u, slack, before) = (T::UNIT_ROUNDOFF, self.factor.slack(), &query.left);
        let gamma = |n: usize| {
            let nu = n as f64 * u;
            nu / (1.0 - nu).max(0.5)
        };
        let (largest, outputs) =
            (self.model.memories.largest_norm(), before.outputs + after.outputs);
        let activity = before.activity.max(after.activity);
        // one rounding of h + b in each of the two states, and in h − δ
        let overlaps = 2.0 * gamma(self.model.features() + 8) * largest * outputs * activity
            + 4.0 * u * self.largest_bias * activity;
        let read_out = gamma(264) * largest * before.activity * after.moved;
        let forgets = slack == 0.0 && self.model.visible.0.properties().homogeneous;
        let currents = after.currents + if forgets { 0.0 } else { before.currents };
        let state = 4.0 * u * currents * outputs;
        let detour = if slack > 0.0 {
            4.0 * u * slack * (after.currents * after.moved + query.shift * outputs)
        } else {
            0.0
        };
        overlaps + read_out + state + detour
    }

    /// Moves the features, or the free ones of them, from (v, g) to what then is on the desk.
    fn relax(
        &self,
        free: Option<&Free>,
        desk: &mut Desk<T>,
        [log_scale, target_scale]: [f64; 2],
        (v, g): (&[T], &[T]),
    ) -> (Relaxation, f64) {
        let Desk { target, v: x, g: y, clamped } = desk;
        let visible = &self.model.visible;
        let Some(free) = free else {
            let (from, to) = (
                Scaled { values: v, log_scale },
                Scaled { values: &target[..], log_scale: target_scale },
            );
            return visible.relax((from, g), to, self.factor, (x, y));
        };
        clamped.gather(free, target, v, g);
        let k = free.features.len();
        let from = Scaled { values: &clamped.v[..], log_scale };
        let to = Scaled { values: &clamped.target[..], log_scale: target_scale };
        let after = (&mut x[..k], &mut y[..k]);
        let (mut moved, unit) = visible.relax((from, &clamped.g), to, self.factor, after);
        moved.detour *= free.radius;
        moved.bregman *= free.radius;
        free.scale(&mut y[..k], free.radius);
        clamped.v.copy_from_slice(&x[..k]);
        clamped.g.copy_from_slice(&y[..k]);
        x.copy_from_slice(v);
        y.copy_from_slice(g);
        for ((&i, v), g) in free.features.iter().zip(&clamped.v).zip(&clamped.g) {
            (x[i], y[i]) = (*v, *g);
        }
        (moved, unit)
    }

    fn step(&self, row: Row<'_, T>, desk: &mut Desk<T>) {
        let log_scale = self.target(&row, &mut desk.target);
        let Row { query, v, g, moves, field } = row;
        let scales = [query.log_scale, log_scale];
        let (relaxation, unit) = self.relax(query.free.as_ref(), desk, scales, (v, g));
        for ((moved, to), from) in moves.iter_mut().zip(&desk.g).zip(&*g) {
            *moved = *to - *from;
        }
        let tilt = sum(field.iter().zip(&*moves).map(|(f, m)| f * m.f64()));
        let factor = query.field_scale.exp();
        let tilt = if tilt == 0.0 || factor == 0.0 { 0.0 } else { tilt * factor };
        let value = query.answer.as_ref().map_or(f64::NAN, |answer| answer.value);
        query.before = attractor_lagrangian::Before { value, tilt };
        let (was, is) = (query.log_scale.exp(), unit.exp());
        for ((by, to), from) in desk.target.iter_mut().zip(&desk.v).zip(&*v) {
            *by = is * to.f64() - was * from.f64();
        }
        query.shift = norm(&desk.target);
        query.left = query.sizes;
        query.relaxation = relaxation;
        query.log_scale = unit;
        query.steps += 1;
        v.copy_from_slice(&desk.v);
        g.copy_from_slice(&desk.g);
    }
}

impl<T: Real, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> System
    for Descent<'_, T, Lv, Lh, M>
{
    type State = Batch<T>;

    fn queries(&self, batch: &Batch<T>) -> usize {
        batch.queries()
    }

    fn look(&self, batch: &mut Batch<T>, active: &[usize], looks: &mut [Look]) {
        let places = looks.len();
        assert!(
            active.iter().all(|&q| q < places),
            "{places} looks do not go as far as the queries"
        );
        self.read(batch, active);
        batch.each(active, looks, |desk, mut row, look| {
            if let Some(look) = look {
                self.look_at(&mut row, desk, look);
            }
        });
    }

    fn advance(&self, batch: &mut Batch<T>, active: &[usize]) {
        batch.each(active, &mut [], |desk, row, _| self.step(row, desk));
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Unconditional
    }

    /// The rounding of one read: its sums are short in the scalar and continue in f64.
    fn resolution(&self) -> f64 {
        16.0 * T::UNIT_ROUNDOFF
    }
}

/// Copies an answer into the storage of an earlier one.
fn keep(kept: &mut Option<Answer>, answer: &Answer) {
    let mut top = kept.take().map(|kept| kept.top).unwrap_or_default();
    top.clone_from(&answer.top);
    *kept = Some(Answer { top, ..*answer });
}

/// The rows of the active queries; as they lie if these are all.
fn pack<'a, U: Copy>(rows: &'a [U], active: &[usize], d: usize, out: &'a mut Vec<U>) -> &'a [U] {
    if active.len() * d == rows.len() && active.is_sorted() {
        return rows;
    }
    out.clear();
    active.iter().for_each(|&q| out.extend_from_slice(&rows[q * d..][..d]));
    out
}
