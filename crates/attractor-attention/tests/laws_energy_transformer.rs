//! An energy transformer keeps every law of a descending system token by token, in f32 and in f64.

mod tokens;

use attractor_attention::*;
use attractor_dynamics::Proof;
use attractor_lagrangian::{Factor, LogSumExp};
use attractor_laws::{currents, descent_laws};
use attractor_synapse::Element;
use tokens::*;

const SHAPES: [Shape; 4] = [
    Shape { n: 3, d: 4, h: 2, y: 2, m: 5 },
    Shape { n: 1, d: 3, h: 1, y: 1, m: 1 },
    Shape { n: 2, d: 9, h: 1, y: 5, m: 65 },
    Shape { n: 7, d: 8, h: 3, y: 1, m: 7 },
];

const BETAS: [f64; 5] = [0.5, 1e-3, 8.0, 1e3, 1e6];

fn weights(seed: u64) -> Weights {
    let at = (seed % 997) as usize;
    Weights::new(seed % 997, SHAPES[at % 4], BETAS[at % 5])
}

/// The block of a seed, for as long as the tests run.
fn blocks<T: Element>(seed: u64, scheme: Scheme) -> Blocks<'static, T> {
    Blocks { transformer: Box::leak(Box::new(weights(seed).block())), scheme }
}

fn soft<T: Element>(seed: u64, scheme: Scheme) -> Blocks<'static, T> {
    let softmax = LogSumExp::new(3.0).unwrap();
    let block = weights(seed).block().with_hidden(softmax).unwrap();
    Blocks { transformer: Box::leak(Box::new(block)), scheme }
}

/// Two states, the second with a frozen token where there are several.
fn batch<T: Element>(blocks: &Blocks<'_, T>, seed: u64) -> TokenBatch<T> {
    let shape = weights(seed).shape;
    let start = |seed| blocks.transformer.start(&currents::<T>(seed, shape.n * shape.d)).unwrap();
    let (first, mut second) = (start(seed), start(seed + 1));
    let frozen: Vec<bool> = (0..shape.n).map(|token| token == 1).collect();
    second.freeze(&frozen).unwrap();
    TokenBatch::new(vec![first, second])
}

fn published(alpha: f64) -> Scheme {
    Scheme::one_by_one(Motion::published(alpha).unwrap())
}

fn leaky(factor: Factor) -> Scheme {
    Scheme::one_by_one(Motion::leaky(factor))
}

fn visible(scheme: Scheme) -> Scheme {
    Scheme { proof: Proof::Visible, ..scheme }
}

macro_rules! laws {
    ($name:ident, $t:ty, $make:ident, $scheme:expr) => {
        descent_laws!($name, |seed| (
            $make::<$t>(seed, $scheme),
            batch(&$make::<$t>(seed, $scheme), seed),
        ));
    };
}

macro_rules! in_precision {
    ($module:ident, $t:ty) => {
        mod $module {
            use super::*;
            laws!(map, $t, blocks, leaky(Factor::MAP));
            laws!(euler, $t, blocks, leaky(Factor::euler(0.3).unwrap()));
            laws!(slow, $t, blocks, leaky(Factor::exponential(1e-3).unwrap()));
            laws!(published_small, $t, blocks, published(1e-3));
            laws!(published_one, $t, blocks, published(1.0));
            laws!(published_large, $t, blocks, published(1e3));
            laws!(published_visible, $t, blocks, visible(published(10.0)));
            laws!(map_visible, $t, blocks, visible(leaky(Factor::MAP)));
            laws!(softmax_memories, $t, soft, published(0.5));
            laws!(softmax_memories_leaky, $t, soft, leaky(Factor::euler(0.9).unwrap()));
            laws!(at_once, $t, blocks, Scheme::at_once(Motion::published(0.1).unwrap()));
        }
    };
}

in_precision!(in_f32, f32);
in_precision!(in_f64, f64);
