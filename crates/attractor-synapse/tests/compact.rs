//! Memories in fewer bytes: how far off they are, and that they read as what they are.

mod common;

use attractor_lagrangian::*;
use attractor_synapse::*;
use common::*;
use proptest::prelude::*;

fn kept<T: Element>(rows: &[Vec<T>], precision: Precision) -> Compact {
    Compact::new(&Patterns::from_rows(rows).unwrap(), precision).unwrap()
}

/// ‖ξ − ξ̂‖ ≤ r for every memory, and for all but the first precisions a bound on r itself.
fn residuals_hold<T: Element>(rows: &[Vec<T>], precision: Precision) -> Law {
    let compact = kept(rows, precision);
    let mut back = vec![0.0f64; compact.features()];
    for (memory, row) in rows.iter().enumerate() {
        compact.decode(memory..memory + 1, &mut back);
        let row = lift(row);
        let largest = row.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        let off: f64 = row.iter().zip(&back).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
        holds("the residual is a bound", off <= compact.residual(memory))?;
        let unit = match precision {
            Precision::F64 => 0.0,
            Precision::F32 => 6e-8,
            Precision::Bf16 => 2.0f64.powi(-8),
            _ => 0.501 / 127.0,
        };
        let most = unit * largest * (row.len() as f64).sqrt() + 1e-37;
        holds("the residual is no larger than it must be", compact.residual(memory) <= most)?;
    }
    Ok(())
}

/// The answers are those of the decoded memories.
fn reads_as_decoded<T: Element>(data: &Data<T>, case: &Case, precision: Precision) -> Law {
    let compact = Compact::new(data.xi.patterns(), precision).unwrap();
    let decoded = Synapses::new(compact.patterns::<T>().unwrap());
    let hidden = case.hidden.lagrangian();
    let before = vec![Before { value: 0.1, tilt: 0.2 }; case.queries];
    let moved = (case.step > 0.0).then_some(Moved { by: &data.moves, before: &before });
    let bias = data.bias.as_deref();
    let question = Question { hidden: &hidden, bias, outputs: &data.outputs, moved, top: 3 };
    let (mut plain, mut small) = (Answers::default(), Answers::default());
    compact.read(&question, &mut small);
    for q in 0..case.queries {
        // one at a time, so that scores are summed in the same order
        let d = data.xi.features();
        let by = data.moves.get(q * d..(q + 1) * d).unwrap_or(&[]);
        let moved = moved.map(|_| Moved { by, before: &before[q..=q] });
        let outputs = &data.outputs[q * d..(q + 1) * d];
        decoded.read(&Question { outputs, moved, ..question }, &mut plain);
        let (a, b) = (plain.get(0), small.get(q));
        let far = 64.0 * T::UNIT_ROUNDOFF;
        let g = lift(&data.outputs[q * data.xi.features()..][..data.xi.features()]);
        let near = |what, x: f64, y: f64, size: f64| {
            close(what, x, y, far * (x.abs() + y.abs() + size) + 1e-300)
        };
        // sums in another order round otherwise, and ln Σe^{βh} by as much as Σ and βh do, h with its bias
        let bias = lift(data.bias.as_deref().unwrap_or(&[])).into_iter().map(f64::abs);
        let length = g.iter().map(|x| x * x).sum::<f64>().sqrt();
        let score = decoded.largest_norm() * length + bias.fold(0.0, f64::max);
        let beta = if let Hidden::Softmax(beta) = case.hidden { Some(beta) } else { None };
        near("value", a.value, b.value, beta.map_or(0.0, |beta| score + 1.0 / beta))?;
        // what is read twice has its scores from another order too, and |f(h)| follows h
        let twice = hidden.one_pass().is_none();
        let rows = if twice { data.xi.memories() as f64 } else { 0.0 };
        near("activity", a.activity, b.activity, rows * score)?;
        near("scale", a.log_scale, b.log_scale, beta.map_or(0.0, |beta| 1.0 + beta * score))?;
        holds("active", a.active == b.active)?;
        nearest_is_that_of_decoded(&decoded, &g, &a.nearest, &b.nearest, far)?;
        // whether what is next to nothing is named depends on what shares a tile with it
        let named = |answer: &Answer| answer.top.iter().filter(|w| w.weight > 1e-30).count();
        holds("names", named(a) == named(b))?;
        if a.activity > 0.0 {
            let most = far * 300.0 * a.activity * (-a.log_scale).exp() * decoded.largest_norm();
            for (x, y) in plain.field(0).iter().zip(small.field(q)) {
                close("field", *x, *y, most + 1e-300)?;
            }
        }
    }
    Ok(())
}

/// The same cosines, and each of the memory that is named with it: two that are equally near may change places.
fn nearest_is_that_of_decoded<T: Element>(
    decoded: &Synapses<T>,
    g: &[f64],
    plain: &Nearest,
    small: &Nearest,
    far: f64,
) -> Law {
    let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let named = |memory: usize, cosine: f64| {
        let row = lift(decoded.patterns().row(memory));
        let dot: f64 = row.iter().zip(g).map(|(x, y)| x * y).sum();
        let lengths = length(&row) * length(g);
        close("named", cosine, if lengths > 0.0 { dot / lengths } else { 0.0 }, far)
    };
    close("nearest", plain.overlap, small.overlap, far)?;
    close("opposite", plain.opposite_overlap, small.opposite_overlap, far)?;
    named(small.memory, small.overlap)?;
    named(small.opposite, small.opposite_overlap)
}

/// Of the precisions those that the numbers allow.
fn precisions() -> impl Strategy<Value = Precision> {
    prop::sample::select(&Precision::ALL[..4])
}

fn signs(seed: u64, n: usize, d: usize, scale: f64) -> Vec<Vec<f64>> {
    let bit = |i: usize| (seed.wrapping_mul(i as u64 + 1) >> 7) & 1 == 1;
    (0..n)
        .map(|row| (0..d).map(|i| if bit(row * d + i) { scale } else { -scale }).collect())
        .collect()
}

proptest! {
    #[test]
    fn a_residual_bounds_what_was_lost(case in cases(), precision in precisions()) {
        let data = case.data::<f64>();
        let rows: Vec<Vec<f64>> = data.xi.patterns().rows().map(<[f64]>::to_vec).collect();
        residuals_hold(&rows, precision).map_err(TestCaseError::fail)?;
        let rows: Vec<Vec<f32>> = rows.iter().map(|row| row.iter().map(|x| *x as f32).collect()).collect();
        residuals_hold(&rows, precision).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn compact_memories_read_as_decoded_ones(case in cases(), precision in precisions()) {
        reads_as_decoded::<f64>(&case.data(), &case, precision).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn bits_lose_nothing(n in 1usize..5, d in prop::sample::select(&WIDTHS[..]), seed: u64) {
        let rows = signs(seed, n, d, 0.75);
        let compact = kept(&rows, Precision::Bits);
        let patterns = compact.patterns::<f64>().unwrap();
        prop_assert_eq!(patterns.rows().map(<[f64]>::to_vec).collect::<Vec<_>>(), rows);
        prop_assert!(compact.residuals().iter().all(|r| r.to_bits() == 0));
    }

    #[test]
    fn what_goes_into_bytes_comes_out_of_them(case in cases(), at in 0usize..5) {
        let rows = signs(case.seed, case.n.min(9), case.d, 1.5);
        let precision = Precision::ALL[at];
        let compact = kept(&rows, precision);
        let (bytes, residuals) = (compact.bytes(), compact.residuals().to_vec());
        let scales = compact.scales().to_vec();
        let per = bytes.len() / compact.len() + if scales.is_empty() { 0 } else { 4 };
        prop_assert_eq!(per, precision.bytes(case.d));
        let again = Compact::from_parts(precision, case.d, &bytes, &scales, residuals);
        prop_assert_eq!(again, Ok(compact));
    }
}

#[test]
fn what_cannot_be_kept_is_refused_with_its_place() {
    let refuse = |rows: &[[f64; 2]], precision| {
        Compact::new(&Patterns::from_rows(rows).unwrap(), precision).unwrap_err()
    };
    let uneven = refuse(&[[1.0, -1.0], [0.5, 1.0]], Precision::Bits);
    assert!(matches!(uneven, CompactError::NotSigns { pattern: 1, feature: 1, .. }));
    for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
        let range = refuse(&[[1.0, -1.0], [0.5, 1e39]], precision);
        let expected = CompactError::Range { pattern: 1, feature: 1, value: 1e39, precision };
        assert_eq!(range, expected);
    }
    assert!(kept(&[vec![0.0f32, -0.0]], Precision::Bits).patterns::<f32>().is_ok());
}

#[test]
fn parts_of_a_damaged_file_are_refused() {
    let parts = |precision, bytes: &[u8], scales: &[f32], residuals: &[f32]| {
        Compact::from_parts(precision, 3, bytes, scales, residuals.to_vec()).unwrap_err()
    };
    use CompactError::*;
    assert!(matches!(
        parts(Precision::Int8, &[0; 4], &[1.0], &[0.0]),
        Length { found: 4, expected: 3, .. }
    ));
    assert!(matches!(parts(Precision::Int8, &[0; 3], &[], &[0.0]), Length { part: "scales", .. }));
    assert!(matches!(
        parts(Precision::Int8, &[0, 128, 0], &[1.0], &[0.0]),
        Code { feature: 1, .. }
    ));
    assert!(matches!(parts(Precision::Int8, &[0; 3], &[0.1], &[0.0]), Part { part: "scale", .. }));
    assert!(matches!(
        parts(Precision::Int8, &[0; 3], &[1.0], &[-1.0]),
        Part { part: "residual", .. }
    ));
    assert!(matches!(parts(Precision::Bits, &[8], &[1.0], &[0.0]), Code { pattern: 0, .. }));
    assert!(matches!(
        parts(Precision::Bf16, &[0xff; 6], &[], &[0.0]),
        Patterns(PatternError::NotFinite { .. })
    ));
    assert!(matches!(parts(Precision::F32, &[], &[], &[]), Patterns(PatternError::Empty)));
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let rows = signs(0x9e37_79b9_7f4a_7c15, 3000, 9, 1.0);
    let compact = kept(&rows, Precision::Int8);
    let softmax = LogSumExp::new(0.7).unwrap();
    let read = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut answers = Answers::<f32>::default();
        pool.install(|| compact.read(&Question::of(&softmax, &[0.3; 18]), &mut answers));
        let field: Vec<u64> = answers.field(1).iter().map(|x| x.to_bits()).collect();
        (answers.get(1).clone(), field)
    };
    let one = read(1);
    [2, 3, 7].into_iter().for_each(|threads| assert_eq!(read(threads), one));
}
