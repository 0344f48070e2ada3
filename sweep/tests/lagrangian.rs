//! Lagrangians of hostile currents, at every temperature that their constructors take.

use attractor_lagrangian::*;
use sweep::{Fed, LENGTHS, Number, Sweep, fed, floats, vectors};

type Named<T> = (String, Box<dyn Lagrangian<T>>);

/// From where 1/β overflows to where βx does.
const BETAS: [f64; 6] = [1.0, 1e-3, 30.0, 1e-308, 1e150, f64::MAX];

fn zoo<T: Real>() -> Vec<Named<T>> {
    let mut all: Vec<Named<T>> = vec![
        ("absolute".into(), Box::new(Absolute)),
        ("huber".into(), Box::new(Huber)),
        ("norm".into(), Box::new(Norm)),
        ("quadratic".into(), Box::new(Quadratic)),
        ("gelu".into(), Box::new(NotConvex::gelu())),
        ("silu".into(), Box::new(NotConvex::silu())),
        ("cube".into(), Box::new(NotConvex::odd_power(3).unwrap())),
    ];
    for beta in BETAS {
        let mut push = |name: &str, of: Box<dyn Lagrangian<T>>| {
            all.push((format!("{name} {beta:e}"), of));
        };
        push("log-cosh", Box::new(LogCosh::new(beta).unwrap()));
        push("log-sum-exp", Box::new(LogSumExp::new(beta).unwrap()));
        push("ghost", Box::new(GhostLogSumExp::new(beta).unwrap()));
        push("softplus", Box::new(Softplus::new(beta).unwrap()));
        push("exponential", Box::new(Additive(Exponential::new(beta).unwrap())));
        push("rect-exp", Box::new(Additive(RectifiedExponential::new(beta).unwrap())));
        push("sparsemax", Box::new(Sparsemax::new(beta).unwrap()));
        push("entmax", Box::new(Entmax::new(1.5, beta).unwrap()));
        if let Ok(cubic) = Entmax::new(3.0, beta) {
            push("entmax 3", Box::new(cubic));
        }
        push("normmax", Box::new(Normmax::new(2.0, beta).unwrap()));
        push("k-subset", Box::new(KSubset::new(2, beta).unwrap()));
        push("smoothed", Box::new(SmoothedNorm::new(beta).unwrap()));
        push("layer norm", Box::new(LayerNorm::new(beta, 0.0).unwrap()));
        push("layer norm, eps", Box::new(LayerNorm::new(1.0, beta).unwrap()));
        push("rms norm", Box::new(RmsNorm::new(1.0, beta).unwrap()));
        push("threshold", Box::new(Threshold::new(beta).unwrap()));
    }
    for n in [2, 3, 30, 1000] {
        all.push((format!("rectified {n}"), Box::new(Additive(RectifiedPower::new(n).unwrap()))));
        all.push((format!("n-norm {n}"), Box::new(NNorm::new(n).unwrap())));
        let even = EvenPower::new(2 * n).unwrap();
        all.push((format!("even {n}"), Box::new(Additive(even))));
    }
    all.push(("grouped".into(), Box::new(Grouped::new(LogSumExp::new(1.0).unwrap(), 1).unwrap())));
    all
}

/// Every function of one Lagrangian at x, with the neighbouring vector as the other argument.
fn one<T: Real + Number>(s: &mut Sweep, (name, l): &Named<T>, x: &[T], other: &[T]) {
    let (one, both) = (fed(x), fed(x).and(fed(other)));
    let input = (name, x, other);
    s.call("Lagrangian::value", one, input, || l.value(x));
    let activate = |x: &[T]| {
        let mut g = vec![T::ZERO; x.len()];
        l.activate(x, &mut g);
        g
    };
    s.call("Lagrangian::activate", one, input, || activate(x));
    s.call("Lagrangian::activate", both, input, || {
        let mut g = other.to_vec();
        l.activate(x, &mut g);
        g
    });
    s.call("Lagrangian::curve", both, input, || {
        let mut out = vec![T::ZERO; x.len()];
        l.curve(x, other, &mut out);
        out
    });
    s.call("Lagrangian::conjugate", one, input, || l.conjugate(x));
    let convex = l.properties().convex;
    let fed = if convex { both } else { Fed::NotFinite }; // its gap is NaN by its documentation
    s.call("Lagrangian::bregman", fed, input, || l.bregman(other, x, &activate(x)));
    if x.iter().any(|x| x.f64().is_nan()) && !name.starts_with("k-subset") {
        s.tells("Lagrangian::value", input, || l.value(x));
        s.tells("Lagrangian::activate", input, || activate(x));
    }
}

fn lagrangians<T: Real + Number>(s: &mut Sweep) {
    for named in zoo::<T>() {
        for n in LENGTHS {
            let all = vectors::<T>(n);
            let stride = if n > 9 { 5 } else { 1 };
            for (i, x) in all.iter().enumerate().step_by(stride) {
                let other = &all[(7 * i + 3) % all.len()];
                one(s, &named, x, other);
                if n < 4 {
                    one(s, &named, x, x);
                    one(s, &named, x, &all[(11 * i + 5) % all.len()]);
                }
            }
        }
        s.call("Lagrangian::properties", Fed::Finite, &named.0, || named.1.properties());
        s.call("Lagrangian::one_pass", Fed::Finite, &named.0, || named.1.one_pass().is_some());
        s.call("Lagrangian::log_form", Fed::Finite, &named.0, || named.1.log_form().is_some());
        let (x, mut g) = (vec![T::ONE; 3], vec![T::ZERO; 64]);
        s.may_panic("Lagrangian::activate", || named.1.activate(&x, &mut g));
        s.may_panic("Lagrangian::curve", || named.1.curve(&x, &[T::ONE; 2], &mut [T::ZERO; 9]));
        s.may_panic("Lagrangian::bregman", || named.1.bregman(&x, &[T::ONE; 2], &[T::ZERO; 9]));
    }
}

fn pool<T: Real + Number>(s: &mut Sweep, name: &str, l: &dyn Pool<T>, tile: &[T], queries: usize) {
    let given = fed(tile);
    let (mut weights, mut tallies) = (tile.to_vec(), vec![Tally::EMPTY; queries]);
    let input = (name, tile, queries);
    s.call("Pool::weigh", given, input, || {
        l.weigh(&mut weights, &mut tallies);
        (weights.clone(), tallies.clone())
    });
    s.call("Pool::hides", Fed::Finite, input, || l.hides());
    for tally in &tallies {
        s.call("Pool::potential", given, (name, tally), || l.potential(tally));
        s.call("Pool::log_factor", given, (name, tally), || l.log_factor(tally));
    }
    let befores = |x: T| vec![Before { value: x.f64(), tilt: 0.5 }; queries];
    let moves: Vec<T> = tile.iter().rev().copied().collect();
    let before: Vec<Before> = befores(T::ONE);
    let mut sums = vec![[0.0; 3]; queries];
    // the sums mean something only where `before` is the state's own: no NaN is a matter of `gap_value`
    s.call("Pool::gap", Fed::NotFinite, input, || {
        l.gap(tile, &moves, &before, &mut sums);
        sums.clone()
    });
    for (sum, before) in sums.iter().zip(&before) {
        s.call("Pool::gap_value", fed(sum), (name, sum), || l.gap_value(sum, before, 1.0));
        s.call("Pool::gap_slack", fed(sum), (name, sum), || l.gap_slack(sum, before));
    }
}

fn pools<T: Real + Number>(s: &mut Sweep) {
    for (name, l) in &zoo::<T>() {
        let Some(OnePass::Sum(of)) = l.one_pass() else { continue };
        for (n, queries) in [(0, 1), (1, 1), (3, 1), (3, 3), (9, 3), (65, 1), (64, 8), (64, 64)] {
            for tile in vectors::<T>(n) {
                pool(s, name, of, &tile, queries);
            }
        }
    }
}

fn selections(s: &mut Sweep) {
    for (name, l) in &zoo::<f64>() {
        let Some(OnePass::Select(of)) = l.one_pass() else { continue };
        for n in LENGTHS {
            for x in vectors::<f64>(n) {
                s.call("Select::threshold", fed(&x), (name, &x), || of.threshold(&x));
            }
        }
    }
}

fn primitive<P: Primitive>(s: &mut Sweep, f: &P) {
    for x in floats::<f64>() {
        let given = fed(&[x]);
        s.call("Primitive::value", given, (f, x), || f.value(x));
        s.call("Primitive::slope", given, (f, x), || f.slope(x));
        s.call("Primitive::curvature", given, (f, x), || f.curvature(x));
        s.call("Primitive::conjugate", given, (f, x), || f.conjugate(x));
        s.call("Primitive::slopes", given, (f, x), || {
            let mut g = [0.0f32; 9];
            f.slopes(&[f32::of(x); 9], &mut g);
            if f32::of(x).is_finite() { g } else { [0.0; 9] }
        });
        s.call("Primitive::weigh", given, (f, x), || {
            let (mut tile, mut tallies) = ([x, 0.0, -x], [Tally::EMPTY]);
            let done = f.weigh(&mut tile, &mut tallies);
            if done { (tile.to_vec(), tallies.to_vec()) } else { Default::default() }
        });
        for to in floats::<f64>() {
            let given = given.and(fed(&[to]));
            s.call("Primitive::gap", given, (f, to, x), || f.gap(to, x, to - x));
        }
    }
    s.call("Primitive::domain", Fed::Finite, f, || f.domain());
    s.call("Primitive::properties", Fed::Finite, f, || f.properties());
    s.call("Primitive::log_form", Fed::Finite, f, || f.log_form::<f32>().is_some());
}

fn primitives(s: &mut Sweep) {
    for beta in BETAS {
        primitive(s, &Exponential::new(beta).unwrap());
        primitive(s, &RectifiedExponential::new(beta).unwrap());
    }
    for n in [2, 3, 4, 30, 1001] {
        primitive(s, &RectifiedPower::new(n).unwrap());
    }
    for n in [2, 4, 30, 1000] {
        primitive(s, &EvenPower::new(n).unwrap());
    }
}

/// A constructor with a number that is not finite refuses it, and what it takes it gives back.
macro_rules! parameters {
    ($s:ident, $x:ident: $($new:literal, $make:expr, [$($get:literal $getter:ident),*];)*) => {
        for $x in floats::<f64>() {
            $(
                $s.call($new, Fed::Finite, $x, || $make);
                if !$x.is_finite() {
                    $s.tells($new, $x, || $make);
                }
                if let Ok(made) = $make {
                    $($s.call($get, Fed::Finite, &made, || made.$getter());)*
                }
            )*
        }
    };
}

fn constructors(s: &mut Sweep) {
    parameters! { s, x:
        "LogCosh::new", LogCosh::new(x), ["LogCosh::beta" beta];
        "LogSumExp::new", LogSumExp::new(x), ["LogSumExp::beta" beta];
        "GhostLogSumExp::new", GhostLogSumExp::new(x), ["GhostLogSumExp::beta" beta];
        "Softplus::new", Softplus::new(x), ["Softplus::beta" beta];
        "Exponential::new", Exponential::new(x), ["Exponential::beta" beta];
        "RectifiedExponential::new", RectifiedExponential::new(x), ["RectifiedExponential::beta" beta];
        "Sparsemax::new", Sparsemax::new(x), ["Sparsemax::beta" beta, "Sparsemax::margin" margin];
        "Entmax::new", Entmax::new(x, 1.0), ["Entmax::alpha" alpha, "Entmax::margin" margin];
        "Entmax::new", Entmax::new(1.5, x), ["Entmax::beta" beta, "Entmax::margin" margin];
        "Normmax::new", Normmax::new(x, 1.0), ["Normmax::gamma" gamma, "Normmax::margin" margin];
        "Normmax::new", Normmax::new(2.0, x), ["Normmax::beta" beta, "Normmax::margin" margin];
        "KSubset::new", KSubset::new(1, x), ["KSubset::k" k, "KSubset::beta" beta];
        "SmoothedNorm::new", SmoothedNorm::new(x), ["SmoothedNorm::epsilon" epsilon];
        "Threshold::new", Threshold::new(x), ["Threshold::theta" theta];
        "LayerNorm::new", LayerNorm::new(x, 0.0), ["LayerNorm::gamma" gamma];
        "LayerNorm::new", LayerNorm::new(1.0, x), ["LayerNorm::epsilon" epsilon];
        "LayerNorm::with_shift", LayerNorm::new(1.0, 0.0).unwrap().with_shift(vec![x]), ["LayerNorm::delta" delta];
        "RmsNorm::new", RmsNorm::new(x, 0.0), ["RmsNorm::gamma" gamma];
        "RmsNorm::new", RmsNorm::new(1.0, x), ["RmsNorm::epsilon" epsilon];
        "Factor::euler", Factor::euler(x), ["Factor::eta" eta, "Factor::slack" slack];
        "Factor::exponential", Factor::exponential(x), ["Factor::eta" eta, "Factor::slack" slack];
    }
    for n in [0, 1, 2, 3, u32::MAX, u32::MAX - 1] {
        s.call("NNorm::new", Fed::Finite, n, || NNorm::new(n).map(|of| of.power()));
        s.call("RectifiedPower::new", Fed::Finite, n, || RectifiedPower::new(n));
        s.call("EvenPower::new", Fed::Finite, n, || EvenPower::new(n).map(|of| of.power()));
        s.call("NotConvex::odd_power", Fed::Finite, n, || NotConvex::odd_power(n));
    }
    s.call("NNorm::power", Fed::Finite, (), || NNorm::new(3).unwrap().power());
    s.call("RectifiedPower::power", Fed::Finite, (), || RectifiedPower::new(3).unwrap().power());
    s.call("EvenPower::power", Fed::Finite, (), || EvenPower::new(4).unwrap().power());
    s.call("NotConvex::gelu", Fed::Finite, (), NotConvex::gelu);
    s.call("NotConvex::silu", Fed::Finite, (), NotConvex::silu);
}

fn steps(s: &mut Sweep) {
    for (a, b) in floats::<f64>().flat_map(|a| floats::<f64>().map(move |b| (a, b))) {
        let given = fed(&[a, b]);
        s.call("Factor::homogeneous", Fed::Finite, (a, b), || Factor::homogeneous(a, b));
        s.call("ramp", given, (a, b), || ramp(a, b));
        s.call("sum", given, (a, b), || sum([a, b, 1.0].into_iter()));
        for eta in [1.0, 0.5, f64::EPSILON] {
            let factor = Factor::euler(eta).unwrap();
            s.call("Factor::mix", given, (eta, a, b), || factor.mix(a, b));
        }
        let tally = |x: f64| Tally { log_scale: x, value: 1.0, weight: 1.0, square: 1.0 };
        s.call("Tally::merge", given, (a, b), || {
            let mut joined = tally(a);
            (joined.merge(&tally(b)), joined)
        });
        for small in [Admissible::Always, Admissible::SmallNorm { factor: a }] {
            s.call("Admissible::with_norm", given, (a, b), || small.with_norm(|| b));
        }
        let grown = |factor| Properties::separable(Growth::Power { degree: 2.0, factor });
        s.call("Properties::separable", given, (a, b), || (grown(a).is_separable(), ()));
        s.call("Properties::is_separable", given, (a, b), || grown(a).is_separable());
        s.call("admissible", given, (a, b), || admissible(&grown(a), &grown(b)));
    }
}

fn layers<T: Real + Number>(s: &mut Sweep) {
    for (name, l) in zoo::<T>() {
        if !l.properties().convex {
            continue;
        }
        let layer = Layer(l);
        for n in [0, 1, 3, 9] {
            let all = vectors::<T>(n);
            for (i, x) in all.iter().enumerate() {
                relaxed(s, &name, &layer, x, &all[(7 * i + 3) % all.len()]);
            }
        }
        let (x, short) = ([T::ONE; 3], [T::ONE; 2]);
        s.panics("Layer::energy", &name, || layer.energy(&x, &short, &x));
        s.panics("Layer::residual", &name, || {
            layer.residual(&[1.0; 3], &x, (&mut [T::ZERO; 2], &mut [T::ZERO; 3]))
        });
        s.panics("Layer::relax", &name, || {
            let (before, target) = (scaled(&x), scaled(&[1.0; 3]));
            let after = (&mut [T::ZERO; 2][..], &mut [T::ZERO; 3][..]);
            layer.relax((before, &x), target, Factor::MAP, after)
        });
    }
}

fn scaled<U>(values: &[U]) -> Scaled<'_, U> {
    Scaled { values, log_scale: 0.0 }
}

type Boxed<T> = Layer<Box<dyn Lagrangian<T>>>;

fn relaxed<T: Real + Number>(s: &mut Sweep, name: &str, layer: &Boxed<T>, x: &[T], to: &[T]) {
    let (n, given) = (x.len(), fed(x).and(fed(to)));
    let mut y = vec![T::ZERO; n];
    layer.0.activate(x, &mut y);
    let target: Vec<f64> = to.iter().map(|t| t.f64()).collect();
    let given = given.and(fed(&y));
    s.call("Layer::energy", given, (name, x, to), || layer.energy(x, &y, to));
    s.call("Layer::residual", given, (name, x, to), || {
        let (mut a, mut b) = (vec![T::ZERO; n], vec![T::ZERO; n]);
        layer.residual(&target, &y, (&mut a, &mut b))
    });
    for factor in [Factor::MAP, Factor::euler(0.5).unwrap()] {
        s.call("Layer::relax", given, (name, x, to, factor), || {
            let (mut a, mut b) = (vec![T::ZERO; n], vec![T::ZERO; n]);
            let (drop, unit) =
                layer.relax((scaled(x), &y), scaled(&target), factor, (&mut a, &mut b));
            (a, b, drop, unit)
        });
    }
}

fn scalars<T: Real + Number>(s: &mut Sweep) {
    for x in floats::<T>() {
        s.call("Real::abs", fed(&[x]), x, || Real::abs(x));
        s.call("Real::exp", fed(&[x]), x, || Real::exp(x));
        s.call("Real::f64", fed(&[x]), x, || Real::f64(x));
        s.call("Real::is_finite", Fed::Finite, x, || Real::is_finite(x));
        s.call("Real::max", Fed::Finite, x, || Real::max(T::ONE, x)); // it ignores NaN, as it says
        s.call("Real::max", fed(&[x]), x, || Real::max(x, T::ONE));
    }
    for x in floats::<f64>() {
        s.call("Real::of", fed(&[x]), x, || T::of(x));
    }
    for x in LENGTHS.into_iter().flat_map(vectors::<T>) {
        s.call("norm", fed(&x), &x, || norm(&x));
        if x.iter().any(|x| x.f64().is_nan()) {
            s.tells("norm", &x, || norm(&x));
        }
    }
}

fn groups(s: &mut Sweep) {
    for size in [0, 1, 2, 3] {
        s.call("Grouped::new", Fed::Finite, size, || Grouped::new(Absolute, size));
    }
    let pairs = Grouped::new(LogSumExp::new(1.0).unwrap(), 2).unwrap();
    s.call("Grouped::of", Fed::Finite, (), || *pairs.of());
    s.call("Grouped::size", Fed::Finite, (), || pairs.size());
    s.panics("Lagrangian::value", "3 neurons in pairs", || pairs.value(&[1.0f64; 3]));
    let shifted = LayerNorm::new(1.0, 0.0).unwrap().with_shift(vec![1.0; 2]).unwrap();
    s.panics("Lagrangian::value", "2 shifts for 3", || shifted.value(&[1.0f64; 3]));
    let any = AnyLagrangian::LogSumExp(LogSumExp::new(1.0).unwrap());
    s.call("AnyLagrangian::name", Fed::Finite, (), || any.name());
    s.call("AnyLagrangian::lagrangian", Fed::Finite, (), || any.lagrangian::<f32>().value(&[1.0]));
}

#[test]
fn lagrangian() {
    let mut s = Sweep::of("lagrangian");
    lagrangians::<f32>(&mut s);
    lagrangians::<f64>(&mut s);
    pools::<f32>(&mut s);
    pools::<f64>(&mut s);
    selections(&mut s);
    primitives(&mut s);
    constructors(&mut s);
    steps(&mut s);
    layers::<f32>(&mut s);
    layers::<f64>(&mut s);
    scalars::<f32>(&mut s);
    scalars::<f64>(&mut s);
    groups(&mut s);
    s.finish();
}
