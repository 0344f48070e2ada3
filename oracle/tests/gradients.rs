//! The gradients of our operations are those that candle finds for the same in its own.

mod common;

use attractor_attention::{Keep, Mask, Steps};
use candle_core::{DType, Result, Tensor, Var};
use common::{cover, deviation, join, softmaxes, split, var};
use oracle::{AttentionOp, PoolingOp};
use rand::SeedableRng;
use rand_pcg::Pcg64;

const BETA: f64 = 1.3;
const KEYS: usize = 9;
const HIDDEN: usize = 2;

/// In units of the largest entry.
const CLOSE: [(DType, f64); 2] = [(DType::F32, 1e-5), (DType::F64, 1e-12)];

fn mask() -> Mask {
    Mask::default().keys(Keep((0..KEYS).map(|j| j != HIDDEN).collect()))
}

/// The most that results and gradients by `vars` deviate, where ℓ is a random weighting of the results.
fn most(ours: &Tensor, theirs: &Tensor, vars: &[Var], rng: &mut Pcg64) -> Result<f64> {
    let pull = var(rng, ours.dims2()?, 1.0, ours.dtype())?;
    let back = |out: &Tensor| (out * pull.as_tensor())?.sum_all()?.backward();
    let (by_us, by_candle) = (back(ours)?, back(theirs)?);
    let mut most = deviation(ours, theirs)?;
    for var in vars {
        let pair = by_us.get(var).zip(by_candle.get(var));
        let (ours, theirs) = pair.expect("each of the variables counts");
        most = most.max(deviation(ours, theirs)?);
    }
    Ok(most)
}

fn of_a_head(dtype: DType, steps: usize) -> Result<f64> {
    let mut rng = Pcg64::seed_from_u64(5);
    let mut draw = |rows, columns| var(&mut rng, (rows, columns), 1.0, dtype);
    let (q, k, v) = (draw(4, 6)?, draw(KEYS, 6)?, draw(KEYS, 3)?);
    let steps_of_ours = Steps::exactly(steps).expect("there is one");
    let ours =
        q.apply_op3(&k, &v, AttentionOp { beta: BETA, mask: mask(), steps: steps_of_ours })?;
    let sides = [q.unsqueeze(0)?, k.unsqueeze(0)?, v.unsqueeze(0)?];
    let theirs = softmaxes(sides.each_ref(), BETA, steps, &cover(KEYS, &[HIDDEN], dtype)?)?;
    most(&ours, &theirs.squeeze(0)?, &[q, k, v], &mut rng)
}

fn of_a_layer(dtype: DType, heads: usize, steps: usize) -> Result<f64> {
    let width = 12;
    let mut rng = Pcg64::seed_from_u64(6);
    let mut draw = |rows| var(&mut rng, (rows, width), 1.0, dtype);
    let (queries, set, weights) = (draw(3)?, draw(KEYS)?, draw(3 * width)?);
    let steps_of_ours = Steps::exactly(steps).expect("there is one");
    let op = PoolingOp { heads, beta: BETA, mask: mask(), steps: steps_of_ours };
    let ours = queries.apply_op3(&set, &weights, op)?;
    let side = |rows: &Var, i: usize| {
        split(&rows.matmul(&weights.narrow(0, i * width, width)?.t()?)?, heads)
    };
    let sides = [side(&queries, 0)?, side(&set, 1)?, side(&set, 2)?];
    let theirs = softmaxes(sides.each_ref(), BETA, steps, &cover(KEYS, &[HIDDEN], dtype)?)?;
    most(&ours, &join(&theirs)?, &[queries, set, weights], &mut rng)
}

#[test]
fn a_head_has_the_gradients_of_candle() -> Result<()> {
    for (dtype, close) in CLOSE {
        for steps in [1, 3] {
            let off = of_a_head(dtype, steps)?;
            println!("{dtype:?}, {steps} softmaxes: at most {off:.2e}");
            assert!(off <= close, "{dtype:?}, {steps} softmaxes: {off:e}");
        }
    }
    Ok(())
}

#[test]
fn a_layer_has_the_gradients_of_candle() -> Result<()> {
    for (dtype, close) in CLOSE {
        for (heads, steps) in [(1, 1), (4, 1), (4, 3)] {
            let off = of_a_layer(dtype, heads, steps)?;
            println!("{dtype:?}, {heads} heads, {steps} softmaxes: at most {off:.2e}");
            assert!(off <= close, "{dtype:?}, {heads} heads, {steps} softmaxes: {off:e}");
        }
    }
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused() -> Result<()> {
    let mut rng = Pcg64::seed_from_u64(7);
    let mut draw = |rows, columns| var(&mut rng, (rows, columns), 1.0, DType::F32);
    let (queries, set, weights) = (draw(2, 6)?, draw(KEYS, 6)?, draw(18, 6)?);
    let pool = |heads| PoolingOp { heads, beta: BETA, mask: mask(), steps: Steps::ONE };
    let narrow = draw(KEYS, 5)?;
    assert!(queries.apply_op3(&set, &weights, pool(2)).is_ok());
    for refused in [
        queries.apply_op3(&narrow, &weights, pool(2)),
        queries.apply_op3(&set, &set, pool(2)),
        queries.apply_op3(&set, &weights, pool(4)), // 4 heads of 6 numbers
        queries.apply_op3(&set.to_dtype(DType::F64)?, &weights, pool(2)),
        queries.apply_op3(&set.t()?, &weights, pool(2)),
    ] {
        assert!(refused.is_err());
    }
    Ok(())
}
