//! Layers from the weights that others trained, by their usual names.

use crate::{Association, AttentionError, FeatureNorm, Linear, Lookup, Pooling, Side};
use attractor_io::{NamedTensors, Tensor};
use attractor_synapse::{Element, Patterns};

/// ε of every norm in the layers that are read.
const EPSILON: f64 = 1e-5;
/// Names that say where a layer begins.
const SIGNS: [&str; 5] =
    ["in_proj_weight", "q_proj_weight", "q_proj.weight", "out_proj.weight", "o_proj.weight"];

impl<T: Element> Association<T> {
    /// The layer whose tensors' names begin with `prefix`, with β = 1/√d and one softmax. Three families:
    ///
    /// * `torch.nn.MultiheadAttention`: `in_proj_weight` (3E × E: queries, keys, values) or `q_proj_weight`,
    ///   `k_proj_weight`, `v_proj_weight`, with `in_proj_bias`; `out_proj.weight`, `out_proj.bias`;
    /// * the `Hopfield` layer of Ramsauer et al.: the same below `association_core.`, besides `p_norm_weight`,
    ///   `p_norm_bias` and the norms `norm_state_pattern`, `norm_stored_pattern` and `norm_pattern_projection`. A set that
    ///   it takes as static has no projection here either. Its `scaling` and its steps are not in the file, and
    ///   where it takes n of them it computes n + 1 softmaxes;
    /// * `q_proj`, `k_proj`, `v_proj` and `out_proj` or `o_proj` as linear layers, with fewer rows for keys and values
    ///   where queries are grouped.
    ///
    /// # Errors
    /// [`AttentionError::Missing`], [`AttentionError::Shape`], [`AttentionError::Unsupported`].
    pub fn from_state_dict(
        tensors: &NamedTensors<T>,
        prefix: &str,
        heads: usize,
    ) -> Result<Self, AttentionError> {
        let core = format!("{prefix}association_core.");
        let nested = tensors.names().any(|name| name.starts_with(&core));
        let core = Dict { tensors, prefix: if nested { &core } else { prefix } };
        let all = Dict { tensors, prefix };
        core.check_known()?;
        let [mut query, mut key, mut value] = core.sides()?;
        query.norm = all.norm("norm_state_pattern.weight", "norm_state_pattern.bias")?;
        key.norm = all.norm("norm_stored_pattern.weight", "norm_stored_pattern.bias")?;
        value.norm = all.norm("norm_pattern_projection.weight", "norm_pattern_projection.bias")?;
        let mut layer = Self::new(heads)?.with_sides(query, key, value);
        if let Some(norm) = core.norm("p_norm_weight", "p_norm_bias")? {
            layer = layer.with_head_norm(norm);
        }
        for name in ["out_proj", "o_proj"] {
            if let Some(out) = core.linear(name)? {
                layer = layer.with_output(out);
            }
        }
        Ok(layer)
    }
}

impl<T: Element> Pooling<T> {
    /// The `HopfieldPooling` of Ramsauer et al.: `pooling_weights` and a layer below `hopfield.`; see
    /// [`Association::from_state_dict`].
    ///
    /// # Errors
    /// As there.
    pub fn from_state_dict(
        tensors: &NamedTensors<T>,
        prefix: &str,
        heads: usize,
    ) -> Result<Self, AttentionError> {
        let hopfield = format!("{prefix}hopfield.");
        let association = Association::from_state_dict(tensors, &hopfield, heads)?;
        Ok(Self::new(association, Dict { tensors, prefix }.patterns("pooling_weights")?))
    }
}

impl<T: Element> Lookup<T> {
    /// The `HopfieldLayer` of Ramsauer et al.: `lookup_weights`, perhaps `target_weights`, and a layer below
    /// `hopfield.`; see [`Association::from_state_dict`].
    ///
    /// # Errors
    /// As there.
    pub fn from_state_dict(
        tensors: &NamedTensors<T>,
        prefix: &str,
        heads: usize,
    ) -> Result<Self, AttentionError> {
        let hopfield = format!("{prefix}hopfield.");
        let association = Association::from_state_dict(tensors, &hopfield, heads)?;
        let own = Dict { tensors, prefix };
        let targets = own.get("target_weights").map(|_| own.patterns("target_weights"));
        Ok(Self::new(association, own.patterns("lookup_weights")?, targets.transpose()?))
    }
}

/// The prefixes at which [`Association::from_state_dict`] finds a layer among some tensors.
///
/// ```
/// use attractor_attention::layers_of;
/// use attractor_io::{NamedTensors, Tensor};
/// let weight = Tensor::new(vec![6, 2], vec![0.0f32; 12]).unwrap();
/// let tensors = NamedTensors::new([("encoder.0.in_proj_weight", weight)]).unwrap();
/// assert_eq!(layers_of(&tensors), ["encoder.0."]);
/// ```
pub fn layers_of<T: Element>(tensors: &NamedTensors<T>) -> Vec<String> {
    let prefix = |name: &str| {
        let whole = SIGNS.iter().filter_map(|sign| name.strip_suffix(sign));
        let whole = whole
            .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
            .min_by_key(|p| p.len())?;
        Some(whole.strip_suffix("association_core.").unwrap_or(whole).to_owned())
    };
    let mut found: Vec<String> = tensors.names().filter_map(prefix).collect();
    found.sort();
    found.dedup();
    found
}

/// The tensors whose names begin with a prefix.
struct Dict<'a, T> {
    tensors: &'a NamedTensors<T>,
    prefix: &'a str,
}

impl<'a, T: Element> Dict<'a, T> {
    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn get(&self, name: &str) -> Option<&'a Tensor<T>> {
        self.tensors.get(&self.name(name))
    }

    /// Refuses what is no layer, and what a layer of ours does not have.
    fn check_known(&self) -> Result<(), AttentionError> {
        if SIGNS.iter().all(|sign| self.get(sign).is_none()) {
            return Err(AttentionError::Missing {
                name: self.name(SIGNS[0]),
                remedy: "name the layer by what its tensors' names begin with, or rename them as in torch.nn.MultiheadAttention",
            });
        }
        match ["bias_k", "bias_v"].iter().find(|name| self.get(name).is_some()) {
            None => Ok(()),
            Some(name) => Err(AttentionError::Unsupported {
                name: self.name(name),
                reason: "a key of the layer's own is not part of it here: append it to the projected keys and values",
            }),
        }
    }

    fn sides(&self) -> Result<[Side<T>; 3], AttentionError> {
        if let Some(all) = self.get("in_proj_weight") {
            return self.thirds(all);
        }
        let names = ["q_proj", "k_proj", "v_proj"];
        let linear = names.map(|name| self.linear(name));
        if linear.iter().any(|found| !matches!(found, Ok(None))) {
            let [q, k, v] = linear;
            return Ok([side(q?), side(k?), side(v?)]);
        }
        let rows = ["q_proj_weight", "k_proj_weight", "v_proj_weight"];
        let [q, k, v] = rows.map(|name| self.get(name).map(|_| self.patterns(name)).transpose());
        self.with_shared_bias([q?, k?, v?])
    }

    /// Queries, keys and values in one matrix.
    fn thirds(&self, all: &Tensor<T>) -> Result<[Side<T>; 3], AttentionError> {
        let weight = self.patterns("in_proj_weight")?;
        let (rows, inputs) = (weight.len(), weight.features());
        let out = self.get("out_proj.weight").and_then(|out| out.shape().get(1).copied());
        let third = out.unwrap_or(rows / 3);
        if third == 0 || rows != 3 * third {
            return Err(AttentionError::Unsupported {
                name: self.name("in_proj_weight"),
                reason: "it does not hold queries, keys and values in equal parts, so some of them are static: build the layer with `Association::with_sides`",
            });
        }
        let part = |i: usize| {
            Patterns::new(all.data()[i * third * inputs..][..third * inputs].to_vec(), inputs)
        };
        self.with_shared_bias([Some(part(0)?), Some(part(1)?), Some(part(2)?)])
    }

    /// Weights with their parts of `in_proj_bias`, which holds those of the values also where these are static.
    fn with_shared_bias(
        &self,
        weights: [Option<Patterns<T>>; 3],
    ) -> Result<[Side<T>; 3], AttentionError> {
        let mut bias = self.get("in_proj_bias").map(Tensor::data);
        let needed: usize = weights.iter().flatten().map(Patterns::len).sum();
        if let Some(found) =
            bias.filter(|bias| bias.len() < needed || (bias.len() > needed && weights[2].is_some()))
        {
            let (name, found) = (self.name("in_proj_bias"), vec![found.len()]);
            return Err(AttentionError::Shape { name, expected: format!("[{needed}]"), found });
        }
        let mut take = |weight: Option<Patterns<T>>| {
            let Some(weight) = weight else { return Ok(Side::default()) };
            let own = bias.map(|rest| rest[..weight.len()].to_vec());
            bias = bias.map(|rest| &rest[weight.len()..]);
            Ok::<_, AttentionError>(Side::from(Linear::new(weight, own)?))
        };
        let [q, k, v] = weights;
        Ok([take(q)?, take(k)?, take(v)?])
    }

    /// `name.weight` and, if there is one, `name.bias`.
    fn linear(&self, name: &str) -> Result<Option<Linear<T>>, AttentionError> {
        let weight = format!("{name}.weight");
        if self.get(&weight).is_none() {
            return Ok(None);
        }
        let weight = self.patterns(&weight)?;
        let bias = format!("{name}.bias");
        let numbers = self.get(&bias).map(|bias| bias.data().to_vec());
        if let Some(found) = numbers.as_ref().filter(|numbers| numbers.len() != weight.len()) {
            let (name, expected) = (self.name(&bias), format!("[{}]", weight.len()));
            return Err(AttentionError::Shape { name, expected, found: vec![found.len()] });
        }
        Linear::new(weight, numbers).map(Some)
    }

    fn norm(&self, weight: &str, bias: &str) -> Result<Option<FeatureNorm>, AttentionError> {
        let Some(gain) = self.get(weight) else { return Ok(None) };
        let numbers =
            |tensor: &Tensor<T>| tensor.data().iter().map(|x| x.f64()).collect::<Vec<f64>>();
        let shift = self.get(bias).map_or_else(|| vec![0.0; gain.data().len()], numbers);
        FeatureNorm::new(numbers(gain), shift, EPSILON).map(Some)
    }

    /// A matrix; an axis of 1 before it is a batch.
    fn patterns(&self, name: &str) -> Result<Patterns<T>, AttentionError> {
        let missing = || AttentionError::Missing {
            name: self.name(name),
            remedy: "give the layer's whole state dict",
        };
        let tensor = self.get(name).ok_or_else(missing)?;
        match *tensor.shape() {
            [rows, columns] | [1, rows, columns] | [rows, 1, columns] if rows * columns > 0 => {
                Ok(Patterns::new(tensor.data().to_vec(), columns)?)
            }
            _ => Err(AttentionError::Shape {
                name: self.name(name),
                expected: "a matrix".to_owned(),
                found: tensor.shape().to_vec(),
            }),
        }
    }
}

fn side<T>(projection: Option<Linear<T>>) -> Side<T> {
    Side { norm: None, projection }
}
