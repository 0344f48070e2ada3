//! The laws of descending systems hold for a system that keeps them, and every one can fail.

use attractor_dynamics::*;
use attractor_laws::*;
use std::cell::Cell;

/// x' = (1 − η)x lowers ½x² by (η − ½η²)x²: each query is one number. One fault of it can be chosen.
#[derive(Debug)]
struct Decay {
    eta: f64,
    fault: Fault,
    /// How often the system has been looked at.
    looked: Cell<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Intact,
    NegativeDrop,
    NanDrop,
    InfiniteResidual,
    Rises,
    ClaimsTooMuch,
    LeavesSomeOut,
    LooksMove,
    CountsLooks,
    AnswersForAll,
    MovesAll,
    MeanField,
    StaleLook,
    ClaimsRest,
    StirsAtRest,
    HidesNan,
}
use Fault::*;

#[derive(Debug, Clone)]
struct Walker {
    x: f64,
    last: f64,
    stale: Option<f64>,
}

impl System for Decay {
    type State = Vec<Walker>;

    fn queries(&self, state: &Self::State) -> usize {
        state.len()
    }

    fn look(&self, state: &mut Self::State, active: &[usize], looks: &mut [Look]) {
        let mean = state.iter().map(|w| w.x.abs()).sum::<f64>() / state.len() as f64;
        let all: Vec<usize> = (0..state.len()).collect();
        for &q in if self.fault == AnswersForAll { &all } else { active } {
            let walker = &mut state[q];
            looks[q] = self.look_at(walker, mean);
            if self.fault == LooksMove {
                walker.last = walker.x;
            }
            walker.stale.get_or_insert(walker.x);
        }
        self.looked.set(self.looked.get() + 1);
    }

    fn advance(&self, state: &mut Self::State, active: &[usize]) {
        for (q, walker) in state.iter_mut().enumerate() {
            if !(active.contains(&q) || self.fault == MovesAll) {
                continue;
            }
            let factor = if self.fault == Rises { 1.0 + self.eta } else { 1.0 - self.eta };
            let stir = f64::from(u8::from(self.fault == StirsAtRest && walker.x == 0.0));
            (walker.x, walker.last) = (walker.x * factor + stir, walker.x);
        }
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Unconditional
    }
}

impl Decay {
    fn look_at(&self, walker: &Walker, mean: f64) -> Look {
        let Walker { x, last, stale } = *walker;
        let x = if self.fault == HidesNan && x.is_nan() { 0.0 } else { x };
        let last = if self.fault == HidesNan && last.is_nan() { 0.0 } else { last };
        let own = 0.5 * (last - x) * (last + x);
        let mut drop = if self.fault == StirsAtRest { own.max(0.0) } else { own };
        let mut residual = if x == 0.0 { 0.0 } else { self.eta };
        match self.fault {
            NegativeDrop if drop > 0.0 => drop = -1e-300,
            NanDrop if drop > 0.0 => drop = f64::NAN,
            InfiniteResidual => residual = f64::INFINITY,
            Rises => drop = 0.0,
            ClaimsTooMuch => drop *= 1.0 + 1e-9,
            LeavesSomeOut => drop *= 1.0 - 1e-9,
            MeanField => residual += mean,
            ClaimsRest => residual = 0.0,
            _ => {}
        }
        let certificate = Certificate { drop, rounding: 0.0, proof: Proof::Full };
        let at = if self.fault == StaleLook { stale.unwrap_or(x) } else { x };
        let mut energy = Energy::of_terms(&[0.5 * at * at]);
        if self.fault == CountsLooks {
            energy.magnitude *= 1.0 + 1e-9 * self.looked.get() as f64;
        }
        Look { energy, certificate, residual }
    }
}

fn decay(eta: f64, fault: Fault) -> Decay {
    Decay { eta, fault, looked: Cell::new(0) }
}

fn walkers(seed: u64, n: usize) -> Vec<Walker> {
    let walker = |x: &f64| Walker { x: *x, last: *x, stale: None };
    currents(seed, n).iter().map(walker).collect()
}

fn nan() -> Vec<Walker> {
    vec![Walker { x: f64::NAN, last: f64::NAN, stale: None }]
}

descent_laws!(decaying, |seed| (decay(0.25, Intact), walkers(seed, 3)), nan = nan());
descent_laws!(decaying_at_once, |seed| (decay(1.0, Intact), walkers(seed, 1)));
descent_laws!(chosen_at_run_time, |seed| (
    *(Box::new(decay(0.5, Intact)) as Box<dyn System<State = Vec<Walker>>>),
    walkers(seed, 2),
));

type Check = fn(&Decay, &dyn Fn() -> Vec<Walker>) -> Result<(), Violation>;

const LAWS: [(&str, Check); 7] = [
    ("certificate_positive", certificate_positive),
    ("energy_descends", energy_descends),
    ("energy_identity", energy_identity),
    ("look_repeats", look_repeats),
    ("run_repeats", run_repeats),
    ("queries_independent", queries_independent),
    ("rest_is_fixed", rest_is_fixed),
];

/// Within the default number of seeds `law` fails under its own name, and besides it at most `also`.
fn breaks(fault: Fault, law: &str, also: &[&str]) {
    for (name, check) in LAWS {
        let system = decay(0.5, fault);
        let found = (0..64).find_map(|seed| check(&system, &|| walkers(seed, 3)).err());
        if let Some(violation) = &found {
            assert_eq!(violation.law, name, "{violation}");
            assert!(name == law || also.contains(&name), "{fault:?} also breaks {violation}");
        }
        assert!(name != law || found.is_some(), "{fault:?} keeps {law}");
    }
}

#[test]
fn a_negative_drop() {
    breaks(NegativeDrop, "certificate_positive", &["energy_identity"]);
}

#[test]
fn a_drop_that_is_no_number() {
    breaks(NanDrop, "certificate_positive", &[]);
}

#[test]
fn a_residual_without_bound() {
    breaks(InfiniteResidual, "certificate_positive", &[]);
}

#[test]
fn an_energy_that_rises() {
    breaks(Rises, "energy_descends", &[]);
}

#[test]
fn a_certificate_that_claims_a_billionth_too_much() {
    breaks(ClaimsTooMuch, "energy_descends", &[]);
}

#[test]
fn a_full_proof_that_leaves_a_billionth_out() {
    breaks(LeavesSomeOut, "energy_identity", &[]);
}

#[test]
fn a_look_at_the_state_before() {
    breaks(StaleLook, "energy_descends", &[]);
}

#[test]
fn a_look_that_changes_the_state() {
    breaks(LooksMove, "look_repeats", &[]);
}

#[test]
fn a_system_that_remembers() {
    breaks(CountsLooks, "run_repeats", &["look_repeats"]);
}

#[test]
fn looks_that_nobody_asked_for() {
    breaks(AnswersForAll, "queries_independent", &[]);
}

#[test]
fn a_step_that_moves_the_others() {
    breaks(MovesAll, "queries_independent", &[]);
}

#[test]
fn a_query_that_feels_the_others() {
    breaks(MeanField, "queries_independent", &["look_repeats"]);
}

#[test]
fn rest_that_is_claimed_too_early() {
    breaks(ClaimsRest, "rest_is_fixed", &[]);
}

#[test]
fn a_state_that_leaves_its_rest() {
    breaks(StirsAtRest, "rest_is_fixed", &["energy_descends"]);
}

#[test]
fn a_nan_that_nobody_sees() {
    let found = nan_reported(&decay(0.5, HidesNan), &nan).unwrap_err();
    assert_eq!(found.law, "nan_reported");
    assert_eq!(nan_reported(&decay(0.5, Intact), &nan), Ok(()));
}
