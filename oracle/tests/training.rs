//! candle trains through our attention.

use attractor_attention::{Keep, Mask, Steps};
use candle_core::{D, DType, Device, Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use oracle::{AttentionOp, Bag, Bags};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

fn var(rng: &mut Pcg64, rows: usize, columns: usize, size: f64, dtype: DType) -> Var {
    let numbers: Vec<f64> =
        (0..rows * columns).map(|_| size * rng.random_range(-1.0..1.0)).collect();
    let tensor = Tensor::from_vec(numbers, (rows, columns), &Device::Cpu).unwrap();
    Var::from_tensor(&tensor.to_dtype(dtype).unwrap()).unwrap()
}

/// The same in candle's own operations.
fn by_candle(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    beta: f64,
    steps: usize,
    hidden: &[usize],
) -> Result<Tensor> {
    let flags: Vec<f64> =
        (0..k.dim(0)?).map(|j| if hidden.contains(&j) { f64::NEG_INFINITY } else { 0.0 }).collect();
    let cover = Tensor::new(flags, &Device::Cpu)?.to_dtype(q.dtype())?;
    let mut state = q.clone();
    for left in (0..steps).rev() {
        let scores = (state.matmul(&k.t()?)? * beta)?.broadcast_add(&cover)?;
        let weights = candle_nn::ops::softmax(&scores, D::Minus1)?;
        state = weights.matmul(if left == 0 { v } else { k })?;
    }
    Ok(state)
}

#[test]
fn gradients_are_those_of_candle() {
    for (dtype, close) in [(DType::F32, 2e-5), (DType::F64, 1e-11)] {
        for steps in [1, 3] {
            let mut rng = Pcg64::seed_from_u64(5);
            let (q, k, v) = (
                var(&mut rng, 4, 6, 1.0, dtype),
                var(&mut rng, 9, 6, 1.0, dtype),
                var(&mut rng, 9, 3, 1.0, dtype),
            );
            let pull = var(&mut rng, 4, 3, 1.0, dtype);
            let mask = Mask::default().keys(Keep((0..9).map(|j| j != 2).collect()));
            let op = AttentionOp { beta: 1.3, mask, steps: Steps::exactly(steps).unwrap() };
            let ours = q.apply_op3(&k, &v, op).unwrap();
            let theirs = by_candle(&q, &k, &v, 1.3, steps, &[2]).unwrap();
            let size = |t: Tensor| {
                t.abs()
                    .unwrap()
                    .max_all()
                    .unwrap()
                    .to_dtype(DType::F64)
                    .unwrap()
                    .to_scalar::<f64>()
                    .unwrap()
            };
            assert!(size((&ours - &theirs).unwrap()) < close);
            let back =
                |out: &Tensor| (out * &*pull).unwrap().sum_all().unwrap().backward().unwrap();
            let (ours, theirs) = (back(&ours), back(&theirs));
            for of in [&q, &k, &v] {
                let (a, b) = (ours.get(of).unwrap(), theirs.get(of).unwrap());
                let off = size((a - b).unwrap());
                assert!(off < close, "{dtype:?}, {steps} softmaxes: {off:e}");
            }
        }
    }
}

/// A pooling layer and a linear read-out.
struct Pool {
    query: Var,
    key: Var,
    value: Var,
    out: Var,
    shift: Var,
}

impl Pool {
    fn new(seed: u64, width: usize, heads: usize) -> Self {
        let mut rng = Pcg64::seed_from_u64(seed);
        let mut draw = |rows, columns| var(&mut rng, rows, columns, 0.4, DType::F32);
        Self {
            query: draw(heads, 8),
            key: draw(width, 8),
            value: draw(width, 8),
            out: draw(8 * heads, 1),
            shift: draw(1, 1),
        }
    }

    fn vars(&self) -> Vec<Var> {
        [&self.query, &self.key, &self.value, &self.out, &self.shift].map(Clone::clone).to_vec()
    }

    /// The logit that a bag is positive.
    fn logit(&self, bag: &Bag, width: usize) -> Result<Tensor> {
        let rows = Tensor::from_slice(&bag.bits, (bag.bits.len() / width, width), &Device::Cpu)?;
        let (keys, values) = (rows.matmul(&self.key)?, rows.matmul(&self.value)?);
        let op = AttentionOp { beta: 1.0, mask: Mask::default(), steps: Steps::ONE };
        let pooled = self.query.apply_op3(&keys, &values, op)?;
        let pooled = pooled.reshape((1, self.out.dim(0)?))?;
        (pooled.matmul(&self.out)? + self.shift.as_tensor())?.flatten_all()
    }
}

/// ln(1 + e^{−z}), z = sign·logit, the mean over the bags; candle's own is NaN once a logit is sure of itself.
fn logistic(logits: &Tensor, signs: Vec<f32>) -> Result<Tensor> {
    let z = (logits * Tensor::new(signs, &Device::Cpu)?)?;
    let small = (z.abs()?.neg()?.exp()? + 1.0)?.log()?;
    (z.neg()?.relu()? + small)?.mean_all()
}

#[test]
fn candle_learns_bags_of_bit_patterns_through_our_layer() {
    const WIDTH: usize = 8;
    let mut task = Bags::new(1, WIDTH, 2);
    let (train, test): (Vec<Bag>, Vec<Bag>) =
        ((0..600).map(|_| task.draw()).collect(), (0..400).map(|_| task.draw()).collect());
    let pool = Pool::new(2, WIDTH, 2);
    let params = ParamsAdamW { lr: 0.01, weight_decay: 0.0, ..ParamsAdamW::default() };
    let mut optimizer = AdamW::new(pool.vars(), params).unwrap();
    for epoch in 0..40 {
        let mut total = 0.0;
        for batch in train.chunks(20) {
            let logits: Vec<Tensor> =
                batch.iter().map(|bag| pool.logit(bag, WIDTH).unwrap()).collect();
            let logits = Tensor::cat(&logits, 0).unwrap();
            let signs: Vec<f32> =
                batch.iter().map(|bag| if bag.positive { 1.0 } else { -1.0 }).collect();
            let loss = logistic(&logits, signs).unwrap();
            optimizer.backward_step(&loss).unwrap();
            total += loss.to_scalar::<f32>().unwrap();
        }
        if epoch % 10 == 9 {
            println!("epoch {}: loss {:.4}", epoch + 1, total / 30.0);
        }
    }
    let right = |bag: &&Bag| {
        let logit = pool.logit(bag, WIDTH).unwrap().to_vec1::<f32>().unwrap()[0];
        (logit > 0.0) == bag.positive
    };
    let accuracy = test.iter().filter(right).count() as f64 / test.len() as f64;
    println!("bit patterns: held-out accuracy {accuracy:.3} (chance 0.5)");
    assert!(accuracy >= 0.95, "{accuracy}");
}
