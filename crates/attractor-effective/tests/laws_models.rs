//! The main theorem: E(v') − E(v) + certificate = 0, with energies by plain loops in f64.

mod common;

use attractor_dynamics::{Certificate, Look, Proof};
use attractor_lagrangian::*;
use attractor_synapse::*;
use common::*;
use proptest::prelude::*;
use std::sync::Mutex;

const STEPS: usize = 4;

/// |E(after) − E(before) + drop| ≤ 1e-12·scale in f64, per step; returns the worst ratio.
///
/// The scale is the sum of the magnitudes of the energies' terms and of the drop; with η < 1 the
/// currents' own rounding counts 1/η-fold.
fn identity(world: &World<f64>, query: usize, walked: &[(Look, Vec<f64>)]) -> Result<f64, String> {
    let (eta, mut worst) = (world.case.step.eta(), 0.0f64);
    let mut v = world.cues[query * world.case.d..][..world.case.d].to_vec();
    for pair in walked.windows(2) {
        let ((_, g), (look, g2)) = (&pair[0], &pair[1]);
        let (before, after) = (world.energy(g), world.energy(g2));
        let v2 = world.step(&v, g, eta).0;
        let moved: Vec<f64> = g.iter().zip(g2).map(|(a, b)| b - a).collect();
        // the certificate pairs v and v' with g and g', whose roundings are relative to their sizes
        let size = |v: &[f64]| match world.case.visible {
            Visible::Identity => 0.0,
            _ => norm(v) * (norm(g) + norm(g2)),
        };
        let slack = world.case.step.factor().slack();
        let tanh = f64::from(matches!(world.case.visible, Visible::Tanh(_)));
        let own = (1.0 + slack) * size(&v2) + (slack + tanh) * size(&v);
        let currents = own + (norm(&v2) + norm(&v)) * norm(&moved) * (1.0 + slack);
        let scale =
            before.size + after.size + look.certificate.drop.abs() + currents + f64::MIN_POSITIVE; // a silent state has no energy at all
        let error = (after.value - before.value + look.certificate.drop).abs() / scale;
        worst = worst.max(error);
        if !(error <= 1e-12) {
            return Err(format!(
                "identity: E {:e} → {:e}, drop {:e}, scale {scale:e}: off by {error:e}",
                before.value, after.value, look.certificate.drop
            ));
        }
        close("the energy that is printed", look.energy.value, after.value, 1e-12 * scale)?;
        v = v2;
    }
    Ok(worst)
}

/// A visible certificate is a lower bound of the full one, and neither is negative.
fn visible_below_full(visible: &[(Look, Vec<f64>)], full: &[(Look, Vec<f64>)]) -> Law {
    for ((low, _), (high, _)) in visible.iter().zip(full) {
        let (low, high) = (low.certificate, high.certificate);
        holds(
            &format!("0 ≤ {low:?} ≤ {high:?}"),
            low.drop >= 0.0 && low.drop <= high.drop && low.rounding >= 0.0,
        )?;
    }
    Ok(())
}

/// E(after) − E(before) ≤ −drop + rounding, energies in f64 of the stored states.
fn descent<T: Element>(world: &World<T>, walked: &[(Look, Vec<f64>)]) -> Law {
    for pair in walked.windows(2) {
        let ((_, g), (look, g2)) = (&pair[0], &pair[1]);
        let (before, after) = (world.energy(g), world.energy(g2));
        let Certificate { drop, rounding, .. } = look.certificate;
        // what the reference and the sums of the certificate lose in f64 themselves
        let reference = 2e-13 * (before.size + after.size + drop);
        if !(after.value - before.value <= -drop + rounding + reference) {
            let excess = after.value - before.value + drop;
            return Err(format!(
                "descent: ΔE + drop = {excess:e} is above the rounding {rounding:e} (drop {drop:e}, reference {reference:e})"
            ));
        }
    }
    Ok(())
}

static WORST: Mutex<f64> = Mutex::new(0.0);

proptest! {
    #[test]
    fn the_identity_holds_in_f64(case in cases()) {
        let world = case.world::<f64>();
        let full = world.walk(Proof::Full, STEPS);
        let visible = world.walk(Proof::Visible, STEPS);
        for q in 0..case.queries {
            let worst = identity(&world, q, &full[q]).map_err(TestCaseError::fail)?;
            let mut all = WORST.lock().unwrap();
            if worst > *all {
                *all = worst;
                println!("identity, f64: worst |ΔE + certificate|/scale so far {worst:.1e}");
            }
            prop_assert_eq!(visible_below_full(&visible[q], &full[q]), Ok(()));
            prop_assert_eq!(descent(&world, &full[q]), Ok(()));
        }
    }

    #[test]
    fn the_energy_falls_by_the_certificate_in_f32(case in cases()) {
        let world = case.world::<f32>();
        for proof in [Proof::Full, Proof::Visible] {
            for walked in world.walk(proof, STEPS) {
                prop_assert_eq!(descent(&world, &walked), Ok(()));
                for (look, _) in &walked {
                    prop_assert!(look.certificate.drop >= 0.0 && look.certificate.rounding >= 0.0);
                }
            }
        }
    }
}

/// A Lagrangian whose gap is wrong by one part in a million.
#[derive(Debug)]
struct Wrong<T>(Boxed<T>);

impl<T: Real> Lagrangian<T> for Wrong<T> {
    fn value(&self, x: &[T]) -> f64 {
        self.0.value(x)
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        self.0.activate(x, g);
    }
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.0.curve(x, d, out);
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        self.0.conjugate(p)
    }
    fn properties(&self) -> Properties {
        self.0.properties()
    }
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        self.0.bregman(to, from, slope) * (1.0 + 1e-6)
    }
}

#[test]
fn a_wrong_gap_and_a_wrong_map_are_caught() {
    let case = Case {
        visible: Visible::Identity,
        hidden: Hidden::Softmax(1.0),
        n: 9,
        d: 7,
        queries: 1,
        scale: 1.0,
        cue: 1.0,
        input: Some(0.5),
        bias: Bias::Size(0.1),
        step: Step::Euler(0.5),
        seed: 4,
    };
    let world = case.world::<f64>();
    let right = world.walk(Proof::Full, STEPS);
    assert!(identity(&world, 0, &right[0]).is_ok());
    let memories = || world.model.memories().clone();
    let wrong: Boxed<f64> = Box::new(Wrong(case.visible.lagrangian()));
    let model = Model::new(wrong, case.hidden.lagrangian(), memories()).unwrap();
    let model = model.with_input(&world.input).unwrap().with_bias(world.bias.clone()).unwrap();
    let walked = walk(&model, &world.cues, case.step.factor(), Proof::Full, STEPS);
    assert!(identity(&world, 0, &walked[0]).is_err());
    let visible = world.walk(Proof::Visible, STEPS);
    assert!(visible_below_full(&right[0], &visible[0]).is_err());
    // another β in the map: its certificates are of another energy
    let other =
        Model::new(case.visible.lagrangian(), Hidden::Softmax(1.01).lagrangian(), memories())
            .unwrap();
    let other = other.with_input(&world.input).unwrap().with_bias(world.bias.clone()).unwrap();
    let walked = walk(&other, &world.cues, case.step.factor(), Proof::Full, STEPS);
    assert!(identity(&world, 0, &walked[0]).is_err());
    // a drop that claims a tenth too much
    let mut boast = right[0].clone();
    boast[1].0.certificate.drop *= 1.1;
    assert!(descent(&world, &right[0]).is_ok() && descent(&world, &boast).is_err());
}

#[test]
fn rounded_scores_at_a_large_beta_leave_a_number() {
    // β·(rounding of h) is about 100 here: the weights before the move are lost, not the proof
    let case = Case {
        visible: Visible::Identity,
        hidden: Hidden::Softmax(1e5),
        n: 2,
        d: 64,
        queries: 7,
        scale: 30.0,
        cue: 1.0,
        input: Some(0.1),
        bias: Bias::None,
        step: Step::Euler(0.5),
        seed: 2386904980637415310,
    };
    let world = case.world::<f32>();
    for walked in world.walk(Proof::Full, STEPS) {
        assert_eq!(descent(&world, &walked), Ok(()));
    }
}
