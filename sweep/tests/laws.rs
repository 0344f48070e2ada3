//! Laws at hostile points: a verdict, never a panic. A law is a question, and `Err` is its answer where a
//! number is none; nothing is asked of the answer here but that it comes.

use attractor_dynamics::*;
use attractor_lagrangian::*;
use attractor_laws::*;
use sweep::{Fed, Number, Sweep, vectors};

fn laws<T: Real + Number, L: Both<T> + ?Sized>(s: &mut Sweep, l: &L) {
    for n in [1, 2, 3, 9] {
        let all = vectors::<T>(n);
        for (i, x) in all.iter().enumerate() {
            let y = &all[(7 * i + 3) % all.len()];
            let input = (l, x, y);
            s.call("bregman_definition", Fed::Finite, input, || bregman_definition(l, x, y));
            s.call("bregman_positive", Fed::Finite, input, || bregman_positive(l, x, y));
            s.call("gradient", Fed::Finite, input, || gradient(l, x));
            s.call("monotone", Fed::Finite, input, || monotone(l, x, y));
            s.call("curvature", Fed::Finite, input, || curvature(l, x, y, x));
            s.call("curvature_symmetric", Fed::Finite, input, || curvature_symmetric(l, x, y, x));
            s.call("curvature_positive", Fed::Finite, input, || curvature_positive(l, x, y));
            s.call("lipschitz", Fed::Finite, input, || lipschitz(l, x, y, x));
            s.call("bounded_activation", Fed::Finite, input, || bounded_activation(l, x));
            s.call("growth", Fed::Finite, input, || growth(l, x));
            s.call("homogeneity", Fed::Finite, input, || homogeneity(l, x, 3));
            s.call("separability", Fed::Finite, input, || separability(l, x, y));
            s.call("zero_modes", Fed::Finite, input, || zero_modes(l, x, y));
            s.call("fenchel_young", Fed::Finite, input, || fenchel_young(l, x));
            s.call("stale_output", Fed::Finite, input, || stale_output(l, x, y));
            s.call("conjugate_domain", Fed::Finite, input, || conjugate_domain(l, x, y, x));
            s.call("precision", Fed::Finite, input, || precision(l, x, y));
            s.call("log_form", Fed::Finite, input, || log_form(l, x));
            for dt in [1e-300, 1.0, f64::MAX, f64::NAN, -1.0] {
                let input = (l, x, y, dt);
                s.call("relaxation_identity", Fed::Finite, input, || {
                    relaxation_identity(l, x, y, dt)
                });
                s.call("relaxation_positive", Fed::Finite, input, || {
                    relaxation_positive(l, x, y, dt)
                });
            }
            for tile in [1, 2, 64] {
                let input = (l, x, y, tile);
                s.call("streaming", Fed::Finite, input, || streaming(l, x, y, tile));
                s.call("streaming_merge", Fed::Finite, input, || streaming_merge(l, x, tile));
                s.call("streaming_gap", Fed::Finite, input, || streaming_gap(l, x, y, tile));
            }
        }
    }
}

/// A NaN for which there is a violation, and not a law that holds.
fn reported<T: Real + Number>(s: &mut Sweep) {
    let (softmax, x) = (LogSumExp::new(1.0).unwrap(), [T::of(f64::NAN); 2]);
    s.tells("fenchel_young", (), || fenchel_young(&softmax, &x));
    s.tells("gradient", (), || gradient(&softmax, &x));
    s.tells("bregman_positive", (), || bregman_positive(&softmax, &x, &x));
}

/// Shows whatever it is made of.
struct Shows;

impl System for Shows {
    type State = Vec<f64>;
    fn queries(&self, state: &Vec<f64>) -> usize {
        state.len()
    }
    fn look(&self, state: &mut Vec<f64>, active: &[usize], looks: &mut [Look]) {
        for &q in active {
            let certificate = Certificate::of_terms(&[state[q]], 0.0, Proof::Full);
            looks[q] =
                Look { energy: Energy::of_terms(&[state[q]]), certificate, residual: state[q] };
        }
    }
    fn advance(&self, _state: &mut Vec<f64>, _active: &[usize]) {}
    fn guarantee(&self) -> Guarantee {
        Guarantee::Unconditional
    }
}

type SystemLaw = fn(&Shows, &dyn Fn() -> Vec<f64>) -> Result<(), Violation>;

const SYSTEM_LAWS: [(&str, SystemLaw); 8] = [
    ("certificate_positive", certificate_positive),
    ("energy_descends", energy_descends),
    ("energy_identity", energy_identity),
    ("look_repeats", look_repeats),
    ("run_repeats", run_repeats),
    ("queries_independent", queries_independent),
    ("rest_is_fixed", rest_is_fixed),
    ("nan_reported", nan_reported),
];

#[test]
fn laws_of_hostile_points() {
    let mut s = Sweep::of("laws");
    let softmax = LogSumExp::new(1e150).unwrap();
    laws::<f64, _>(&mut s, &softmax);
    laws::<f64, _>(&mut s, &Norm);
    laws::<f64, _>(&mut s, &Additive(Exponential::new(1.0).unwrap()));
    laws::<f64, _>(&mut s, &NotConvex::gelu());
    laws::<f32, _>(&mut s, &Additive(RectifiedPower::new(30).unwrap()));
    laws::<f32, _>(&mut s, &Sparsemax::new(1.0).unwrap());
    reported::<f32>(&mut s);
    reported::<f64>(&mut s);
    for state in vectors::<f64>(3) {
        for (name, law) in SYSTEM_LAWS {
            s.call(name, Fed::Finite, &state, || law(&Shows, &|| state.clone()));
        }
    }
    for law in Law::ALL {
        s.call("Law::name", Fed::Finite, law, || law.name());
    }
    s.call("currents", Fed::Finite, (), || (currents::<f32>(1, 9), currents::<f64>(1, 9)));
    s.panics("currents", 0, || currents::<f64>(1, 0));
    s.call("check", Fed::Finite, (), || check::<f32, _>(Law::ALL[0], &softmax));
    s.call("assert_law", Fed::Finite, (), || assert_law::<f32, _>(Law::ALL[0], &softmax, file!()));
    // one that fails writes its seed into a file beside its source, so these hold
    s.call("assert_descent_law", Fed::Finite, (), || assert_descent_law(|_| Ok(()), file!()));
    s.finish();
}
