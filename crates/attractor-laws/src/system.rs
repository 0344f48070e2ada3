//! The laws of descending systems: what a look says of the energy, of the last move and of rest.
//!
//! Each takes a system and a function that makes a fresh state, the same at every call.

use crate::measure::U;
use crate::violation::{Claim, Violation};
use attractor_dynamics::{Guarantee, Look, Proof, System};

/// Steps of a run on which laws are tried.
const STEPS: usize = 8;

/// Steps within which a query may come to rest.
const PATIENCE: usize = 256;

/// A certificate is a proof: drop and rounding are numbers ≥ 0, and so is the residual.
///
/// Every look is finite where the descent is a theorem; elsewhere a run may leave the numbers.
///
/// # Errors
/// The query and the step whose look proves nothing.
pub fn certificate_positive<S: System + ?Sized>(
    system: &S,
    fresh: &dyn Fn() -> S::State,
) -> Result<(), Violation> {
    let theorem = system.guarantee() == Guarantee::Unconditional;
    let hint = "left is 0, right drop, rounding or residual at [query, step]: these must be numbers ≥ 0, or nothing is proved";
    for (step, looks) in walk(system, &mut fresh(), STEPS).iter().enumerate() {
        for (q, look) in looks.iter().enumerate() {
            let lost = !(look.energy.is_finite() && look.residual.is_finite());
            if lost && !theorem && step > 0 {
                continue;
            }
            let claim = Claim { law: "certificate_positive", point: &place(q, step), hint };
            let Look { certificate, residual, .. } = *look;
            for part in [certificate.drop, certificate.rounding, residual] {
                claim.holds(part >= 0.0 && look.is_finite(), 0.0, part, 0.0)?;
            }
        }
    }
    Ok(())
}

/// The energy falls by what the certificate says: E(after) − E(before) ≤ −drop + rounding. Only
/// where the guarantee is [`Guarantee::Unconditional`].
///
/// Beyond the stated rounding the energies' own is allowed, relative to their magnitudes.
///
/// # Errors
/// The query and the step at which the energy rises, or falls by less.
pub fn energy_descends<S: System + ?Sized>(
    system: &S,
    fresh: &dyn Fn() -> S::State,
) -> Result<(), Violation> {
    if system.guarantee() != Guarantee::Unconditional {
        return Ok(());
    }
    let hint = "left is E(after) − E(before), right −drop, after [query, step]: the energy rises, or the certificate claims more than it falls";
    each_step(system, fresh, STEPS, |at, [before, after]| {
        let claim = Claim { law: "energy_descends", point: at, hint };
        let change = after.energy.value - before.energy.value;
        claim.at_most(change, -after.certificate.drop, rounding(system, before, after))
    })
}

/// A certificate of kind [`Proof::Full`] leaves nothing out: E(before) − E(after) ≤ drop + rounding.
/// Together with [`energy_descends`] this is the identity of the main theorem.
///
/// # Errors
/// The query and the step at which the energy falls by more.
pub fn energy_identity<S: System + ?Sized>(
    system: &S,
    fresh: &dyn Fn() -> S::State,
) -> Result<(), Violation> {
    let hint = "left is E(before) − E(after), right the drop, after [query, step]: a full proof accounts for all of the decrease; otherwise it is `Proof::Visible`";
    each_step(system, fresh, STEPS, |at, [before, after]| {
        if after.certificate.proof != Proof::Full {
            return Ok(());
        }
        let claim = Claim { law: "energy_identity", point: at, hint };
        let fall = before.energy.value - after.energy.value;
        claim.at_most(fall, after.certificate.drop, rounding(system, before, after))
    })
}

/// Looking changes nothing: a second look says the same to the bit, and so does the run after it.
///
/// # Errors
/// The query and the step whose second look differs.
pub fn look_repeats<S: System + ?Sized>(
    system: &S,
    fresh: &dyn Fn() -> S::State,
) -> Result<(), Violation> {
    let hint = "left and right differ between two looks at one state, at [query, step]: a look may leave results in the state, but not change what it says";
    let (once, mut state) = (walk(system, &mut fresh(), STEPS), fresh());
    let all = everyone(system, &state);
    for (step, expected) in once.iter().enumerate() {
        if step > 0 {
            system.advance(&mut state, &all);
        }
        looks(system, &mut state, &all);
        let second = looks(system, &mut state, &all);
        same_bits("look_repeats", hint, step, expected, &second)?;
    }
    Ok(())
}

/// A system is immutable and the state is all there is: from the same state it runs the same way
/// again, to the bit.
///
/// # Errors
/// The query and the step at which the second run differs.
pub fn run_repeats<S: System + ?Sized>(
    system: &S,
    fresh: &dyn Fn() -> S::State,
) -> Result<(), Violation> {
    let hint = "left and right differ between two runs from one state, at [query, step]: something is remembered outside the state";
    let (first, again) = (walk(system, &mut fresh(), STEPS), walk(system, &mut fresh(), STEPS));
    let pairs = first.iter().zip(&again).enumerate();
    pairs.into_iter().try_for_each(|(step, (a, b))| same_bits("run_repeats", hint, step, a, b))
}

/// Queries do not know of each other: alone each moves as it does in company, and those that are not
/// active keep state and look.
///
/// Kernels may round a query differently in another place of the batch, and a step may carry that
/// on: numbers agree to half of their digits.
///
/// # Errors
/// The query and the step at which company matters.
pub fn queries_independent<S: System + ?Sized>(
    system: &S,
    fresh: &dyn Fn() -> S::State,
) -> Result<(), Violation> {
    let together = walk(system, &mut fresh(), 1);
    for only in 0..together[0].len() {
        let mut state = fresh();
        let all = everyone(system, &state);
        let alone = looks(system, &mut state, &[only]);
        for (q, look) in alone.iter().enumerate() {
            let expected = if q == only { &together[0][q] } else { &Look::NONE };
            alike(system, &place(q, 0), expected, look)?;
        }
        system.advance(&mut state, &[only]);
        for (q, look) in looks(system, &mut state, &all).iter().enumerate() {
            let step = usize::from(q == only);
            alike(system, &place(q, step), &together[step][q], look)?;
        }
    }
    Ok(())
}

/// Rest is a fixed point: where the residual is below the system's resolution, a step changes the
/// energy by no more than rounding and claims no drop beyond it. A residual of exactly 0 stays.
///
/// # Errors
/// The query and the step at which a query at rest moves.
pub fn rest_is_fixed<S: System + ?Sized>(
    system: &S,
    fresh: &dyn Fn() -> S::State,
) -> Result<(), Violation> {
    let hint = "left is how far the energy, the drop or the residual of a query at rest moves in a step, after [query, step]: right what `resolution` and rounding allow";
    each_step(system, fresh, PATIENCE, |at, [before, after]| {
        if !(before.residual <= system.resolution()) {
            return Ok(());
        }
        let claim = Claim { law: "rest_is_fixed", point: at, hint };
        let slack = rounding(system, before, after);
        claim.at_most((after.energy.value - before.energy.value).abs(), 0.0, slack)?;
        claim.at_most(after.certificate.drop, 0.0, slack)?;
        if before.residual > 0.0 {
            return Ok(());
        }
        claim.at_most(after.residual, system.resolution(), DIGITS)
    })
}

/// A state that holds a NaN is reported: some query's look is not finite, and stays so after a step.
///
/// # Errors
/// If every look is finite.
pub fn nan_reported<S: System + ?Sized>(
    system: &S,
    poisoned: &dyn Fn() -> S::State,
) -> Result<(), Violation> {
    let hint = "left is the energy of the first query of a state that is no number, at [query, step]: some number in its look must not be finite, or the run goes on";
    for (step, looks) in walk(system, &mut poisoned(), 1).iter().enumerate() {
        let energy = looks.first().map_or(f64::NAN, |look| look.energy.value);
        let claim = Claim { law: "nan_reported", point: &place(0, step), hint };
        claim.holds(!looks.iter().all(Look::is_finite), energy, f64::NAN, 0.0)?;
    }
    Ok(())
}

/// What f64 may lose of a sum's magnitude.
const DIGITS: f64 = 1024.0 * U;

/// The step's stated rounding, and that of the two energies.
fn rounding<S: System + ?Sized>(system: &S, before: &Look, after: &Look) -> f64 {
    let size = before.energy.magnitude + after.energy.magnitude + after.certificate.drop;
    after.certificate.rounding + (DIGITS + system.resolution()) * size + f64::MIN_POSITIVE
}

/// The looks of all queries at the initial state and after each of so many steps.
fn walk<S: System + ?Sized>(system: &S, state: &mut S::State, steps: usize) -> Vec<Vec<Look>> {
    let all = everyone(system, state);
    let mut walked = vec![looks(system, state, &all)];
    for _ in 0..steps {
        system.advance(state, &all);
        walked.push(looks(system, state, &all));
    }
    walked
}

fn everyone<S: System + ?Sized>(system: &S, state: &S::State) -> Vec<usize> {
    (0..system.queries(state)).collect()
}

fn looks<S: System + ?Sized>(system: &S, state: &mut S::State, active: &[usize]) -> Vec<Look> {
    let mut looks = vec![Look::NONE; system.queries(state)];
    system.look(state, active, &mut looks);
    looks
}

/// Tries a law on every step of every query for as long as its looks are finite.
fn each_step<S: System + ?Sized>(
    system: &S,
    fresh: &dyn Fn() -> S::State,
    steps: usize,
    law: impl Fn(&[f64], [&Look; 2]) -> Result<(), Violation>,
) -> Result<(), Violation> {
    let walked = walk(system, &mut fresh(), steps);
    for (step, pair) in walked.windows(2).enumerate() {
        for (q, pair) in pair[0].iter().zip(&pair[1]).enumerate() {
            if pair.0.is_finite() && pair.1.is_finite() {
                law(&place(q, step + 1), [pair.0, pair.1])?;
            }
        }
    }
    Ok(())
}

fn place(query: usize, step: usize) -> [f64; 2] {
    [query as f64, step as f64]
}

/// The numbers of a look.
fn numbers(look: &Look) -> [f64; 5] {
    let Look { energy, certificate, residual } = look;
    [energy.value, energy.magnitude, certificate.drop, certificate.rounding, *residual]
}

fn same_bits(
    law: &'static str,
    hint: &'static str,
    step: usize,
    left: &[Look],
    right: &[Look],
) -> Result<(), Violation> {
    for (q, (a, b)) in left.iter().zip(right).enumerate() {
        let claim = Claim { law, point: &place(q, step), hint };
        for (a, b) in numbers(a).into_iter().zip(numbers(b)) {
            claim.holds(a.to_bits() == b.to_bits(), a, b, 0.0)?;
        }
    }
    Ok(())
}

/// Half of the digits of the energies' size, and of the residual.
fn alike<S: System + ?Sized>(
    system: &S,
    at: &[f64],
    expected: &Look,
    look: &Look,
) -> Result<(), Violation> {
    let hint = "left is a number of a query's look alone, right in company, at [query, step] (NaN for a query that was not asked): queries must not depend on each other";
    let claim = Claim { law: "queries_independent", point: at, hint };
    let half = (DIGITS + system.resolution()).sqrt();
    let size = expected.energy.magnitude + expected.certificate.drop;
    let sizes = [size, size, size, size + expected.certificate.rounding, 1.0 + expected.residual];
    for ((a, b), size) in numbers(look).into_iter().zip(numbers(expected)).zip(sizes) {
        let same = a.to_bits() == b.to_bits() || (a - b).abs() <= half * size;
        claim.holds(same, a, b, half * size)?;
    }
    Ok(())
}
