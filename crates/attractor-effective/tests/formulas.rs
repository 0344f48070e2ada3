//! One step equals the formulas of the papers, for every model.

mod common;

use attractor_dynamics::Proof;
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::*;
use common::*;
use proptest::prelude::*;

/// What rounding may do to a step: relative 1e-12 (f64) or 1e-5 (f32) of the magnitudes summed,
/// and β times as much of the overlaps' where softmax sees them.
fn step_is_formula<T: Element>(world: &World<T>, found: &[T]) -> Law {
    let (case, tolerance) = (&world.case, if T::UNIT_ROUNDOFF > 1e-10 { 1e-5 } else { 1e-12 });
    for (q, found) in found.chunks_exact(case.d).enumerate() {
        let g: Vec<T> = {
            let mut g = vec![T::ZERO; case.d];
            case.visible.lagrangian::<T>().activate(&world.cues[q * case.d..][..case.d], &mut g);
            g
        };
        let g = lift(&g);
        let target = world.target(&g);
        let (h, f) = (world.scores(&g), world.hidden().activation(&world.scores(&g)));
        // |δf| from a relative error of the overlaps' masses, with the steepness of each f
        let masses: Vec<f64> = world
            .rows
            .iter()
            .zip(&world.bias)
            .map(|(row, b)| norm(row) * norm(&g) + b.abs())
            .collect();
        let worst = masses.iter().copied().fold(0.0, f64::max);
        let steep = |i: usize| match world.hidden() {
            // a share may grow from nothing to all of 1 where two memories all but tie
            Hidden::Softmax(b) => {
                (f[i] * (2.0 * b * worst * tolerance).exp_m1()).min(1.0) / tolerance
            }
            Hidden::Exponential(b) => 2.0 * f[i] * (b * worst).min(1e300),
            Hidden::Square => masses[i],
            Hidden::Rectified(n) | Hidden::Even(n) => {
                f64::from(n) * masses[i] * h[i].abs().max(masses[i] * tolerance).powi(n as i32 - 2)
            }
        };
        let mass: Vec<f64> = (0..case.d)
            .map(|k| {
                world.input[k].abs()
                    + world
                        .rows
                        .iter()
                        .enumerate()
                        .map(|(i, row)| (f[i].abs() + steep(i)) * row[k].abs())
                        .sum::<f64>()
            })
            .collect();
        // weights below the smallest number of T, relative to the largest, are lost
        let tiny = if tolerance > 1e-10 { 1e-37 } else { 1e-290 };
        let lost = tiny
            * (1.0 + f.iter().fold(0.0f64, |m, f| m.max(f.abs())))
            * masses.len() as f64
            * world.rows.iter().map(|row| norm(row)).fold(0.0, f64::max);
        let exact = case.visible.activation(&target, &g);
        for k in 0..case.d {
            let slack = tolerance
                * match case.visible {
                    Visible::Identity => mass[k] + lost / tolerance,
                    Visible::Sphere => {
                        2.0 * norm(&mass) / (norm(&target) + f64::MIN_POSITIVE) + 1.0
                    }
                    Visible::Tanh(b) => b * mass[k] + 1.0,
                    Visible::Sign if target[k].abs() > tolerance * mass[k] + lost => 0.0,
                    Visible::Sign => 2.5 / tolerance, // a tie within rounding: either spin
                };
            close(&format!("feature {k} of query {q}"), found[k].f64(), exact[k], slack)?;
        }
    }
    Ok(())
}

fn one_step<T: Element>(case: &Case) -> Law {
    let world = case.world::<T>();
    let how = Recall { proof: Proof::Full, ..Recall::steps(1, 0.0).unwrap() };
    let recalled = world.model.retrieve(&world.cues, &how, &mut ()).unwrap();
    let states: Vec<T> = recalled.iter().flat_map(|r| r.state.clone()).collect();
    step_is_formula(&world, &states)?;
    let mapped = world.model.map(&world.cues).unwrap();
    holds("`map` is one step", mapped.iter().zip(&states).all(|(a, b)| a == b))
}

proptest! {
    #[test]
    fn one_step_is_the_formula(case in cases()) {
        prop_assert_eq!(one_step::<f64>(&case), Ok(()));
        prop_assert_eq!(one_step::<f32>(&case), Ok(()));
    }
}

#[test]
fn a_wrong_step_is_caught() {
    for visible in [Visible::Identity, Visible::Sphere, Visible::Sign] {
        let case = Case {
            visible,
            hidden: Hidden::Softmax(2.0),
            n: 9,
            d: 7,
            queries: 1,
            scale: 1.0,
            cue: 1.0,
            input: Some(0.3),
            bias: Bias::Size(0.1),
            step: Step::Map,
            seed: 5,
        };
        let world = case.world::<f64>();
        let right = world.model.map(&world.cues).unwrap();
        assert_eq!(step_is_formula(&world, &right), Ok(()));
        let wrong: Vec<f64> = right
            .iter()
            .map(|x| if visible == Visible::Sign { -x } else { x * (1.0 + 1e-9) + 1e-9 })
            .collect();
        assert!(step_is_formula(&world, &wrong).is_err(), "{visible:?}");
    }
}

#[test]
fn a_spin_in_a_tie_is_kept() {
    // the field of feature 2 is exactly 0: h = (2, −2) for cue (1, 1, ±1)
    let memories = || Synapses::from_rows(&[[1.0f32, 1.0, 0.0], [-1.0, -1.0, 0.0]]).unwrap();
    for spin in [1.0f32, -1.0] {
        let classical = ClassicalHopfield::classical(memories()).unwrap();
        assert_eq!(classical.map(&[1.0, 1.0, spin]).unwrap(), [1.0, 1.0, spin]);
        let dense = DenseMemory::dense(memories(), RectifiedPower::new(3).unwrap()).unwrap();
        assert_eq!(dense.map(&[1.0, 1.0, spin]).unwrap(), [1.0, 1.0, spin]);
    }
}

/// MNIST's width with powers and temperatures whose numbers no f32 holds.
#[test]
fn wide_steep_models_recall_in_f32() {
    let (n, d) = (200, 784);
    let mut rng = rng(30);
    let sign = |x: f64| if x > 0.0 { 1.0f32 } else { -1.0 };
    let rows: Vec<Vec<f32>> =
        (0..n).map(|_| (0..d).map(|_| sign(entry(&mut rng) + 1e-9)).collect()).collect();
    let mut cue = rows[17].clone();
    cue.iter_mut().step_by(4).for_each(|x| *x = -*x);
    let memories = || Synapses::from_rows(&rows).unwrap();
    let how = Recall { proof: Proof::Full, ..Recall::to_rest(1e-6).unwrap() };
    let check = |found: Retrieval<f32>, name: &str| {
        assert_eq!((found.nearest.memory, found.outcome.name()), (17, "settled"), "{name}");
        assert!(found.nearest.overlap > 0.99, "{name}: {}", found.nearest.overlap);
        assert!(
            found.energy.is_finite()
                && found.certificate.is_finite()
                && found.certificate.drop > 0.0,
            "{name}"
        );
        let fell = found.energy_start.value - found.energy.value;
        assert!(
            (found.certificate.drop / fell - 1.0).abs() < 1e-3,
            "{name}: {} {fell}",
            found.certificate.drop
        );
    };
    let power = RectifiedPower::new(30).unwrap();
    let dense = DenseMemory::dense(memories(), power).unwrap();
    check(dense.retrieve(&cue, &how, &mut ()).unwrap().remove(0), "A, power 30");
    let sphere = SphericalMemory::spherical(memories(), power).unwrap();
    check(sphere.retrieve(&cue, &how, &mut ()).unwrap().remove(0), "C, power 30");
    let steep = LogSumExp::new(1e4).unwrap();
    let modern = ModernHopfield::modern(memories(), steep).unwrap();
    check(modern.retrieve(&cue, &how, &mut ()).unwrap().remove(0), "B, β = 1e4");
    let exponential = Exponential::new(1e4).unwrap();
    let dense = DenseMemory::dense(memories(), exponential).unwrap();
    check(dense.retrieve(&cue, &how, &mut ()).unwrap().remove(0), "A, exponential, β = 1e4");
}
