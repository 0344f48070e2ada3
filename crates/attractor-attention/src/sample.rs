//! What a head of a transformer saw, and what another implementation read out of it.

/// Queries, keys and values of one head for one text, and what another implementation than model B reads
/// out of them. All row by row: m queries and n keys of d numbers, n values of any width.
///
/// The read-outs are `f64` whatever computed them, since every `f32` is one of those too.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadSample<T> {
    /// The layer, from 0.
    pub layer: usize,
    /// The head in its layer, from 0.
    pub head: usize,
    /// d, the numbers of a query and of a key.
    pub features: usize,
    /// Q, m × d.
    pub queries: Vec<T>,
    /// K, n × d.
    pub keys: Vec<T>,
    /// V, n rows.
    pub values: Vec<T>,
    /// softmax(βQKᵀ)K, m × d.
    pub from_keys: Vec<f64>,
    /// softmax(βQKᵀ)V, m rows: what the head hands on.
    pub from_values: Vec<f64>,
}
