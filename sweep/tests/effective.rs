//! Retrievals from hostile memories, cues and parameters: an error, or an outcome that tells.

use attractor_dynamics::*;
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::*;
use sweep::{Fed, Number, Sweep, fed, floats, refused, vectors};

fn synapses<T: Element>(rows: &[T], d: usize) -> Option<Synapses<T>> {
    Patterns::new(rows.to_vec(), d).ok().map(Synapses::new)
}

fn tame<T: Element>() -> Synapses<T> {
    synapses(&[T::ONE, T::of(-1.0), T::ONE, T::of(0.5), T::ONE, T::ZERO], 3).unwrap()
}

fn told<T>(retrieval: Retrieval<T>) -> Result<Retrieval<T>, Outcome> {
    match retrieval.outcome {
        Outcome::NotFinite => Err(Outcome::NotFinite),
        _ => Ok(retrieval),
    }
}

type Model<T> = Effective<T, Box<dyn Lagrangian<T>>, Box<dyn Lagrangian<T>>>;

/// Visible and hidden neurons.
type Pair<T> = (Box<dyn Lagrangian<T>>, Box<dyn Lagrangian<T>>);

fn pairs<T: Element>() -> Vec<Pair<T>> {
    let softmax = |beta| Box::new(LogSumExp::new(beta).unwrap());
    vec![
        (Box::new(Quadratic), softmax(1.0)),
        (Box::new(Quadratic), softmax(1e150)),
        (Box::new(Quadratic), softmax(1e-308)),
        (Box::new(Quadratic), Box::new(Sparsemax::new(1e150).unwrap())),
        (Box::new(Absolute), Box::new(Additive(RectifiedPower::new(30).unwrap()))),
        (Box::new(Absolute), Box::new(Quadratic)),
        (Box::new(Norm), Box::new(Additive(Exponential::new(1e150).unwrap()))),
        (Box::new(LogCosh::new(1e150).unwrap()), Box::new(Quadratic)),
        (Box::new(RmsNorm::new(1.0, 1e-12).unwrap()), Box::new(NNorm::new(3).unwrap())),
    ]
}

fn all_of<T: Element + Number>(s: &mut Sweep, model: &Model<T>, cue: &[T]) {
    let shown = format!("{model:?}");
    let input = (&shown, cue);
    s.call("Effective::recall", Fed::Finite, input, || model.recall(cue).map(|r| told(r).is_ok()));
    if let Ok(retrieval) = model.recall(cue) {
        s.call("Retrieval::is_exact", Fed::Finite, input, || retrieval.is_exact());
        s.call("Kind::name", Fed::Finite, (), || retrieval.kind.name());
        s.call("Effective::recall", Fed::Finite, input, || told(retrieval));
    }
    for factor in [Factor::MAP, Factor::euler(0.5).unwrap()] {
        let mut how = Recall::steps(2, 1e-6).unwrap();
        (how.factor, how.proof, how.top) = (factor, Proof::Full, 2);
        let run = || model.retrieve(cue, &how, &mut ());
        s.call("Effective::retrieve", Fed::Finite, (input, factor), || run().map(|r| r.len()));
        for retrieval in run().into_iter().flatten() {
            s.call("Effective::retrieve", Fed::Finite, (input, factor), || told(retrieval));
        }
        let known = [true, false, false];
        let run = || model.complete(cue, &known, &how, &mut ());
        s.call("Effective::complete", Fed::Finite, (input, factor), || run().map(|r| r.len()));
        for retrieval in run().into_iter().flatten() {
            s.call("Effective::complete", Fed::Finite, (input, factor), || told(retrieval));
        }
    }
    s.call("Effective::map", Fed::Finite, input, || model.map(cue));
    s.call("Effective::map", Fed::Finite, input, || model.map(cue).unwrap_or_default());
    s.call("Effective::weights", Fed::Finite, input, || model.weights(cue).unwrap_or_default());
    let values = model.memories().patterns();
    s.call("Effective::associate", Fed::Finite, input, || {
        model.associate(cue, values).unwrap_or_default()
    });
    s.call("Effective::vote", Fed::Finite, input, || {
        model.vote(cue, &["a"; 2]).unwrap_or_default()
    });
    s.call("Effective::start", Fed::Finite, input, || model.start(cue).map(|b| b.queries()));
    s.call("Effective::start_clamped", Fed::Finite, input, || {
        model.start_clamped(cue, &[true; 3]).map(|b| b.queries())
    });
    gradients(s, model, cue);
    if fed(cue) == Fed::NotFinite {
        s.tells("Effective::recall", input, || model.recall(cue).map(|_| "taken"));
        s.tells("Effective::map", input, || model.map(cue).map(|_| "taken"));
        s.tells("Effective::weights", input, || model.weights(cue).map(|_| "taken"));
        s.tells("Effective::energy_gradient", input, || {
            model.energy_gradient(cue).map(|_| "taken")
        });
    }
}

fn gradients<T: Element + Number>(s: &mut Sweep, model: &Model<T>, cue: &[T]) {
    let input = (format!("{model:?}"), cue);
    if let Ok(gradient) = model.energy_gradient(cue) {
        s.call("Outer::row", Fed::Finite, &input, || gradient.memories.row(0));
        s.panics("Outer::row", &input, || gradient.memories.row(2));
        s.call("Outer::add_to", Fed::Finite, &input, || {
            gradient.memories.add_to(0.5, &mut [0.0; 6])
        });
        s.panics("Outer::add_to", &input, || gradient.memories.add_to(0.5, &mut [0.0; 5]));
        s.call("Effective::energy_gradient", Fed::Finite, &input, || gradient);
    }
    for slope in [[1.0, 0.0, -1.0], [f64::MAX; 3], [f64::NAN, 0.0, 0.0]] {
        let run = || model.steps_gradient(cue, 2, &slope);
        s.call("Effective::steps_gradient", Fed::Finite, (&input, slope), run);
        s.call("Effective::steps_gradient", fed(&slope), (&input, slope), || run().ok());
        let run = || model.settled_gradient(cue, None, &slope);
        s.call("Effective::settled_gradient", Fed::Finite, (&input, slope), run);
        s.call("Effective::settled_gradient", fed(&slope), (&input, slope), || run().ok());
    }
}

fn models<T: Element + Number>(s: &mut Sweep) {
    for (i, cue) in vectors::<T>(3).iter().enumerate() {
        for (visible, hidden) in pairs::<T>() {
            if let Ok(model) = Effective::new(visible, hidden, tame()) {
                all_of(s, &model, cue);
                if i == 0 {
                    views(s, &model);
                }
            }
        }
    }
    for rows in vectors::<T>(6) {
        let Some(xi) = synapses(&rows, 3) else { continue };
        for (visible, hidden) in pairs::<T>() {
            let shown = (format!("{visible:?} {hidden:?}"), &rows);
            s.call("Effective::new", Fed::Finite, shown.clone(), || {
                Effective::new(&visible, &hidden, &xi).is_ok()
            });
            let Ok(model) = Effective::new(visible, hidden, xi.clone()) else { continue };
            all_of(s, &model, &[T::ONE; 3]);
            all_of(s, &model, &[T::of(1e30), T::of(-1e30), T::ONE]);
            s.call("Effective::with_euclidean_bias", Fed::Finite, &shown, || {
                model.with_euclidean_bias().map(|m| m.bias().map(<[f64]>::to_vec))
            });
        }
        named(s, &xi);
    }
}

fn named<T: Element + Number>(s: &mut Sweep, xi: &Synapses<T>) {
    let softmax = LogSumExp::new(1e150).unwrap();
    s.call("Effective::modern", Fed::Finite, xi, || Effective::modern(xi, softmax).is_ok());
    s.call("Effective::dense", Fed::Finite, xi, || {
        Effective::dense(xi, EvenPower::new(30).unwrap()).is_ok()
    });
    s.call("Effective::spherical", Fed::Finite, xi, || {
        Effective::spherical(xi, Exponential::new(1e150).unwrap()).is_ok()
    });
    s.call("Effective::classical", Fed::Finite, xi, || Effective::classical(xi).is_ok());
    let Ok(model) = Effective::modern(xi.clone(), softmax) else { return };
    for state in vectors::<T>(3).iter().step_by(5) {
        s.call("ModernHopfield::explain", Fed::Finite, (xi, state), || model.explain(state));
        s.call("ModernHopfield::explain", Fed::Finite, (xi, state), || model.explain(state).ok());
        s.call("explain", Fed::Finite, (xi, state), || {
            explain(&model, 1e150, state, Some(&[true, false, false])).ok()
        });
    }
}

fn views<T: Element + Number>(s: &mut Sweep, model: &Model<T>) {
    s.call("Effective::features", Fed::Finite, (), || model.features());
    s.call("Effective::memories", Fed::Finite, (), || model.memories().memories());
    s.call("Effective::input", Fed::Finite, (), || model.input().map(<[f64]>::to_vec));
    s.call("Effective::bias", Fed::Finite, (), || model.bias().map(<[f64]>::to_vec));
    s.call("Effective::hidden", Fed::Finite, (), || model.hidden().properties());
    s.call("Effective::has_spins", Fed::Finite, (), || model.has_spins());
    s.call("Effective::coupled", Fed::Finite, (), || model.coupled().is_some());
    s.call("Effective::descent", Fed::Finite, (), || {
        let mut batch = model.start(&[T::ONE; 3]).unwrap();
        let rule = StopRule::rest(1e-3, 3).unwrap();
        settle(&model.descent(Factor::MAP, Proof::Full, 1), &mut batch, &rule, &mut ())
    });
    let mut batch = model.start(&[T::ONE; 3]).unwrap();
    s.call("Batch::queries", Fed::Finite, (), || batch.queries());
    s.call("Batch::output", Fed::Finite, (), || batch.output(0).to_vec());
    s.panics("Batch::output", (), || batch.output(1).to_vec());
    s.call("Batch::outputs", Fed::Finite, (), || batch.outputs().to_vec());
    s.tells("Effective::restart", (), || model.restart(&mut batch, &[T::of(f64::NAN); 3]));
    s.call("Effective::restart", Fed::Finite, (), || model.restart(&mut batch, &[T::ONE; 2]));
    s.call("Effective::start", Fed::Finite, "lengths", || model.start(&[T::ONE; 2]).is_ok());
}

fn parameters<T: Element + Number>(s: &mut Sweep) {
    let model = || Effective::modern(tame::<T>(), LogSumExp::new(1.0).unwrap()).unwrap();
    let glauber = |temperature| SpinRule::Glauber { temperature, seed: 1 };
    let spins = || Spins::new(Quadratic, tame::<T>()).unwrap();
    let kernel = || Epanechnikov::new(tame::<T>(), 1.0, 1e-3).unwrap();
    refused! { s, x:
        "Effective::with_input", model().with_input(&[T::ONE, T::of(x), T::ONE]);
        "Effective::with_bias", model().with_bias(vec![x, 1.0]);
        "Recall::to_rest", Recall::to_rest(x);
        "Recall::steps", Recall::steps(1, x);
        "SpinRecall::sweeps", SpinRecall::sweeps(glauber(x), 2);
        "SpinRecall::to_rest", SpinRecall::to_rest(glauber(x));
        "Spins::with_input", spins().with_input(&[T::ONE, T::of(x), T::ONE]);
        "Couplings::with_input", Couplings::new(tame::<T>()).unwrap().with_input(&[T::ONE, T::of(x), T::ONE]);
        "Couplings::of", Couplings::of(vec![x; 9], tame::<T>());
        "Epanechnikov::new", Epanechnikov::new(tame::<T>(), x, 1e-3);
        "Epanechnikov::new", Epanechnikov::new(tame::<T>(), 1.0, x);
        "Epanechnikov::with_epsilon", kernel().with_epsilon(x);
        "Epanechnikov::exact_within", Epanechnikov::exact_within(tame::<T>(), x);
        "Spins::follow", spins().follow(&[T::ONE; 3], (x, 1.0), 1.0);
        "Spins::follow", spins().follow(&[T::ONE; 3], (1.0, x), 1.0);
        "Spins::follow", spins().follow(&[T::ONE; 3], (1.0, 1.0), x);
    }
    for (a, b, c) in
        [(1.0, 1.0, f64::MAX), (1e-300, 1.0, 1.0), (f64::MAX, 1.0, 1.0), (1.0, f64::MAX, 1.0)]
    {
        s.call("Spins::follow", Fed::Finite, (a, b, c), || {
            spins().follow(&[T::ONE; 3], (a, b), c).ok()
        });
    }
    for (a, b) in floats::<f64>().flat_map(|a| floats::<f64>().map(move |b| (a, b))) {
        for n in [0, 1, 2, usize::MAX] {
            let given = if a >= 0.0 && b >= 0.0 { fed(&[a, b]) } else { Fed::NotFinite };
            s.call("needed_separation", given, (a, n, b), || needed_separation(a, n, b));
            s.call("sufficient_beta", given, (a, n, b), || sufficient_beta(a, n, b));
        }
    }
    s.tells("needed_separation", (), || needed_separation(f64::NAN, 3, 1.0));
    s.tells("needed_separation", (), || needed_separation(1.0, 3, f64::NAN));
    s.call("Recall::by", Fed::Finite, (), || Recall::by(StopRule::rest(0.0, 0).unwrap()));
    s.call("Recall::tolerance", Fed::Finite, (), || Recall::tolerance::<T>());
    for weights in vectors::<f64>(2) {
        let values = tame::<T>();
        s.call("associate", fed(&weights), &weights, || associate(&weights, values.patterns()));
        s.call("associate", fed(&weights), &weights, || {
            associate(&weights, values.patterns()).ok()
        });
        s.call("vote", fed(&weights), &weights, || vote(&weights, &["a", "b"]).ok());
    }
}

fn told_spins<T>(found: SpinRetrieval<T>) -> Result<SpinRetrieval<T>, Outcome> {
    match found.outcome {
        Outcome::NotFinite => Err(Outcome::NotFinite),
        _ => Ok(found),
    }
}

fn rules() -> [SpinRecall; 5] {
    [
        SpinRecall::to_rest(SpinRule::Cyclic).unwrap(),
        SpinRecall::to_rest(SpinRule::Greedy).unwrap().naming(2),
        SpinRecall::sweeps(SpinRule::Simultaneous, 3).unwrap(),
        SpinRecall::sweeps(SpinRule::Glauber { temperature: 1e-300, seed: 1 }, 3).unwrap(),
        SpinRecall::sweeps(SpinRule::Glauber { temperature: f64::MAX, seed: 1 }, 3).unwrap(),
    ]
}

fn spun<T: Element + Number, L: Lagrangian<f64> + Copy>(s: &mut Sweep, energy: L, rows: &[T]) {
    let Some(xi) = synapses(rows, 3) else { return };
    let input = (energy, rows);
    s.call("Spins::new", Fed::Finite, input, || Spins::new(energy, xi.clone()).is_ok());
    let Ok(spins) = Spins::new(energy, xi) else { return };
    for cue in vectors::<T>(3).iter().step_by(5) {
        let input = (energy, rows, cue);
        for how in rules() {
            s.call("Spins::recall", Fed::Finite, (input, how), || {
                spins.recall(cue, &how).map(|r| told_spins(r).is_ok())
            });
            if let Ok(found) = spins.recall(cue, &how) {
                s.call("Spins::recall", Fed::Finite, (input, how), || told_spins(found));
            }
            s.call("Spins::retrieve", Fed::Finite, (input, how), || {
                spins.retrieve(cue, Some(&[true, false, false]), &how).map(|found| found.len())
            });
        }
        s.call("Spins::energy", Fed::Finite, input, || spins.energy(cue).ok());
        s.call("Spins::weights", Fed::Finite, input, || spins.weights(cue).ok());
        s.call("Spins::follow", Fed::Finite, input, || spins.follow(cue, (1.0, 1.0), 1.0).ok());
        if fed(cue) == Fed::NotFinite {
            s.tells("Spins::recall", input, || spins.recall(cue, &rules()[0]).map(|_| "taken"));
            s.tells("Spins::energy", input, || spins.energy(cue).map(|_| "taken"));
        }
    }
    s.call("Spins::features", Fed::Finite, (), || spins.features());
    s.call("Spins::memories", Fed::Finite, (), || spins.memories().memories());
    s.call("Spins::guarantee", Fed::Finite, (), || spins.guarantee(SpinRule::Cyclic));
}

fn couplings<T: Element + Number>(s: &mut Sweep, rows: &[T]) {
    let Some(xi) = synapses(rows, 3) else { return };
    s.call("Couplings::new", Fed::Finite, rows, || Couplings::new(xi.clone()).is_ok());
    for rule in [Learning::Hebbian, Learning::PseudoInverse, Learning::Storkey] {
        s.call("Learning::name", Fed::Finite, (), || rule.name());
        s.call("Couplings::learned", Fed::Finite, (rows, rule), || {
            Couplings::learned(rule, xi.clone()).is_ok()
        });
        let Ok(net) = Couplings::learned(rule, xi.clone()) else { continue };
        s.call("Couplings::matrix", Fed::Finite, (rows, rule), || net.matrix().to_vec());
        s.call("Couplings::features", Fed::Finite, (), || net.features());
        s.call("Couplings::memories", Fed::Finite, (), || net.memories().memories());
        for cue in vectors::<T>(3).iter().step_by(5) {
            let input = (rows, rule, cue);
            for how in rules() {
                if let Ok(found) = net.recall(cue, &how) {
                    s.call("Couplings::recall", Fed::Finite, (input, how), || told_spins(found));
                }
                s.call("Couplings::retrieve", Fed::Finite, input, || {
                    net.retrieve(cue, None, &how).map(|found| found.len())
                });
            }
            s.call("Couplings::energy", Fed::Finite, input, || net.energy(cue).ok());
            s.call("Couplings::weights", Fed::Finite, input, || net.weights(cue).ok());
        }
    }
}

fn spin_models<T: Element + Number>(s: &mut Sweep) {
    for rows in vectors::<T>(6).iter().step_by(2) {
        spun(s, Quadratic, rows);
        spun(s, Additive(RectifiedPower::new(30).unwrap()), rows);
        spun(s, Additive(Exponential::new(1.0).unwrap()), rows);
        couplings(s, rows);
        kernels(s, rows);
    }
    let how = SpinRecall::to_rest(SpinRule::Cyclic).unwrap();
    s.call("SpinRecall::at_most", Fed::Finite, (), || how.at_most(0));
    s.call("SpinRecall::naming", Fed::Finite, (), || how.naming(usize::MAX));
    s.call("SpinRecall::is_exact", Fed::Finite, (), || how.is_exact());
    s.call("SpinRecall::rule", Fed::Finite, (), || how.rule());
    s.call("SpinRule::name", Fed::Finite, (), || SpinRule::Cyclic.name());
    s.call("SpinRule::guarantee", Fed::Finite, (), || SpinRule::Cyclic.guarantee());
}

fn kernels<T: Element + Number>(s: &mut Sweep, rows: &[T]) {
    let Some(xi) = synapses(rows, 3) else { return };
    for beta in [1e-300, 1.0, 1e300] {
        let input = (rows, beta);
        s.call("Epanechnikov::new", Fed::Finite, input, || {
            Epanechnikov::new(xi.clone(), beta, 0.0).is_ok()
        });
        let Ok(model) = Epanechnikov::new(xi.clone(), beta, 1e-3) else { continue };
        s.call("Epanechnikov::beta", Fed::Finite, input, || model.beta());
        s.call("Epanechnikov::radius", Fed::Finite, input, || model.radius());
        s.call("Epanechnikov::epsilon", Fed::Finite, input, || model.epsilon());
        s.call("Epanechnikov::features", Fed::Finite, input, || model.features());
        s.call("Epanechnikov::memories", Fed::Finite, input, || model.memories().memories());
        s.call("Epanechnikov::minima", Fed::Finite, input, || model.minima(9).ok());
        if let Ok(minima) = model.minima(9) {
            s.call("Minimum::is_emergent", Fed::Finite, (), || {
                minima.iter().any(Minimum::is_emergent)
            });
        }
        for cue in vectors::<T>(3).iter().step_by(5) {
            let input = (rows, beta, cue);
            s.call("Epanechnikov::recall", Fed::Finite, input, || model.recall(cue).is_ok());
            if let Ok(found) = model.recall(cue) {
                s.call("Epanechnikov::recall", Fed::Finite, input, || told(found));
            }
            let how = Recall::to_rest(1e-6).unwrap();
            s.call("Epanechnikov::retrieve", Fed::Finite, input, || {
                model.retrieve(cue, &how, &mut ()).is_ok()
            });
            s.call("Epanechnikov::energy", fed(cue), input, || model.energy(cue).ok());
            s.call("Epanechnikov::closest", fed(cue), input, || model.closest(cue).ok());
            s.call("Epanechnikov::start", Fed::Finite, input, || model.start(cue).is_ok());
            if let Ok(batch) = model.start(cue) {
                s.call("EpanechnikovBatch::queries", Fed::Finite, input, || batch.queries());
                s.call("EpanechnikovBatch::state", Fed::Finite, input, || batch.state(0).to_vec());
                s.call("EpanechnikovBatch::active", Fed::Finite, input, || {
                    batch.active(0).to_vec()
                });
                s.panics("EpanechnikovBatch::state", input, || batch.state(1).to_vec());
                s.panics("EpanechnikovBatch::active", input, || batch.active(1).to_vec());
            }
            if fed(cue) == Fed::NotFinite {
                s.tells("Epanechnikov::recall", input, || model.recall(cue).map(|_| "taken"));
            }
        }
    }
}

fn packed(s: &mut Sweep) {
    let signs = || Signs::of_words(vec![5, 3], 3);
    for n in [1, 2, 30, 1000, u32::MAX] {
        for field in [SignField::Slope, SignField::Difference] {
            s.call("SignEnergy::power", Fed::Finite, n, || SignEnergy::power(n));
            s.call("PackedSpins::new", Fed::Finite, (n, field), || {
                PackedSpins::new(SignEnergy::power(n), field, signs()).map(|of| of.features())
            });
        }
    }
    s.panics("SignEnergy::power", 0, || SignEnergy::power(0));
    for beta in [1e-308, 1.0, 1e150] {
        let energy = || SignEnergy::of(Additive(Exponential::new(beta).unwrap()));
        s.call("SignEnergy::of", Fed::Finite, beta, || energy().is_ok());
        s.call("PackedSpins::new", Fed::Finite, beta, || {
            PackedSpins::new(energy().unwrap(), SignField::Slope, signs()).map(|of| of.features())
        });
    }
    s.call("SignEnergy::of", Fed::Finite, (), || SignEnergy::of(Norm).is_ok());
    let spins = PackedSpins::new(SignEnergy::power(2), SignField::Slope, signs()).unwrap();
    let state = || Bits::of_signs(&[1.0f32, -1.0, 1.0]);
    let long = || Bits::of_signs(&[1.0f32; 9]);
    s.call("PackedSpins::on", Fed::Finite, (), || spins.on(signs()).features());
    s.panics("PackedSpins::on", (), || spins.on(Signs::of_words(vec![1], 9)).features());
    s.call("PackedSpins::features", Fed::Finite, (), || spins.features());
    s.call("PackedSpins::signs", Fed::Finite, (), || spins.signs().memories());
    s.call("PackedSpins::field", Fed::Finite, (), || spins.field());
    let mut scratch = spins.scratch();
    s.call("PackedSpins::scratch", Fed::Finite, (), || drop(spins.scratch()));
    s.call("PackedSpins::step", Fed::Finite, (), || spins.step(&mut state(), &mut scratch));
    s.panics("PackedSpins::step", (), || spins.step(&mut long(), &mut scratch));
    s.call("PackedSpins::full_step", Fed::Finite, (), || {
        spins.full_step(&mut state(), &mut scratch)
    });
    s.call("PackedSpins::walk", Fed::Finite, (), || spins.walk(state()).sweep());
    s.panics("PackedSpins::walk", (), || spins.walk(long()).sweep());
    let mut walk = spins.walk(state());
    s.call("SignWalk::state", Fed::Finite, (), || walk.state().features());
    s.call("SignWalk::distances", Fed::Finite, (), || walk.distances().to_vec());
    s.call("SignWalk::sweep", Fed::Finite, (), || walk.sweep());
    s.call("SignWalk::descend", Fed::Finite, (), || walk.descend(0));
    s.call("SignWalk::look", Fed::Finite, (), || walk.look(2));
    s.call("SignWalk::flip", Fed::Finite, (), || walk.flip(2));
    s.call("SignWalk::restart", Fed::Finite, (), || walk.restart(state()));
    s.panics("SignWalk::restart", (), || walk.restart(long()));
    s.panics("SignWalk::flip", (), || walk.flip(3));
    s.panics("SignWalk::look", (), || walk.look(3));
    s.panics("SignWalk::descend", (), || walk.descend(3));
}

#[test]
fn effective() {
    let mut s = Sweep::of("effective");
    models::<f32>(&mut s);
    models::<f64>(&mut s);
    parameters::<f32>(&mut s);
    parameters::<f64>(&mut s);
    spin_models::<f32>(&mut s);
    spin_models::<f64>(&mut s);
    packed(&mut s);
    s.finish();
}
