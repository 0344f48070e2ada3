//! A cue's answer does not depend on the threads, to the bit; nor on the other cues and on how many of them
//! are read together, to rounding; nor on how memories are cut into blocks, to rounding.

use attractor_dynamics::{Look, Proof, StopRule, System};
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Element, Synapses};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

type Any<T> = Box<dyn Lagrangian<T>>;

fn numbers<T: Real>(seed: u64, count: usize, signs: bool) -> Vec<T> {
    let mut random = Pcg64::seed_from_u64(seed);
    let number = |x: f64| if signs { x.signum() } else { x };
    (0..count).map(|_| T::of(number(2.0 * random.random::<f64>() - 1.0))).collect()
}

/// (name, visible, hidden): one model of each way to be read.
fn models<T: Real>() -> Vec<(&'static str, Any<T>, Any<T>)> {
    vec![
        ("attention", Box::new(Quadratic), Box::new(LogSumExp::new(4.0).unwrap())),
        ("sparsemax", Box::new(Quadratic), Box::new(Sparsemax::new(2.0).unwrap())),
        ("entmax", Box::new(Quadratic), Box::new(Entmax::new(1.5, 3.0).unwrap())),
        ("sphere", Box::new(Norm), Box::new(Additive(RectifiedPower::new(3).unwrap()))),
        ("dense", Box::new(Absolute), Box::new(Additive(RectifiedPower::new(3).unwrap()))),
        ("hopfield", Box::new(Absolute), Box::new(Quadratic)),
        ("graded", Box::new(LogCosh::new(0.05).unwrap()), Box::new(Quadratic)),
    ]
}

const D: usize = 17;

fn memories<T: Element>(n: usize, signs: bool) -> Synapses<T> {
    let rows: Vec<T> = numbers(1, n * D, signs);
    Synapses::from_rows(&rows.chunks(D).collect::<Vec<_>>()).unwrap()
}

fn how() -> Recall {
    Recall { proof: Proof::Full, ..Recall::by(StopRule::exactly(5, 1e-4).unwrap()) }
}

fn with_threads<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

fn bits_do_not_depend_on_threads<T: Element>() {
    for (name, visible, hidden) in models::<T>() {
        let signs = name == "dense" || name == "hopfield";
        let model = Effective::new(visible, hidden, memories::<T>(1500, signs)).unwrap();
        let cues: Vec<T> = numbers(2, 150 * D, false);
        let run = |threads| {
            with_threads(threads, || {
                format!("{:?}", model.retrieve(&cues, &how(), &mut ()).unwrap())
            })
        };
        let one = run(1);
        assert!([2, 5].into_iter().all(|threads| run(threads) == one), "{name} {}", T::NAME);
    }
}

#[test]
fn threads() {
    bits_do_not_depend_on_threads::<f32>();
    bits_do_not_depend_on_threads::<f64>();
}

/// So many cues that threads divide the work on the states too, and not only the memories.
#[test]
fn threads_that_divide_the_states() {
    let softmax = LogSumExp::new(4.0).unwrap();
    let model = ModernHopfield::modern(memories::<f32>(20, false), softmax).unwrap();
    let cues: Vec<f32> = numbers(2, 4000 * D, false);
    let run = |threads| {
        with_threads(threads, || format!("{:?}", model.retrieve(&cues, &how(), &mut ()).unwrap()))
    };
    let one = run(1);
    assert!([2, 3, 7].into_iter().all(|threads| run(threads) == one));
}

/// Looks and outputs of two steps, the last of them of some queries only.
fn two_steps<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>>(
    model: &Effective<T, Lv, Lh>,
    batch: &mut Batch<T>,
) -> String {
    let descent = model.descent(Factor::MAP, Proof::Full, 2);
    let mut looks = vec![Look::NONE; batch.queries()];
    let some: Vec<usize> = (0..batch.queries()).rev().step_by(2).collect();
    descent.look(batch, &(0..batch.queries()).collect::<Vec<_>>(), &mut looks);
    descent.advance(batch, &some);
    descent.look(batch, &some, &mut looks);
    descent.advance(batch, &some);
    format!("{looks:?} {:?}", batch.outputs())
}

fn a_batch_may_be_used_again<T: Element>() {
    let mut kept = Batch::default();
    for (name, visible, hidden) in models::<T>() {
        let model = Effective::new(visible, hidden, memories::<T>(40, true)).unwrap();
        for queries in [5, 1, 40] {
            let cues: Vec<T> = numbers(queries, queries as usize * D, false);
            model.restart(&mut kept, &cues).unwrap();
            let fresh = two_steps(&model, &mut model.start(&cues).unwrap());
            assert_eq!(two_steps(&model, &mut kept), fresh, "{name} {} {queries}", T::NAME);
        }
        let spoilt: Vec<T> = [numbers(1, 3 * D - 1, false), vec![T::of(f64::NAN)]].concat();
        assert!(model.restart(&mut kept, &spoilt).is_err() && kept.queries() == 0);
        assert!(model.restart(&mut kept, &spoilt[1..]).is_err() && kept.queries() == 0);
    }
}

#[test]
fn a_batch_without_queries_is_looked_at_and_moved() {
    let softmax = LogSumExp::new(4.0).unwrap();
    let model = ModernHopfield::modern(memories::<f32>(20, false), softmax).unwrap();
    let mut none = Batch::default();
    model.descent(Factor::MAP, Proof::Full, 1).look(&mut none, &[], &mut []);
    model.descent(Factor::MAP, Proof::Full, 1).advance(&mut none, &[]);
    assert!(none.outputs().is_empty() && model.restart(&mut none, &[]).is_ok());
}

/// Each moves from its own last look, whoever was looked at since.
#[test]
fn looks_at_others_change_nothing() {
    let softmax = LogSumExp::new(4.0).unwrap();
    let model = ModernHopfield::modern(memories::<f64>(20, false), softmax).unwrap();
    let descent = model.descent(Factor::MAP, Proof::Visible, 0);
    let cues: Vec<f64> = numbers(2, 3 * D, false);
    let moved = |others: &[usize]| {
        let (mut batch, mut looks) = (model.start(&cues).unwrap(), [Look::NONE; 3]);
        descent.look(&mut batch, &[0, 1, 2], &mut looks);
        descent.look(&mut batch, others, &mut looks);
        descent.advance(&mut batch, &[0, 1, 2]);
        batch.outputs().to_vec()
    };
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-14; // the rounding of another batch
    let same = |others| moved(&[0, 1, 2]).iter().zip(&moved(others)).all(near);
    assert!(same(&[2]) && same(&[1, 2]));
}

#[test]
fn storage_of_an_earlier_batch() {
    a_batch_may_be_used_again::<f32>();
    a_batch_may_be_used_again::<f64>();
}

fn close(name: &str, a: &[f64], b: &[f64], slack: f64) {
    let off = a.iter().zip(b).fold(0.0f64, |m, (a, b)| m.max((a - b).abs()));
    assert!(a.len() == b.len() && off <= slack, "{name}: {off:e} is more than {slack:e}");
}

fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}

/// Cues one by one, in twos, and 150 together, of which 128 are read at once.
fn alone_and_together<T: Element>() {
    for (name, visible, hidden) in models::<T>() {
        let signs = name == "dense" || name == "hopfield";
        let model = Effective::new(visible, hidden, memories::<T>(600, signs)).unwrap();
        let cues: Vec<T> = numbers(3, 150 * D, false);
        let all = model.retrieve(&cues, &how(), &mut ()).unwrap();
        for size in [1, 2, 7] {
            let parts = cues.chunks(size * D);
            let parts = parts.flat_map(|part| model.retrieve(part, &how(), &mut ()).unwrap());
            for (together, alone) in all.iter().zip(parts) {
                // five steps, each of sums of 17 and 600 terms
                let slack = 4000.0 * T::UNIT_ROUNDOFF;
                close(name, &lift(&together.state), &lift(&alone.state), slack);
                assert_eq!(
                    (together.steps, together.outcome),
                    (alone.steps, alone.outcome),
                    "{name}"
                );
                let size = together.energy.magnitude + together.energy_start.magnitude;
                let drops = [together.certificate.drop, alone.certificate.drop];
                close(name, &drops[..1], &drops[1..], slack * (1.0 + size));
            }
        }
    }
}

#[test]
fn other_cues() {
    alone_and_together::<f32>();
    alone_and_together::<f64>();
}

/// The same memories in another order fall into other blocks.
fn in_any_order<T: Element>() {
    for (name, visible, hidden) in models::<T>() {
        let signs = name == "dense" || name == "hopfield";
        let plain = memories::<T>(600, signs);
        let turned: Vec<&[T]> = (0..600).map(|mu| plain.patterns().row((mu + 257) % 600)).collect();
        let turned = Synapses::from_rows(&turned).unwrap();
        let cues: Vec<T> = numbers(4, 9 * D, false);
        let a = Effective::new(&visible, &hidden, plain).unwrap();
        let b = Effective::new(&visible, &hidden, turned).unwrap();
        let a = a.retrieve(&cues, &how(), &mut ()).unwrap();
        let b = b.retrieve(&cues, &how(), &mut ()).unwrap();
        for (a, b) in a.iter().zip(&b) {
            close(name, &lift(&a.state), &lift(&b.state), 4000.0 * T::UNIT_ROUNDOFF);
            close(name, &[a.nearest.overlap], &[b.nearest.overlap], 4000.0 * T::UNIT_ROUNDOFF);
        }
    }
}

#[test]
fn blocks() {
    in_any_order::<f32>();
    in_any_order::<f64>();
}

/// Spins one at a time: bits, whatever the batch and the threads.
#[test]
fn spins_and_couplings() {
    let cues: Vec<f32> = numbers(5, 40 * D, true);
    let spins = Spins::new(NotConvex::odd_power(3).unwrap(), memories::<f32>(60, true)).unwrap();
    let couplings = Couplings::learned(Learning::Storkey, memories::<f32>(9, true)).unwrap();
    for rule in [SpinRule::Cyclic, SpinRule::Random { seed: 3 }, SpinRule::Greedy] {
        let how = SpinRecall::to_rest(rule).unwrap();
        let run = |threads: usize, part: usize| {
            with_threads(threads, || {
                let parts = cues.chunks(part * D);
                let found = parts.flat_map(|part| {
                    let mut found = spins.retrieve(part, None, &how).unwrap();
                    found.extend(couplings.retrieve(part, None, &how).unwrap());
                    found.into_iter().map(|f| (f.state, f.sweeps, f.flips, f.outcome))
                });
                let mut found: Vec<_> = found.map(|f| format!("{f:?}")).collect();
                found.sort();
                found
            })
        };
        let one = run(1, 40);
        assert!([(3, 40), (1, 1), (2, 7)].into_iter().all(|(t, part)| run(t, part) == one));
    }
}
