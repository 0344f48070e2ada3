//! One read gives what plain loops over the formulas give.

mod common;

use attractor_lagrangian::*;
use attractor_synapse::*;
use common::*;
use proptest::prelude::*;

/// What `Before` a look would have left at h − δ.
fn before(case: &Case, h: &[f64], moves: &[f64]) -> Before {
    let from: Vec<f64> = h.iter().zip(moves).map(|(h, d)| h - d).collect();
    Before { value: case.hidden.value(&from), tilt: dot(&case.hidden.activation(&from), moves) }
}

fn ask<T: Element>(
    memories: &dyn Memories<T>,
    data: &Data<T>,
    case: &Case,
    top: usize,
) -> Answers<T> {
    let d = case.d;
    let befores: Vec<Before> = (0..case.queries)
        .map(|q| {
            let range = q * d..(q + 1) * d;
            let h = scores(&data.xi, &lift(&data.outputs[range.clone()]), data.bias.as_deref());
            before(case, &h, &scores(&data.xi, &lift(&data.moves[range]), None))
        })
        .collect();
    let hidden = case.hidden.lagrangian();
    let moved = (case.step > 0.0).then_some(Moved { by: &data.moves, before: &befores });
    let bias = data.bias.as_deref();
    let question = Question { hidden: &hidden, bias, outputs: &data.outputs, moved, top };
    let mut answers = Answers::default();
    memories.read(&question, &mut answers);
    answers
}

const TOP: usize = 4;

/// Every number of an answer against its formula, within the rounding of d-term scores in T,
/// tiles of 256 terms in T, and weights stored in T.
fn read_is_naive<T: Element>(memories: &dyn Memories<T>, data: &Data<T>, case: &Case) -> Law {
    let answers = ask(memories, data, case, TOP);
    (0..case.queries).try_for_each(|q| answer_is_naive(&answers, q, data, case))
}

fn answer_is_naive<T: Element>(answers: &Answers<T>, q: usize, data: &Data<T>, case: &Case) -> Law {
    let (u, d, hidden) = (T::UNIT_ROUNDOFF, case.d, case.hidden);
    let (answer, g) = (answers.get(q), lift(&data.outputs[q * d..(q + 1) * d]));
    let bias = data.bias.as_deref();
    let h = scores(&data.xi, &g, bias);
    let rows: Vec<Vec<f64>> = data.xi.patterns().rows().map(lift).collect();
    // γ_{d+4} on every product, one rounding of the sum with the bias
    let errors: Vec<f64> = (0..case.n)
        .map(|i| {
            let mass: f64 = rows[i].iter().zip(&g).map(|(x, g)| (x * g).abs()).sum();
            (d as f64 + 4.0) * u * mass + u * h[i].abs()
        })
        .collect();
    let f = hidden.activation(&h);
    let spread = hidden.spread(&h, &errors);
    // weights below the smallest number of T in the tile's unit are lost: at most e^40 above it
    let tiny = if u > 1e-10 { 1e-37 } else { 1e-290 };
    let floor = tiny * (1.0 + f.iter().fold(0.0f64, |m, f| m.max(f.abs())));
    // a weight is rounded once, after an exponential of a rounded argument of at most ~100
    let weight_error = |i: usize| spread[i] + 128.0 * u * f[i].abs() + floor;
    let total: f64 = f.iter().map(|f| f.abs()).sum();
    let lost: f64 = (0..case.n).map(weight_error).sum();

    let value = hidden.value(&h);
    let mass = value.abs() + h.iter().zip(&f).map(|(h, f)| (h * f).abs()).sum::<f64>();
    let tilted: f64 = (0..case.n).map(|i| (f[i].abs() + spread[i]) * errors[i]).sum();
    let worst = errors.iter().copied().fold(0.0, f64::max);
    let slack = match hidden {
        Hidden::Softmax(beta) => worst + 130.0 * u / beta + 1e-14 * mass,
        _ => tilted + 1e-12 * mass,
    };
    close("value", answer.value, value, slack)?;
    close("activity", answer.activity, total, lost + 1e-12 * total)?;

    let field: Vec<f64> = (0..d).map(|k| (0..case.n).map(|i| f[i] * rows[i][k]).sum()).collect();
    let unit = answer.log_scale.exp();
    for (k, exact) in field.iter().enumerate() {
        let sums =
            (0..case.n).map(|i| (260.0 * u * f[i].abs() + weight_error(i)) * rows[i][k].abs());
        let got = if unit == 0.0 { 0.0 } else { answers.field(q)[k] * unit };
        close("field", got, *exact, sums.sum::<f64>() + 1e-300)?;
    }

    let squares = dot(&f, &f);
    if total > 0.0 {
        let n_eff = total * total / squares;
        let uneven: f64 = (0..case.n).map(|i| f[i].abs() * weight_error(i)).sum();
        let slack = n_eff * (2.0 * lost / total + 2.0 * uneven / squares + 1e-12);
        if slack < 0.5 * n_eff {
            close("n_eff", answer.effective_memories, n_eff, 1.5 * slack)?;
        }
        holds(
            "1 ≤ n_eff ≤ N",
            answer.effective_memories >= 1.0 - 1e-9
                && answer.effective_memories <= case.n as f64 * (1.0 + 1e-9),
        )?;
        tops_are_naive(answer, case, &f, &|i| {
            weight_error(i) / total + f[i].abs() * lost / total / total
        })?;
    } else {
        close("silent", answer.effective_memories, 0.0, 0.0)?;
        holds("nothing is named where nothing is active", answer.top.is_empty())?;
    }

    nearest_is_naive(answer, &rows, &g, (d as f64 + 8.0) * u)?;
    gap_is_naive(answer, q, data, case, &h, &errors)
}

fn tops_are_naive(answer: &Answer, case: &Case, f: &[f64], slack: &dyn Fn(usize) -> f64) -> Law {
    let total: f64 = f.iter().map(|f| f.abs()).sum();
    let share = |i: usize| f[i].abs() / total;
    let active = f.iter().filter(|f| f.abs() / total > 1e-30).count();
    holds(
        "as many names as asked for",
        answer.top.len() <= TOP.min(case.n) && answer.top.len() >= TOP.min(active),
    )?;
    for pair in answer.top.windows(2) {
        holds("heaviest first", pair[0].weight >= pair[1].weight)?;
    }
    let mut named = vec![false; case.n];
    for top in &answer.top {
        holds("named once", !std::mem::replace(&mut named[top.memory], true))?;
        close("share", top.weight, share(top.memory), 2.0 * slack(top.memory) + 1e-30)?;
    }
    let Some(last) = answer.top.last().filter(|_| answer.top.len() == TOP) else { return Ok(()) };
    let missed = (0..case.n)
        .filter(|&i| !named[i])
        .find(|&i| !(share(i) <= last.weight + 2.0 * slack(i) + 2.0 * slack(last.memory) + 1e-30));
    holds(&format!("a heavier memory is not named: {missed:?}"), missed.is_none())
}

fn nearest_is_naive(answer: &Answer, rows: &[Vec<f64>], g: &[f64], relative: f64) -> Law {
    let size = norm(g);
    let cosine = |i: usize| {
        let length = norm(&rows[i]) * size;
        if length > 0.0 { dot(&rows[i], g) / length } else { 0.0 }
    };
    // γ on Σ|ξ_i g_i| ≤ ‖ξ‖‖g‖
    let slack = 2.0 * relative;
    let (near, far) = (answer.nearest.overlap, answer.nearest.opposite_overlap);
    let highest = (0..rows.len()).map(cosine).fold(f64::NEG_INFINITY, f64::max);
    let lowest = (0..rows.len()).map(cosine).fold(f64::INFINITY, f64::min);
    close("largest cosine", near, highest, slack)?;
    close("smallest cosine", far, lowest, slack)?;
    close("nearest", cosine(answer.nearest.memory), highest, slack)?;
    close("opposite", cosine(answer.nearest.opposite), lowest, slack)
}

fn gap_is_naive<T: Element>(
    answer: &Answer,
    q: usize,
    data: &Data<T>,
    case: &Case,
    h: &[f64],
    errors: &[f64],
) -> Law {
    let (hidden, u) = (case.hidden, T::UNIT_ROUNDOFF);
    if case.step == 0.0 {
        return close("no gap", answer.gap, 0.0, 0.0);
    }
    let by = lift(&data.moves[q * case.d..(q + 1) * case.d]);
    let moves = scores(&data.xi, &by, None);
    let from: Vec<f64> = h.iter().zip(&moves).map(|(h, d)| h - d).collect();
    let before = before(case, h, &moves);
    let (f, old) = (hidden.activation(h), hidden.activation(&from));
    let exact = hidden.value(h) - before.value - before.tilt;
    // the reference takes a difference in f64; the read rounds h, δ and for two reads h − δ in T
    let blunt = 4.0
        * (1e-14 + case.n as f64 * 1e-16)
        * (hidden.value(h).abs() + before.value.abs() + dot(&f, h).abs() + dot(&old, &moves).abs());
    let delta = |i: usize| {
        errors[i]
            + (case.d as f64 + 4.0)
                * u
                * (moves[i].abs() + by.iter().map(|b| b.abs()).sum::<f64>() * case.scale)
    };
    // f is uncertain at both ends: at h by its rounding, at h − δ by that of δ as well
    let deltas: Vec<f64> = (0..case.n).map(delta).collect();
    let ends = hidden.spread(h, errors).into_iter().zip(hidden.spread(&from, &deltas));
    let spread: Vec<f64> = ends.map(|(to, from)| to + from).collect();
    let bend: f64 = match hidden {
        Hidden::Softmax(_) => 4.0 * (0..case.n).map(delta).fold(0.0, f64::max),
        _ => (0..case.n)
            .map(|i| {
                ((f[i] - old[i]).abs() + 2.0 * spread[i]) * 4.0 * delta(i)
                    + spread[i] * moves[i].abs()
            })
            .sum(),
    };
    // each of the stored activations of two reads is rounded
    let stored = match hidden {
        Hidden::Hyperbolic => {
            (0..case.n).map(|i| 4.0 * u * moves[i].abs() + 4.0 * u * u * h[i].abs()).sum()
        }
        _ => 0.0,
    };
    holds("a gap is not negative", answer.gap >= 0.0)?;
    close("gap", answer.gap, exact, blunt + bend + stored + 1e-6 * exact.abs())
}

proptest! {
    #[test]
    fn a_read_in_f64_is_naive(case in cases()) {
        let data = case.data::<f64>();
        prop_assert_eq!(read_is_naive(&data.xi, &data, &case), Ok(()));
    }

    #[test]
    fn a_read_in_f32_is_naive(case in cases()) {
        let data = case.data::<f32>();
        prop_assert_eq!(read_is_naive(&data.xi, &data, &case), Ok(()));
    }

    #[test]
    fn a_batch_is_its_queries_one_by_one(case in cases()) {
        prop_assert_eq!(batch_is_single::<f64>(&case), Ok(()));
        prop_assert_eq!(batch_is_single::<f32>(&case), Ok(()));
    }
}

/// One query alone, by the same law: both are within rounding of the formulas, whatever the chunk.
fn batch_is_single<T: Element>(case: &Case) -> Law {
    let data = case.data::<T>();
    let q = case.queries - 1;
    let outputs = data.outputs[q * case.d..].to_vec();
    let moves = data.moves[q * case.d..].to_vec();
    let alone = Data { outputs, moves, xi: data.xi, bias: data.bias };
    let case = Case { queries: 1, ..case.clone() };
    read_is_naive(&alone.xi, &alone, &case)
}

/// Memories that lie in one way each.
#[derive(Debug)]
struct Liar<'a> {
    xi: &'a Synapses<f64>,
    lie: usize,
}

const LIES: usize = 5;

impl Memories<f64> for Liar<'_> {
    fn memories(&self) -> usize {
        self.xi.memories()
    }
    fn features(&self) -> usize {
        self.xi.features()
    }
    fn largest_norm(&self) -> f64 {
        self.xi.largest_norm()
    }
    fn squared_norms(&self) -> Vec<f64> {
        self.xi.squared_norms()
    }
    fn spectral_norm(&self) -> f64 {
        self.xi.spectral_norm()
    }
    fn read(&self, question: &Question<'_, f64>, answers: &mut Answers<f64>) {
        let wrong: Vec<f64> = question.outputs.iter().map(|x| x * (1.0 + 1e-6)).collect();
        let tilted = vec![1e-3; self.memories()];
        let hidden = LogSumExp::new(1.001).unwrap();
        let before: Vec<Before> = question.moved.map_or_else(Vec::new, |m| m.before.to_vec());
        let doubled: Vec<f64> =
            question.moved.map_or_else(Vec::new, |m| m.by.iter().map(|x| 2.0 * x).collect());
        let told = match self.lie {
            0 => Question { outputs: &wrong, ..*question },
            1 => Question { bias: Some(&tilted), ..*question },
            2 => Question { hidden: &hidden, ..*question },
            3 => Question { top: 1, ..*question },
            _ => Question { moved: Some(Moved { by: &doubled, before: &before }), ..*question },
        };
        self.xi.read(&told, answers);
    }
    fn relay(&self, errand: Errand<'_, f64>, relay: &mut Relay<f64>) {
        self.xi.relay(errand, relay);
    }
}

#[test]
fn a_read_that_lies_is_caught() {
    let case = Case {
        hidden: Hidden::Softmax(1.0),
        n: 9,
        d: 7,
        queries: 1,
        scale: 1.0,
        bias: None,
        step: 1.0,
        seed: 5,
    };
    let data = case.data::<f64>();
    assert_eq!(read_is_naive(&data.xi, &data, &case), Ok(()));
    for lie in 0..LIES {
        let liar = Liar { xi: &data.xi, lie };
        assert!(read_is_naive(&liar, &data, &case).is_err(), "lie {lie} was believed");
    }
}

#[test]
fn equals_are_named_by_the_lower_index() {
    // duplicates within a tile, in other tiles and in other shares; all products are exact
    for n in [2usize, 9, 257, 600] {
        let rows: Vec<[f32; 2]> =
            (0..n).map(|i| if i % 2 == 0 { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
        let xi = Synapses::from_rows(&rows).unwrap();
        for hidden in [
            Hidden::Softmax(1.0),
            Hidden::Softmax(1e6),
            Hidden::Rectified(3),
            Hidden::Even(4),
            Hidden::Hyperbolic,
        ] {
            let lagrangian = hidden.lagrangian::<f32>();
            let mut answers = Answers::default();
            xi.read(
                &Question { top: 3, ..Question::of(&lagrangian, &[1.0f32, -1.0]) },
                &mut answers,
            );
            let answer = answers.get(0);
            let names: Vec<usize> = answer.top.iter().map(|t| t.memory).collect();
            if n > 4 && !matches!(hidden, Hidden::Even(_) | Hidden::Hyperbolic) {
                assert_eq!(names, [0, 2, 4], "{hidden:?} N = {n}");
            }
            if matches!(hidden, Hidden::Even(_)) && n > 4 {
                assert_eq!(names, [0, 1, 2], "|f| decides: N = {n}");
            }
            assert_eq!(
                (answer.nearest.memory, answer.nearest.opposite),
                (0, 1),
                "{hidden:?} N = {n}"
            );
        }
    }
}

#[test]
fn duplicates_in_other_tiles_are_named_together() {
    // memory 3 and its copies share a score; another tile has a larger one of its own
    let n = 1024;
    let mut rows = vec![[0.1f32, 0.0]; n];
    for i in [3, 300, 700, 1000] {
        rows[i] = [0.7, 0.1];
    }
    rows[301] = [0.9, 0.0];
    let xi = Synapses::from_rows(&rows).unwrap();
    for beta in [1.0, 3.0, 50.0] {
        let softmax = LogSumExp::new(beta).unwrap();
        let mut answers = Answers::default();
        xi.read(&Question { top: 4, ..Question::of(&softmax, &[1.0f32, 0.3]) }, &mut answers);
        let names: Vec<usize> = answers.get(0).top.iter().map(|t| t.memory).collect();
        // weights are rounded in the unit of their tile, which decides among the copies
        assert!(
            names[0] == 301 && names[1..].iter().all(|i| [3, 300, 700, 1000].contains(i)),
            "β = {beta}: {names:?}"
        );
    }
}

#[test]
fn the_bits_do_not_depend_on_the_threads() {
    let case = Case {
        hidden: Hidden::Softmax(7.0),
        n: 5000,
        d: 9,
        queries: 7,
        scale: 1.0,
        bias: Some(0.1),
        step: 1e-3,
        seed: 11,
    };
    let data = case.data::<f32>();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let answers = pool.install(|| ask(&data.xi, &data, &case, TOP));
        (0..case.queries)
            .map(|q| (answers.get(q).clone(), answers.field(q).to_vec()))
            .collect::<Vec<_>>()
    };
    let one = run(1);
    for threads in [1, 2, 3, 7] {
        assert!(one == run(threads), "{threads} threads");
    }
    let turned = Case { seed: 12, ..case.clone() };
    let other = ask(&data.xi, &turned.data::<f32>(), &case, TOP);
    assert!(other.field(0) != one[0].1, "other queries must have other bits");
}

#[test]
fn the_same_query_anywhere_in_a_batch_gives_one_answer() {
    // 300 copies of a query lie in three chunks of 128; products may round by position, no more
    let case = Case {
        hidden: Hidden::Softmax(3.0),
        n: 300,
        d: 65,
        queries: 1,
        scale: 1.0,
        bias: None,
        step: 0.0,
        seed: 3,
    };
    let data = case.data::<f32>();
    let outputs: Vec<f32> = (0..300).flat_map(|_| data.outputs.clone()).collect();
    let batch = Data { moves: outputs.clone(), outputs, xi: data.xi, bias: None };
    let answers = ask(&batch.xi, &batch, &Case { queries: 300, ..case }, 1);
    let first = answers.get(0);
    for q in 0..300 {
        assert!((answers.get(q).value - first.value).abs() <= 70.0 * f64::from(f32::EPSILON) * 8.0);
        for (a, b) in answers.field(q).iter().zip(answers.field(0)) {
            assert!((a - b).abs() <= 1e-4, "query {q}");
        }
    }
}

#[test]
fn answers_are_reused_without_a_trace() {
    let case = Case {
        hidden: Hidden::Rectified(3),
        n: 600,
        d: 9,
        queries: 7,
        scale: 1.0,
        bias: Some(1.0),
        step: 1.0,
        seed: 1,
    };
    let data = case.data::<f64>();
    let fresh = ask(&data.xi, &data, &case, TOP);
    let mut used = Answers::default();
    let softmax = LogSumExp::new(9.0).unwrap();
    data.xi
        .read(&Question { top: 9, ..Question::of(&softmax, &vec![1.0; 300 * case.d]) }, &mut used);
    let hidden = case.hidden.lagrangian();
    let question = |top| Question {
        hidden: &hidden,
        bias: data.bias.as_deref(),
        outputs: &data.outputs,
        moved: None,
        top,
    };
    data.xi.read(&question(TOP), &mut used);
    let still = ask(&data.xi, &data, &Case { step: 0.0, ..case.clone() }, TOP);
    for q in 0..case.queries {
        assert_eq!(used.get(q), still.get(q));
        assert_eq!(used.field(q), fresh.field(q));
    }
}

#[test]
fn a_batch_of_none_is_answered() {
    let xi = Synapses::from_rows(&[[1.0f32, 2.0]]).unwrap();
    xi.read(&Question::of(&Quadratic, &[]), &mut Answers::default());
}

/// The sums are short in f32 and continue in f64: 1e5 memories cost no more digits than 256.
#[test]
fn sums_over_many_memories_keep_their_digits() {
    use rand::RngExt;
    let (n, d) = (100_000, 16);
    let mut rng = rng(77);
    let data: Vec<f32> = (0..n * d).map(|_| rng.random_range(0.0..1.0)).collect();
    let xi = Synapses::new(Patterns::new(data, d).unwrap());
    let g: Vec<f32> = (0..d).map(|_| rng.random_range(-1.0..1.0)).collect();
    let rows: Vec<Vec<f64>> = xi.patterns().rows().map(lift).collect();
    let h = scores(&xi, &lift(&g), None);
    let mut worst = 0.0f64;
    for hidden in [
        Hidden::Softmax(1e-3),
        Hidden::Softmax(1.0),
        Hidden::Softmax(10.0),
        Hidden::Rectified(3),
        Hidden::Rectified(20),
    ] {
        let lagrangian = hidden.lagrangian::<f32>();
        let mut answers = Answers::default();
        xi.read(&Question::of(&lagrangian, &g), &mut answers);
        let f = hidden.activation(&h);
        let unit = answers.get(0).log_scale.exp();
        for k in 0..d {
            let exact: f64 = f.iter().zip(&rows).map(|(f, row)| f * row[k]).sum();
            worst = worst.max((answers.field(0)[k] * unit / exact - 1.0).abs());
        }
        worst = worst.max((answers.get(0).value / hidden.value(&h) - 1.0).abs());
    }
    println!("two-level sum, f32, N = 1e5, d = 16: worst relative error {worst:.2e}");
    assert!(worst <= 2e-5, "{worst:e}");
}

/// The threshold of a selection hangs on all scores, so that no share of the memories knows it alone.
#[test]
fn a_selection_spans_all_memories() {
    use rand::RngExt;
    let (n, d) = (1000, 8);
    let mut rng = rng(78);
    let data: Vec<f64> = (0..n * d).map(|_| rng.random_range(-1.0..1.0)).collect();
    let xi = Synapses::new(Patterns::new(data, d).unwrap());
    let g: Vec<f64> = (0..d).map(|_| rng.random_range(-1.0..1.0)).collect();
    let h = scores(&xi, &g, None);
    let selections: [&dyn Lagrangian<f64>; 4] = [
        &Sparsemax::new(2.0).unwrap(),
        &Entmax::new(1.5, 2.0).unwrap(),
        &Normmax::new(2.0, 2.0).unwrap(),
        &KSubset::new(3, 2.0).unwrap(),
    ];
    for hidden in selections {
        let mut answers = Answers::default();
        xi.read(&Question::of(hidden, &g), &mut answers);
        let mut f = vec![0.0; n];
        hidden.activate(&h, &mut f);
        let rows = xi.patterns().rows();
        let field = f.iter().zip(rows).fold(vec![0.0; d], |sum, (f, row)| {
            sum.iter().zip(row).map(|(sum, x)| sum + f * x).collect()
        });
        // a score of 8 terms is off by a few roundings, a weight by β = 2 times as many
        let off = |a: f64, b: f64| (a - b).abs() > 1e-12;
        let value = answers.get(0).value;
        assert!(!off(value, hidden.value(&h)), "{hidden:?}: {value}");
        for (found, exact) in answers.field(0).iter().zip(&field) {
            assert!(!off(*found, *exact), "{hidden:?}: {found} instead of {exact}");
        }
    }
}
