//! Checks of attractor against other people's code.
//!
//! candle computes a BERT encoder and its attention, and trains through our layers. Nothing here is published; the
//! gate does not build it, `cargo xtask extras oracle` does.

// A transformer by candle.
mod encoder;
// Our attention, and a whole layer of ours, as operations of candle.
mod attention_op;
mod pooling_op;
mod rows;
// A task to train on.
mod bags;

pub use attention_op::AttentionOp;
pub use bags::{Bag, Bags};
pub use encoder::CandleEncoder;
pub use pooling_op::PoolingOp;
