//! A relay gives what plain loops over Ξg and Ξᵀw give, in one call per tile.

use attractor_lagrangian::{LogSumExp, OnePass, Tally};
use attractor_synapse::*;
use proptest::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

fn field_is_naive<T: Element>(n: usize, d: usize, seed: u64) -> Result<(), TestCaseError> {
    let entry = |k: usize| T::of(((k as u64 * 37 + seed) % 101) as f64 / 50.0 - 1.0);
    let numbers: Vec<T> = (0..n * d).map(entry).collect();
    let rows: Vec<&[T]> = numbers.chunks_exact(d).collect();
    let xi = Synapses::from_rows(&rows).unwrap();
    let g: Vec<T> = (0..d).map(|i| entry(7 * i + 3)).collect();
    let seen = AtomicUsize::new(0);
    // w = overlap² in a unit that differs from tile to tile
    let weigh = |range: Range<usize>, tile: &mut [T]| {
        seen.fetch_add(tile.len(), Ordering::Relaxed);
        let log_scale = f64::from(u8::from(range.start.is_multiple_of(512)));
        tile.iter_mut().for_each(|s| *s = T::of(s.f64() * s.f64() * (-log_scale).exp()));
        Tally { log_scale, ..Tally::EMPTY }
    };
    let mut relay = Relay::default();
    xi.relay(Errand { outputs: Some(&g), weigh: Some(Weighing::Of(&weigh)) }, &mut relay);
    prop_assert_eq!(seen.load(Ordering::Relaxed), n);
    let u = T::UNIT_ROUNDOFF;
    let unit = relay.tally().log_scale.exp();
    let (mut field, mut size) = (vec![0.0; d], vec![0.0; d]);
    for (row, overlap) in rows.iter().zip(relay.overlaps()) {
        let terms = || row.iter().zip(&g).map(|(x, g)| x.f64() * g.f64());
        let (exact, mass) = (terms().sum::<f64>(), terms().map(f64::abs).sum::<f64>());
        prop_assert!((overlap.f64() - exact).abs() <= (d as f64 + 4.0) * u * mass);
        for (i, x) in row.iter().enumerate() {
            field[i] += x.f64() * overlap.f64() * overlap.f64();
            size[i] += (x.f64() * overlap.f64() * overlap.f64()).abs();
        }
    }
    for i in 0..d {
        let off = (unit * relay.field()[i] - field[i]).abs();
        prop_assert!(off <= 272.0 * u * size[i], "{off:e} of {:e}", size[i]);
    }
    // weights that are known beforehand, with and without the overlaps
    let weights: Vec<T> = (0..n).map(|k| entry(11 * k + 5)).collect();
    for outputs in [Some(&g[..]), None] {
        let mut known = Relay::default();
        xi.relay(Errand { outputs, weigh: Some(Weighing::Known(&weights)) }, &mut known);
        let overlaps = |x: &Relay<T>| outputs.map(|_| x.overlaps().to_vec());
        for (a, b) in overlaps(&known).iter().flatten().zip(overlaps(&relay).iter().flatten()) {
            prop_assert!((a.f64() - b.f64()).abs() <= 2.0 * (d as f64 + 4.0) * u * 4.0 * d as f64);
        }
        for i in 0..d {
            let terms = || rows.iter().zip(&weights).map(|(row, w)| row[i].f64() * w.f64());
            let size: f64 = terms().map(f64::abs).sum();
            let off = (known.field()[i] - terms().sum::<f64>()).abs();
            prop_assert!(off <= 272.0 * u * size, "{off:e} of {size:e}");
        }
        prop_assert!(known.tally().log_scale.abs() <= 0.0);
    }
    let again = relay.field().to_vec();
    xi.relay(Errand { outputs: Some(&g), weigh: Some(Weighing::Of(&weigh)) }, &mut relay);
    prop_assert_eq!(again, relay.field());
    Ok(())
}

proptest! {
    #[test]
    fn overlaps_and_field_are_naive(n in 1usize..700, d in prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]), seed: u64) {
        field_is_naive::<f64>(n, d, seed % 1000)?;
        field_is_naive::<f32>(n, d, seed % 1000)?;
    }
}

/// With a pool's own weights the field is that of the one-pass read.
#[test]
fn a_relay_of_a_pool_is_a_read() {
    let (n, d) = (1500, 9);
    let rows: Vec<[f32; 9]> = (0..n)
        .map(|k| std::array::from_fn(|i| ((k * 31 + i * 17) % 97) as f32 / 48.0 - 1.0))
        .collect();
    let xi = Synapses::from_rows(&rows).unwrap();
    let softmax = LogSumExp::new(3.0).unwrap();
    let hidden: &dyn attractor_lagrangian::Lagrangian<f32> = &softmax;
    let Some(OnePass::Sum(pool)) = hidden.one_pass() else { panic!("it streams") };
    let g = [0.3f32; 9];
    let weigh = |_: Range<usize>, tile: &mut [f32]| {
        let mut tally = [Tally::EMPTY];
        pool.weigh(tile, &mut tally);
        tally[0]
    };
    let (mut relay, mut answers) = (Relay::default(), Answers::default());
    xi.relay(Errand { outputs: Some(&g), weigh: Some(Weighing::Of(&weigh)) }, &mut relay);
    xi.read(&Question::of(&softmax, &g), &mut answers);
    let factor = pool.log_factor(&relay.tally()).exp();
    let read = answers.get(0).log_scale.exp();
    for i in 0..d {
        assert!((factor * relay.field()[i] - read * answers.field(0)[i]).abs() < 1e-5);
    }
}
