//! softmax(QKᵀ/√d)V of several heads, each with queries, keys and values of its own.

use crate::contestant::{Contestant, Failure, widened};
use attractor_attention::{Head, HeadOutput, Mask, Steps};
use attractor_synapse::{Element, Patterns, Synapses};
use rayon::prelude::*;

/// What multi-head attention does between its projections: the heads share the threads.
#[derive(Debug)]
pub(crate) struct Attention<T> {
    heads: Vec<Parts<T>>,
    found: Vec<HeadOutput<T>>,
}

#[derive(Debug)]
struct Parts<T> {
    queries: Vec<T>,
    keys: Synapses<T>,
    values: Patterns<T>,
}

impl<T: Element> Attention<T> {
    /// Queries are heads × q × d, keys and values heads × n × d.
    pub(crate) fn new(
        [queries, keys, d]: [usize; 3],
        [q, k, v]: [&[T]; 3],
    ) -> Result<Self, Failure> {
        let (asked, stored) = (q.chunks_exact(queries * d), k.chunks_exact(keys * d));
        let heads = asked.zip(stored).zip(v.chunks_exact(keys * d)).map(|((q, k), v)| {
            let patterns = |x: &[T]| Patterns::new(x.to_vec(), d).map_err(Failure::of);
            let (keys, values) = (Synapses::new(patterns(k)?), patterns(v)?);
            Ok(Parts { queries: q.to_vec(), keys, values })
        });
        Ok(Self { heads: heads.collect::<Result<_, Failure>>()?, found: Vec::new() })
    }
}

impl<T: Element> Parts<T> {
    fn attend(&self) -> Result<HeadOutput<T>, String> {
        let beta = 1.0 / (self.values.features() as f64).sqrt();
        let head = Head::new(&self.keys, beta).and_then(|head| head.with_values(&self.values));
        let found = head.and_then(|it| it.attend(&self.queries, &Mask::default(), Steps::ONE));
        found.map_err(|error| error.to_string())
    }
}

impl<T: Element> Contestant for Attention<T> {
    fn prepare(&mut self) -> Result<(), Failure> {
        self.found = Vec::new();
        Ok(())
    }

    fn run(&mut self) -> Result<(), Failure> {
        let found = self.heads.par_iter().map(Parts::attend).collect::<Result<_, String>>();
        self.found = found.map_err(Failure::saying)?;
        Ok(())
    }

    fn output(&self) -> Vec<f64> {
        self.found.iter().flat_map(|head| widened(&head.output)).collect()
    }
}
