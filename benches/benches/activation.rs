//! Activations of whole vectors against a plain loop over the standard functions of the same type.
//!
//! Ours and the loop take turns within one measurement, so what else the machine does falls on both:
//! the reported time is that of ours, and the median of the ratios is printed with its quartiles.

use attractor_lagrangian::{Lagrangian, LogCosh, LogSumExp, Real, Softplus};
use attractor_synapse::Element;
use benches::normals;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::{Duration, Instant};

const BETA: f64 = 2.0;

/// The functions of the standard library.
trait Plain: Real + Element {
    fn e(self) -> Self;
    fn tangent(self) -> Self;
    fn larger(self, other: Self) -> Self;
}

macro_rules! plain {
    ($t:ident) => {
        impl Plain for $t {
            fn e(self) -> Self {
                Self::exp(self)
            }
            fn tangent(self) -> Self {
                self.tanh()
            }
            fn larger(self, other: Self) -> Self {
                self.max(other)
            }
        }
    };
}
plain!(f32);
plain!(f64);

fn softmax<T: Plain>(x: &[T], g: &mut [T]) {
    let beta = T::of(BETA);
    let max = x.iter().fold(T::of(f64::NEG_INFINITY), |a, b| a.larger(*b));
    let mut sum = T::ZERO;
    for (g, x) in g.iter_mut().zip(x) {
        *g = (beta * (*x - max)).e();
        sum += *g;
    }
    g.iter_mut().for_each(|g| *g /= sum);
}

fn tanh<T: Plain>(x: &[T], g: &mut [T]) {
    let beta = T::of(BETA);
    g.iter_mut().zip(x).for_each(|(g, x)| *g = (beta * *x).tangent());
}

fn logistic<T: Plain>(x: &[T], g: &mut [T]) {
    let beta = T::of(BETA);
    g.iter_mut().zip(x).for_each(|(g, x)| *g = T::ONE / (T::ONE + (-(beta * *x)).e()));
}

fn time(of: impl FnOnce()) -> Duration {
    let start = Instant::now();
    of();
    start.elapsed()
}

/// Prints the median and the quartiles.
#[expect(clippy::print_stderr, reason = "a bench says its ratio beside criterion's table")]
fn tell(name: &str, mut ratios: Vec<f64>) {
    if ratios.is_empty() {
        return; // criterion was asked for others
    }
    ratios.sort_by(f64::total_cmp);
    let at = |quarters: usize| ratios[(ratios.len() - 1) * quarters / 4];
    eprintln!("{name}: {:.2} times as fast [{:.2} {:.2}]", at(2), at(1), at(3));
}

type Loop<T> = fn(&[T], &mut [T]);

fn compare<T: Plain>(criterion: &mut Criterion, name: &str, l: &dyn Lagrangian<T>, plain: Loop<T>) {
    let mut group = criterion.benchmark_group(format!("{name} {}", T::NAME));
    for n in [1_000, 100_000] {
        let x = normals::<T>(3, n, 1);
        let (mut g, mut ratios) = (vec![T::ZERO; n], vec![]);
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(format!("n={n}"), |b| {
            b.iter_custom(|rounds| {
                let mut run = |f: &dyn Fn(&[T], &mut [T])| {
                    time(|| (0..rounds).for_each(|_| f(black_box(&x), black_box(&mut g))))
                };
                let ours = run(&|x, g| l.activate(x, g));
                ratios.push(run(&plain).as_secs_f64() / ours.as_secs_f64());
                ours
            });
        });
        tell(&format!("{name} {} n={n}", T::NAME), ratios);
    }
}

fn activations<T: Plain>(criterion: &mut Criterion) {
    let sound = "a positive beta";
    compare::<T>(criterion, "LogSumExp", &LogSumExp::new(BETA).expect(sound), softmax);
    compare::<T>(criterion, "LogCosh", &LogCosh::new(BETA).expect(sound), tanh);
    compare::<T>(criterion, "Softplus", &Softplus::new(BETA).expect(sound), logistic);
}

criterion_group!(benches, activations::<f32>, activations::<f64>);
criterion_main!(benches);
