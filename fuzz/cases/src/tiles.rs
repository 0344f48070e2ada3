//! Memories in blocks of any size against one.

use crate::cursor::{Cursor, Problem};
use crate::naive::Naive;
use crate::precisions::read;
use attractor_lagrangian::{
    Additive, Entmax, EvenPower, Exponential, GhostLogSumExp, KSubset, LogSumExp, NNorm, Real,
    RectifiedPower, Softplus, Sparsemax,
};
use attractor_laws::{Both, Violation, streaming, streaming_gap, streaming_merge};

/// Scores that a Lagrangian sees tile by tile give what it gives for all of them; and memories that are repeated and
/// turned, so that they fall into other blocks and shares, are read as the same.
pub fn blocks(bytes: &[u8]) {
    let mut cursor = Cursor::new(bytes);
    tiles(&mut cursor);
    shares::<f32>(&mut cursor);
}

fn tiles(cursor: &mut Cursor<'_>) {
    let beta = cursor.one_of(&[1.0, 0.25, 8.0]);
    let (kind, count, tile) = (cursor.byte(), cursor.size(1, 48), cursor.size(1, 50));
    let unit = cursor.one_of(&[1.0, 1.0 / 16.0]);
    let mut draw = || -> Vec<f64> { (0..count).map(|_| cursor.number(unit)).collect() };
    let (x, y) = (draw(), draw());
    let found = match kind % 10 {
        0 => LogSumExp::new(beta).map(|l| laws(&l, &x, &y, tile)),
        1 => GhostLogSumExp::new(beta).map(|l| laws(&l, &x, &y, tile)),
        2 => Sparsemax::new(beta).map(|l| laws(&l, &x, &y, tile)),
        3 => Entmax::new(1.5, beta).map(|l| laws(&l, &x, &y, tile)),
        4 => KSubset::new(2, beta).map(|l| laws(&l, &x, &y, tile)),
        5 => RectifiedPower::new(3).map(|f| laws(&Additive(f), &x, &y, tile)),
        6 => EvenPower::new(4).map(|f| laws(&Additive(f), &x, &y, tile)),
        7 => Exponential::new(0.5).map(|f| laws(&Additive(f), &x, &y, tile)),
        8 => NNorm::new(4).map(|l| laws(&l, &x, &y, tile)),
        _ => Softplus::new(beta).map(|l| laws(&l, &x, &y, tile)),
    };
    if let Ok(Err(violation)) = found {
        panic!("{violation}");
    }
}

fn laws<L: Both<f32> + Both<f64>>(
    l: &L,
    x: &[f64],
    y: &[f64],
    tile: usize,
) -> Result<(), Violation> {
    in_precision::<f64, L>(l, x, y, tile)?;
    in_precision::<f32, L>(l, x, y, tile)
}

fn in_precision<T: Real, L: Both<T>>(
    l: &L,
    x: &[f64],
    y: &[f64],
    tile: usize,
) -> Result<(), Violation> {
    let (x, y) = (crate::cursor::to::<T>(x), crate::cursor::to::<T>(y));
    streaming::<T, L>(l, &x, &y, tile)?;
    streaming_merge::<T, L>(l, &x, tile)?;
    streaming_gap::<T, L>(l, &x, &y, tile)
}

/// The memories `times` over, begun at another one.
fn shares<T: attractor_synapse::Element>(cursor: &mut Cursor<'_>) {
    let (times, beta) = (cursor.size(1, 24), cursor.one_of(&[1.0, 0.125, 8.0]));
    let turn = usize::from(cursor.byte());
    let once = cursor.problem([40, 2, 6]);
    let rows: Vec<&[f64]> = once.rows().collect();
    let many = |first: usize| {
        let order = (0..times * rows.len()).map(|at| rows[(first + at) % rows.len()]);
        let memories = order.collect::<Vec<_>>().concat();
        Problem { features: once.features, memories, cues: once.cues.clone() }
    };
    let (plain, turned) = (many(0), many(turn));
    let bias = vec![0.0; times * rows.len()];
    let one = read::<T>(&plain, &plain.cues, None, beta);
    let other = read::<T>(&turned, &turned.cues, None, beta);
    for (q, cue) in once.cues.chunks_exact(once.features).enumerate() {
        let naive = Naive::of::<T>(&plain, &bias, beta, cue);
        naive.holds(&one, q);
        naive.holds(&other, q);
    }
}
