//! Patterns, reads and precisions of hostile numbers.

use attractor_lagrangian::*;
use attractor_synapse::*;
use std::sync::Arc;
use sweep::{Fed, LENGTHS, Number, Sweep, fed, floats, vectors};

const PRECISIONS: [Precision; 5] =
    [Precision::F64, Precision::F32, Precision::Bf16, Precision::Int8, Precision::Bits];

fn finite<T: Real>(x: &[T]) -> bool {
    x.iter().all(|x| x.is_finite())
}

fn patterns<T: Element + Number>(s: &mut Sweep) {
    for n in LENGTHS {
        for x in vectors::<T>(n) {
            for features in [0, 1, 2, 3, n] {
                s.call("Patterns::new", Fed::Finite, (&x, features), || {
                    Patterns::new(x.clone(), features)
                });
            }
            s.call("Patterns::from_rows", Fed::Finite, &x, || Patterns::from_rows(&[&x, &x]));
            s.call("Patterns::shared", Fed::Finite, &x, || {
                Patterns::shared(Arc::new(x.clone()), n)
            });
            s.call("Synapses::from_rows", Fed::Finite, &x, || {
                Synapses::from_rows(&[&x]).map(|s| s.largest_norm())
            });
            if !finite(&x) {
                s.tells("Patterns::new", &x, || Patterns::new(x.clone(), n));
            } else if n > 0 {
                pattern(s, Patterns::new(x, if n % 3 == 0 { 3 } else { n }).unwrap());
            }
        }
    }
    s.call("Patterns::from_rows", Fed::Finite, "ragged", || {
        Patterns::from_rows(&[&[T::ONE; 2][..], &[T::ONE; 3]])
    });
}

fn pattern<T: Element + Number>(s: &mut Sweep, x: Patterns<T>) {
    let d = x.features();
    s.call("Patterns::len", Fed::Finite, &x, || x.len());
    s.call("Patterns::features", Fed::Finite, &x, || x.features());
    s.call("Patterns::row", Fed::Finite, &x, || x.row(x.len() - 1).to_vec());
    s.panics("Patterns::row", &x, || x.row(x.len()).to_vec());
    s.call("Patterns::rows", Fed::Finite, &x, || x.rows().count());
    s.call("Patterns::as_slice", Fed::Finite, &x, || x.as_slice().to_vec());
    s.call("Patterns::into_vec", Fed::Finite, &x, || x.clone().into_vec());
    s.call("Patterns::append", Fed::Finite, &x, || x.clone().append(&x));
    for keep in [vec![], vec![false; x.len()], vec![true; x.len()], vec![true; x.len() + 1]] {
        s.call("Patterns::retain", Fed::Finite, (&x, &keep), || {
            let mut some = x.clone();
            some.retain(&keep).map(|()| some)
        });
    }
    s.call("Patterns::cast", Fed::Finite, &x, || (x.cast::<f32>(), x.cast::<f64>()));
    s.call("Patterns::cast", Fed::Finite, &x, || {
        x.cast::<f32>().unwrap_or_else(|_| Patterns::new(vec![0.0], 1).unwrap())
    });
    s.call("Patterns::expect_features", Fed::Finite, &x, || x.expect_features(d + 1));
    for kind in [Normalize::None, Normalize::Center, Normalize::Unit, Normalize::Sign] {
        s.call("Normalize::name", Fed::Finite, kind, || kind.name());
        s.call("Normalization::fit", Fed::Finite, (&x, kind), || Normalization::fit(kind, &x));
        let fit = Normalization::fit(kind, &x);
        s.call("Normalization::kind", Fed::Finite, kind, || fit.kind());
        s.call("Normalization::apply", Fed::Finite, (&x, kind), || fit.apply(x.clone()));
        if let Ok(done) = fit.apply(x.clone()) {
            s.call("Normalization::apply", Fed::Finite, (&x, kind), || done);
        }
    }
    for precision in PRECISIONS {
        s.call("Precision::name", Fed::Finite, precision, || precision.name());
        s.call("Precision::bytes", Fed::Finite, precision, || precision.bytes(d));
        s.call("Compact::new", Fed::Finite, (&x, precision), || Compact::new(&x, precision));
        if let Ok(compact) = Compact::new(&x, precision) {
            self::compact::<T>(s, &compact);
        }
    }
    signs(s, &x);
    synapses(s, &Synapses::new(x));
}

fn compact<T: Element + Number>(s: &mut Sweep, of: &Compact) {
    s.call("Compact::new", Fed::Finite, (), || of.clone());
    s.call("Compact::precision", Fed::Finite, (), || of.precision());
    s.call("Compact::len", Fed::Finite, (), || of.len());
    s.call("Compact::features", Fed::Finite, (), || of.features());
    s.call("Compact::residual", Fed::Finite, (), || of.residual(0));
    s.panics("Compact::residual", (), || of.residual(of.len()));
    s.call("Compact::residuals", Fed::Finite, (), || of.residuals().to_vec());
    s.call("Compact::scales", Fed::Finite, (), || of.scales().to_vec());
    s.call("Compact::bytes", Fed::Finite, (), || of.bytes());
    s.call("Compact::decode", Fed::Finite, of, || {
        let mut out = vec![T::ZERO; of.features()];
        of.decode(0..1, &mut out);
        if finite(&out) { Ok(out) } else { Err("beyond f32") }
    });
    s.panics("Compact::decode", of, || of.decode::<T>(0..1, &mut []));
    s.call("Compact::patterns", Fed::Finite, of, || of.patterns::<T>());
    for x in floats::<f32>() {
        let parts = |scales: &[f32], residuals| {
            Compact::from_parts(of.precision(), of.features(), &of.bytes(), scales, residuals)
        };
        s.call("Compact::from_parts", Fed::Finite, x, || {
            parts(&vec![x; of.scales().len()], of.residuals().to_vec())
        });
        s.call("Compact::from_parts", Fed::Finite, x, || {
            parts(of.scales(), vec![x; of.residuals().len()])
        });
        if !x.is_finite() && !of.residuals().is_empty() {
            s.tells("Compact::from_parts", x, || parts(of.scales(), vec![x; of.residuals().len()]));
        }
    }
}

fn signs<T: Element + Number>(s: &mut Sweep, x: &Patterns<T>) {
    let d = x.features();
    s.call("Bits::new", Fed::Finite, x, || Bits::new(x.row(0)));
    s.call("Signs::new", Fed::Finite, x, || Signs::new(x));
    s.call("Bits::of_signs", Fed::Finite, x, || Bits::of_signs(x.row(0)));
    let mut bits = Bits::of_signs(x.row(0));
    s.call("Bits::features", Fed::Finite, (), || bits.features());
    s.call("Bits::words", Fed::Finite, (), || bits.words().to_vec());
    s.call("Bits::is_up", Fed::Finite, (), || bits.is_up(d - 1));
    s.panics("Bits::is_up", (), || bits.is_up(d));
    s.call("Bits::flip", Fed::Finite, (), || bits.flip(d - 1));
    s.panics("Bits::flip", (), || bits.flip(d));
    s.call("Bits::turn", Fed::Finite, (), || bits.turn(0, 1));
    s.panics("Bits::turn", (), || bits.turn(d.div_ceil(64), 0));
    s.call("Bits::to_vec", Fed::Finite, (), || bits.to_vec::<T>());
    s.call("Bits::of_words", Fed::Finite, (), || Bits::of_words(bits.words().to_vec(), d));
    s.panics("Bits::of_words", (), || Bits::of_words(vec![0; 5], d));
    let words: Vec<u64> = [bits.words(), bits.words()].concat();
    s.call("Signs::of_words", Fed::Finite, d, || Signs::of_words(words.clone(), d));
    s.panics("Signs::of_words", d, || Signs::of_words(Vec::new(), d));
    let of = Signs::of_words(words, d);
    s.call("Signs::memories", Fed::Finite, (), || of.memories());
    s.call("Signs::features", Fed::Finite, (), || of.features());
    s.call("Signs::width", Fed::Finite, (), || of.width());
    s.call("Signs::row", Fed::Finite, (), || of.row(1).to_vec());
    s.panics("Signs::row", (), || of.row(2).to_vec());
    s.call("Signs::to_patterns", Fed::Finite, (), || of.to_patterns::<T>());
    s.call("Signs::transposed", Fed::Finite, (), || of.transposed());
    s.call("Signs::overlaps", Fed::Finite, (), || of.overlaps(&bits, &mut [0; 2]));
    s.panics("Signs::overlaps", (), || of.overlaps(&bits, &mut [0; 1]));
    s.call("Signs::distances", Fed::Finite, (), || of.distances(0..2, &bits, &mut [0; 2]));
    s.panics("Signs::distances", (), || of.distances(0..3, &bits, &mut [0; 3]));
    s.call("Signs::votes", Fed::Finite, (), || of.votes(&[0, 1], &bits, 0));
    s.panics("Signs::votes", (), || of.votes(&[2], &bits, 0));
    s.call("Signs::sum_whole_where", Fed::Finite, (), || {
        of.sum_whole_where(0, true, &vec![i32::MAX; d])
    });
    s.panics("Signs::sum_whole_where", (), || of.sum_whole_where(0, true, &vec![0; d + 1]));
    s.panics("Signs::sum_where", (), || of.sum_where(2, true, &vec![0.0; d]));
    for weight in floats::<f64>() {
        s.call("Signs::add_votes", fed(&[weight]), weight, || {
            let mut sums = vec![0.0; 64 * of.width()];
            of.add_votes(&[0, 1], &bits, weight, &mut sums);
            sums
        });
        let numbers = vec![weight; d];
        s.call("Signs::sum_where", fed(&numbers), weight, || of.sum_where(1, true, &numbers));
    }
    s.panics("Signs::add_votes", (), || of.add_votes(&[0], &bits, 1.0, &mut []));
}

/// What one query was told, or an error where its value or activity is none: then no number of it counts.
fn told<T>(answers: &Answers<T>) -> Result<(Answer, Vec<f64>), &'static str> {
    let answer = answers.get(0);
    if !answer.value.is_finite() || !answer.activity.is_finite() {
        return Err("value or activity says that it is not finite");
    }
    Ok((answer.clone(), answers.field(0).to_vec()))
}

fn hidden<T: Element>() -> Vec<Box<dyn Lagrangian<T>>> {
    vec![
        Box::new(LogSumExp::new(1.0).unwrap()),
        Box::new(LogSumExp::new(1e150).unwrap()),
        Box::new(GhostLogSumExp::new(30.0).unwrap()),
        Box::new(Additive(RectifiedPower::new(30).unwrap())),
        Box::new(Additive(Exponential::new(1.0).unwrap())),
        Box::new(Quadratic),
        Box::new(NNorm::new(3).unwrap()),
        Box::new(Sparsemax::new(1.0).unwrap()),
        Box::new(Norm),
    ]
}

fn memories<T: Element + Number>(s: &mut Sweep, of: &dyn Memories<T>, outputs: &[T]) {
    let shown = format!("{of:?}");
    s.call("Memories::memories", Fed::Finite, (), || of.memories());
    s.call("Memories::features", Fed::Finite, (), || of.features());
    s.call("Memories::largest_norm", Fed::Finite, &shown, || of.largest_norm());
    s.call("Memories::squared_norms", Fed::Finite, &shown, || of.squared_norms());
    s.call("Memories::spectral_norm", Fed::Finite, &shown, || of.spectral_norm());
    for hidden in hidden::<T>() {
        let question = Question { top: 2, ..Question::of(&*hidden, outputs) };
        let mut answers = Answers::default();
        s.call("Memories::read", fed(outputs), (&hidden, outputs, &shown), || {
            of.read(&question, &mut answers);
            told(&answers)
        });
        s.call("Memories::name", Fed::Finite, (), || of.name(&question, &mut answers));
        if outputs.iter().any(|x| x.f64().is_nan()) {
            s.tells("Memories::read", (&hidden, outputs, &shown), || told(&answers));
        }
    }
    let softmax = LogSumExp::new(1.0).unwrap();
    let short = [T::ONE; 100];
    if of.features() > 1 {
        let ragged = Question::of(&softmax, &short[..of.features() + 1]);
        s.panics("Memories::read", &shown, || of.read(&ragged, &mut Answers::default()));
    }
    let weigh = |range: std::ops::Range<usize>, scores: &mut [T]| {
        let _ = range;
        let mut tallies = [Tally::EMPTY];
        Pool::<T>::weigh(&Additive(EvenPower::new(2).unwrap()), scores, &mut tallies);
        tallies[0]
    };
    s.call("Memories::relay", Fed::NotFinite, &shown, || {
        let mut relay = Relay::default();
        of.relay(Errand { outputs: Some(outputs), weigh: Some(Weighing::Of(&weigh)) }, &mut relay);
    });
}

fn synapses<T: Element + Number>(s: &mut Sweep, xi: &Synapses<T>) {
    let d = xi.features();
    let outputs = vectors::<T>(d);
    for outputs in outputs.iter().step_by(7) {
        memories(s, xi, outputs);
    }
    let ones = vec![T::ONE; d];
    s.call("Synapses::new", Fed::Finite, (), || Synapses::new(xi.patterns().clone()));
    s.call("Synapses::patterns", Fed::Finite, (), || xi.patterns().len());
    // finite memories may have products beyond the floats; the models refuse those
    s.call("Synapses::couplings", Fed::Finite, xi, || xi.couplings());
    s.call("Synapses::whitened", Fed::Finite, xi, || xi.whitened());
    s.call("Synapses::projection", Fed::Finite, xi, || xi.projection());
    s.call("Synapses::separations", Fed::Finite, xi, || xi.separations(&[0], None));
    s.panics("Synapses::separations", (), || xi.separations(&[xi.memories()], None));
    s.call("is_half_square", Fed::Finite, (), || is_half_square::<T>(&Quadratic));
    s.call("Coupled::new", Fed::Finite, xi, || Coupled::new(xi).couplings().len());
    let coupled = Coupled::new(xi);
    s.call("Coupled::couplings", Fed::Finite, xi, || coupled.couplings().to_vec());
    s.call("Coupled::synapses", Fed::Finite, (), || coupled.synapses().features());
    memories(s, &coupled, &ones);
    for epsilon in floats::<f64>() {
        s.call("Screened::new", Fed::Finite, epsilon, || Screened::new(xi, epsilon).map(|_| ()));
        if !epsilon.is_finite() {
            s.tells("Screened::new", epsilon, || Screened::new(xi, epsilon).map(|_| ()));
        }
    }
    let screened = Screened::new(xi, 1e-3).unwrap();
    s.call("Screened::epsilon", Fed::Finite, (), || screened.epsilon());
    s.call("Screened::synapses", Fed::Finite, (), || screened.synapses().features());
    memories(s, &screened, &ones);
    let screened = screened.eager();
    let softmax = LogSumExp::new(1.0).unwrap();
    s.call("Screened::eager", Fed::Finite, (), || screened.epsilon());
    let balls = screened.clone().in_balls();
    s.call("Screened::in_balls", Fed::Finite, xi, || balls.epsilon());
    memories(s, &balls, &ones);
    s.call("Screened::read_certified", Fed::Finite, xi, || {
        let (mut answers, mut screenings) = (Answers::default(), Vec::new());
        screened.read_certified(&Question::of(&softmax, &ones), &mut answers, &mut screenings);
        told(&answers).map(|told| (told, screenings))
    });
    through(s, xi, &ones);
    if let Ok(masked) = Masked::new(xi, &vec![true; xi.memories()]) {
        memories(s, &masked, &ones);
        s.call("Masked::ids", Fed::Finite, (), || masked.ids().to_vec());
        s.call("Masked::kept", Fed::Finite, (), || masked.kept().memories());
        s.call("Masked::into_parts", Fed::Finite, (), || masked.into_parts().1);
    }
    s.call("Masked::new", Fed::Finite, (), || Masked::new(xi, &[]).map(|_| ()));
    living(s, xi.patterns());
}

fn through<T: Element + Number>(s: &mut Sweep, xi: &Synapses<T>, ones: &[T]) {
    let (n, softmax) = (xi.memories(), LogSumExp::new(1.0).unwrap());
    for x in floats::<f64>() {
        let by = [x];
        let shift = Some(Shift { by: &by, times: 1.0 });
        let cover = Cover { shift, ..Cover::default() };
        s.call("Cover::is_some", Fed::Finite, x, || cover.is_some());
        s.call("Cover::shows", Fed::Finite, x, || cover.shows(0, 0, n));
        if n == 1 {
            s.call("Cover::score", fed(&[x]), x, || cover.score(x, 0, 0, n));
            s.call("Synapses::read_through", fed(&[x]), (x, xi), || {
                let reading = Reading { values: Some(xi.patterns()), cover };
                let mut answers = Answers::default();
                xi.read_through(&Question::of(&softmax, ones), &reading, &mut answers);
                told(&answers)
            });
        }
    }
    let mut answers = Answers::default();
    xi.read(&Question::of(&softmax, ones), &mut answers);
    s.call("Answers::get", Fed::Finite, (), || answers.get(0).active);
    s.panics("Answers::get", (), || answers.get(1).active);
    s.call("Answers::field", Fed::Finite, (), || answers.field(0).len());
    s.panics("Answers::field", (), || answers.field(1).len());
    s.call("Question::of", Fed::Finite, (), || Question::of(&softmax, ones).top);
    let empty = || Partial::empty(2, 3, 1);
    s.call("Partial::empty", Fed::Finite, (), || empty().queries());
    s.call("Partial::queries", Fed::Finite, (), || empty().queries());
    s.call("Partial::merge", Fed::Finite, (), || empty().merge(&empty()));
    s.panics("Partial::merge", (), || empty().merge(&Partial::empty(1, 3, 1)));
    let relay = Relay::<T>::default();
    s.call("Relay::field", Fed::Finite, (), || relay.field().to_vec());
    s.call("Relay::tally", Fed::Finite, (), || relay.tally());
    s.call("Relay::overlaps", Fed::Finite, (), || relay.overlaps().to_vec());
}

fn living<T: Element + Number>(s: &mut Sweep, x: &Patterns<T>) {
    let mut living = Living::new(x.clone());
    let d = x.features();
    s.call("Living::new", Fed::Finite, x, || Living::new(x.clone()).len());
    for value in floats::<T>() {
        let row = vec![value; d];
        let mut changed = living.clone();
        s.call("Living::append", Fed::Finite, &row, || changed.append(&row));
        s.call("Living::replace", Fed::Finite, &row, || changed.replace(MemoryId(0), &row));
        s.call("Memories::largest_norm", Fed::Finite, &row, || changed.synapses().largest_norm());
        if !value.finite() {
            s.tells("Living::append", &row, || changed.append(&row));
            s.tells("Living::replace", &row, || changed.replace(MemoryId(0), &row));
        }
    }
    s.call("Living::append", Fed::Finite, (), || living.append(&[]));
    s.call("Living::remove", Fed::Finite, (), || living.remove(MemoryId(0)));
    s.call("Living::remove", Fed::Finite, (), || living.remove(MemoryId(u64::MAX)));
    s.call("Living::len", Fed::Finite, (), || living.len());
    s.call("Living::ids", Fed::Finite, (), || living.ids().to_vec());
    s.call("Living::id", Fed::Finite, (), || living.id(usize::MAX));
    s.call("Living::place", Fed::Finite, (), || living.place(MemoryId(9)));
    s.call("Living::pattern", Fed::Finite, (), || living.pattern(MemoryId(9)).map(<[T]>::len));
    s.call("Living::synapses", Fed::Finite, (), || living.synapses().memories());
}

fn products<T: Element + Number>(s: &mut Sweep) {
    for n in [1, 2, 9, 65] {
        for x in vectors::<T>(n).iter().step_by(3) {
            let mut out = vec![T::ZERO; 1];
            s.call("Element::scores", Fed::NotFinite, x, || T::scores(x, x, n, &mut out));
            s.panics("Element::scores", x, || T::scores(x, x, n, &mut [T::ZERO; 7]));
            let mut out = vec![T::ZERO; n];
            s.call("Element::weighted", Fed::NotFinite, x, || {
                T::weighted(&[T::ONE], x, n, &mut out)
            });
            s.panics("Element::weighted", x, || T::weighted(&[T::ONE], x, n, &mut [T::ZERO; 99]));
        }
        s.call("Element::largest_eigenvalue", Fed::Finite, n, || {
            T::largest_eigenvalue(&vec![T::ONE; n * n], n)
        });
    }
}

#[test]
fn synapse() {
    let mut s = Sweep::of("synapse");
    patterns::<f32>(&mut s);
    patterns::<f64>(&mut s);
    products::<f32>(&mut s);
    products::<f64>(&mut s);
    s.finish();
}
