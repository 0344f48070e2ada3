//! candle trains through our layers: bags of bit vectors are told apart by what one vector in them is.

#![expect(clippy::print_stdout, reason = "a test says what it found")]

mod common;

use attractor_attention::{Mask, Steps};
use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use common::var;
use oracle::{AttentionOp, Bag, Bags, PoolingOp};
use rand::SeedableRng;
use rand_pcg::Pcg64;

/// Bits in a vector.
const WIDTH: usize = 8;
/// Queries of a layer, and patterns that make a bag positive.
const QUERIES: usize = 2;
const BATCH: usize = 20;
const EPOCHS: usize = 25;

fn rows(bag: &Bag) -> Result<Tensor> {
    Tensor::from_slice(&bag.bits, (bag.bits.len() / WIDTH, WIDTH), &Device::Cpu)
}

fn draw(seed: u64, shapes: &[(usize, usize)]) -> Result<Vec<Var>> {
    let mut rng = Pcg64::seed_from_u64(seed);
    shapes.iter().map(|&shape| var(&mut rng, shape, 0.4, DType::F32)).collect()
}

/// The logit that a bag is positive, from what the queries found in it.
fn read_out(pooled: &Tensor, weights: &Var, shift: &Var) -> Result<Tensor> {
    let flat = pooled.reshape((1, weights.dim(0)?))?;
    (flat.matmul(weights)? + shift.as_tensor())?.flatten_all()
}

/// ln(1 + e^{−z}), z = sign·logit, the mean over the bags; candle's own is NaN once a logit is sure of itself.
fn loss(logits: &[Tensor], bags: &[Bag]) -> Result<Tensor> {
    let signs = bags.iter().map(|bag| if bag.positive { 1.0 } else { -1.0 });
    let signs = Tensor::from_iter(signs.collect::<Vec<f32>>(), &Device::Cpu)?;
    let z = (Tensor::cat(logits, 0)? * signs)?;
    let small = (z.abs()?.neg()?.exp()? + 1.0)?.log()?;
    (z.neg()?.relu()? + small)?.mean_all()
}

/// Trains on 600 bags, and the share of 400 others that is then judged rightly.
fn learn(name: &str, vars: Vec<Var>, logit: impl Fn(&Bag) -> Result<Tensor>) -> Result<f64> {
    let mut task = Bags::new(1, WIDTH, QUERIES);
    let train: Vec<Bag> = (0..600).map(|_| task.draw()).collect();
    let test: Vec<Bag> = (0..400).map(|_| task.draw()).collect();
    let params = ParamsAdamW { lr: 0.01, weight_decay: 0.0, ..ParamsAdamW::default() };
    let mut optimizer = AdamW::new(vars, params)?;
    for epoch in 1..=EPOCHS {
        let mut total = 0.0;
        for batch in train.chunks(BATCH) {
            let logits = batch.iter().map(&logit).collect::<Result<Vec<Tensor>>>()?;
            let loss = loss(&logits, batch)?;
            optimizer.backward_step(&loss)?;
            total += loss.to_scalar::<f32>()? * batch.len() as f32;
        }
        if epoch % 5 == 0 {
            println!("{name}, epoch {epoch}: loss {:.4}", total / train.len() as f32);
        }
    }
    let mut right = 0;
    for bag in &test {
        right += usize::from((logit(bag)?.to_vec1::<f32>()?[0] > 0.0) == bag.positive);
    }
    let accuracy = right as f64 / test.len() as f64;
    println!("{name}: held-out accuracy {accuracy:.3} (chance 0.5)");
    Ok(accuracy)
}

/// A pooling layer of ours, whose queries and projections are learned through it, and a linear read-out.
fn learn_a_layer(name: &str, beta: f64) -> Result<f64> {
    let shapes = [(QUERIES, WIDTH), (3 * WIDTH, WIDTH), (QUERIES * WIDTH, 1), (1, 1)];
    let vars = draw(2, &shapes)?;
    let op = PoolingOp { heads: 1, beta, mask: Mask::default(), steps: Steps::ONE };
    learn(name, vars.clone(), |bag| {
        let pooled = vars[0].apply_op3(&rows(bag)?, &vars[1], op.clone())?;
        read_out(&pooled, &vars[2], &vars[3])
    })
}

#[test]
fn candle_learns_bit_patterns_through_a_layer_of_ours() -> Result<()> {
    let accuracy = learn_a_layer("a layer", 1.0)?;
    assert!(accuracy >= 0.95, "{accuracy}");
    Ok(())
}

/// At β → 0 every vector of a bag weighs the same, and their mean says little: what is learned above is where to
/// look. β is far below the ε of AdamW, which lets weights grow by any gradient above it.
#[test]
fn a_layer_that_cannot_choose_does_not_learn_them() -> Result<()> {
    let accuracy = learn_a_layer("a layer at β = 1e-15", 1e-15)?;
    assert!(accuracy <= 0.75, "{accuracy}");
    Ok(())
}

/// One head of ours between projections of candle's.
#[test]
fn candle_learns_bit_patterns_through_a_head_of_ours() -> Result<()> {
    let shapes = [(QUERIES, 8), (WIDTH, 8), (WIDTH, 8), (QUERIES * 8, 1), (1, 1)];
    let vars = draw(2, &shapes)?;
    let accuracy = learn("a head", vars.clone(), |bag| {
        let (keys, values) = (rows(bag)?.matmul(&vars[1])?, rows(bag)?.matmul(&vars[2])?);
        let op = AttentionOp { beta: 1.0, mask: Mask::default(), steps: Steps::ONE };
        read_out(&vars[0].apply_op3(&keys, &values, op)?, &vars[3], &vars[4])
    })?;
    assert!(accuracy >= 0.95, "{accuracy}");
    Ok(())
}
