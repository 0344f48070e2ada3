//! The stopping rules, on a system whose every number is known: x' = x/2 lowers x² by ¾x².

use attractor_dynamics::*;

struct Halving {
    looks: std::cell::Cell<usize>,
}

impl System for Halving {
    type State = Vec<[f64; 2]>;
    fn queries(&self, state: &Self::State) -> usize {
        state.len()
    }
    fn look(&self, state: &mut Self::State, active: &[usize], looks: &mut [Look]) {
        self.looks.set(self.looks.get() + 1);
        for &q in active {
            let [x, last] = state[q];
            let certificate =
                Certificate::of_terms(&[(last - x) * (last + x)], 0.0, Proof::Visible);
            looks[q] = Look { energy: Energy::of_terms(&[x * x]), certificate, residual: x.abs() };
        }
    }
    fn advance(&self, state: &mut Self::State, active: &[usize]) {
        active.iter().for_each(|&q| state[q] = [state[q][0] / 2.0, state[q][0]]);
    }
    fn guarantee(&self) -> Guarantee {
        Guarantee::Unconditional
    }
    fn resolution(&self) -> f64 {
        1e-3
    }
}

fn run(starts: &[f64], rule: StopRule) -> (Vec<Run>, Vec<[f64; 2]>, usize) {
    let system = Halving { looks: 0.into() };
    let mut state = starts.iter().map(|&x| [x, x]).collect();
    let runs = settle(&system, &mut state, &rule, &mut ());
    (runs, state, system.looks.get())
}

#[test]
fn queries_settle_one_by_one_and_n_steps_cost_n_plus_1_looks() {
    let (runs, state, looks) = run(&[0.0, 1.0, 8.0], StopRule::rest(0.5, 100).unwrap());
    assert_eq!(runs.iter().map(|r| r.steps).collect::<Vec<_>>(), [0, 1, 4]);
    assert!(runs.iter().all(|r| r.outcome == Outcome::Settled));
    assert_eq!(state.iter().map(|s| s[0]).collect::<Vec<_>>(), [0.0, 0.5, 0.5]);
    assert_eq!(looks, 5);
    let drop = runs[2].energy_start.value - runs[2].energy.value;
    assert!((runs[2].certificate.drop - drop).abs() < 1e-12);
}

#[test]
fn exactly_n_steps_are_taken_at_rest_or_not() {
    let (runs, state, _) = run(&[1e-9, 1.0], StopRule::exactly(3, 1e-2).unwrap());
    assert_eq!(runs.iter().map(|r| r.steps).collect::<Vec<_>>(), [3, 3]);
    assert_eq!([runs[0].outcome, runs[1].outcome], [Outcome::Settled, Outcome::OutOfSteps]);
    assert_eq!(state[1][0].to_bits(), 0.125f64.to_bits());
}

#[test]
fn the_cap_is_hard_and_the_tolerance_has_a_floor() {
    let (runs, ..) = run(&[1.0], StopRule::rest(0.1, 2).unwrap());
    assert_eq!((runs[0].steps, runs[0].outcome), (2, Outcome::OutOfSteps));
    let (runs, ..) = run(&[1.0], StopRule::rest(0.0, 1000).unwrap());
    assert_eq!((runs[0].steps, runs[0].outcome), (10, Outcome::Settled));
}

#[test]
fn a_number_that_is_not_finite_ends_the_query_by_name_and_only_it() {
    let (runs, ..) = run(&[f64::NAN, f64::INFINITY, 1.0], StopRule::rest(0.5, 9).unwrap());
    let outcomes: Vec<_> = runs.iter().map(|r| r.outcome).collect();
    assert_eq!(outcomes, [Outcome::NotFinite, Outcome::NotFinite, Outcome::Settled]);
}

#[test]
fn no_query_is_an_empty_answer_and_a_bad_tolerance_is_refused() {
    assert!(run(&[], StopRule::rest(0.5, 9).unwrap()).0.is_empty());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(StopRule::rest(bad, 9).is_err() && StopRule::exactly(9, bad).is_err());
    }
}

#[test]
fn an_observer_sees_every_look_and_may_interrupt() {
    struct After(usize, usize);
    impl Observer for After {
        fn look(&mut self, _: usize, _: usize, _: &Look) {
            self.1 += 1;
        }
        fn interrupted(&mut self) -> bool {
            self.0 -= 1;
            self.0 == 0
        }
    }
    let (system, mut state, mut seen) =
        (Halving { looks: 0.into() }, vec![[1e9; 2]; 2], After(3, 0));
    let runs = settle(&system, &mut state, &StopRule::rest(0.1, 99).unwrap(), &mut seen);
    assert!(runs.iter().all(|r| r.outcome == Outcome::Interrupted && r.steps == 2));
    assert_eq!(seen.1, 6);
}

#[test]
fn a_trace_is_bounded() {
    let (system, mut state) = (Halving { looks: 0.into() }, vec![[1024.0; 2]; 3]);
    let mut trace = Trace::new(2, 4);
    settle(&system, &mut state, &StopRule::rest(1.5, 99).unwrap(), &mut trace);
    assert_eq!(trace.looks().iter().map(Vec::len).collect::<Vec<_>>(), [4, 4]);
    assert!((trace.looks()[0][3].energy.value - 128.0f64.powi(2)).abs() < 1e-9);
}

#[test]
fn a_run_that_goes_on_counts_only_its_own_steps() {
    let (system, mut state) = (Halving { looks: 0.into() }, vec![[1024.0; 2]]);
    let rule = StopRule::exactly(2, 0.1).unwrap();
    for _ in 0..2 {
        let run = settle(&system, &mut state, &rule, &mut ())[0];
        let drop = run.energy_start.value - run.energy.value;
        assert!((run.certificate.drop - drop).abs() <= 1e-12 * drop, "{run:?}");
    }
}
