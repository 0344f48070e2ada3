//! The words of the page.

use super::lineup::{Contender, WARM};

/// Text that is not to be broken into lines.
pub(crate) fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

pub(crate) const LEAD: &str = "An associative memory stores patterns. Show it a damaged one and it moves, step by step, to a stored one. Each step lowers an energy, and each step here comes with a proof of how much. Everything on this page was computed by one command from a hundred handwritten digits.";

pub(crate) const NETWORK: &str = "Picture two layers of neurons. The **feature** neurons hold a picture, one neuron for each of its 64 pixels. Each **memory** neuron μ stands for one stored picture `ξ_μ`. It measures how well the features agree with its picture, the overlap `h_μ = ξ_μ·g`. Then it pulls the features towards that picture, with a strength `f` that grows with the overlap. The features follow the pulls, the overlaps change, and so on until nothing moves.

That is the whole network, the one of Krotov and Hopfield. Two choices are left: how a memory neuron turns overlap into pull, and how a feature neuron turns its input `v` into an output `g`. Classical Hopfield networks, dense memories, attention and memories on a sphere differ in nothing else.";

pub(crate) const MODEL_HEADERS: [&str; 5] =
    ["model", "a step", "energy", "here", "sees pictures as"];

pub(crate) const MODELS: &str = "`Ξ` holds the memories `ξ`, one a row. `F(x)` is `xⁿ/n` for x > 0, or `exp(βx)/β`. A whole step (η = 1) is the step as written; a smaller one goes the share η of the way.";

/// A row for each model: update, energy, parameter, normalisation.
pub(crate) fn models(lineup: &[Contender]) -> Vec<Vec<String>> {
    let row = |contender: &Contender| {
        let (step, energy) = equations(contender.setting.model, contender.setting.bias);
        let cells = [
            format!("**{}**", unbroken(contender.name)),
            format!("`{}`", unbroken(step)),
            format!("`{}`", unbroken(energy)),
            contender.parameter(),
            unbroken(sees(contender.setting.normalize)),
        ];
        cells.to_vec()
    };
    lineup.iter().map(row).collect()
}

fn equations(model: &str, bias: &str) -> (&'static str, &'static str) {
    match (model, bias) {
        ("hopfield", _) => ("σ ← sign Ξᵀ(Ξσ)", "−½ Σ (ξ·σ)²"),
        ("dense", _) => ("σ ← sign Ξᵀ F′(Ξσ)", "−Σ F(ξ·σ)"),
        ("modern", "none") => ("v ← Ξᵀ softmax(β Ξv)", "½‖v‖² − β⁻¹ ln Σ exp(β ξ·v)"),
        ("modern", _) => ("v ← Ξᵀ softmax(−½β‖v−ξ‖²)", "−β⁻¹ ln Σ exp(−½β‖v−ξ‖²)"),
        _ => ("v ← Ξᵀ F′(Ξg), g = v/‖v‖", "−Σ F(ξ·g)"),
    }
}

fn sees(normalize: &str) -> &'static str {
    match normalize {
        "sign" => "ink +1, paper −1",
        "unit" => "greys, length 1",
        _ => "greys from 0 to 16",
    }
}

pub(crate) const PULL: &str = "The pull `f` of a memory against its overlap, as a share of the pull of a perfect match. In a classical network a memory that agrees half pulls half as hard as the right one, and a hundred such memories drown it. The steeper the curve, the more memories fit.";

pub(crate) const LAGRANGIANS: &str = "Each layer is defined by one convex function, its Lagrangian `L`; the activation is its gradient. For the features: `L = Σ|v|` gives signs (Hopfield and model A), `L = ½‖v‖²` gives `g = v` (model B), `L = ‖v‖` gives the direction of `v` (model C). For the memories: `L = Σ F(h)` gives the pull `F′(h)`; `L = β⁻¹ ln Σ exp(βh)` gives softmax, so that model B is attention.

Energies are printed without additive constants. With an exponential `F`, models A and C are evaluated through the logarithm of the sum: the same way down, without overflow.";

pub(crate) const REPAIRS: &str = "A hundred digits are stored, ten of each, as 8 × 8 pictures. A copy of each is damaged in one of three ways: random pixels are **inverted** (ink becomes paper and paper becomes ink), **Gaussian noise** is added to every pixel (σ in units of the pixels' range), or the **lower half** is erased. Each model gets the damaged copy and runs to rest.";

pub(crate) const OVERVIEW: &str = "One row for each damage. A picture is “recalled” if it came to rest at the very memory it was made from, with an overlap (cosine) above 0.99. Being close to a look-alike does not count. Models with signs draw in ink and paper only.";

pub(crate) const GALLERY: &str = "The same recalls, model by model, as the model sees them. Beneath the cue: the steps to rest. Beneath the recalled picture: its overlap with the nearest memory, which is drawn last.";

/// The caption of one model's gallery.
pub(crate) fn gallery(contender: &Contender) -> String {
    let words = match (contender.setting.model, contender.setting.power, contender.setting.bias) {
        ("hopfield", ..) => {
            "every memory pulls, and the result is a blend of all: nearly the same blob whatever the cue."
        }
        ("dense", Some(3), _) => {
            "pulls grow with the square of the overlap. On a hundred pictures this alike, that is still too gentle."
        }
        ("dense", Some(_), _) => "the best match outweighs all others together.",
        ("dense", None, _) => "steeper than every power. Nearly always one step.",
        _ if contender.name == WARM => {
            "an eighth of that β. States rest on blends of many look-alikes, and the cue hardly matters any more."
        }
        ("modern", _, "none") => "greys instead of signs, and softmax for the pull: attention.",
        ("modern", ..) => {
            "the same with a bias −½‖ξ‖² for every memory, so that it compares distances and needs no scaling."
        }
        _ => "only the direction of the state counts. It nearly always ends where B ends.",
    };
    format!("**{}**{} {words}", contender.name, parenthesis(&contender.parameter()))
}

fn parenthesis(text: &str) -> String {
    if text.is_empty() { ":".to_owned() } else { format!(" ({text}):") }
}

pub(crate) const RATES: &str = "All hundred digits, each damaged once at every level. More noise is more of the same noise, so that the levels can be compared.";
pub(crate) const INVERTED: &str = "Share of a hundred cues recalled against the share of inverted pixels. At 50 % nothing of the picture is left.";
pub(crate) const GAUSSIAN: &str = "The same against the strength of Gaussian noise. Curves that coincide lie on top of each other.";
pub(crate) const RATE_TABLE: &str = "Recalled, in percent of a hundred cues: undamaged, with inverted pixels, with Gaussian noise, with the lower half erased. The last two rows are no networks: they count the cues whose own memory is still the nearest one, seen as signs or as greys.";

pub(crate) const VERDICT: &str = "**Classical Hopfield fails, as it must.** It holds about 0.14 memories per neuron if they are random and unlike each other. These are 1.6 per neuron, and digits are alike. Hardly any digit stays, even undamaged. Power 3 has room for a hundred random patterns, but not for a hundred look-alikes. The steep memories come close to the last two rows. That is what they approach: a smooth search for the nearest memory. Where the damage has made another memory the nearest, that one is found.";

pub(crate) const LANDSCAPE: &str = "With two features instead of 64 the energy can be drawn. Here is model B with five memories in the plane (and the bias that makes it compare distances). Lines with arrows follow small steps from many starts: always downhill, across the level lines. The inverse temperature β decides what there is to find.";

/// The caption of one map.
pub(crate) fn landscape(beta: f64, crowding: f64, minima: usize) -> String {
    let places = if minima == 1 {
        "one resting place: all memories blur into their mean".to_owned()
    } else if minima == 5 {
        "five resting places, one basin for each memory".to_owned()
    } else {
        format!("{minima} resting places: memories that are close share one, a metastable blend")
    };
    let theorem = if crowding < 1.0 {
        format!(" Theory promises exactly one, since β·diameter²/4 = {crowding:.2} < 1.")
    } else {
        String::new()
    };
    format!("β = {beta}: {places}.{theorem}")
}

pub(crate) const BRANCHES: &str = "Where the states come to rest, for growing β: the first coordinate of every resting place. New ones appear beside the first until each memory has its own.";

pub(crate) const CERTIFICATE: &str = "It is easy to claim that an energy falls. To check it, one could subtract two energies; but an energy is a difference of large numbers, and near the end of a recall its last digits are noise. So each step returns a **certificate** instead: the drop as a sum of terms that cannot be negative, each from a formula without cancellation. The **full** proof accounts for all of the drop. The **visible** proof leaves out the memories' term and costs nothing; it is a lower bound.

In the charts, marks are energies and the stairs are the energy at the start less all certified drops so far. If the proof is right, the marks lie on the stairs.";

pub(crate) const HOPFIELD: &str = "Three cues with a fifth of their pixels inverted. Signs jump: after a few whole steps it is over. The descent is certified, though it leads to no digit.";
pub(crate) const DENSE: &str = "The same cues under model A with power 3.";
pub(crate) const MODERN: &str = "The same cues under model B, in small steps. Marks on stairs: what was certified is what happened.";
pub(crate) const SPHERICAL: &str = "And under model C.";
pub(crate) const BOUNDS: &str = "The first cue at an eighth of β, in whole steps. The full proof meets the energy; the visible one stays above it, a bound that costs nothing.";

/// The caption of the chart of drops.
pub(crate) fn drops(denied: usize) -> String {
    let lost = match denied {
        0 => String::new(),
        1 => {
            " In 1 step subtraction saw no fall or even a rise; the certificate did not.".to_owned()
        }
        n => format!(
            " In {n} steps subtraction saw no fall or even a rise; the certificates did not."
        ),
    };
    format!(
        "The drop of every step until the state is at rest. Subtracting energies drowns in rounding at about 1e-16; the certificate keeps its digits.{lost}"
    )
}

pub(crate) const STEP_HEADERS: [&str; 4] =
    ["", "model A, first step", "model B, first step", "model B, late step"];
pub(crate) const STEP: &str = "The numbers of three steps, from the first cue of the charts above. In the late step the subtracted energies no longer agree with the certified drop: the energies have run out of digits. The last row bounds what finite precision can do: the proof is “E(t) ≤ E(t−1) − drop + this”. Late steps are proved up to that and no further.";

pub(crate) const IDENTITY: &str = "For convex Lagrangians `L_v`, `L_h` and a step `v′ = v + η(Ξᵀf − v)` the energy changes by exactly

`E(v′) − E(v) = −(1/η − 1)⟨v′ − v, g′ − g⟩ − D_v(v′, v) − D_h(h′, h)`

where `D` is the Bregman divergence of a Lagrangian, never negative because the Lagrangian is convex. So for every η up to 1 each term on the right is at most zero. For model B with η = 1 it reads: the drop is `½‖Δv‖²` plus `β⁻¹` times the Kullback–Leibler divergence of the old softmax weights from the new ones.

“What rounding can take off it” bounds how far the true drop can fall short because overlaps were rounded. It is a worst case and grows with the memories and the step, so it may exceed a tiny drop.";

pub(crate) const LIMITS: &str = "**Recalled** is a strict and arbitrary line: the cue's own memory is the nearest, with an overlap above 0.99. For signs on 64 pixels that means every pixel. A state that blends two similar threes counts as lost, even if a person would be content.

**Self-coupling.** Models A and Hopfield update all signs at once and let each neuron see itself. That is what the theorem needs. The textbook rules without self-coupling or one neuron at a time are different systems, with other capacities.

**“Unconditional”** means: the energy does not rise, whatever the step size up to η = 1, the memories, β or the cue, up to the rounding that the certificate states. It does not mean that the right memory is found. Downhill from a bad cue leads to a wrong memory, with a perfect certificate.

**Beside a search.** On a hundred pictures a search for the nearest memory does as well, as the table shows. What the network adds is a continuous, differentiable way there, and the same equations as attention.

**β** of model B is the smallest that the separation theorem of Ramsauer and others asks for, for a digit of median separation; C takes the β of B. Digits that are closer together than the median may blend. A smaller β blends more; a larger one is closer to a search.

A hundred cues give rates with a standard error of up to five percentage points.";

pub(crate) const DIGITS: &str = "Optical Recognition of Handwritten Digits, by E. Alpaydin and C. Kaynak, UCI Machine Learning Repository (doi 10.24432/C50P49), licensed CC BY 4.0, as shipped by scikit-learn (BSD-3-Clause). A hundred of the 1797 digits were selected at random, no two of them equal in black and white, and copies were damaged for this page.

The models are those of D. Krotov and J. Hopfield, Large Associative Memory Problem in Neurobiology and Machine Learning, ICLR 2021 (arXiv 2008.06996); model B is also that of H. Ramsauer and others, Hopfield Networks is All You Need (arXiv 2008.02217).";

/// How the page was made.
pub(crate) fn footer(seed: u64) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "Made by attractor {version} with `attractor demo --seed {seed}`. The same seed gives the same page, byte for byte; another seed draws other digits and other damage. No script, no network, no tracking."
    )
}
