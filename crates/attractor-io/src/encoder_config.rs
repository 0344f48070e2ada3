//! What `config.json` says about a BERT encoder.

use crate::IoError;
use crate::error::clip;
use serde_json::{Map, Value};

/// The nonlinearity between the two halves of a feed-forward block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncoderActivation {
    /// x·Φ(x) with the error function: `gelu`.
    Gelu,
    /// The approximation of it with tanh: `gelu_new` and `gelu_pytorch_tanh`.
    GeluTanh,
    /// max(x, 0): `relu`.
    Relu,
}

impl EncoderActivation {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "gelu" => Some(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" => Some(Self::GeluTanh),
            "relu" => Some(Self::Relu),
            _ => None,
        }
    }
}

/// The shape of a BERT encoder: post-norm layers of self-attention over all tokens, absolute positions.
///
/// ```
/// use attractor_io::EncoderConfig;
/// let json = r#"{"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6,
///     "num_attention_heads": 12, "intermediate_size": 1536, "max_position_embeddings": 512}"#;
/// let config = EncoderConfig::parse("config.json", json)?;
/// assert_eq!((config.layers, config.head_size()), (6, 32));
/// # Ok::<(), attractor_io::IoError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EncoderConfig {
    /// Numbers per token, `hidden_size`.
    pub hidden: usize,
    /// `num_hidden_layers`.
    pub layers: usize,
    /// Heads per layer, `num_attention_heads`; they divide `hidden`.
    pub heads: usize,
    /// The width inside a feed-forward block, `intermediate_size`.
    pub intermediate: usize,
    /// The most tokens that have a position, `max_position_embeddings`.
    pub positions: usize,
    /// What is added to a variance before its root, `layer_norm_eps`.
    pub norm_eps: f64,
    /// `hidden_act`.
    pub activation: EncoderActivation,
}

impl EncoderConfig {
    /// The configuration in the text of a `config.json`; `name` is what messages call it.
    ///
    /// What is left out of the last three and `position_embedding_type` has the value that BERT has: 1e-12,
    /// `gelu`, `absolute`.
    ///
    /// # Errors
    /// [`IoError::Json`], [`IoError::Family`] for another network than a BERT encoder, [`IoError::Config`]
    /// for a field that is missing or cannot be meant so.
    pub fn parse(name: &str, json: &str) -> Result<Self, IoError> {
        let fields = Fields { name, values: object(name, json)? };
        fields.check_family()?;
        let config = Self {
            hidden: fields.count("hidden_size")?,
            layers: fields.count("num_hidden_layers")?,
            heads: fields.count("num_attention_heads")?,
            intermediate: fields.count("intermediate_size")?,
            positions: fields.count("max_position_embeddings")?,
            norm_eps: fields.norm_eps()?,
            activation: fields.activation()?,
        };
        if !config.hidden.is_multiple_of(config.heads) {
            let problem = format!("{} heads do not divide {}", config.heads, config.hidden);
            return Err(fields.wrong("num_attention_heads", problem));
        }
        Ok(config)
    }

    /// Numbers per token and head, d: attention has β = 1/√d.
    pub fn head_size(&self) -> usize {
        self.hidden / self.heads
    }
}

/// The JSON object in `json`.
pub(crate) fn object(name: &str, json: &str) -> Result<Map<String, Value>, IoError> {
    let broken = |problem: String| IoError::Json { name: name.to_owned(), problem };
    match serde_json::from_str(json) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(_) => Err(broken("an object is expected".to_owned())),
        Err(error) => Err(broken(error.to_string())),
    }
}

/// A configuration being read.
struct Fields<'a> {
    name: &'a str,
    values: Map<String, Value>,
}

impl Fields<'_> {
    fn wrong(&self, field: &str, problem: impl Into<String>) -> IoError {
        let (name, field) = (self.name.to_owned(), field.to_owned());
        IoError::Config { name, field, problem: problem.into() }
    }

    fn text(&self, field: &str) -> Result<Option<&str>, IoError> {
        match self.values.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(field, "is no text")),
        }
    }

    /// Refuses by name what would be read without complaint and computed wrongly.
    fn check_family(&self) -> Result<(), IoError> {
        let family = |field: &str, found: &str| IoError::Family {
            name: self.name.to_owned(),
            field: field.to_owned(),
            found: clip(found),
        };
        let kind =
            self.text("model_type")?.ok_or_else(|| self.wrong("model_type", "is missing"))?;
        if kind != "bert" {
            return Err(family("model_type", kind));
        }
        match self.text("position_embedding_type")? {
            None | Some("absolute") => {}
            Some(other) => return Err(family("position_embedding_type", other)),
        }
        // a decoder's tokens see only those before them
        match self.values.get("is_decoder") {
            Some(Value::Bool(true)) => Err(family("is_decoder", "true")),
            _ => Ok(()),
        }
    }

    fn count(&self, field: &str) -> Result<usize, IoError> {
        let value = self.values.get(field).ok_or_else(|| self.wrong(field, "is missing"))?;
        let count = value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
        count.ok_or_else(|| self.wrong(field, "must be a whole number of at least 1"))
    }

    fn norm_eps(&self) -> Result<f64, IoError> {
        let field = "layer_norm_eps";
        let Some(value) = self.values.get(field) else { return Ok(1e-12) };
        let eps = value.as_f64().filter(|eps| *eps > 0.0 && eps.is_finite());
        eps.ok_or_else(|| self.wrong(field, "must be a positive number"))
    }

    fn activation(&self) -> Result<EncoderActivation, IoError> {
        let name = self.text("hidden_act")?.unwrap_or("gelu");
        EncoderActivation::from_name(name).ok_or_else(|| {
            let known = "gelu, gelu_new, gelu_pytorch_tanh or relu is expected";
            self.wrong("hidden_act", format!("{:?} is not known, {known}", clip(name)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY: &str = r#"{"model_type":"bert","hidden_size":8,"num_hidden_layers":2,
        "num_attention_heads":2,"intermediate_size":16,"max_position_embeddings":32}"#;

    fn changed(field: &str, value: &str) -> Result<EncoderConfig, IoError> {
        let mut values = object("c", TINY).unwrap();
        values.insert(field.to_owned(), serde_json::from_str(value).unwrap());
        EncoderConfig::parse("c", &Value::Object(values).to_string())
    }

    #[test]
    fn what_is_left_out_is_as_in_bert() {
        let config = EncoderConfig::parse("c", TINY).unwrap();
        assert_eq!((config.hidden, config.heads, config.head_size()), (8, 2, 4));
        assert_eq!(config.norm_eps.to_bits(), 1e-12f64.to_bits());
        assert_eq!(config.activation, EncoderActivation::Gelu);
        let relu = changed("hidden_act", r#""relu""#).unwrap();
        assert_eq!(relu.activation, EncoderActivation::Relu);
        assert!(changed("position_embedding_type", "null").is_ok());
    }

    #[test]
    fn what_cannot_be_computed_is_refused_by_field() {
        let cases = [
            ("model_type", r#""roberta""#, "model_type is \"roberta\""),
            ("model_type", "3", "model_type: is no text"),
            ("model_type", "null", "model_type: is missing"),
            ("position_embedding_type", r#""relative_key""#, "is \"relative_key\""),
            ("is_decoder", "true", "is_decoder is \"true\""),
            ("hidden_size", "0", "hidden_size: must be a whole number"),
            ("hidden_size", "1e40", "hidden_size: must be a whole number"),
            ("num_hidden_layers", "-1", "num_hidden_layers: must be"),
            ("num_attention_heads", "3", "3 heads do not divide 8"),
            ("layer_norm_eps", "0", "layer_norm_eps: must be"),
            ("hidden_act", r#""swish""#, "\"swish\" is not known"),
        ];
        for (field, value, expected) in cases {
            let error = changed(field, value).unwrap_err().to_string();
            assert!(error.starts_with("c: ") && error.contains(expected), "{error}");
        }
        for (text, expected) in [("[1]", "an object"), ("{", "EOF"), ("", "EOF")] {
            let error = EncoderConfig::parse("c", text).unwrap_err().to_string();
            assert!(error.contains("is not JSON that can be used") && error.contains(expected));
        }
    }
}
