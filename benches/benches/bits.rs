//! Model A's step on packed memories, with and without the certified early stop, against f32.

use attractor_effective::{DenseMemory, PackedSpins, SignEnergy, SignField};
use attractor_lagrangian::{Additive, Exponential, Lagrangian, RectifiedPower};
use attractor_synapse::{Bits, Patterns, Signs, Synapses};
use benches::signs;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Instant;

const SHAPES: [(usize, usize); 6] =
    [(10_000, 64), (100_000, 64), (100_000, 100), (10_000, 1000), (50_000, 784), (50_000, 1024)];

/// Rounds of the ratios, each of the three ways once, in turn.
const ROUNDS: usize = 15;

fn fail<E: std::fmt::Display>(error: E) -> ! {
    panic!("{error}")
}

fn energies() -> [(&'static str, SignEnergy); 3] {
    let power = |n| RectifiedPower::new(n).unwrap_or_else(|error| fail(error));
    let exponential = Exponential::new(1.0).unwrap_or_else(|error| fail(error));
    [("power 3", power(3).into()), ("power 10", power(10).into()), ("exp", exponential.into())]
}

/// Random memories, and one of them with a tenth of its signs turned round.
fn world(n: usize, d: usize) -> (Patterns<f32>, Vec<f32>) {
    let rows = signs(3, n, d);
    let mut cue = rows[..d].to_vec();
    cue.iter_mut().step_by(10).for_each(|x| *x = -*x);
    (Patterns::new(rows, d).unwrap_or_else(|error| fail(error)), cue)
}

fn packed(energy: SignEnergy, patterns: &Patterns<f32>) -> PackedSpins {
    let signs = Signs::new(patterns).unwrap_or_else(|error| fail(error));
    PackedSpins::new(energy, SignField::Slope, signs).unwrap_or_else(|error| fail(error))
}

fn steps(criterion: &mut Criterion) {
    for (name, energy) in energies() {
        let mut group = criterion.benchmark_group(format!("signs, {name}"));
        for (n, d) in SHAPES {
            let (patterns, cue) = world(n, d);
            let spins = packed(energy.clone(), &patterns);
            let cue = Bits::of_signs(&cue);
            let (mut scratch, mut state) = (spins.scratch(), cue.clone());
            group.throughput(Throughput::Elements((n * d) as u64));
            group.bench_function(BenchmarkId::new("early stop", format!("N={n} d={d}")), |b| {
                b.iter(|| {
                    state.clone_from(&cue);
                    spins.step(&mut state, &mut scratch)
                });
            });
            group.bench_function(BenchmarkId::new("all", format!("N={n} d={d}")), |b| {
                b.iter(|| {
                    state.clone_from(&cue);
                    spins.full_step(&mut state, &mut scratch)
                });
            });
        }
    }
}

/// The three ways in turn, so that what the machine does besides is the same for all.
#[expect(clippy::print_stdout, reason = "criterion has no ratios")]
fn ratios(_criterion: &mut Criterion) {
    println!("N, d, F: microseconds in f32, all bits, early stop; ratios to f32; memories visited");
    let power = |n| Additive(RectifiedPower::new(n).unwrap_or_else(|error| fail(error)));
    let exponential = Additive(Exponential::new(1.0).unwrap_or_else(|error| fail(error)));
    for (n, d) in SHAPES {
        let [cubic, tenth, exp] = energies();
        ratio((n, d), cubic, power(3));
        ratio((n, d), tenth, power(10));
        ratio((n, d), exp, exponential);
    }
}

#[expect(clippy::print_stdout, reason = "criterion has no ratios")]
fn ratio<F>((n, d): (usize, usize), (name, energy): (&str, SignEnergy), f: Additive<F>)
where
    Additive<F>: Lagrangian<f32>,
{
    let (patterns, cue) = world(n, d);
    let spins = packed(energy, &patterns);
    let numbers = DenseMemory::new(attractor_lagrangian::Absolute, f, Synapses::new(patterns))
        .unwrap_or_else(|error| fail(error));
    let start = Bits::of_signs(&cue);
    let (mut scratch, mut state, mut visited) = (spins.scratch(), start.clone(), 0);
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        times[0].push(time(|| drop(black_box(numbers.map(&cue)))));
        state.clone_from(&start);
        times[1].push(time(|| _ = spins.full_step(&mut state, &mut scratch)));
        state.clone_from(&start);
        times[2].push(time(|| visited = spins.step(&mut state, &mut scratch).visited));
    }
    let [numbers, all, early] = times.map(median);
    println!(
        "{n:7} {d:5} {name:9} {numbers:9.0} {all:8.1} {early:8.1} {:7.1} {:7.1} {visited:8}",
        numbers / all,
        numbers / early
    );
}

fn time(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64() * 1e6
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

criterion_group!(benches, ratios, steps);
criterion_main!(benches);
