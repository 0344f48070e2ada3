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
const WIDTH: usize = 16;
/// Queries of a layer, and patterns that make a bag positive.
const QUERIES: usize = 2;
const BATCH: usize = 20;
const EPOCHS: usize = 15;
/// What must be reached by the layer from each of these.
const SEEDS: [u64; 3] = [1, 2, 3];
const ACCURACY: f64 = 0.95;

fn rows(bag: &Bag) -> Result<Tensor> {
    Tensor::from_slice(&bag.bits, (bag.bits.len() / WIDTH, WIDTH), &Device::Cpu)
}

fn draw(seed: u64, shapes: &[(usize, usize)]) -> Result<Vec<Var>> {
    let mut rng = Pcg64::seed_from_u64(seed);
    shapes.iter().map(|&shape| var(&mut rng, shape, 0.4, DType::F32)).collect()
}

/// The logits that bags are positive, from what the queries found in each; the last two variables are the read-out.
fn read_out(pooled: &[Tensor], vars: &[Var]) -> Result<Tensor> {
    let [.., weights, shift] = vars else { candle_core::bail!("there is no read-out") };
    let flat = pooled.iter().map(|rows| rows.reshape((1, weights.dim(0)?)));
    let flat = Tensor::cat(&flat.collect::<Result<Vec<Tensor>>>()?, 0)?;
    flat.matmul(weights)?.broadcast_add(shift)?.flatten_all()
}

/// ln(1 + e^{−z}), z = sign·logit, the mean over the bags; candle's own is NaN once a logit is sure of itself.
fn loss(logits: &Tensor, bags: &[Bag]) -> Result<Tensor> {
    let signs = bags.iter().map(|bag| if bag.positive { 1.0 } else { -1.0 });
    let signs = Tensor::from_iter(signs.collect::<Vec<f32>>(), &Device::Cpu)?;
    let z = (logits * signs)?;
    let small = (z.abs()?.neg()?.exp()? + 1.0)?.log()?;
    (z.neg()?.relu()? + small)?.mean_all()
}

/// Trains on 2000 bags, and the share of 400 others that is then judged rightly.
fn learn(
    name: &str,
    seed: u64,
    vars: Vec<Var>,
    pooled: impl Fn(&[Bag]) -> Result<Vec<Tensor>>,
) -> Result<f64> {
    let mut task = Bags::new(10 + seed, WIDTH, QUERIES);
    let train: Vec<Bag> = (0..2000).map(|_| task.draw()).collect();
    let test: Vec<Bag> = (0..400).map(|_| task.draw()).collect();
    let params = ParamsAdamW { lr: 0.01, weight_decay: 0.0, ..ParamsAdamW::default() };
    let mut optimizer = AdamW::new(vars.clone(), params)?;
    for epoch in 1..=EPOCHS {
        let mut total = 0.0;
        for batch in train.chunks(BATCH) {
            let loss = loss(&read_out(&pooled(batch)?, &vars)?, batch)?;
            optimizer.backward_step(&loss)?;
            total += loss.to_scalar::<f32>()? * batch.len() as f32;
        }
        if epoch % 5 == 0 {
            println!("{name}, seed {seed}, epoch {epoch}: loss {:.4}", total / train.len() as f32);
        }
    }
    let logits = read_out(&pooled(&test)?, &vars)?.to_vec1::<f32>()?;
    let right = logits.iter().zip(&test).filter(|(x, bag)| (**x > 0.0) == bag.positive).count();
    let accuracy = right as f64 / test.len() as f64;
    println!("{name}, seed {seed}: held-out accuracy {accuracy:.3} (chance 0.5)");
    Ok(accuracy)
}

/// A pooling layer of ours, whose queries and projections are learned through it, and a linear read-out.
fn learn_a_layer(name: &str, seed: u64, beta: f64) -> Result<f64> {
    let shapes = [(QUERIES, WIDTH), (3 * WIDTH, WIDTH), (QUERIES * WIDTH, 1), (1, 1)];
    let vars = draw(seed, &shapes)?;
    let op = PoolingOp { heads: 1, beta, mask: Mask::default(), steps: Steps::ONE };
    let pool = |bag: &Bag| vars[0].apply_op3(&rows(bag)?, &vars[1], op.clone());
    learn(name, seed, vars.clone(), |bags| bags.iter().map(pool).collect())
}

/// One head of ours behind projections of candle's, which are of all bags at once.
fn learn_a_head(seed: u64) -> Result<f64> {
    let shapes = [(QUERIES, 8), (WIDTH, 8), (WIDTH, 8), (QUERIES * 8, 1), (1, 1)];
    let vars = draw(seed, &shapes)?;
    let op = AttentionOp { beta: 1.0, mask: Mask::default(), steps: Steps::ONE };
    learn("a head", seed, vars.clone(), |bags| {
        let sets = bags.iter().map(rows).collect::<Result<Vec<Tensor>>>()?;
        let all = Tensor::cat(&sets, 0)?;
        let (keys, values) = (all.matmul(&vars[1])?, all.matmul(&vars[2])?);
        let mut start = 0;
        let pool = |set: &Tensor| {
            let part = |of: &Tensor| of.narrow(0, start, set.dim(0)?);
            let found = vars[0].apply_op3(&part(&keys)?, &part(&values)?, op.clone());
            start += set.dim(0)?;
            found
        };
        sets.iter().map(pool).collect()
    })
}

/// Bags are small: more threads would wait for each other.
fn on_one_thread(learn: impl FnOnce() -> Result<f64> + Send) -> Result<f64> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.map_err(candle_core::Error::wrap)?.install(learn)
}

#[test]
fn candle_learns_bit_patterns_through_a_layer_of_ours() -> Result<()> {
    for seed in SEEDS {
        let accuracy = on_one_thread(|| learn_a_layer("a layer", seed, 1.0))?;
        assert!(accuracy >= ACCURACY, "seed {seed}: {accuracy}");
    }
    Ok(())
}

#[test]
fn candle_learns_bit_patterns_through_a_head_of_ours() -> Result<()> {
    let accuracy = on_one_thread(|| learn_a_head(SEEDS[0]))?;
    assert!(accuracy >= ACCURACY, "{accuracy}");
    Ok(())
}

/// At β → 0 every vector of a bag weighs the same, and their mean says little: what is learned above is where to
/// look. β is far below the ε of AdamW, which lets weights grow by any gradient above it.
#[test]
fn a_layer_that_cannot_choose_does_not_learn_them() -> Result<()> {
    let accuracy = on_one_thread(|| learn_a_layer("a layer at β = 1e-15", SEEDS[0], 1e-15))?;
    assert!(accuracy <= 0.75, "{accuracy}");
    Ok(())
}
