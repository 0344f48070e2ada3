//! Certificates where energies cannot be subtracted: against 60-digit arithmetic.

mod common;

use attractor_dynamics::Proof;
use attractor_synapse::Element;
use common::*;
use dashu_float::{DBig, FBig, round::mode::HalfEven};

type Big = FBig<HalfEven>;

/// 60 decimal digits and some.
const BITS: usize = 210;

fn big(x: f64) -> Big {
    Big::try_from(x).unwrap().with_precision(BITS).value()
}

fn sum(terms: impl Iterator<Item = Big>) -> Big {
    terms.fold(big(0.0), |sum, x| sum + x)
}

fn scores(rows: &[Vec<f64>], bias: &[f64], g: &[f64]) -> Vec<Big> {
    let dot = |row: &[f64]| sum(row.iter().zip(g).map(|(x, g)| big(*x) * big(*g)));
    rows.iter().zip(bias).map(|(row, b)| dot(row) + big(*b)).collect()
}

/// E of models A, B and C of the stored numbers.
fn energy<T: Element>(world: &World<T>, g: &[f64]) -> Big {
    let h = scores(&world.rows, &world.bias, g);
    let hidden = match world.hidden() {
        Hidden::Softmax(beta) => {
            let max = h.iter().max().unwrap().clone();
            let terms = h.iter().map(|h| ((h - &max) * big(beta)).exp());
            sum(terms).ln() / big(beta) + max.clone()
        }
        Hidden::Rectified(n) => {
            let positive = h.into_iter().filter(|h| *h > big(0.0));
            sum(positive.map(|h| h.powi(n.into()))) / big(f64::from(n))
        }
        other => unreachable!("{other:?}"),
    };
    let own = match world.case.visible {
        Visible::Identity => sum(g.iter().map(|g| big(*g) * big(*g))) / big(2.0),
        _ => big(0.0),
    };
    own - sum(world.input.iter().zip(g).map(|(i, g)| big(*i) * big(*g))) - hidden
}

fn f64_of(x: &Big) -> f64 {
    x.to_f64().value()
}

/// The first step from a cue beside memory 0 of norm `norm`, the others far away; `offset` is the
/// distance of the cue.
fn step<T: Element>(
    visible: Visible,
    hidden: Hidden,
    norm: f64,
    offset: f64,
    step: Step,
) -> (World<T>, Vec<T>) {
    let d = 9;
    let case = Case {
        visible,
        hidden,
        n: 3,
        d,
        queries: 1,
        scale: norm / (d as f64).sqrt(),
        cue: 1.0,
        input: None,
        bias: Bias::None,
        step,
        seed: 2,
    };
    let world = case.world::<T>();
    let mut rng = rng(9);
    let cue = world.rows[0].iter().map(|x| T::of(x + offset * entry(&mut rng))).collect();
    (world, cue)
}

struct Found {
    drop: f64,
    rounding: f64,
    exact: f64,
    difference: f64,
}

fn certificate<T: Element>(world: &World<T>, cue: &[T]) -> Vec<Found> {
    let walked = walk(&world.model, cue, world.case.step.factor(), Proof::Full, 3);
    let found = |pair: &[(attractor_dynamics::Look, Vec<f64>)]| {
        let exact = energy(world, &pair[0].1) - energy(world, &pair[1].1);
        let look = pair[1].0.certificate;
        let difference = pair[0].0.energy.value - pair[1].0.energy.value;
        Found { drop: look.drop, rounding: look.rounding, exact: f64_of(&exact), difference }
    };
    walked[0].windows(2).map(found).collect()
}

#[test]
fn sixty_digits_are_sixty_digits() {
    let third = big(1.0) / big(3.0);
    let decimal: DBig = third.with_base_and_precision::<10>(62).value().with_rounding();
    assert!(decimal.to_string().starts_with(&format!("0.{}", "3".repeat(60))), "{decimal}");
}

/// Memories of norm 1e4 (M² = 1e8), a drop near 1e-8: f64 energies differ by their rounding alone.
#[test]
fn a_tiny_drop_of_huge_memories_is_right_in_f64() {
    let mut worst = 0.0f64;
    let mut blind = 0.0f64;
    for (beta, offset) in
        [(1.0, 3e-4), (1e-3, 3e-4), (1e-6, 3e-5), (1e-7, 1e-4), (1e-8, 3e-5), (1e-8, 1e-3)]
    {
        for how in [Step::Map, Step::Euler(0.5), Step::Exponential(0.1)] {
            let (world, cue) =
                step::<f64>(Visible::Identity, Hidden::Softmax(beta), 1e4, offset, how);
            for found in certificate(&world, &cue) {
                let Found { drop, exact, rounding, difference } = found;
                assert!(exact >= drop - rounding, "the truth is short of the proof");
                if exact > 1e-10 {
                    worst = worst.max((drop / exact - 1.0).abs());
                }
                if (1e-9..1e-7).contains(&exact) {
                    blind = blind.max((difference / exact - 1.0).abs());
                }
            }
        }
    }
    println!(
        "M² = 1e8, f64: worst relative error of a certificate {worst:.1e} (by energies {blind:.1e})"
    );
    assert!(worst <= 1e-3, "{worst:e}");
    assert!(blind > 1e-1, "the case is too easy: energies can be subtracted, {blind:e}");
}

#[test]
fn a_tiny_drop_is_right_for_the_sphere_in_f64() {
    let mut worst = 0.0f64;
    for (hidden, offset) in
        [(Hidden::Rectified(3), 1e-6), (Hidden::Rectified(2), 1e-6), (Hidden::Softmax(1e-3), 1e-5)]
    {
        let (world, cue) = step::<f64>(Visible::Sphere, hidden, 1e4, offset, Step::Map);
        for found in certificate(&world, &cue) {
            let Found { drop, exact, rounding, .. } = found;
            assert!((exact - drop).abs() <= rounding, "{drop:e} {exact:e} {rounding:e}");
            if exact > 1e3 * rounding {
                worst = worst.max((drop / exact - 1.0).abs());
            }
        }
    }
    println!("sphere, M² = 1e8, f64: worst relative error {worst:.1e}");
    assert!(worst <= 1e-3, "{worst:e}");
}

#[test]
fn in_f32_the_truth_is_within_the_rounding() {
    let mut tightest = f64::INFINITY;
    for beta in [1e-3, 1.0, 1e3, 1e6] {
        for norm in [1.0, 100.0, 1e4] {
            for offset in [0.0, 1e-3, 1.0] {
                for visible in [Visible::Identity, Visible::Sphere] {
                    for how in [Step::Map, Step::Exponential(1e-3)] {
                        let (world, cue) =
                            step::<f32>(visible, Hidden::Softmax(beta), norm, offset, how);
                        for found in certificate(&world, &cue) {
                            let Found { drop, exact, rounding, .. } = found;
                            assert!(
                                drop >= 0.0 && exact >= drop - rounding,
                                "β {beta:e} M {norm:e} {visible:?} {how:?}: drop {drop:e}, exact {exact:e}, rounding {rounding:e}"
                            );
                            tightest = tightest.min(rounding / (drop - exact).max(1e-300));
                        }
                    }
                }
            }
        }
    }
    println!("f32: the rounding allowed was at least {tightest:.1} times what was needed");
}

#[test]
fn another_energy_does_not_pass() {
    let (world, cue) = step::<f64>(Visible::Identity, Hidden::Softmax(1e-6), 1e4, 3e-5, Step::Map);
    let (other, _) = step::<f64>(Visible::Identity, Hidden::Softmax(1.01e-6), 1e4, 3e-5, Step::Map);
    let walked = walk(&other.model, &cue, other.case.step.factor(), Proof::Full, 1);
    let exact = f64_of(&(energy(&world, &walked[0][0].1) - energy(&world, &walked[0][1].1)));
    assert!((walked[0][1].0.certificate.drop / exact - 1.0).abs() > 1e-3);
}

/// Two memories of norm 1e4, one unit apart: most of the drop is the hidden term, streamed.
#[test]
fn a_tiny_drop_between_two_huge_memories_is_right_in_f64() {
    let (mut worst, mut tiny) = (0.0f64, 0);
    for beta in [1e-3, 1.0, 3.0, 10.0] {
        for offset in [1e-4, 1e-3] {
            for how in [Step::Map, Step::Exponential(0.3)] {
                let (mut world, _) =
                    step::<f64>(Visible::Identity, Hidden::Softmax(beta), 1e4, 0.0, how);
                let mut rng = rng(5);
                world.rows[1] = world.rows[0].iter().map(|x| x + entry(&mut rng)).collect();
                let memories = attractor_synapse::Synapses::from_rows(&world.rows).unwrap();
                let hidden = world.case.hidden.lagrangian();
                world.model = Model::new(Visible::Identity.lagrangian(), hidden, memories)
                    .unwrap()
                    .with_euclidean_bias()
                    .unwrap();
                world.bias = world.rows.iter().map(|row| -0.5 * dot(row, row)).collect();
                let middle = world.rows[0].iter().zip(&world.rows[1]);
                let cue: Vec<f64> =
                    middle.map(|(a, b)| (a + b) / 2.0 + offset * entry(&mut rng)).collect();
                for found in certificate(&world, &cue) {
                    let Found { drop, exact, rounding, .. } = found;
                    assert!(exact >= drop - rounding, "{drop:e} {exact:e}");
                    if exact > 1e-9 {
                        worst = worst.max((drop / exact - 1.0).abs());
                        tiny += usize::from(exact < 1e-7);
                    }
                }
            }
        }
    }
    println!(
        "two memories one unit apart, M² = 1e8, f64: worst {worst:.1e}, {tiny} drops below 1e-7"
    );
    assert!(worst <= 1e-3 && tiny > 3, "{worst:e} {tiny}");
}
