//! A screened read beside the plain one: sharp and mild retrieval from random memories, and from clusters.

use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Memories, Question, Screened, Synapses};
use benches::{clustered, memories};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// What single precision would lose as well.
const EPSILON: f64 = 6e-8;

fn screen(criterion: &mut Criterion) {
    for (n, d) in [(400_000, 64), (66_000, 384), (33_000, 768)] {
        let random = memories::<f32>(n, d);
        both(criterion, "sharp", &random, 60.0);
        both(criterion, "mild", &random, 4.0);
        both(criterion, "clustered", &clustered(n, d, 1000, 0.2), 60.0);
    }
}

/// A stored memory as the cue, read by all memories and by those that could matter.
fn both(criterion: &mut Criterion, data: &str, xi: &Synapses<f32>, beta: f64) {
    let (n, d) = (xi.memories(), xi.features());
    let screened = Screened::new(xi, EPSILON).unwrap_or_else(|error| panic!("{error}"));
    let softmax = LogSumExp::new(beta).unwrap_or_else(|error| panic!("{error}"));
    let question = Question::of(&softmax, xi.patterns().row(n / 3));
    let mut answers = Answers::default();
    let mut group = criterion.benchmark_group(format!("screen {data}"));
    let shape = format!("N={n} d={d}");
    group.bench_function(BenchmarkId::new("plain", &shape), |b| {
        b.iter(|| xi.read(&question, &mut answers));
    });
    group.bench_function(BenchmarkId::new("screened", &shape), |b| {
        b.iter(|| screened.read(&question, &mut answers));
    });
}

criterion_group!(benches, screen);
criterion_main!(benches);
