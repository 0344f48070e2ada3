//! The heads of a real transformer as model B.

use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use attractor_attention::equivalence;
use attractor_figure::Chart;

pub(super) const CLAIM: Claim = Claim {
    id: "attention",
    statement: "One step of model B with the keys as memories is softmax(QKᵀ/√d)K, on every head of a real transformer",
    source: "Ramsauer et al., arXiv 2008.02217; Krotov & Hopfield, arXiv 2008.06996, eq. 11–16",
    oracle: "an independent implementation in f64; model B in f32 to 2e-6 of the largest entry",
    seconds: (1.0, 1.0),
    run,
};

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let Some(encoded) = setting.transformer else {
        return Err(Failed::Skip(
            "it needs the folder of a BERT encoder (config.json, *.safetensors, tokenizer.json or vocab.txt): name it with --model",
        ));
    };
    let heads = equivalence(&encoded.heads_in::<f32>(), encoded.beta)?;
    let worst = heads.iter().fold(0.0f64, |most, head| most.max(head.max_deviation));
    let part = Part::new("largest deviation of a head", 0.0, Estimate::exact(worst), 2e-6);
    let points: Vec<_> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| (at as f64, head.max_deviation.max(1e-12)))
        .collect();
    let chart = Chart::new("Model B against attention, head by head")
        .x_axis("head, layer after layer")
        .y_axis("deviation / largest entry")
        .log_y()
        .dashed("tolerance", &[(0.0, 2e-6), (heads.len() as f64, 2e-6)])
        .points("f32", &points);
    let parts = vec![part.beside("heads", heads.len() as f64)];
    Ok(Finding::new(
        parts,
        chart.draw()?,
        "Steps among the keys and read-outs of the values, whichever is further off",
    ))
}
