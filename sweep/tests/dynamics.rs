//! Looks and runs of hostile numbers.

use attractor_dynamics::*;
use sweep::{Fed, Sweep, fed, floats};

/// Shows the same look at every state, as long as it is asked.
struct Still {
    look: Look,
    resolution: f64,
}

impl System for Still {
    type State = usize;
    fn queries(&self, state: &usize) -> usize {
        *state
    }
    fn look(&self, _state: &mut usize, active: &[usize], looks: &mut [Look]) {
        active.iter().for_each(|&q| looks[q] = self.look);
    }
    fn advance(&self, _state: &mut usize, _active: &[usize]) {}
    fn guarantee(&self) -> Guarantee {
        Guarantee::None
    }
    fn resolution(&self) -> f64 {
        self.resolution
    }
}

struct Unmoved;

impl System for Unmoved {
    type State = ();
    fn queries(&self, _state: &()) -> usize {
        0
    }
    fn look(&self, _state: &mut (), _active: &[usize], _looks: &mut [Look]) {}
    fn advance(&self, _state: &mut (), _active: &[usize]) {}
    fn guarantee(&self) -> Guarantee {
        Guarantee::None
    }
}

fn terms(s: &mut Sweep) {
    for (a, b) in floats::<f64>().flat_map(|a| floats::<f64>().map(move |b| (a, b))) {
        let (list, given) = ([a, b, f64::MAX, -f64::MAX, b], fed(&[a, b]));
        s.call("Energy::of_terms", given, list, || Energy::of_terms(&list));
        s.call("Energy::is_finite", Fed::Finite, list, || Energy::of_terms(&list).is_finite());
        let certificate = || Certificate::of_terms(&[a], b, Proof::Full);
        // a negative term is answered with NaN, which `is_finite` tells
        s.call("Certificate::of_terms", given, (a, b), || {
            let certificate = certificate();
            if certificate.is_finite() { Ok(certificate) } else { Err(certificate) }
        });
        s.call("Certificate::is_finite", Fed::Finite, (a, b), || {
            let mut sum = certificate();
            sum += certificate();
            assert!(!sum.is_finite() || (a >= 0.0 && b >= 0.0));
        });
        run(s, a, b);
    }
}

/// A run that shows a number which is none says so in its outcome.
fn run(s: &mut Sweep, a: f64, b: f64) {
    let energy = Energy { value: a, magnitude: b };
    let look = Look { energy, certificate: Certificate::ZERO, residual: b };
    s.call("Look::is_finite", Fed::Finite, look, || look.is_finite());
    for rule in [StopRule::rest(0.5, 3), StopRule::exactly(2, 0.5)].map(Result::unwrap) {
        let system = Still { look, resolution: a };
        s.call("settle", fed(&[a, b]), (a, b, rule), || {
            let mut trace = Trace::new(1, 2);
            let runs = settle(&system, &mut 2, &rule, &mut trace);
            let told = runs.iter().all(|run| run.outcome == Outcome::NotFinite);
            assert_eq!(told, !look.is_finite(), "an outcome that does not tell");
            (runs, trace)
        });
    }
}

fn names(s: &mut Sweep) {
    for tolerance in floats::<f64>() {
        for (name, rule) in [
            ("StopRule::rest", StopRule::rest as fn(f64, usize) -> _),
            ("StopRule::exactly", |tolerance, steps| StopRule::exactly(steps, tolerance)),
        ] {
            s.call(name, Fed::Finite, tolerance, || rule(tolerance, usize::MAX));
            if !tolerance.is_finite() {
                s.tells(name, tolerance, || rule(tolerance, 1));
            }
        }
        let guarantee = Guarantee::Conditional { bound: tolerance };
        s.call("Guarantee::name", Fed::Finite, tolerance, || guarantee.name());
    }
    s.call("Proof::name", Fed::Finite, (), || Proof::Full.name());
    s.call("Outcome::name", Fed::Finite, (), || Outcome::NotFinite.name());
}

fn traits(s: &mut Sweep) {
    let (run, mut nobody) =
        (settle(&Unmoved, &mut (), &StopRule::rest(0.0, 0).unwrap(), &mut ()), ());
    s.call("settle", Fed::Finite, "no queries", || run);
    let system = Still { look: Look::NONE, resolution: 0.0 };
    s.call("System::queries", Fed::Finite, (), || system.queries(&0));
    s.call("System::guarantee", Fed::Finite, (), || system.guarantee());
    s.call("System::resolution", Fed::Finite, (), || Unmoved.resolution());
    s.call("System::advance", Fed::Finite, (), || system.advance(&mut 1, &[0]));
    s.call("System::look", Fed::NotFinite, (), || {
        let mut looks = [Look::NONE];
        system.look(&mut 1, &[0], &mut looks);
        looks
    });
    s.call("Trace::new", Fed::Finite, (), || Trace::new(0, usize::MAX));
    s.call("Observer::look", Fed::Finite, "a query beyond the trace", || {
        let mut trace = Trace::new(1, 1);
        trace.look(7, 0, &Look::NONE);
        trace
    });
    s.call("Trace::looks", Fed::NotFinite, "NaN", || {
        let mut trace = Trace::new(1, 1);
        trace.look(0, 0, &Look::NONE);
        trace.looks().to_vec()
    });
    s.call("Observer::interrupted", Fed::Finite, (), || nobody.interrupted());
    s.call("Observer::stopped", Fed::Finite, (), || {
        let rule = StopRule::rest(0.0, 0).unwrap();
        settle(&system, &mut 1, &rule, &mut ()).iter().for_each(|run| ().stopped(0, run));
    });
}

#[test]
fn dynamics() {
    let mut s = Sweep::of("dynamics");
    terms(&mut s);
    names(&mut s);
    traits(&mut s);
    s.finish();
}
