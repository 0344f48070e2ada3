//! Quadratic hidden neurons behind a matrix of couplings, T = ΞᵀΞ: the same model in another form.

use attractor_dynamics::{Outcome, Proof, StopRule};
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Coupled, Element, Synapses};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

#[derive(Debug, Clone)]
struct Case {
    n: usize,
    d: usize,
    whole: bool,
    input: f64,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        prop::sample::select(&[1usize, 2, 3, 7, 9, 64, 65, 300][..]),
        prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]),
        any::<bool>(),
        prop::sample::select(&[0.0, 0.0, 0.5, 1e3][..]),
        any::<u64>(),
    )
        .prop_map(|(n, d, whole, input, seed)| Case { n, d, whole, input, seed })
}

struct World<T> {
    memories: Synapses<T>,
    input: Vec<T>,
    cue: Vec<T>,
}

impl Case {
    fn world<T: Element>(&self) -> World<T> {
        let mut random = Pcg64::seed_from_u64(self.seed);
        let mut number = |size: f64| {
            let x: f64 = 2.0 * random.random::<f64>() - 1.0;
            // zeros and ties as well
            T::of(size * if self.whole { (1.4 * x).round() } else { x })
        };
        let mut row = |size| (0..self.d).map(|_| number(size)).collect::<Vec<T>>();
        let rows: Vec<Vec<T>> = (0..self.n).map(|_| row(1.0)).collect();
        let memories = Synapses::from_rows(&rows).unwrap();
        World { memories, input: row(self.input), cue: row(1.0) }
    }
}

fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// −½σᵀTσ − I·σ and Σ|terms|, from the couplings as they are.
fn energy(t: &[f64], input: &[f64], s: &[f64]) -> (f64, f64) {
    let pairs = t.chunks_exact(s.len()).zip(s).map(|(row, s_i)| -0.5 * s_i * dot(row, s));
    let terms: Vec<f64> = pairs.chain(input.iter().zip(s).map(|(i, s)| -i * s)).collect();
    let size = t.iter().chain(input).map(|x| x.abs()).sum();
    (terms.iter().sum(), size)
}

/// Flips one at a time lower E of any symmetric T, and stop where no flip does.
fn descends<T: Element>(
    case: &Case,
    learning: Option<Learning>,
    rule: SpinRule,
) -> Result<(), TestCaseError> {
    let World { memories, input, cue } = case.world::<T>();
    let spins = match learning {
        Some(rule) => Couplings::learned(rule, memories),
        None => Couplings::new(memories),
    };
    // nothing but zeros has no pseudo-inverse
    let Ok(spins) = spins else { return Ok(()) };
    let spins = spins.with_input(&input).unwrap();
    let found = spins.recall(&cue, &SpinRecall::to_rest(rule).unwrap()).unwrap();
    let start: Vec<f64> = cue.iter().map(|x| if *x < T::ZERO { -1.0 } else { 1.0 }).collect();
    let (state, input) = (lift(&found.state), lift(&input));
    let (before, size) = energy(spins.matrix(), &input, &start);
    let (after, _) = energy(spins.matrix(), &input, &state);
    let noise = 1e-14 * size;
    let certificate = found.certificate.unwrap();
    prop_assert_eq!(found.outcome, Outcome::Settled);
    prop_assert!(certificate.drop >= 0.0 && after - before <= certificate.rounding + noise);
    let off = (before - after - certificate.drop).abs();
    prop_assert!(off <= certificate.rounding + noise, "{off:e} of {:e}", certificate.drop);
    prop_assert!((found.energy.value - after).abs() <= noise);
    prop_assert!((spins.energy(&found.state).unwrap().value - after).abs() <= noise);
    for i in 0..case.d {
        let mut flipped = state.clone();
        flipped[i] = -flipped[i];
        let rise = energy(spins.matrix(), &input, &flipped).0 - after;
        prop_assert!(rise >= -1e-13 * size, "spin {i} would lower E by {:e}", -rise);
    }
    Ok(())
}

/// The flips and energies of the general form; where nothing rounds, all of them.
fn is_the_general_form<T: Element>(case: &Case, rule: SpinRule) -> Result<(), TestCaseError> {
    let World { memories, input, cue } = case.world::<T>();
    let general = Spins::new(Quadratic, memories.clone()).unwrap().with_input(&input).unwrap();
    let coupled = Couplings::new(memories).unwrap().with_input(&input).unwrap();
    let size = energy(coupled.matrix(), &lift(&input), &vec![1.0; case.d]).1;
    let (a, b) = (general.energy(&cue).unwrap(), coupled.energy(&cue).unwrap());
    prop_assert!((a.value - b.value).abs() <= 1e-13 * size);
    let how = SpinRecall::to_rest(rule).unwrap();
    let (a, b) = (general.recall(&cue, &how).unwrap(), coupled.recall(&cue, &how).unwrap());
    if case.whole {
        prop_assert_eq!((&a.state, a.flips, a.sweeps), (&b.state, b.flips, b.sweeps));
        prop_assert_eq!((a.outcome, a.kind, a.nearest), (b.outcome, b.kind, b.nearest));
        prop_assert!((a.energy.value - b.energy.value).abs() <= 1e-13 * size);
    }
    Ok(())
}

/// Hopfield 1982 (all at once) and 1984: states, energies and certificates of the general form.
fn reads_the_same<T: Element, Lv: Lagrangian<T>>(
    visible: Lv,
    case: &Case,
    proof: Proof,
) -> Result<(), TestCaseError> {
    let World { memories, input, cue } = case.world::<T>();
    let general = Effective::new(visible, Quadratic, memories).unwrap();
    let general = general.with_input(&input).unwrap();
    let Some(coupled) = general.coupled() else {
        prop_assert!(case.n <= case.d);
        return Ok(());
    };
    let how = Recall { proof, ..Recall::by(StopRule::exactly(3, 1e-6).unwrap()) };
    let a = general.retrieve(&cue, &how, &mut ()).unwrap().swap_remove(0);
    let b = coupled.retrieve(&cue, &how, &mut ()).unwrap().swap_remove(0);
    let size = (case.n * case.d * case.d) as f64 + 1e3 * case.d as f64;
    let noise = 64.0 * T::UNIT_ROUNDOFF * size;
    let same = lift(&a.state).iter().zip(&lift(&b.state)).all(|(a, b)| (a - b).abs() <= noise);
    // sums of whole numbers do not round
    prop_assert!(!(case.whole && general.has_spins()) || a.state == b.state);
    // a sign that hangs on a rounding may fall either way
    prop_assert!(same || (general.has_spins() && !case.whole));
    if same {
        prop_assert!((a.energy.value - b.energy.value).abs() <= noise);
        prop_assert!((a.certificate.drop - b.certificate.drop).abs() <= noise);
        prop_assert!((a.nearest.overlap - b.nearest.overlap).abs() <= 1e-2);
        prop_assert!((a.effective_memories - b.effective_memories).abs() <= 1e-2 * case.n as f64);
        prop_assert_eq!(a.top.len(), b.top.len());
    }
    let (before, after) = (b.energy_start.value, b.energy.value);
    let slack = b.certificate.rounding + 1e-12 * size;
    prop_assert!(b.certificate.drop >= 0.0 && after <= before - b.certificate.drop + slack);
    if proof == Proof::Full {
        prop_assert!((before - after - b.certificate.drop).abs() <= slack);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_symmetric_couplings_descend(
        case in cases(),
        learning in prop::sample::select(
            &[None, Some(Learning::Hebbian), Some(Learning::PseudoInverse), Some(Learning::Storkey)][..]
        ),
        seed in any::<u64>(),
    ) {
        for rule in [SpinRule::Cyclic, SpinRule::Greedy, SpinRule::Random { seed }] {
            descends::<f64>(&case, learning, rule)?;
            descends::<f32>(&case, learning, rule)?;
        }
    }

    #[test]
    fn flips_are_those_of_the_general_form(case in cases(), seed in any::<u64>()) {
        for rule in [SpinRule::Cyclic, SpinRule::Greedy, SpinRule::Random { seed }] {
            is_the_general_form::<f64>(&case, rule)?;
            is_the_general_form::<f32>(&case, rule)?;
        }
    }

    #[test]
    fn hopfield_1982_and_1984(case in cases(), beta in prop::sample::select(&[0.01, 0.3, 4.0][..])) {
        for proof in [Proof::Visible, Proof::Full] {
            reads_the_same::<f64, _>(Absolute, &case, proof)?;
            reads_the_same::<f32, _>(Absolute, &case, proof)?;
            let graded = LogCosh::new(beta).unwrap();
            // steep neurons may turn a rounding into a sign
            if beta < 0.1 {
                reads_the_same::<f64, _>(graded, &case, proof)?;
                reads_the_same::<f32, _>(graded, &case, proof)?;
            }
        }
    }
}

/// Every other hidden layer reads the memories themselves, and the energy of the couplings is not theirs.
#[test]
fn only_squares_are_read_through_couplings() {
    let world = Case { n: 9, d: 3, whole: false, input: 0.0, seed: 4 }.world::<f64>();
    let hidden = Additive(RectifiedPower::new(2).unwrap());
    let plain = Effective::new(Absolute, hidden, world.memories.clone()).unwrap();
    assert!(plain.coupled().is_none());
    let coupled = Effective::new(Absolute, hidden, Coupled::new(world.memories.clone())).unwrap();
    let (a, b) = (plain.recall(&world.cue).unwrap(), coupled.recall(&world.cue).unwrap());
    assert_eq!(a, b);
    let square = Effective::new(Absolute, Quadratic, world.memories).unwrap();
    assert!((square.recall(&world.cue).unwrap().energy.value - a.energy.value).abs() > 1e-3);
}

/// All at once nothing is proved: ξ = (1, 1) goes round.
#[test]
fn the_two_cycle_is_named() {
    let memories = Synapses::from_rows(&[[1.0f64, 1.0]]).unwrap();
    let spins = Couplings::new(memories).unwrap();
    let together = SpinRecall::to_rest(SpinRule::Simultaneous).unwrap();
    let found = spins.recall(&[1.0, -1.0], &together).unwrap();
    assert_eq!((found.outcome, found.certificate), (Outcome::Cycle { length: 2 }, None));
}
