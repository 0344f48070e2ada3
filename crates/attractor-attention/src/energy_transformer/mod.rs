//! The energy transformer: attention and a Hopfield network as one energy of all tokens.

// What can be wrong.
mod error;
// Σ e^{βs} in parts.
mod sum;
// States and their energy.
mod energy;
mod state;
// The force on a token.
mod force;
// One token moves, and what that takes off the energy.
mod gap;
mod motion;
mod rounding;
mod shift;
// All tokens move.
mod step;
mod system;
// Its derivative.
mod gradient;

pub use energy::TokenEnergy;
pub use error::EnergyTransformerError;
pub use gradient::TokenGradient;
pub use motion::Motion;
pub use state::TokenState;
pub use step::{Order, Scheme};
pub use system::{Blocks, TokenBatch};

use attractor_lagrangian::{
    Additive, Inadmissible, Lagrangian, Layer, LayerNorm, LogSumExp, RectifiedPower, Softplus, norm,
};
use attractor_synapse::{Element, Memories, Patterns, Synapses};

/// The block of the energy transformer (Hoover et al. 2023, arXiv 2302.07253): n tokens with currents
/// x_C ∈ R^D and outputs g_C = ∂L/∂x_C, L that of layer norm; H heads with keys K = W^K·g and queries
/// Q = W^Q·g of Y numbers each; M memories ξ_μ.
///
/// E_att = −Σ_h β_h⁻¹ Σ_C ln Σ_{B≠C} exp(β_h K_hB·Q_hC),  E_hop = −Σ_C L_h(Ξ·g_C),
///
/// L_h(h) = ½Σ max(h, 0)² unless [`EnergyTransformer::with_hidden`] says otherwise. The force on a token
/// is T_C = −∂(E_att + E_hop)/∂g_C. A [`Motion`] moves it: with a leak, as all our layers
/// (x' = x + η(T − x)), or as published (x' = x + αT).
///
/// # Why the energy falls
///
/// With all other tokens frozen, H = −(E_att + E_hop) is a convex function of one token's g_C. As a query
/// it stands in the log-sum-exp of numbers that are linear in g_C; as a key of another query C' it stands
/// in ln(rest + exp(β Q_C'·W^K g_C)); and because a query does not see its own key (B ≠ C) nothing is
/// quadratic in it. H(g') − H(g) = T·Δg + D_H(g', g) then turns the two motions into
///
/// * with leak, E = Σ_C [x_C·g_C − L(x_C)] + E_att + E_hop:
///   ΔE = −(1/η − 1)⟨Δx, Δg⟩ − D_L(x', x) − D_H(g', g) for 0 < η ≤ 1;
/// * as published, E = E_att + E_hop: ΔE = −⟨Δx, Δg⟩/α − D_H(g', g) for every α > 0,
///
/// where ⟨Δx, Δg⟩ = D_L(x', x) + D_L(x, x') ≥ 0. So token after token ([`Order::OneByOne`]) the energy
/// falls at every step size and every β. All tokens at once ([`Order::AtOnce`]), as in the paper, each
/// force is out of date as soon as another token has moved: nothing is proved. Where tokens repel each other
/// (W^Q = −W^K) and α is large it rises; with random weights it was not seen to.
///
/// Every energy is bounded below: layer norm keeps ‖g_C‖ ≤ γ√D + ‖δ‖, so the scores and overlaps are
/// bounded, and with them L_h, however it grows.
///
/// One sweep over n tokens costs O(n·(n·H·Y + D·H·Y + M·D)), with or without D_H, and no allocation; a
/// state holds 2n²·H sums, n²·H scores and n·M overlaps.
///
/// ```
/// use attractor_attention::{EnergyTransformer, Motion, Scheme};
/// use attractor_lagrangian::LayerNorm;
/// use attractor_synapse::{Patterns, Synapses};
/// let queries = Patterns::from_rows(&[[1.0f64, 0.0, 0.5], [0.0, 1.0, 0.0]])?; // one head, Y = 2
/// let keys = Patterns::from_rows(&[[0.5, 1.0, 0.0], [0.0, 0.5, 1.0]])?;
/// let memories = Synapses::from_rows(&[[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])?;
/// let block = EnergyTransformer::new(queries, keys, 1, memories, LayerNorm::new(1.0, 1e-5)?)?;
/// let mut state = block.start(&[0.3, -0.2, 0.9, 1.0, 0.1, 0.0])?; // two tokens
/// let before = block.energy(&state).published().value;
/// let certificate = block.step(&mut state, &Scheme::one_by_one(Motion::published(100.0)?));
/// let fall = before - block.energy(&state).published().value;
/// assert!(certificate.drop > 0.0 && (fall - certificate.drop).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EnergyTransformer<T> {
    queries: Patterns<T>,
    keys: Patterns<T>,
    heads: Vec<Head>,
    memories: Synapses<T>,
    hidden: Box<dyn Lagrangian<T>>,
    norm: Layer<LayerNorm>,
    /// Layer norm without ε, which the outputs of growing currents approach.
    sphere: Layer<LayerNorm>,
}

/// A head: what a query makes of all its keys, and of one beside the rest.
#[derive(Debug, Clone, Copy)]
struct Head {
    all: LogSumExp,
    one: Softplus,
    /// ‖W^K_h‖·‖W^Q_h‖, in the Frobenius norm.
    size: f64,
}

impl Head {
    fn new(beta: f64, size: f64) -> Result<Self, EnergyTransformerError> {
        Ok(Self { all: LogSumExp::new(beta)?, one: Softplus::new(beta)?, size })
    }

    fn beta(&self) -> f64 {
        self.all.beta()
    }
}

impl<T: Element> EnergyTransformer<T> {
    /// A block with W^Q and W^K (H·Y × D each, head after head), β = 1/√Y, memories (M × D), and layer
    /// norm with one γ, one δ or D of them, and ε > 0.
    ///
    /// # Errors
    /// [`EnergyTransformerError::Width`] or [`EnergyTransformerError::Heads`] if the shapes do not fit,
    /// [`EnergyTransformerError::Epsilon`] if ε = 0.
    pub fn new(
        queries: Patterns<T>,
        keys: Patterns<T>,
        heads: usize,
        memories: Synapses<T>,
        norm: LayerNorm,
    ) -> Result<Self, EnergyTransformerError> {
        let (rows, features) = (queries.len(), queries.features());
        width("the list of rows of W^K", rows, keys.len())?;
        width("a row of W^K", features, keys.features())?;
        width("a memory", features, memories.features())?;
        if norm.delta().len() != 1 {
            width("the shift δ of layer norm", features, norm.delta().len())?;
        }
        if heads == 0 || !rows.is_multiple_of(heads) {
            return Err(EnergyTransformerError::Heads { rows, heads });
        }
        if norm.epsilon() <= 0.0 {
            return Err(EnergyTransformerError::Epsilon);
        }
        let sphere = LayerNorm::new(norm.gamma(), 0.0)?.with_shift(norm.delta().to_vec())?;
        let (sphere, norm) = (Layer(sphere), Layer(norm));
        let hidden = Box::new(Additive(RectifiedPower::new(2)?));
        let block = Self { queries, keys, heads: Vec::new(), memories, hidden, norm, sphere };
        block.with_betas(&vec![1.0 / ((rows / heads) as f64).sqrt(); heads])
    }

    /// The same block with these β, one for each head.
    ///
    /// # Errors
    /// [`EnergyTransformerError::Parameter`] unless every β is positive and finite;
    /// [`EnergyTransformerError::Heads`] or [`EnergyTransformerError::Width`] unless there are H.
    pub fn with_betas(mut self, betas: &[f64]) -> Result<Self, EnergyTransformerError> {
        let rows = self.queries.len();
        if !self.heads.is_empty() {
            width("the list of betas", self.heads.len(), betas.len())?;
        }
        let chunk = rows / betas.len() * self.features();
        let sizes = self.queries.as_slice().chunks_exact(chunk);
        let sizes = sizes.zip(self.keys.as_slice().chunks_exact(chunk));
        let heads = sizes.zip(betas).map(|((q, k), beta)| Head::new(*beta, norm(q) * norm(k)));
        self.heads = heads.collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// The same block with another Lagrangian L_h of the memories: any convex one, of all M overlaps of a
    /// token with them.
    ///
    /// # Errors
    /// [`EnergyTransformerError::Inadmissible`] if it is not convex, [`EnergyTransformerError::Width`] if
    /// its neurons come in groups into which M does not divide.
    pub fn with_hidden(
        mut self,
        hidden: impl Lagrangian<T> + 'static,
    ) -> Result<Self, EnergyTransformerError> {
        let (properties, memories) = (hidden.properties(), self.memories.memories());
        if !properties.convex {
            return Err(Inadmissible::NotConvex("hidden").into());
        }
        if let Some(group) = properties.group.filter(|group| !memories.is_multiple_of(*group)) {
            let expected = memories.next_multiple_of(group);
            return Err(EnergyTransformerError::Width {
                what: "the list of memories, in whole groups,",
                expected,
                found: memories,
            });
        }
        self.hidden = Box::new(hidden);
        Ok(self)
    }

    /// D, the number of features of a token.
    pub fn features(&self) -> usize {
        self.queries.features()
    }

    /// H.
    pub fn heads(&self) -> usize {
        self.heads.len()
    }

    /// Y, the numbers of a query or a key in one head.
    pub fn head_width(&self) -> usize {
        self.queries.len() / self.heads.len()
    }

    /// β of each head.
    pub fn betas(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.heads.iter().map(Head::beta)
    }

    /// The memories ξ, M × D.
    pub fn memories(&self) -> &Synapses<T> {
        &self.memories
    }

    /// Layer norm, the Lagrangian of every token.
    pub fn norm(&self) -> &LayerNorm {
        &self.norm.0
    }

    /// ‖g‖ of a token is never larger: γ√D + ‖δ‖.
    fn largest_output(&self) -> f64 {
        let (d, delta) = (self.features() as f64, self.norm.0.delta());
        let shifts = if delta.len() == 1 { delta[0].abs() * d.sqrt() } else { norm(delta) };
        self.norm.0.gamma() * d.sqrt() + shifts
    }
}

fn width(what: &'static str, expected: usize, found: usize) -> Result<(), EnergyTransformerError> {
    if expected == found {
        Ok(())
    } else {
        Err(EnergyTransformerError::Width { what, expected, found })
    }
}
