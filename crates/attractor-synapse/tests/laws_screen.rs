//! What a screen says of its answers holds against a read of all memories in f64.

mod common;

use attractor_lagrangian::*;
use attractor_synapse::*;
use common::*;
use proptest::prelude::*;
use rand::RngExt;

const EPSILONS: [f64; 5] = [1e-12, 6e-8, 1e-4, 0.01, 0.3];
const SCREEN_BETAS: [f64; 7] = [1e-3, 0.3, 1.0, 8.0, 100.0, 1e4, 1e6];

/// Several tiles of 64 in each of 16 parts: what is found in one decides about the next.
const SEVERAL: [usize; 2] = [2049, 3141];

/// Random, clustered and tied memories, or their signs, with zero rows and queries between and on them.
#[derive(Debug, Clone)]
struct Trial {
    n: usize,
    d: usize,
    beta: f64,
    epsilon: f64,
    /// The spread of a cluster; none: memories are independent.
    spread: Option<f64>,
    scale: f64,
    /// Every number of a memory is of one size.
    signs: bool,
    balls: bool,
    biased: bool,
    seed: u64,
}

fn trials() -> impl Strategy<Value = Trial> {
    (
        prop_oneof![12 => prop::sample::select(&COUNTS[..]), 1 => prop::sample::select(&SEVERAL[..])],
        prop::sample::select(&WIDTHS[..]),
        prop::sample::select(&SCREEN_BETAS[..]),
        prop::sample::select(&EPSILONS[..]),
        prop::option::of(prop::sample::select(&[0.0, 0.01, 0.2][..])),
        prop::sample::select(&[1.0, 1e-3, 30.0][..]),
        (prop::bool::weighted(0.3), any::<bool>(), prop::bool::weighted(0.3)),
        any::<u64>(),
    )
        .prop_map(|(n, d, beta, epsilon, spread, scale, (signs, balls, biased), seed)| Trial {
            n,
            d,
            beta,
            epsilon,
            spread,
            scale,
            signs,
            balls,
            biased,
            seed,
        })
}

impl Trial {
    fn rows(&self) -> Vec<Vec<f64>> {
        let mut rng = rng(self.seed);
        let mut free =
            || -> Vec<f64> { (0..self.d).map(|_| self.scale * entry(&mut rng)).collect() };
        let centres = [free(), free(), free()];
        let mut rows: Vec<Vec<f64>> = (0..self.n).map(|_| free()).collect();
        if let Some(spread) = self.spread {
            for (i, row) in rows.iter_mut().enumerate() {
                let centre = &centres[i * 3 / self.n];
                row.iter_mut().zip(centre).for_each(|(x, c)| *x = c + spread * *x);
            }
        }
        if self.signs {
            rows.iter_mut().flatten().for_each(|x| *x = self.scale.copysign(*x));
        }
        if self.n > 2 {
            rows[self.n / 2].fill(0.0);
            rows[1] = rows[0].clone();
        }
        rows
    }

    /// A stored pattern, a random state, and a damaged pattern.
    fn outputs(&self, rows: &[Vec<f64>]) -> Vec<f64> {
        let mut rng = rng(self.seed ^ 1);
        let stored = rows[rng.random_range(0..self.n)].clone();
        let free: Vec<f64> = (0..self.d).map(|_| self.scale * entry(&mut rng)).collect();
        let damaged = stored.iter().zip(&free).map(|(x, f)| 0.8 * x + 0.3 * f).collect();
        [stored, free, damaged].concat()
    }
}

/// What a plain loop in f64 finds: weights, Ξᵀf and L_h, and what its own rounding can do.
struct Truth {
    weights: Vec<f64>,
    state: Vec<f64>,
    energy: f64,
    slack: f64,
}

fn truth(rows: &[Vec<f64>], g: &[f64], beta: f64, bias: Option<&[f64]>) -> Truth {
    let h: Vec<f64> =
        rows.iter().enumerate().map(|(i, row)| dot(row, g) + bias.map_or(0.0, |b| b[i])).collect();
    let max = h.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = h.iter().map(|h| (beta * (h - max)).exp()).sum();
    let weights: Vec<f64> = h.iter().map(|h| (beta * (h - max)).exp() / sum).collect();
    let state = (0..g.len()).map(|k| rows.iter().zip(&weights).map(|(r, w)| w * r[k]).sum());
    let mass = |row: &[f64]| row.iter().zip(g).map(|(x, g)| (x * g).abs()).sum::<f64>();
    let masses = rows.iter().map(|row| mass(row)).fold(0.0, f64::max);
    let shift = bias.map_or(0.0, |b| b.iter().fold(0.0, |m: f64, b| m.max(b.abs())));
    let slack = (g.len() as f64 + 4.0) * f64::EPSILON * (masses + shift);
    Truth { state: state.collect(), weights, energy: max + sum.ln() / beta, slack }
}

/// How far each state of a walk is from the one before, in the unit of the memories.
const STEPS: [f64; 5] = [0.0, 1e-6, 1e-3, 0.03, 1.0];

/// The claims, each of them, along a walk: what is left out is at most ε, and no answer is further off than
/// it says. Returns how many answers were had from what was found before.
fn claims_hold<T: Element>(trial: &Trial, honest: f64) -> Result<usize, String> {
    let rows: Vec<Vec<T>> =
        trial.rows().iter().map(|row| row.iter().map(|x| T::of(*x)).collect()).collect();
    let wide: Vec<Vec<f64>> = rows.iter().map(|row| lift(row)).collect();
    let mut rng = rng(trial.seed ^ 2);
    let size = trial.scale * trial.scale;
    let bias: Vec<f64> = (0..trial.n).map(|_| size * entry(&mut rng)).collect();
    let bias = trial.biased.then_some(&bias[..]);
    let screened = Screened::new(Synapses::from_rows(&rows).unwrap(), trial.epsilon).unwrap();
    let screened = if trial.balls { screened.in_balls().eager() } else { screened.eager() };
    let (mut answers, mut screenings) = (Answers::default(), Vec::new());
    let softmax = LogSumExp::new(trial.beta).unwrap();
    let (mut state, mut reused) = (trial.outputs(&wide), 0);
    for step in STEPS {
        state.iter_mut().for_each(|g| *g += step * trial.scale * entry(&mut rng));
        let outputs: Vec<T> = state.iter().map(|g| T::of(*g)).collect();
        let question = Question { bias, top: 2, ..Question::of(&softmax, &outputs) };
        screened.read_certified(&question, &mut answers, &mut screenings);
        for (q, g) in outputs.chunks_exact(trial.d).enumerate() {
            let said = &screenings[q];
            claims_of(trial, honest, (&wide, &lift(g), bias), (q, &answers, said))?;
            reused += usize::from(said.screen == Screen::Reused);
        }
    }
    holds("nothing is used again where a bias may have changed", bias.is_none() || reused == 0)?;
    Ok(reused)
}

fn claims_of<T: Element>(
    trial: &Trial,
    honest: f64,
    (wide, g, bias): (&[Vec<f64>], &[f64], Option<&[f64]>),
    (q, answers, said): (usize, &Answers<T>, &Screening),
) -> Law {
    let (truth, answer) = (truth(wide, g, trial.beta, bias), answers.get(q));
    let reused = said.screen == Screen::Reused;
    holds("it is screened", (reused || said.screen == Screen::Screened) && said.read >= 1)?;
    holds("the share left out is within ε", said.mass <= trial.epsilon * (1.0 + 1e-3))?;
    let largest = wide.iter().map(|row| dot(row, row).sqrt()).fold(0.0, f64::max);
    // the reference is rounded as well
    let bent = (4.0 * trial.beta * truth.slack).exp_m1() + 1e-12;
    let energy = honest * said.energy + 2.0 * truth.slack + 1e-13 * truth.energy.abs();
    close("energy", answer.value, truth.energy, energy + 1e-13 / trial.beta)?;
    let unit = answer.log_scale.exp();
    let off = answers.field(q).iter().zip(&truth.state).map(|(x, y)| (x * unit - y).powi(2));
    let slack = honest * said.state + bent * largest;
    holds("the state is within its bound", off.sum::<f64>().sqrt() <= slack)?;
    for top in &answer.top {
        let share = truth.weights[top.memory];
        // p = (1 − e)·p̂ with a share e left out
        let most = (bent + said.mass * 1.001) * top.weight + bent * 1e-9 + 1e-300;
        close("weights", top.weight, share, most)?;
    }
    if reused {
        let length = dot(g, g).sqrt();
        let cosine = |row: &[f64]| match dot(row, row).sqrt() * length {
            0.0 => 0.0,
            lengths => dot(row, g) / lengths,
        };
        let most = wide.iter().map(|row| cosine(row)).fold(f64::NEG_INFINITY, f64::max);
        holds("none is nearer", answer.nearest.overlap >= most - 1e-12)?;
    }
    // a bound on rounding knows only the lengths of what is multiplied
    let size = trial.scale * trial.scale;
    let lengths = largest * dot(g, g).sqrt() + bias.map_or(0.0, |_| size);
    let terms = 16.0 * (trial.d as f64 + 16.0) * f64::EPSILON;
    let rounding = (trial.beta * terms * lengths).exp_m1() + 1e-12;
    let useful = said.state <= 2.0 * largest * (said.mass * 1.001 + rounding);
    holds("the bound is no larger than what is left out explains", useful)
}

proptest! {
    #[test]
    fn no_answer_is_further_off_than_it_says(trial in trials()) {
        claims_hold::<f64>(&trial, 1.0).map_err(TestCaseError::fail)?;
        claims_hold::<f32>(&trial, 1.0).map_err(TestCaseError::fail)?;
    }
}

/// The law about what is used again is about something.
#[test]
fn walks_use_again_what_was_found() {
    let trial = |seed| Trial {
        n: 600,
        d: 9,
        beta: 8.0,
        epsilon: 1e-4,
        spread: Some(0.01),
        scale: 1.0,
        signs: false,
        balls: false,
        biased: false,
        seed,
    };
    let reused: usize = (0..20).map(|seed| claims_hold::<f64>(&trial(seed), 1.0).unwrap()).sum();
    assert!(reused >= 60, "{reused} of 300");
}

/// A bound that leaves out what was skipped is found out by the law.
#[test]
fn a_bound_that_says_too_little_is_found_out() {
    let trial = |seed| Trial {
        n: 600,
        d: 9,
        beta: 8.0,
        epsilon: 0.3,
        spread: None,
        scale: 1.0,
        signs: false,
        balls: false,
        biased: false,
        seed,
    };
    let found = (0..20).filter(|seed| claims_hold::<f64>(&trial(*seed), 1e-6).is_err()).count();
    assert!(found >= 15, "{found} of 20");
}

#[test]
fn a_share_that_cannot_be_left_out_is_refused() {
    let xi = Synapses::from_rows(&[[1.0f32]]).unwrap();
    for epsilon in [0.0, -1.0, 1.0, f64::NAN] {
        assert!(Screened::new(&xi, epsilon).is_err());
    }
}

/// Memories of which one is asked for, far above the others: enough of them to be worth a screen.
fn sharp() -> (Synapses<f32>, Vec<f32>) {
    let (n, d, mut rng) = (20_000, 64, rng(7));
    let mut numbers: Vec<f32> = (0..n * d).map(|_| rng.random_range(-0.2f32..0.2)).collect();
    numbers[777 * d..778 * d].iter_mut().for_each(|x| *x = 0.3 * x.signum());
    let cue = numbers[777 * d..778 * d].to_vec();
    (Synapses::new(Patterns::new(numbers, d).unwrap()), cue)
}

#[test]
fn what_cannot_pay_is_read_plainly_and_says_why() {
    let (xi, cue) = sharp();
    let screened = Screened::new(&xi, 1e-7).unwrap();
    let (mut answers, mut plain, mut said) = (Answers::default(), Answers::default(), Vec::new());
    let mut why = |question: &Question<'_, f32>| {
        screened.read_certified(question, &mut answers, &mut said);
        if said[0].screen != Screen::Screened {
            xi.read(question, &mut plain);
            assert_eq!(plain.get(0), answers.get(0));
            assert_eq!(plain.field(0), answers.field(0));
        }
        (said[0].screen, said[0].read)
    };
    let softmax = |beta| LogSumExp::new(beta).unwrap();
    let (sharp, mild) = (softmax(20.0), softmax(0.5));
    let (screen, read) = why(&Question::of(&sharp, &cue));
    assert!(screen == Screen::Screened && read < 200, "{screen:?}, {read} were read");
    assert_eq!(why(&Question::of(&mild, &cue)).0, Screen::TooMany);
    assert_eq!(why(&Question::of(&sharp, &cue.repeat(9))).0, Screen::Cheap);
    assert_eq!(why(&Question::of(&Quadratic, &cue)).0, Screen::NotSoftmax);
    let before = [Before { value: 0.0, tilt: 0.0 }];
    let moved = Some(Moved { by: &cue, before: &before });
    assert_eq!(why(&Question { moved, ..Question::of(&sharp, &cue) }).0, Screen::Certified);
    let few = Screened::new(Synapses::from_rows(&[[1.0f32; 64]]).unwrap(), 0.1).unwrap();
    few.read_certified(&Question::of(&sharp, &cue), &mut Answers::default(), &mut said);
    assert_eq!(said[0].screen, Screen::Cheap);
}

#[test]
fn what_was_found_is_used_again_near_by_and_nowhere_else() {
    let (xi, cue) = sharp();
    let screened = Screened::new(&xi, 1e-7).unwrap();
    let (mut answers, mut said) = (Answers::default(), Vec::new());
    let mut how = |screened: &Screened<f32, &Synapses<f32>>, beta: f64, cue: &[f32], bias| {
        let softmax = LogSumExp::new(beta).unwrap();
        let question = Question { bias, ..Question::of(&softmax, cue) };
        screened.read_certified(&question, &mut answers, &mut said);
        said[0].screen
    };
    let near: Vec<f32> = cue.iter().map(|x| 0.98 * x).collect();
    let far: Vec<f32> = xi.patterns().row(5).iter().map(|x| 3.0 * x).collect();
    let (beta, flat) = (20.0, vec![0.0; xi.memories()]);
    assert_eq!(how(&screened, beta, &cue, None), Screen::Screened);
    assert_eq!(how(&screened, beta, &cue, None), Screen::Reused);
    assert_eq!(how(&screened, beta, &near, None), Screen::Reused);
    assert_eq!(how(&screened, beta, &near, Some(&flat)), Screen::Screened);
    // where a bias hid the memory that matters, nothing was found of it
    let hidden: Vec<f64> = (0..flat.len()).map(|i| if i == 777 { -100.0 } else { 0.0 }).collect();
    let eager = screened.clone().eager();
    assert_eq!(how(&eager, beta, &cue, Some(&hidden)), Screen::Screened);
    assert_eq!(how(&eager, beta, &cue, None), Screen::Screened);
    assert_eq!(how(&screened, 1.01 * beta, &near, None), Screen::Screened);
    assert_eq!(how(&screened, beta, &far, None), Screen::Screened);
    // a query before it has settled and left the batch
    let two = [cue.clone(), far.clone()].concat();
    assert_eq!(how(&screened, beta, &two, None), Screen::Screened);
    assert_eq!(how(&screened, beta, &far, None), Screen::Reused);
    let other = Screened::new(&xi, 1e-7).unwrap();
    assert_eq!(how(&other, beta, &far, None), Screen::Screened);
    assert_eq!(how(&other.clone(), beta, &far, None), Screen::Reused);
}

#[test]
fn memories_in_clusters_are_looked_for_in_few_balls() {
    let (n, d, mut rng) = (20_000, 64, rng(8));
    let centres: Vec<f32> = (0..200 * d).map(|_| rng.random_range(-0.2f32..0.2)).collect();
    let near = |i: usize| &centres[i % 200 * d..][..d];
    let rows = (0..n).flat_map(near).map(|x| x + rng.random_range(-0.02f32..0.02)).collect();
    let xi = Synapses::new(Patterns::new(rows, d).unwrap());
    let (cue, softmax) = (xi.patterns().row(12_345).to_vec(), LogSumExp::new(60.0).unwrap());
    let flat = vec![0.0; n];
    let read = |screened: &Screened<f32, &Synapses<f32>>, bias| {
        let (mut answers, mut said) = (Answers::default(), Vec::new());
        let question = Question { top: 3, bias, ..Question::of(&softmax, &cue) };
        screened.read_certified(&question, &mut answers, &mut said);
        assert_eq!(said[0].screen, Screen::Screened);
        (answers.get(0).top.clone(), answers.get(0).nearest, said[0])
    };
    let screened = Screened::new(&xi, 1e-7).unwrap();
    let balls = screened.clone().in_balls();
    let ((top, nearest, all), (balls_top, balls_nearest, few)) =
        (read(&screened, None), read(&balls, None));
    assert_eq!((all.seen, top, nearest.memory), (n, balls_top, balls_nearest.memory));
    assert!(few.seen < n / 20 && few.read <= all.read && few.mass <= 1e-7, "{few:?}");
    assert_eq!(read(&balls, Some(&flat)).2.seen, n, "no ball knows a bias");
    let (sharp, _) = sharp();
    let apart = Screened::new(&sharp, 1e-7).unwrap().in_balls();
    let mut said = Vec::new();
    let question = Question::of(&softmax, sharp.patterns().row(777));
    apart.read_certified(&question, &mut Answers::default(), &mut said);
    assert_eq!((said[0].screen, said[0].seen), (Screen::Screened, n), "they lie in no balls");
}

#[test]
fn memories_of_signs_are_screened_by_their_bits() {
    let (n, d, mut rng) = (20_000, 65, rng(9));
    let signs: Vec<f32> = (0..n * d).map(|_| if rng.random() { 0.3 } else { -0.3 }).collect();
    let xi = Synapses::new(Patterns::new(signs, d).unwrap());
    let screened = Screened::new(&xi, 1e-7).unwrap();
    let stored = xi.patterns().row(777).to_vec();
    let damaged: Vec<f32> = stored.iter().map(|x| 0.7 * x + rng.random_range(-0.2..0.2)).collect();
    for cue in [stored, damaged] {
        let (mut answers, mut said) = (Answers::default(), Vec::new());
        let softmax = LogSumExp::new(30.0).unwrap();
        screened.read_certified(&Question::of(&softmax, &cue), &mut answers, &mut said);
        assert!(said[0].screen == Screen::Screened && said[0].read < 400, "{:?}", said[0]);
        assert_eq!(answers.get(0).nearest.memory, 777);
    }
}

/// 0·∞ is no bound: of a memory beyond int8 nothing is known, not even for a query of zeros.
#[test]
fn what_has_no_bound_is_read() {
    let xi = Synapses::from_rows(&[[1e200f64, 1.0], [1.0, 0.5], [0.0, 1.0]]).unwrap();
    for screened in
        [Screened::new(&xi, 1e-6).unwrap(), Screened::new(&xi, 1e-6).unwrap().in_balls()]
    {
        let (mut answers, mut said) = (Answers::default(), Vec::new());
        let softmax = LogSumExp::new(1.0).unwrap();
        let question = Question::of(&softmax, &[0.0, 0.0]);
        screened.eager().read_certified(&question, &mut answers, &mut said);
        assert_eq!((said[0].screen, said[0].read), (Screen::Screened, 3));
        assert!((answers.get(0).value - 3.0f64.ln()).abs() < 1e-15);
    }
}

#[test]
fn a_query_that_is_no_number_is_left_to_the_plain_read() {
    let (xi, mut cue) = sharp();
    cue[3] = f32::NAN;
    let mut said = Vec::new();
    let softmax = LogSumExp::new(20.0).unwrap();
    let screened = Screened::new(xi, 1e-7).unwrap();
    screened.read_certified(&Question::of(&softmax, &cue), &mut Answers::default(), &mut said);
    assert_eq!(said[0].screen, Screen::TooMany);
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    // so many that threads are woken for the codes, and for the thousand that each cue is near
    let (n, d, mut rng) = (70_000, 64, rng(7));
    let mut numbers: Vec<f32> = (0..n * d).map(|_| rng.random_range(-0.2f32..0.2)).collect();
    numbers.chunks_exact_mut(d).step_by(70).for_each(|x| x[..32].fill(0.3));
    let cue = [&numbers[..d], &numbers[70 * d..71 * d], &numbers[140 * d..141 * d]].concat();
    let xi = Synapses::new(Patterns::new(numbers, d).unwrap());
    let screened = Screened::new(&xi, 1e-7).unwrap();
    let softmax = LogSumExp::new(20.0).unwrap();
    let read = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (mut answers, mut said) = (Answers::default(), Vec::new());
        let question = Question { top: 3, ..Question::of(&softmax, &cue) };
        pool.install(|| screened.read_certified(&question, &mut answers, &mut said));
        assert!(said.iter().all(|said| said.screen == Screen::Screened && said.read >= 512));
        let fields = (0..3).flat_map(|q| answers.field(q).iter().map(|x| x.to_bits()));
        let fields: Vec<u64> = fields.collect();
        ([0, 1, 2].map(|q| answers.get(q).clone()), fields, said)
    };
    let one = read(1);
    [2, 3, 7].into_iter().for_each(|threads| assert_eq!(read(threads), one));
}
