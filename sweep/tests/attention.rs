//! Attention over hostile keys, queries and weights: an error, or an outcome that tells.

use attractor_attention::*;
use attractor_dynamics::*;
use attractor_lagrangian::*;
use attractor_synapse::*;
use sweep::{Fed, Number, Sweep, fed, floats, refused, vectors};

fn patterns<T: Element>(rows: &[T], d: usize) -> Option<Patterns<T>> {
    Patterns::new(rows.to_vec(), d).ok()
}

fn tame<T: Element>(n: usize, d: usize) -> Patterns<T> {
    let number = |i: usize| T::of((i % 5) as f64 / 2.0 - 0.75);
    Patterns::new((0..n * d).map(number).collect(), d).unwrap()
}

/// What came out, if every run of it is sound.
fn told<T: Clone>(out: HeadOutput<T>) -> Result<(Vec<T>, Vec<T>), Outcome> {
    match out.runs.iter().any(|run| run.outcome == Outcome::NotFinite) {
        true => Err(Outcome::NotFinite),
        false => Ok((out.output, out.states)),
    }
}

fn heads<T: Element + Number>(s: &mut Sweep) {
    for rows in vectors::<T>(4).iter().chain(&vectors::<T>(6)) {
        let Some(keys) = patterns(rows, 2).map(Synapses::new) else { continue };
        let values = tame::<T>(keys.memories(), 3);
        for beta in [1e-308, 1.0, 1e150, f64::MAX] {
            let head = Head::new(&keys, beta).unwrap().with_values(&values).unwrap();
            for query in vectors::<T>(2).iter().step_by(4) {
                attended(s, &head, (rows, beta), query);
            }
            s.call("Head::beta", Fed::Finite, (), || head.beta());
            s.call("Head::model", Fed::Finite, rows, || head.model().is_ok());
        }
        s.call("Head::with_values", Fed::Finite, "lengths", || {
            Head::new(&keys, 1.0).unwrap().with_values(&tame(9, 2)).is_ok()
        });
    }
    let keys = Synapses::new(tame::<T>(2, 2));
    refused! { s, x:
        "Head::new", Head::new(&keys, x);
        "Steps::to_rest", Steps::to_rest(x, 3);
    }
}

fn attended<T: Element + Number>(s: &mut Sweep, head: &Head<'_, T>, of: (&[T], f64), query: &[T]) {
    let n = of.0.len() / 2;
    for steps in [Steps::exactly(1), Steps::exactly(3), Steps::to_rest(1e-3, 3)].map(Result::unwrap)
    {
        for mask in [Mask::default(), Mask::default().causal()] {
            let input = (of, query, steps);
            let run = || head.attend(query, &mask, steps);
            s.call("Head::attend", Fed::Finite, input, || run().is_ok());
            if let Ok(out) = run() {
                s.call("HeadRun::is_blind", Fed::Finite, (), || out.runs[0].is_blind());
                s.call("Head::attend", Fed::Finite, input, || told(out));
            }
            for pull in [vec![T::ONE; 3], vec![T::of(1e38); 3], vec![T::of(f64::NAN); 3]] {
                let pulled = || head.vjp(query, &mask, steps, &pull);
                s.call("Head::vjp", Fed::Finite, (input, &pull), || pulled().is_ok());
                s.call("Head::vjp", fed(&pull), (input, &pull), || pulled().ok());
            }
            if fed(query) == Fed::NotFinite {
                s.tells("Head::attend", input, || run().map(|_| "taken"));
            }
        }
    }
    for x in floats::<f64>() {
        let mask = Mask::default().added(vec![x; n]);
        let run = || head.attend(query, &mask, Steps::exactly(1).unwrap());
        s.call("Mask::added", Fed::Finite, (of, query, x), || run().is_ok());
        if let Ok(out) = run() {
            s.call("Mask::added", Fed::Finite, (of, query, x), || told(out));
        }
    }
}

fn masks(s: &mut Sweep) {
    let mask = || Mask::default().keys(Keep(vec![true])).pairs(Ignore(vec![false]));
    s.call("Mask::keys", Fed::Finite, (), || mask().shows(0, 0, 1));
    s.call("Mask::pairs", Fed::Finite, (), || mask().shows(0, 0, 1));
    s.call("Mask::causal", Fed::Finite, (), || mask().causal().shows(0, 0, 1));
    for ahead in [isize::MIN, -1, isize::MAX] {
        s.call("Mask::causal_from", Fed::Finite, ahead, || {
            mask().causal_from(ahead).shows(0, 0, 1)
        });
    }
    s.panics("Mask::shows", (), || mask().shows(0, 1, 1));
    s.call("Steps::exactly", Fed::Finite, 0, || Steps::exactly(0));
    s.call("Steps::settles", Fed::Finite, (), || Steps::exactly(1).unwrap().settles());
    s.call("Steps::most", Fed::Finite, (), || Steps::exactly(usize::MAX).unwrap().most());
}

fn parts<T: Element + Number>(s: &mut Sweep) {
    refused! { s, x:
        "FeatureNorm::new", FeatureNorm::new(vec![x, 1.0], vec![0.0; 2], 1e-5);
        "FeatureNorm::new", FeatureNorm::new(vec![1.0; 2], vec![x, 0.0], 1e-5);
        "FeatureNorm::new", FeatureNorm::new(vec![1.0; 2], vec![0.0; 2], x);
        "FeatureNorm::plain", FeatureNorm::plain(2, x);
        "Linear::new", Linear::new(tame::<T>(2, 2), Some(vec![T::of(x); 2]));
        "Association::with_betas", Association::<T>::new(1).unwrap().with_betas(&[x]);
        "Motion::published", Motion::published(x);
    }
    s.call("FeatureNorm::new", Fed::Finite, "lengths", || FeatureNorm::new(vec![], vec![1.0], 1.0));
    for rows in vectors::<T>(6) {
        let Some(x) = patterns(&rows, 3) else { continue };
        for (gain, epsilon) in [(1.0, 0.0), (1.0, 1e-5), (1e300, 1e-300), (f64::MAX, f64::MAX)] {
            let norm = FeatureNorm::new(vec![gain; 3], vec![0.5; 3], epsilon);
            s.call("FeatureNorm::features", Fed::Finite, (), || {
                norm.as_ref().map(FeatureNorm::features).ok()
            });
            let Ok(norm) = norm else { continue };
            s.call("FeatureNorm::apply", Fed::Finite, (&rows, gain, epsilon), || {
                norm.apply(&x).ok()
            });
        }
        let linear = Linear::new(tame::<T>(2, 3), Some(vec![T::ONE; 2])).unwrap();
        s.call("Linear::project", Fed::Finite, &rows, || linear.project(&x).ok());
        s.call("Linear::new", Fed::Finite, &rows, || {
            Linear::new(x.clone(), None).unwrap().project(&x).ok()
        });
        s.call("Linear::inputs", Fed::Finite, (), || linear.inputs());
        s.call("Linear::outputs", Fed::Finite, (), || linear.outputs());
        s.call("Linear::weight", Fed::Finite, (), || linear.weight().len());
        s.call("Linear::bias", Fed::Finite, (), || linear.bias().map(<[T]>::len));
        associations(s, &x);
    }
}

fn sound<T: Element>(out: Associated<T>) -> Result<Patterns<T>, Outcome> {
    let sick = out.run(0, 0).outcome == Outcome::NotFinite;
    if sick { Err(Outcome::NotFinite) } else { Ok(out.output) }
}

fn associations<T: Element + Number>(s: &mut Sweep, x: &Patterns<T>) {
    let association = || Association::<T>::new(1).unwrap().with_betas(&[1e150]).unwrap();
    let (sets, own) = (Sets::of(x, x), Sets::own(x));
    s.call("Sets::of", Fed::Finite, (), || sets.keys.len());
    s.call("Sets::own", Fed::Finite, (), || own.keys.len());
    let mask = Mask::default();
    s.call("Association::associate", Fed::Finite, x, || {
        association().associate(&own, &mask).is_ok()
    });
    if let Ok(out) = association().associate(&own, &mask) {
        s.call("Associated::run", Fed::Finite, (), || out.run(0, 0).steps);
        s.panics("Associated::run", (), || out.run(1, 0).steps);
        s.call("Associated::blind", Fed::Finite, (), || out.blind());
        s.call("Association::associate", Fed::Finite, x, || sound(out));
    }
    let pull = vec![T::ONE; 6];
    s.call("Association::vjp", Fed::Finite, x, || association().vjp(&own, &mask, &pull).ok());
    s.call("Association::vjp", Fed::Finite, "lengths", || {
        association().vjp(&own, &mask, &[]).is_ok()
    });
    let pooling = Pooling::new(association(), tame(2, 3));
    s.call("Pooling::new", Fed::Finite, (), || pooling.queries.len());
    s.call("Pooling::pool", Fed::Finite, x, || pooling.pool(x, &mask).map(sound).ok());
    s.call("Pooling::vjp", Fed::Finite, x, || pooling.vjp(x, &mask, &pull).ok());
    let lookup = Lookup::new(association(), tame(2, 3), None);
    s.call("Lookup::new", Fed::Finite, (), || lookup.memories.len());
    s.call("Lookup::look_up", Fed::Finite, x, || lookup.look_up(x, &mask).map(sound).ok());
    s.call("Lookup::vjp", Fed::Finite, x, || lookup.vjp(x, &mask, &pull).ok());
    s.call("Association::new", Fed::Finite, 0, || Association::<T>::new(0).is_ok());
    s.call("Association::heads", Fed::Finite, (), || association().heads());
    s.call("Association::with_steps", Fed::Finite, (), || {
        association().with_steps(Steps::exactly(2).unwrap()).associate(&own, &mask).map(sound).ok()
    });
    let normed = || {
        let side = || Side {
            norm: FeatureNorm::plain(3, 1e-5).ok(),
            projection: Linear::new(tame(3, 3), None).ok(),
        };
        let of = association().with_sides(side(), side(), side());
        of.with_head_norm(FeatureNorm::plain(3, 1e-5).unwrap())
            .with_output(Linear::new(tame(3, 3), None).unwrap())
    };
    for (name, own) in [("Association::with_sides", &own), ("Association::with_head_norm", &sets)] {
        s.call(name, Fed::Finite, x, || normed().associate(own, &mask).map(sound).ok());
        s.call("Association::vjp", Fed::Finite, x, || normed().vjp(own, &mask, &pull).ok());
    }
    s.call("Association::with_output", Fed::Finite, (), || normed().output().map(Linear::outputs));
    s.call("Association::output", Fed::Finite, (), || normed().output().is_some());
    s.call("Association::sides", Fed::Finite, (), || normed().sides().len());
}

fn transformer<T: Element>(
    memories: Patterns<T>,
) -> Result<EnergyTransformer<T>, EnergyTransformerError> {
    let norm = LayerNorm::new(1.0, 1e-5)?;
    EnergyTransformer::new(tame(2, 3), tame(2, 3), 1, Synapses::new(memories), norm)
}

fn tokens<T: Element + Number>(s: &mut Sweep) {
    let model = transformer(tame::<T>(2, 3)).unwrap();
    for x in vectors::<T>(6) {
        s.call("EnergyTransformer::start", Fed::Finite, &x, || model.start(&x).is_ok());
        if fed(&x) == Fed::NotFinite {
            s.tells("EnergyTransformer::start", &x, || model.start(&x).map(|_| "taken"));
        }
        model.start(&x).iter().for_each(|state| moved(s, &model, &x, state));
        let Some(memories) = patterns(&x, 3) else { continue };
        s.call("EnergyTransformer::new", Fed::Finite, &x, || transformer(memories.clone()).is_ok());
        let Ok(model) = transformer(memories) else { continue };
        model.start(&[T::ONE; 6]).iter().for_each(|state| moved(s, &model, &x, state));
    }
    let model = || transformer(tame::<T>(2, 3)).unwrap();
    refused! { s, x:
        "EnergyTransformer::with_betas", model().with_betas(&[x]);
    }
    s.call("EnergyTransformer::with_hidden", Fed::Finite, (), || {
        model().with_hidden(NotConvex::gelu()).is_ok()
    });
    let model = model();
    s.call("EnergyTransformer::features", Fed::Finite, (), || model.features());
    s.call("EnergyTransformer::heads", Fed::Finite, (), || model.heads());
    s.call("EnergyTransformer::head_width", Fed::Finite, (), || model.head_width());
    s.call("EnergyTransformer::betas", Fed::Finite, (), || model.betas().collect::<Vec<_>>());
    s.call("EnergyTransformer::memories", Fed::Finite, (), || model.memories().memories());
    s.call("EnergyTransformer::norm", Fed::Finite, (), || model.norm().clone());
}

fn moved<T: Element + Number>(
    s: &mut Sweep,
    model: &EnergyTransformer<T>,
    x: &[T],
    state: &TokenState<T>,
) {
    let mut state = state.clone();
    let motions = [Motion::leaky(Factor::euler(0.5).unwrap()), Motion::published(1e300).unwrap()];
    let energy = model.energy(&state);
    let sound = energy.total().is_finite();
    s.call(
        "EnergyTransformer::energy",
        Fed::Finite,
        x,
        || if sound { Ok(energy) } else { Err(()) },
    );
    s.call("TokenEnergy::total", Fed::Finite, x, || energy.total().is_finite());
    s.call("TokenEnergy::published", Fed::Finite, x, || {
        if sound { Ok(energy.published()) } else { Err(()) }
    });
    s.call("EnergyTransformer::forces", Fed::Finite, x, || {
        let forces = model.forces(&mut state);
        if sound { Ok(forces) } else { Err(()) }
    });
    s.call("TokenState::tokens", Fed::Finite, (), || state.tokens());
    s.call("TokenState::currents", Fed::Finite, x, || state.currents().to_vec());
    s.call("TokenState::outputs", Fed::Finite, x, || state.outputs().to_vec());
    s.call("TokenState::freeze", Fed::Finite, "lengths", || state.freeze(&[]));
    s.call("TokenState::freeze", Fed::Finite, (), || state.freeze(&[true, false]));
    for motion in motions {
        s.call("Motion::energy", Fed::Finite, x, || {
            if sound { Ok(motion.energy(&energy)) } else { Err(()) }
        });
        s.call("EnergyTransformer::residual", Fed::Finite, x, || {
            let residual = model.residual(&mut state, motion);
            if sound { Ok(residual) } else { Err(()) }
        });
        s.call("EnergyTransformer::step_vjp", Fed::Finite, x, || {
            model.step_vjp(&state, motion, &[1.0; 6]).ok()
        });
        for scheme in [Scheme::one_by_one(motion), Scheme::at_once(motion)] {
            let input = (x, format!("{scheme:?}"));
            s.call("Scheme::guarantee", Fed::Finite, (), || scheme.guarantee());
            s.call("EnergyTransformer::step", Fed::Finite, &input, || {
                let certificate = model.step(&mut state.clone(), &scheme);
                if certificate.is_finite() { Ok(certificate) } else { Err(()) }
            });
            let blocks = Blocks { transformer: model, scheme };
            let rule = StopRule::rest(1e-3, 3).unwrap();
            let runs = settle(&blocks, &mut TokenBatch::new(vec![state.clone()]), &rule, &mut ());
            s.call("TokenBatch::new", Fed::Finite, &input, || {
                if runs[0].outcome == Outcome::NotFinite { Err(()) } else { Ok(runs) }
            });
        }
    }
    s.call("Scheme::one_by_one", Fed::Finite, (), || Scheme::one_by_one(motions[0]).guarantee());
    s.call("Scheme::at_once", Fed::Finite, (), || Scheme::at_once(motions[0]).guarantee());
    s.call("Motion::leaky", Fed::Finite, (), || Motion::leaky(Factor::MAP));
    s.call("TokenBatch::state", Fed::Finite, (), || {
        TokenBatch::new(vec![state.clone()]).state(0).tokens()
    });
    s.panics("TokenBatch::state", (), || TokenBatch::new(vec![state.clone()]).state(1).tokens());
}

fn samples<T: Element + Number>(s: &mut Sweep) {
    for x in vectors::<T>(4) {
        let sample = || HeadSample {
            layer: 0,
            head: 0,
            features: 2,
            queries: x.clone(),
            keys: x.clone(),
            values: x.clone(),
            from_keys: vec![0.5; 4],
            from_values: vec![0.5; 4],
        };
        for beta in [1e-308, 1.0, 1e150, f64::NAN] {
            s.call("equivalence", Fed::Finite, (&x, beta), || {
                equivalence(&[sample()], beta).is_ok()
            });
            s.call("equivalence", Fed::Finite, (&x, beta), || equivalence(&[sample()], beta).ok());
        }
    }
}

#[test]
fn attention() {
    let mut s = Sweep::of("attention");
    masks(&mut s);
    heads::<f32>(&mut s);
    heads::<f64>(&mut s);
    parts::<f32>(&mut s);
    parts::<f64>(&mut s);
    tokens::<f32>(&mut s);
    tokens::<f64>(&mut s);
    samples::<f32>(&mut s);
    samples::<f64>(&mut s);
    s.finish();
}
