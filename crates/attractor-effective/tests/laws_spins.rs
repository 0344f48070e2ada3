//! Spins flipped some at a time: descent by the energy difference for any F, cycles, draws, events.

use attractor_dynamics::{Guarantee, Outcome};
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Element, Synapses};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// F once more.
#[derive(Debug, Clone, Copy)]
enum Function {
    Square,
    Cube,
    Rectified(u32),
    Even(u32),
    Exponential(f64),
    Gelu,
}

use Function::*;

impl Function {
    fn value(self, x: f64) -> f64 {
        match self {
            Square => x * x / 2.0,
            Cube => x * x * x / 3.0,
            Rectified(n) => x.max(0.0).powf(f64::from(n)) / f64::from(n),
            Even(n) => x.abs().powf(f64::from(n)) / f64::from(n),
            Exponential(b) => (b * x).exp() / b,
            Gelu => Lagrangian::<f64>::value(&NotConvex::gelu(), &[x]),
        }
    }

    fn energy(self) -> Box<dyn Lagrangian<f64>> {
        match self {
            Square => Box::new(Quadratic),
            Cube => Box::new(NotConvex::odd_power(3).unwrap()),
            Rectified(n) => Box::new(Additive(RectifiedPower::new(n).unwrap())),
            Even(n) => Box::new(Additive(EvenPower::new(n).unwrap())),
            Exponential(b) => {
                Box::new(Additive(attractor_lagrangian::Exponential::new(b).unwrap()))
            }
            Gelu => Box::new(NotConvex::gelu()),
        }
    }
}

#[derive(Debug, Clone)]
struct Case {
    function: Function,
    n: usize,
    d: usize,
    scale: f64,
    whole: bool,
    input: f64,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let function = prop_oneof![
        Just(Square),
        Just(Cube),
        prop::sample::select(&[1u32, 2, 3, 10][..]).prop_map(|n| Rectified(n.max(2))),
        prop::sample::select(&[2u32, 4][..]).prop_map(Even),
        prop::sample::select(&[0.01, 1.0, 5.0][..]).prop_map(Exponential),
        Just(Gelu),
    ];
    (
        function,
        prop::sample::select(&[1usize, 2, 3, 7, 9, 64, 65][..]),
        prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]),
        (prop::sample::select(&[1.0, 0.1, 1e-3][..]), any::<bool>()),
        prop::sample::select(&[0.0, 0.0, 0.5, 1e3][..]),
        any::<u64>(),
    )
        .prop_map(|(function, n, d, (scale, whole), input, seed)| {
            let scale = match function {
                Exponential(_) => f64::min(scale, 0.1),
                _ if whole => 1.0,
                _ => scale,
            };
            Case { function, n, d, scale, whole, input, seed }
        })
}

struct World<T> {
    case: Case,
    rows: Vec<Vec<f64>>,
    input: Vec<f64>,
    cue: Vec<T>,
    spins: Spins<T, Box<dyn Lagrangian<f64>>>,
}

impl Case {
    fn world<T: Element>(&self) -> World<T> {
        let mut random = Pcg64::seed_from_u64(self.seed);
        let mut number = |size: f64| {
            let x: f64 = 2.0 * random.random::<f64>() - 1.0;
            T::of(size * if self.whole { x.signum() } else { x })
        };
        let rows: Vec<Vec<T>> =
            (0..self.n).map(|_| (0..self.d).map(|_| number(self.scale)).collect()).collect();
        let input: Vec<T> = (0..self.d).map(|_| number(self.input)).collect();
        let cue: Vec<T> = (0..self.d).map(|_| number(1.0)).collect();
        let lift = |x: &[T]| x.iter().map(|x| x.f64()).collect::<Vec<_>>();
        let spins = Spins::new(self.function.energy(), Synapses::from_rows(&rows).unwrap());
        World {
            rows: rows.iter().map(|row| lift(row)).collect(),
            spins: spins.unwrap().with_input(&input).unwrap(),
            input: lift(&input),
            case: self.clone(),
            cue,
        }
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

impl<T: Element> World<T> {
    /// E(σ), and Σ|terms| with what the rounding of the overlaps weighs.
    fn energy(&self, spins: &[f64]) -> (f64, f64) {
        let f = |h: f64| self.case.function.value(h);
        let h = self.rows.iter().map(|row| dot(row, spins));
        let terms = h.clone().map(f).chain(spins.iter().zip(&self.input).map(|(s, i)| s * i));
        let sum: f64 = terms.clone().sum();
        let steep = |h: f64| ((f(h * 1.0001 + 1e-4) - f(h)) / (1e-4 * (h.abs() + 1.0))).abs();
        let sizes = self.rows.iter().zip(h).map(|(row, h)| {
            steep(h) * row.iter().map(|x| x.abs()).sum::<f64>() * self.case.d as f64
        });
        (-sum, terms.map(f64::abs).sum::<f64>() + sizes.sum::<f64>())
    }

    /// E(σ_i flipped) − E(σ).
    fn rise(&self, spins: &[f64], i: usize) -> f64 {
        let mut flipped = spins.to_vec();
        flipped[i] = -flipped[i];
        let by = |row: &Vec<f64>| {
            self.case.function.value(dot(row, spins)) - self.case.function.value(dot(row, &flipped))
        };
        2.0 * spins[i] * self.input[i] + self.rows.iter().map(by).sum::<f64>()
    }
}

fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}

/// The energy falls by the sum of the |A_i|, for any F, and where it stops no single flip lowers it.
fn descends<T: Element>(case: &Case, rule: SpinRule) -> Result<(), TestCaseError> {
    let world = case.world::<T>();
    let found = world.spins.recall(&world.cue, &SpinRecall::to_rest(rule).unwrap()).unwrap();
    let cue: Vec<f64> = world.cue.iter().map(|x| if *x < T::ZERO { -1.0 } else { 1.0 }).collect();
    let state = lift(&found.state);
    let ((before, size), (after, size_after)) = (world.energy(&cue), world.energy(&state));
    let noise = 1e-14 * (size + size_after);
    let certificate = found.certificate.unwrap();
    prop_assert_eq!(found.guarantee, Guarantee::Unconditional);
    prop_assert_eq!(found.outcome, Outcome::Settled);
    prop_assert!(certificate.drop >= 0.0 && after - before <= certificate.rounding + noise);
    let off = (before - after - certificate.drop).abs();
    prop_assert!(off <= certificate.rounding + noise, "{off:e} of {:e}", certificate.drop);
    prop_assert!((found.energy.value - after).abs() <= noise);
    prop_assert!((found.residual == 0.0) && (found.flips > 0 || state == cue));
    for i in 0..case.d {
        let rise = world.rise(&state, i);
        prop_assert!(rise >= -noise - 1e-12 * size_after, "spin {i} would lower E by {:e}", -rise);
    }
    Ok(())
}

proptest! {
    #[test]
    fn one_after_the_other(case in cases()) {
        descends::<f64>(&case, SpinRule::Cyclic)?;
        descends::<f32>(&case, SpinRule::Cyclic)?;
    }

    #[test]
    fn in_any_order(case in cases()) {
        descends::<f64>(&case, SpinRule::Random { seed: case.seed })?;
        descends::<f32>(&case, SpinRule::Random { seed: case.seed })?;
    }

    #[test]
    fn the_steepest_first(case in cases()) {
        descends::<f64>(&case, SpinRule::Greedy)?;
        descends::<f32>(&case, SpinRule::Greedy)?;
    }

    /// Continuous model A: every event lowers the energy by 2|φ| or more, and where it ends every
    /// spin agrees with its field.
    #[test]
    fn every_event_lowers_the_energy(case in cases(), alpha in prop::sample::select(&[0.0, 0.3, 1.0][..])) {
        let convex = if matches!(case.function, Cube | Gelu) { Square } else { case.function };
        let case = Case { function: convex, ..case };
        let world = case.world::<f64>();
        let path = world.spins.follow(&world.cue, (0.7, alpha), 1e300).unwrap();
        let mut spins: Vec<f64> = world.cue.iter().map(|x| if *x < 0.0 { -1.0 } else { 1.0 }).collect();
        let mut last = 0.0;
        for event in &path.events {
            prop_assert!(event.time >= last);
            last = event.time;
            let (rise, (_, size)) = (world.rise(&spins, event.spin), world.energy(&spins));
            let slack = event.certificate.rounding + 1e-13 * size;
            prop_assert!(rise <= slack - event.certificate.drop, "{rise:e} {:?}", event.certificate);
            spins[event.spin] = -spins[event.spin];
        }
        prop_assert_eq!(&spins, &path.state);
        prop_assert_eq!(path.outcome, Outcome::Settled);
    }
}

#[test]
fn the_zero_diagonal_rule_all_at_once_goes_round_in_two() {
    let spins = Spins::new(Quadratic, Synapses::from_rows(&[[1.0f64, 1.0]]).unwrap()).unwrap();
    let found =
        spins.recall(&[1.0, -1.0], &SpinRecall::to_rest(SpinRule::Simultaneous).unwrap()).unwrap();
    assert_eq!((found.outcome, found.outcome.name()), (Outcome::Cycle { length: 2 }, "cycle"));
    assert_eq!((found.guarantee, found.certificate), (Guarantee::None, None));
    let one = SpinRecall::to_rest(SpinRule::Cyclic).unwrap();
    assert_eq!(spins.recall(&[1.0, -1.0], &one).unwrap().state, [-1.0, -1.0]);
}

/// With F = ½h² the energy difference is twice the field of T = ΞᵀΞ without its diagonal.
#[test]
fn the_square_is_hopfield_without_self_coupling() {
    let mut random = Pcg64::seed_from_u64(5);
    let mut sign = || if random.random::<bool>() { 1.0f64 } else { -1.0 };
    let rows: Vec<Vec<f64>> = (0..5).map(|_| (0..33).map(|_| sign()).collect()).collect();
    let cue: Vec<f64> = (0..33).map(|_| sign()).collect();
    let spins = Spins::new(Quadratic, Synapses::from_rows(&rows).unwrap()).unwrap();
    let field = |s: &[f64], i: usize| -> f64 {
        (0..33)
            .filter(|&j| j != i)
            .map(|j| rows.iter().map(|row| row[i] * row[j]).sum::<f64>() * s[j])
            .sum()
    };
    let next = |s: &[f64], i: usize| {
        let field = field(s, i);
        if field == 0.0 { s[i] } else { field.signum() }
    };
    let together: Vec<f64> = (0..33).map(|i| next(&cue, i)).collect();
    let how = SpinRecall::sweeps(SpinRule::Simultaneous, 1).unwrap();
    assert_eq!(spins.recall(&cue, &how).unwrap().state, together);
    let mut in_turn = cue.clone();
    (0..33).for_each(|i| in_turn[i] = next(&in_turn, i));
    let how = SpinRecall::sweeps(SpinRule::Cyclic, 1).unwrap();
    assert_eq!(spins.recall(&cue, &how).unwrap().state, in_turn);
}

/// Brent's search names the length exactly, also where the cycle is entered late.
#[test]
fn longer_ways_into_a_cycle() {
    let mut found_any = false;
    for seed in 0..200 {
        let case = Case { function: Cube, n: 3, d: 9, scale: 1.0, whole: true, input: 0.5, seed };
        let world = case.world::<f64>();
        let how = SpinRecall::to_rest(SpinRule::Simultaneous).unwrap();
        let found = world.spins.recall(&world.cue, &how).unwrap();
        let Outcome::Cycle { length } = found.outcome else { continue };
        found_any = true;
        let again = |sweeps: usize, from: &[f64]| {
            let how = SpinRecall::sweeps(SpinRule::Simultaneous, sweeps).unwrap();
            world.spins.recall(from, &how).unwrap().state
        };
        assert_eq!(again(length, &found.state), found.state);
        assert!((1..length).all(|k| again(k, &found.state) != found.state), "seed {seed}");
    }
    assert!(found_any);
}

/// A tie keeps the spin: two memories that say the opposite.
#[test]
fn ties_keep_the_spin() {
    let memories = Synapses::from_rows(&[[1.0f32, 1.0], [1.0, -1.0]]).unwrap();
    let spins = Spins::new(Quadratic, memories).unwrap();
    for cue in [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]] {
        for rule in [SpinRule::Cyclic, SpinRule::Greedy, SpinRule::Simultaneous] {
            let found = spins.recall(&cue, &SpinRecall::to_rest(rule).unwrap()).unwrap();
            assert_eq!((found.state.as_slice(), found.flips), (&cue[..], 0));
        }
    }
}

#[test]
fn glauber_visits_states_as_boltzmann_says() {
    let memories = Synapses::from_rows(&[[1.0f64, 1.0, -1.0], [0.5, -1.0, 0.3]]).unwrap();
    let spins = Spins::new(Quadratic, memories).unwrap().with_input(&[0.2, 0.0, -0.1]).unwrap();
    let temperature = 1.5;
    let states: Vec<[f64; 3]> =
        (0..8).map(|k| [0, 1, 2].map(|i| if k >> i & 1 == 1 { 1.0 } else { -1.0 })).collect();
    let weight = |s: &[f64; 3]| (-spins.energy(s).unwrap().value / temperature).exp();
    let total: f64 = states.iter().map(weight).sum();
    let mut counts = [0.0; 8];
    let runs = 20_000;
    for seed in 0..runs {
        let rule = SpinRule::Glauber { temperature, seed };
        let found = spins.recall(&[1.0; 3], &SpinRecall::sweeps(rule, 12).unwrap()).unwrap();
        assert_eq!((found.outcome, found.guarantee), (Outcome::Finished, Guarantee::None));
        let k = states.iter().position(|s| s[..] == found.state[..]).unwrap();
        counts[k] += 1.0;
    }
    for (state, count) in states.iter().zip(counts) {
        let p = weight(state) / total;
        let error = (p * (1.0 - p) / runs as f64).sqrt();
        assert!((count / runs as f64 - p).abs() <= 4.5 * error, "{state:?}: {count} for {p}");
    }
}

/// The events of a small network against Euler steps that are far smaller than they are apart.
#[test]
fn events_come_when_the_flow_says() {
    for (seed, alpha) in [(1, 1.0), (2, 0.5), (3, 0.0), (4, 1.0)] {
        let case =
            Case { function: Rectified(3), n: 4, d: 7, scale: 1.0, whole: false, input: 0.5, seed };
        let world = case.world::<f64>();
        let path = world.spins.follow(&world.cue, (1.0, alpha), 6.0).unwrap();
        let mut v = world.cue.clone();
        let mut flips = Vec::new();
        let dt = 1e-5;
        for step in 0..600_000 {
            let s: Vec<f64> = v.iter().map(|v| if *v < 0.0 { -1.0 } else { 1.0 }).collect();
            let f: Vec<f64> = world.rows.iter().map(|row| dot(row, &s).max(0.0).powi(2)).collect();
            for i in 0..7 {
                let field: f64 = world.rows.iter().zip(&f).map(|(row, f)| row[i] * f).sum();
                let next = v[i] + dt * (field + world.input[i] - alpha * v[i]);
                if (next < 0.0) != (v[i] < 0.0) {
                    flips.push((f64::from(step) * dt, i));
                }
                v[i] = next;
            }
        }
        assert_eq!(path.events.len(), flips.len(), "seed {seed}");
        for (event, (time, spin)) in path.events.iter().zip(&flips) {
            assert!((event.time - time).abs() < 1e-3 && event.spin == *spin, "seed {seed}");
        }
        let end = if path.outcome == Outcome::Finished { 6.0 } else { path.time };
        assert!((path.time - end).abs() < 1e-12);
    }
}

/// XOR (Krotov & Hopfield 2016): z = −xy from three spins and four patterns. Odd n ≥ 3 solves it, and so
/// does a rectified n ≥ 2; n = 1 and 2 cannot.
#[test]
fn xor() {
    let signs = [-1.0f64, 1.0];
    let rows: Vec<[f64; 3]> = signs.iter().flat_map(|&x| signs.map(|y| [x, y, -x * y])).collect();
    let solves = |energy: Box<dyn Lagrangian<f64>>| {
        let spins = Spins::new(energy, Synapses::from_rows(&rows).unwrap()).unwrap();
        rows.iter().all(|row| {
            signs.iter().all(|&z| {
                let cue = [row[0], row[1], z];
                let how = SpinRecall::to_rest(SpinRule::Cyclic).unwrap();
                let known = [true, true, false];
                let found = spins.retrieve(&cue, Some(&known), &how).unwrap().swap_remove(0);
                assert_eq!(found.state[..2], row[..2], "what is known stays");
                found.state[..] == row[..]
            })
        })
    };
    assert!(solves(Cube.energy()) && solves(Box::new(NotConvex::odd_power(5).unwrap())));
    assert!(!solves(Square.energy()) && !solves(Even(2).energy()));
    assert!((2..6).all(|n| solves(Rectified(n).energy())));
}

#[test]
fn cues_do_not_know_of_each_other() {
    let case = Case { function: Cube, n: 20, d: 65, scale: 1.0, whole: true, input: 0.0, seed: 3 };
    let world = case.world::<f32>();
    let mut cues = world.cue.clone();
    (0..9).for_each(|k| cues.extend(world.cue.iter().skip(k).chain(&world.cue[..k]).copied()));
    for rule in
        [SpinRule::Cyclic, SpinRule::Random { seed: 7 }, SpinRule::Greedy, SpinRule::Simultaneous]
    {
        let how = SpinRecall::to_rest(rule).unwrap();
        let all = world.spins.retrieve(&cues, None, &how).unwrap();
        for (cue, found) in cues.chunks(65).zip(&all) {
            assert_eq!(&world.spins.recall(cue, &how).unwrap(), found);
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let memories = || Synapses::from_rows(&[[1.0f32, -1.0]]).unwrap();
    let refused = Spins::new(LogSumExp::new(1.0).unwrap(), memories()).unwrap_err();
    assert_eq!(refused, ModelError::Coupled);
    let steep = Additive(attractor_lagrangian::Exponential::new(1e3).unwrap());
    assert!(matches!(Spins::new(steep, memories()), Err(ModelError::Overflow { .. })));
    let spins = Spins::new(NotConvex::odd_power(3).unwrap(), memories()).unwrap();
    let how = SpinRecall::to_rest(SpinRule::Cyclic).unwrap();
    let width = |found| matches!(found, Err(ModelError::Width { .. }));
    assert!(width(spins.recall(&[1.0], &how)) && width(spins.recall(&[1.0; 4], &how)));
    assert!(matches!(
        spins.retrieve(&[1.0; 4], Some(&[true]), &how),
        Err(ModelError::Width { .. })
    ));
    let nan = spins.recall(&[1.0, f32::NAN], &how);
    assert!(matches!(nan, Err(ModelError::NotFinite { index: 0, .. })));
    assert!(matches!(spins.follow(&[1.0, 1.0], (1.0, 1.0), 1.0), Err(ModelError::Inadmissible(_))));
    let convex = Spins::new(Quadratic, memories()).unwrap();
    for (times, end) in [((0.0, 1.0), 1.0), ((1.0, -1.0), 1.0), ((1.0, 1.0), f64::NAN)] {
        assert!(matches!(convex.follow(&[1.0, 1.0], times, end), Err(ModelError::Time { .. })));
    }
    let glauber = |temperature| SpinRule::Glauber { temperature, seed: 1 };
    assert_eq!(SpinRecall::to_rest(glauber(1.0)), Err(SpinRuleError::NoRest));
    assert!(matches!(SpinRecall::sweeps(glauber(0.0), 3), Err(SpinRuleError::Temperature(_))));
}

/// The greedy rule takes the steepest flip of all, each time.
#[test]
fn greedy_takes_the_steepest() {
    for seed in 0..20 {
        let case = Case { function: Cube, n: 5, d: 9, scale: 1.0, whole: false, input: 0.3, seed };
        let world = case.world::<f64>();
        let mut spins: Vec<f64> = world.cue.iter().map(|x| x.signum()).collect();
        let mut drop = 0.0;
        loop {
            let rises: Vec<f64> = (0..9).map(|i| world.rise(&spins, i)).collect();
            let steepest = (0..9).min_by(|&a, &b| rises[a].total_cmp(&rises[b])).unwrap();
            if rises[steepest] > -1e-12 {
                break;
            }
            drop -= rises[steepest];
            spins[steepest] = -spins[steepest];
        }
        let how = SpinRecall::to_rest(SpinRule::Greedy).unwrap();
        let found = world.spins.recall(&world.cue, &how).unwrap();
        assert_eq!(found.state, spins);
        assert!((found.certificate.unwrap().drop - drop).abs() <= 1e-11);
    }
}
