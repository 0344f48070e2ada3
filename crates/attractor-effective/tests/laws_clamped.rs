//! Clamped features: what is known stays, and the theorem holds for the rest.

mod common;

use attractor_dynamics::{Look, Outcome, Proof, StopRule, System};
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Element, Synapses};
use common::*;
use proptest::prelude::*;

/// Some features of the cues, of each query others.
fn mask(world_seed: u64, numbers: usize, share: u64) -> Vec<bool> {
    (0..numbers as u64)
        .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(world_seed) >> 7) % 4 < share)
        .collect()
}

/// Cues of this length: what is known of them leaves something of the sphere.
fn shorten<T: Real>(cues: &mut [T], d: usize, length: f64) {
    for cue in cues.chunks_mut(d) {
        let by = length / norm(&lift(cue));
        cue.iter_mut().for_each(|x| *x = T::of(by * x.f64()));
    }
}

/// Every step's certificate is the decrease of the energy, and nothing known moves.
fn theorem<T: Element>(case: &Case, share: u64) -> Result<(), TestCaseError> {
    let mut world = case.world::<T>();
    let known = mask(case.seed, world.cues.len(), share);
    if case.visible == Visible::Sphere {
        shorten(&mut world.cues, case.d, 0.9);
    }
    let model = &world.model;
    let mut batch = model.start_clamped(&world.cues, &known).unwrap();
    let descent = model.descent(case.step.factor(), Proof::Full, 0);
    let all: Vec<usize> = (0..batch.queries()).collect();
    let mut looks = vec![Look::NONE; all.len()];
    let first = batch.outputs().to_vec();
    descent.look(&mut batch, &all, &mut looks);
    for _ in 0..4 {
        let before: Vec<Naive> =
            all.iter().map(|&q| world.energy(&lift(batch.output(q)))).collect();
        descent.advance(&mut batch, &all);
        descent.look(&mut batch, &all, &mut looks);
        for (&q, before) in all.iter().zip(&before) {
            let after = world.energy(&lift(batch.output(q)));
            let certificate = looks[q].certificate;
            let noise =
                64.0 * (case.d + case.n) as f64 * 2f64.powi(-53) * (before.size + after.size);
            let off = (before.value - after.value - certificate.drop).abs();
            prop_assert!(certificate.drop >= 0.0);
            prop_assert!(off <= certificate.rounding + noise, "{off:e} {certificate:?} {noise:e}");
        }
        if case.visible == Visible::Sphere {
            for &q in &all {
                let g = lift(batch.output(q));
                let known = &known[q * case.d..][..case.d];
                // a cue without a direction stays without where no hidden neuron is active
                let still = g.iter().zip(known).all(|(g, known)| *known || g.abs() == 0.0);
                prop_assert!(
                    still || (norm(&g) - 1.0).abs() <= (case.d + 8) as f64 * T::UNIT_ROUNDOFF
                );
            }
        }
        for ((g, first), known) in batch.outputs().iter().zip(&first).zip(&known) {
            prop_assert!(!known || g.f64().to_bits() == first.f64().to_bits());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_theorem_holds_with_clamped_features(case in cases(), share in 0..=4u64) {
        theorem::<f64>(&case, share)?;
        theorem::<f32>(&case, share)?;
    }

    /// Nothing known is the plain retrieval, bit for bit; all known is at rest at once.
    #[test]
    fn the_two_ends(case in cases()) {
        let visible = if case.visible == Visible::Sphere { Visible::Sign } else { case.visible };
        let case = Case { visible, ..case };
        let world = case.world::<f32>();
        let how = Recall { factor: case.step.factor(), proof: Proof::Full, ..Recall::by(StopRule::exactly(3, 1e-6).unwrap()) };
        let plain = world.model.retrieve(&world.cues, &how, &mut ()).unwrap();
        let none = vec![false; world.cues.len()];
        prop_assert_eq!(format!("{plain:?}"), format!("{:?}", world.model.complete(&world.cues, &none, &how, &mut ()).unwrap()));
        let all = vec![true; world.cues.len()];
        let how = Recall::to_rest(1e-9).unwrap();
        for found in world.model.complete(&world.cues, &all, &how, &mut ()).unwrap() {
            prop_assert!((found.steps, found.outcome) == (0, Outcome::Settled) || !found.energy.is_finite());
        }
    }
}

/// On the sphere the numbers known are those of a stored pattern; the rest is found, from its own direction
/// or from none.
#[test]
fn a_known_part_of_a_pattern_on_the_sphere_finds_the_rest() {
    let rows = [[0.6f64, 0.0, 0.8, 0.0], [0.0, 0.6, 0.0, 0.8], [0.6, 0.0, 0.0, -0.8]];
    let memories = Synapses::from_rows(&rows).unwrap();
    let model = SphericalMemory::spherical(memories, Exponential::new(40.0).unwrap()).unwrap();
    let (known, how) = ([true, true, false, false], Recall::to_rest(1e-12).unwrap());
    for rest in [[0.0, 0.0], [0.3, -0.1], [0.8, 0.7]] {
        let cue = [0.6, 0.0, rest[0], rest[1]];
        let found = model.complete(&cue, &known, &how, &mut ()).unwrap().swap_remove(0);
        assert_eq!((found.outcome, &found.state[..2]), (Outcome::Settled, &[0.6, 0.0][..]));
        assert!((norm(&found.state) - 1.0).abs() < 1e-15, "{:?}", found.state);
        assert!(found.certificate.drop >= 0.0);
    }
    let found = model.complete(&[0.6, 0.0, 0.3, -0.1], &known, &how, &mut ()).unwrap();
    assert!((found[0].state[2] - 0.8).abs() < 1e-9);
    let long = model.start_clamped(&[0.6, 0.8, 0.0, 0.0], &known).unwrap_err();
    assert!(matches!(long, ModelError::ClampedLength { cue: 0, length } if length > 0.999));
}

#[test]
fn masks_that_do_not_fit_are_refused() {
    let memories = Synapses::from_rows(&[[1.0f32, 0.0]]).unwrap();
    let model = Effective::modern(memories.clone(), LogSumExp::new(1.0).unwrap()).unwrap();
    let short = model.start_clamped(&[1.0, 0.0], &[true]);
    assert!(matches!(short, Err(ModelError::Width { what: "the mask", .. })));
    let layers =
        Effective::new(LayerNorm::new(1.0, 0.0).unwrap(), LogSumExp::new(1.0).unwrap(), memories);
    assert_eq!(
        layers.unwrap().start_clamped(&[1.0, 0.0], &[true, false]).unwrap_err(),
        ModelError::CoupledClamp
    );
}
