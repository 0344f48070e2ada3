//! Which heads average and which retrieve, layer by layer.

use crate::failure::Failure;
use attractor_attention::HeadEquivalence;
use attractor_figure::{HeatMap, Svg};

/// Width and height of a map.
const SIZE: (u32, u32) = (470, 300);

/// Heat-maps of layers × heads; the heads are in order, `heads` to a layer.
pub(super) fn draw(all: &[HeadEquivalence], heads: usize) -> Result<String, Failure> {
    let layers = all.len() / heads;
    let n = all.first().map_or(1, |head| head.memories) as f64;
    let map = |title: &str, scale: &str, value: &dyn Fn(&HeadEquivalence) -> f64| {
        let values: Vec<f64> = all.iter().map(value).collect();
        let edges = |count: usize| (-0.5, count as f64 - 0.5);
        let map = HeatMap::new(title, heads, layers, &values, edges(heads), edges(layers));
        map.cells()
            .spanning(0.0, 1.0)
            .axes("head", "layer")
            .scale(scale)
            .size(SIZE.0, SIZE.1)
            .draw()
    };
    let share = "share of the tokens";
    let attends =
        map("Share of the tokens that a query attends to", "effective memories / n", &|head| {
            head.effective_memories / n
        })?;
    let single = map("Queries that settle at a single memory", share, &|head| head.single)?;
    let some = map("Queries that settle among several", share, &|head| head.metastable)?;
    let all_of_them = map("Queries that settle at the mean of all", share, &|head| head.global)?;
    let rows = [Svg::row(&[attends, single]), Svg::row(&[some, all_of_them])];
    Ok(Svg::stack(Some("Attention heads as associative memories"), &rows).standalone())
}
