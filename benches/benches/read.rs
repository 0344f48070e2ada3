//! One read of the memories, and one certified step, over batch sizes and shapes.

use attractor_dynamics::{Proof, System};
use attractor_effective::{Effective, ModernHopfield};
use attractor_lagrangian::{Factor, LogSumExp};
use attractor_synapse::{Answers, Element, Memories, Question};
use benches::{memories, normals};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const SHAPES: [(usize, usize, usize); 5] =
    [(100_000, 64, 1), (100_000, 64, 64), (10_000, 384, 4), (10_000, 384, 256), (1_000, 768, 256)];

fn softmax() -> LogSumExp {
    LogSumExp::new(8.0).unwrap_or_else(|error| panic!("{error}"))
}

fn read<T: Element>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("read {}", T::NAME));
    for (n, d, q) in SHAPES {
        let (xi, cues, softmax) = (memories::<T>(n, d), normals::<T>(2, q, d), softmax());
        let mut answers = Answers::default();
        group.throughput(Throughput::Elements((n * q) as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("N={n} d={d} B={q}")), |b| {
            b.iter(|| xi.read(&Question::of(&softmax, &cues), &mut answers));
        });
    }
}

fn proofs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("look and advance");
    let (n, d, q) = (10_000, 384, 64);
    let model: ModernHopfield<f32> =
        Effective::modern(memories(n, d), softmax()).unwrap_or_else(|error| panic!("{error}"));
    for proof in [Proof::Visible, Proof::Full] {
        let descent = model.descent(Factor::MAP, proof, 3);
        let all: Vec<usize> = (0..q).collect();
        let mut batch = model.start(&normals(2, q, d)).unwrap_or_else(|error| panic!("{error}"));
        let mut looks = vec![attractor_dynamics::Look::NONE; q];
        group.bench_function(proof.name(), |b| {
            b.iter(|| {
                descent.look(&mut batch, &all, &mut looks);
                descent.advance(&mut batch, &all);
            });
        });
    }
}

criterion_group!(benches, read::<f32>, read::<f64>, proofs);
criterion_main!(benches);
