//! Our layer next to the same layer in candle's operations.

use attractor_attention::{Association, Ignore, Linear, Mask, Sets};
use attractor_synapse::{Element, Patterns};
use candle_core::{D, Device, Result, Tensor, WithDType};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

const HEADS: usize = 4;
const WIDTH: usize = 24;

fn rows<T: Element>(rng: &mut Pcg64, count: usize, width: usize) -> Patterns<T> {
    let number = |_| T::of(rng.random_range(-1.0..1.0));
    Patterns::new((0..count * width).map(number).collect(), width).unwrap()
}

fn tensor<T: Element + WithDType>(rows: &Patterns<T>) -> Tensor {
    let shape = (rows.len(), rows.features());
    Tensor::from_slice(rows.as_slice(), shape, &Device::Cpu).unwrap()
}

fn project<T: Element + WithDType>(x: &Patterns<T>, by: &Linear<T>) -> Result<Tensor> {
    let bias = Tensor::new(by.bias().unwrap_or_default(), &Device::Cpu)?;
    tensor(x).matmul(&tensor(by.weight()).t()?)?.broadcast_add(&bias)
}

/// Multi-head attention with a mask of 0 and −∞.
fn by_candle<T: Element + WithDType>(
    sets: &Sets<'_, T>,
    [q, k, v, out]: [&Linear<T>; 4],
    cover: &Tensor,
) -> Result<Tensor> {
    let split =
        |x: Tensor| x.reshape((x.dim(0)?, HEADS, WIDTH / HEADS))?.transpose(0, 1)?.contiguous();
    let q = split(project(sets.queries, q)?)?;
    let k = split(project(sets.keys, k)?)?;
    let v = split(project(sets.values, v)?)?;
    let scores = (q.matmul(&k.transpose(1, 2)?.contiguous()?)? / ((WIDTH / HEADS) as f64).sqrt())?;
    let weights = candle_nn::ops::softmax(&scores.broadcast_add(cover)?, D::Minus1)?;
    let context = weights.matmul(&v)?.transpose(0, 1)?.reshape((sets.queries.len(), WIDTH))?;
    let bias = Tensor::new(out.bias().unwrap_or_default(), &Device::Cpu)?;
    context.matmul(&tensor(out.weight()).t()?)?.broadcast_add(&bias)
}

fn holds<T: Element + WithDType>(slack: f64) {
    let mut rng = Pcg64::seed_from_u64(3);
    for (count, n) in [(1, 1), (7, 9), (65, 64), (130, 300)] {
        let linear: Vec<Linear<T>> = (0..4)
            .map(|_| {
                let weight = rows(&mut rng, WIDTH, WIDTH);
                Linear::new(weight, Some(rows(&mut rng, 1, WIDTH).into_vec())).unwrap()
            })
            .collect();
        let sets = [count, n, n].map(|count| rows(&mut rng, count, WIDTH));
        let sets = Sets { queries: &sets[0], keys: &sets[1], values: &sets[2] };
        let padding: Vec<bool> = (0..n).map(|j| j % 5 == 3).collect();
        for causal in [false, true] {
            let hidden = |i: usize, j: usize| padding[j] || (causal && j > i);
            let numbers = (0..count * n)
                .map(|at| T::of(if hidden(at / n, at % n) { f64::NEG_INFINITY } else { 0.0 }));
            let cover =
                Tensor::from_vec(numbers.collect::<Vec<T>>(), (count, n), &Device::Cpu).unwrap();
            let mask = Mask::default().keys(Ignore(padding.clone()));
            let mask = if causal { mask.causal() } else { mask };
            let [q, k, v, out] = [0, 1, 2, 3].map(|i| linear[i].clone());
            let layer = Association::new(HEADS)
                .unwrap()
                .with_sides(q.into(), k.into(), v.into())
                .with_output(out);
            let found = layer.associate(&sets, &mask).unwrap().output;
            let theirs = by_candle(&sets, [0, 1, 2, 3].map(|i| &linear[i]), &cover).unwrap();
            let theirs: Vec<T> = theirs.flatten_all().unwrap().to_vec1().unwrap();
            let most = found.as_slice().iter().zip(&theirs);
            let most = most.fold(0.0f64, |most, (a, b)| {
                most.max(
                    (attractor_lagrangian::Real::f64(*a) - attractor_lagrangian::Real::f64(*b))
                        .abs(),
                )
            });
            assert!(most < slack, "{count} × {n}, causal {causal}: {most:e}");
        }
    }
}

#[test]
fn a_layer_of_ours_is_a_layer_of_candle() {
    holds::<f32>(2e-5);
    holds::<f64>(2e-14);
}
