//! Why weights are no encoder, or ids no text for it.

/// Weights that do not make an encoder, or token ids that it cannot take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// A tensor that is not there.
    #[error(
        "the weights have no tensor {name} of shape {}: use those that belong to config.json",
        shape(expected)
    )]
    Missing {
        /// Its name, without the prefix `bert.`.
        name: String,
        /// The shape needed; `None` where any size does.
        expected: Vec<Option<usize>>,
    },
    /// A tensor of another shape than the configuration asks for.
    #[error(
        "the tensor {name} has the shape {found:?}, {} is needed: use the weights that belong to config.json",
        shape(expected)
    )]
    Shape {
        /// Its name, without the prefix `bert.`.
        name: String,
        /// The shape needed; `None` where any size from 1 does.
        expected: Vec<Option<usize>>,
        /// The shape found.
        found: Vec<usize>,
    },
    /// No token at all.
    #[error("there are no tokens: give at least one")]
    NoTokens,
    /// More tokens than positions.
    #[error("there are {tokens} tokens, the encoder has positions for {limit}: shorten the text")]
    TooManyTokens {
        /// How many there are.
        tokens: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A token id that has no embedding.
    #[error(
        "token {index} has the id {id}, the vocabulary of the weights ends before {vocabulary}: use the tokenizer that belongs to them"
    )]
    Token {
        /// Its place in the text, from 0.
        index: usize,
        /// Its id.
        id: u32,
        /// How many ids have an embedding.
        vocabulary: usize,
    },
    /// The numbers left the range of `f64`.
    #[error("the numbers leave the range of f64 in layer {layer}: the weights are damaged")]
    NotFinite {
        /// The layer, from 0.
        layer: usize,
    },
}

/// `[any, 8]`.
fn shape(expected: &[Option<usize>]) -> String {
    let sizes = expected.iter().map(|n| n.map_or("any".to_owned(), |n| n.to_string()));
    format!("[{}]", sizes.collect::<Vec<_>>().join(", "))
}
