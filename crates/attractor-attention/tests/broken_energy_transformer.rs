//! Flawed blocks break the law of descent, and the same block without a flaw keeps it.

mod tokens;

#[path = "tokens/naive.rs"]
mod naive;

use attractor_laws::energy_descends;
use naive::{Flaw, Naive};
use tokens::{SMALL, Weights, numbers};

/// On how many of 40 seeds, half of them with small steps, the law is broken.
fn broken(flaw: Flaw) -> usize {
    let breaks = |seed: &u64| {
        let alpha = if seed.is_multiple_of(2) { 0.1 } else { 30.0 };
        let mut weights = Weights::new(*seed, SMALL, 2.0);
        weights.epsilon = 0.1; // keeps the derivatives of the energy moderate
        if matches!(flaw, Flaw::OwnKey | Flaw::StaleKeys) {
            // tokens that dislike each other: a token that sees itself overshoots in a long step, and without
            // news of each other all of them run to the same side
            weights.keys = weights.queries.iter().map(|q| -3.0 * q).collect();
            weights.betas.fill(0.05);
        }
        let system = Naive { weights, alpha, flaw };
        let start = || vec![(numbers(*seed, 20), attractor_dynamics::Certificate::ZERO)];
        energy_descends(&system, &start).is_err()
    };
    (0..40).filter(breaks).count()
}

#[test]
fn the_law_holds_without_a_flaw_and_finds_each() {
    assert_eq!(broken(Flaw::None), 0);
    for flaw in [Flaw::OwnKey, Flaw::NoKeyForce, Flaw::WrongSign, Flaw::StaleKeys] {
        let found = broken(flaw);
        assert!(found >= 5, "{flaw:?}: found on {found} of 40 seeds");
    }
}
