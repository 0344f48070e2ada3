//! Every law can fail: for each there is a Lagrangian with one fault that it finds.

use attractor_lagrangian::*;
use attractor_laws::{Both, Law, check};
use std::fmt::Debug;

/// `law` fails, in f32 and in f64 and under its own name, and besides it at most the laws `also`.
fn breaks<L: Both<f32> + Both<f64>>(l: &L, law: Law, also: &[Law]) {
    for each in Law::ALL {
        let found = [check::<f32, L>(*each, l), check::<f64, L>(*each, l)].map(Result::err);
        for violation in found.iter().flatten() {
            assert_eq!(violation.law, each.name(), "{violation}");
            assert!(*each == law || also.contains(each), "{l:?} also breaks {violation}");
        }
        assert!(*each != law || found.iter().all(Option::is_some), "{l:?} keeps {law:?}");
    }
}

/// A faithful Lagrangian; each method can be spoiled by a function.
#[derive(Debug, Clone, Copy)]
struct Spoiled<L> {
    base: L,
    fault: Fault,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    Intact,
    SteepGradient,
    DoubleCurvature,
    AsymmetricCurvature,
    QuadraticInDirection,
    ShiftedConjugate,
    ConjugateWithoutDomain,
    ConjugateNowhereFinite,
    ZeroBregman,
    NegativeBregman,
    InfiniteBregman,
    KeepsOutputs,
    NotANumberAtZero,
    CoarseInF32,
    Claims(fn(&mut Properties)),
    ForeignLogForm,
    VanishingCurvature,
    ForgetsScale,
    ForgetsTheOtherQuery,
    UnitTooSmall,
    HalfTheGap,
}
use Fault::*;

impl<T: Real, L: Lagrangian<T>> Lagrangian<T> for Spoiled<L> {
    fn value(&self, x: &[T]) -> f64 {
        let zero = x.iter().all(|x| x.f64() == 0.0);
        if matches!(self.fault, NotANumberAtZero) && zero { f64::NAN } else { self.base.value(x) }
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let kept = g.to_vec();
        self.base.activate(x, g);
        match self.fault {
            SteepGradient => g.iter_mut().for_each(|g| *g *= T::of(1.001)),
            KeepsOutputs if kept.iter().any(|k| *k != T::ZERO) => g.copy_from_slice(&kept),
            CoarseInF32 if T::NAME == "f32" => {
                g.iter_mut().for_each(|g| *g = T::of((g.f64() * 4096.0).round() / 4096.0));
            }
            _ => {}
        }
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.base.curve(x, d, out);
        match self.fault {
            DoubleCurvature => out.iter_mut().for_each(|h| *h *= T::of(2.0)),
            AsymmetricCurvature => out[0] += T::of(0.5) * d[d.len() - 1],
            VanishingCurvature => out.fill(T::ZERO),
            QuadraticInDirection => out.iter_mut().zip(d).for_each(|(h, d)| *h *= d.abs()),
            _ => {}
        }
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        match self.fault {
            ShiftedConjugate => self.base.conjugate(p) * 1.01,
            ConjugateWithoutDomain => {
                Some(self.base.conjugate(p)).filter(|c| c.is_finite()).unwrap_or(0.0)
            }
            ConjugateNowhereFinite if p.iter().any(|p| p.f64().abs() < 0.9 && *p != T::ZERO) => {
                f64::INFINITY
            }
            _ => self.base.conjugate(p),
        }
    }

    fn properties(&self) -> Properties {
        let mut properties = self.base.properties();
        if let Claims(change) = self.fault {
            change(&mut properties);
        }
        properties
    }

    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let gap = self.base.bregman(to, from, slope);
        match self.fault {
            ZeroBregman => 0.0,
            NegativeBregman => gap - 1e-300,
            InfiniteBregman if gap < 1e-12 => f64::INFINITY,
            _ => gap,
        }
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        self.base.one_pass().map(|_| OnePass::Sum(self as &dyn Pool<T>))
    }

    fn log_form(&self) -> Option<&dyn Lagrangian<T>> {
        if matches!(self.fault, ForeignLogForm) { Some(&Quadratic) } else { self.base.log_form() }
    }
}

impl<L> Spoiled<L> {
    fn pool<T: Real>(&self) -> &dyn Pool<T>
    where
        L: Lagrangian<T>,
    {
        match self.base.one_pass() {
            Some(OnePass::Sum(pool)) => pool,
            _ => panic!("{:?} does not stream", self.base),
        }
    }
}

impl<T: Real, L: Lagrangian<T>> Pool<T> for Spoiled<L> {
    fn weigh(&self, tile: &mut [T], tallies: &mut [Tally]) {
        self.pool().weigh(tile, tallies);
        match self.fault {
            ForgetsScale => tallies.iter_mut().for_each(|tally| tally.log_scale = 0.0),
            UnitTooSmall => {
                for tally in tallies {
                    tally.log_scale -= 800.0;
                    tally.value *= 800f64.exp();
                }
            }
            ForgetsTheOtherQuery => tallies.iter_mut().skip(1).for_each(|tally| tally.square = 0.0),
            _ => {}
        }
    }

    fn potential(&self, tally: &Tally) -> f64 {
        Pool::<T>::potential(self.pool::<T>(), tally)
    }

    fn log_factor(&self, tally: &Tally) -> f64 {
        Pool::<T>::log_factor(self.pool::<T>(), tally)
    }

    fn gap(&self, scores: &[T], moves: &[T], before: &[Before], sums: &mut [[f64; 3]]) {
        self.pool().gap(scores, moves, before, sums);
    }

    fn gap_value(&self, sums: &[f64; 3], before: &Before, value: f64) -> f64 {
        let gap = Pool::<T>::gap_value(self.pool::<T>(), sums, before, value);
        if matches!(self.fault, HalfTheGap) { 0.5 * gap } else { gap }
    }

    fn gap_slack(&self, sums: &[f64; 3], before: &Before) -> f64 {
        Pool::<T>::gap_slack(self.pool::<T>(), sums, before)
    }
}

const TANH: fn() -> LogCosh = || LogCosh::new(2.0).unwrap();
const SOFTMAX: fn() -> LogSumExp = || LogSumExp::new(2.0).unwrap();
const CUBE: fn() -> Additive<RectifiedPower> = || Additive(RectifiedPower::new(3).unwrap());

fn tanh(fault: Fault) -> Spoiled<LogCosh> {
    Spoiled { base: TANH(), fault }
}

fn softmax(fault: Fault) -> Spoiled<LogSumExp> {
    Spoiled { base: SOFTMAX(), fault }
}

#[test]
fn without_a_fault_nothing_breaks() {
    for law in Law::ALL {
        check::<f32, _>(*law, &tanh(Intact)).unwrap();
        check::<f64, _>(*law, &softmax(Intact)).unwrap();
    }
}

#[test]
fn a_gradient_off_by_a_thousandth() {
    breaks(
        &tanh(SteepGradient),
        Law::Gradient,
        &[
            Law::Curvature,
            Law::FenchelYoung,
            Law::StaleOutput,
            Law::ConjugateDomain,
            Law::BregmanDefinition,
            Law::BregmanPositive,
            Law::Lipschitz,
            Law::Streaming,
            Law::StreamingGap,
            Law::RelaxationIdentity,
            Law::Homogeneity,
        ],
    );
}

#[test]
fn a_curvature_twice_too_large() {
    breaks(&tanh(DoubleCurvature), Law::Curvature, &[Law::Lipschitz]);
}

#[test]
fn a_curvature_that_is_not_linear() {
    breaks(&tanh(QuadraticInDirection), Law::Curvature, &[Law::CurvatureSymmetric]);
}

#[test]
fn an_asymmetric_curvature() {
    breaks(
        &tanh(AsymmetricCurvature),
        Law::CurvatureSymmetric,
        &[Law::Curvature, Law::CurvaturePositive, Law::Lipschitz, Law::Separability],
    );
}

#[test]
fn a_wrong_constant_in_the_conjugate() {
    breaks(
        &tanh(ShiftedConjugate),
        Law::FenchelYoung,
        &[Law::StaleOutput, Law::RelaxationIdentity, Law::ConjugateDomain],
    );
}

#[test]
fn a_conjugate_without_a_domain() {
    breaks(&Spoiled { base: Norm, fault: ConjugateWithoutDomain }, Law::ConjugateDomain, &[]);
}

#[test]
fn a_conjugate_that_is_infinite_inside() {
    breaks(&Spoiled { base: Absolute, fault: ConjugateNowhereFinite }, Law::ConjugateDomain, &[]);
}

#[test]
fn an_output_that_is_kept_too_long() {
    breaks(&tanh(KeepsOutputs), Law::StaleOutput, &[Law::RelaxationIdentity]);
}

#[test]
fn a_gap_of_zero() {
    breaks(
        &tanh(ZeroBregman),
        Law::BregmanDefinition,
        &[Law::RelaxationIdentity, Law::StreamingGap],
    );
}

#[test]
fn a_negative_gap() {
    breaks(&tanh(NegativeBregman), Law::BregmanPositive, &[Law::StreamingGap]);
}

#[test]
fn an_infinite_gap() {
    breaks(
        &tanh(InfiniteBregman),
        Law::BregmanPositive,
        &[
            Law::RelaxationPositive,
            Law::RelaxationIdentity,
            Law::BregmanDefinition,
            Law::StreamingGap,
        ],
    );
}

#[test]
fn no_number_at_zero() {
    breaks(
        &tanh(NotANumberAtZero),
        Law::FenchelYoung,
        &[
            Law::Gradient,
            Law::StaleOutput,
            Law::ConjugateDomain,
            Law::BregmanDefinition,
            Law::BregmanPositive,
            Law::Precision,
            Law::Streaming,
            Law::StreamingMerge,
            Law::StreamingGap,
            Law::RelaxationIdentity,
            Law::Homogeneity,
        ],
    );
}

#[test]
fn an_understated_lipschitz_constant() {
    breaks(&tanh(Claims(|p| p.lipschitz = Some(1.9))), Law::Lipschitz, &[]);
}

#[test]
fn a_bound_that_is_none() {
    breaks(
        &Spoiled { base: CUBE(), fault: Claims(|p| p.bounded_activation = true) },
        Law::BoundedActivation,
        &[],
    );
}

#[test]
fn growth_that_is_understated() {
    breaks(
        &Spoiled { base: Quadratic, fault: Claims(|p| p.growth = Growth::Linear) },
        Law::Growth,
        &[],
    );
}

#[test]
fn a_quadratic_factor_that_is_understated() {
    breaks(
        &Spoiled {
            base: Quadratic,
            fault: Claims(|p| p.growth = Growth::Power { degree: 2.0, factor: 0.9 }),
        },
        Law::Growth,
        &[],
    );
}

#[test]
fn homogeneity_that_is_none() {
    breaks(&tanh(Claims(|p| p.homogeneous = true)), Law::Homogeneity, &[]);
}

#[test]
fn neurons_that_feel_each_other() {
    breaks(&softmax(Claims(|p| p.group = Some(1))), Law::Separability, &[]);
}

#[test]
fn a_zero_mode_that_is_none() {
    breaks(&tanh(Claims(|p| p.zero_modes = ZeroModes::UNIFORM)), Law::ZeroModes, &[]);
}

#[test]
fn units_that_only_seem_dead() {
    breaks(&Spoiled { base: CUBE(), fault: VanishingCurvature }, Law::ZeroModes, &[Law::Curvature]);
}

#[test]
fn an_f32_that_is_coarse() {
    let coarse = tanh(CoarseInF32);
    assert_eq!(check::<f32, _>(Law::Precision, &coarse).unwrap_err().law, "precision");
    Law::ALL.iter().for_each(|law| check::<f64, _>(*law, &coarse).unwrap());
}

#[test]
fn a_log_form_of_something_else() {
    breaks(
        &Spoiled { base: Additive(Exponential::new(1.0).unwrap()), fault: ForeignLogForm },
        Law::LogForm,
        &[],
    );
}

#[test]
fn a_pool_that_forgets_the_scale() {
    breaks(&softmax(ForgetsScale), Law::Streaming, &[Law::StreamingMerge]);
}

#[test]
fn a_pool_that_mixes_queries() {
    breaks(&tanh(ForgetsTheOtherQuery), Law::Streaming, &[]);
}

#[test]
fn a_pool_whose_unit_is_too_small() {
    breaks(&softmax(UnitTooSmall), Law::StreamingMerge, &[Law::Streaming]);
}

#[test]
fn a_pool_with_half_the_gap() {
    breaks(&softmax(HalfTheGap), Law::StreamingGap, &[]);
}

#[test]
fn a_relaxation_that_gains_too_little() {
    breaks(
        &tanh(ZeroBregman),
        Law::RelaxationIdentity,
        &[Law::BregmanDefinition, Law::StreamingGap],
    );
}

/// Sparsemax that drops what lies a quarter of its reach below the largest score.
#[derive(Debug)]
struct DropsTooMuch(Sparsemax);

impl<T: Real> Lagrangian<T> for DropsTooMuch {
    fn value(&self, x: &[T]) -> f64 {
        self.0.value(x)
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        self.0.activate(x, g);
    }
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.0.curve(x, d, out);
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        self.0.conjugate(p)
    }
    fn properties(&self) -> Properties {
        Lagrangian::<T>::properties(&self.0)
    }
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        self.0.bregman(to, from, slope)
    }
    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Select(self))
    }
}

impl Select for DropsTooMuch {
    fn threshold(&self, scores: &[f64]) -> f64 {
        let top = scores.iter().fold(f64::NEG_INFINITY, |m, x| m.max(*x));
        top - 0.25 / self.0.beta()
    }
}

#[test]
fn a_selection_that_drops_too_much() {
    breaks(&DropsTooMuch(Sparsemax::new(1.0).unwrap()), Law::Streaming, &[]);
}

/// L = −½‖x‖²: value, activation, curvature and conjugate all agree, and it is concave.
#[derive(Debug)]
struct Concave;

impl<T: Real> Lagrangian<T> for Concave {
    fn value(&self, x: &[T]) -> f64 {
        -Lagrangian::<T>::value(&Quadratic, x)
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        g.iter_mut().zip(x).for_each(|(g, x)| *g = -*x);
    }
    fn curve(&self, _x: &[T], d: &[T], out: &mut [T]) {
        out.iter_mut().zip(d).for_each(|(out, d)| *out = -*d);
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        -Lagrangian::<T>::conjugate(&Quadratic, p)
    }
    fn properties(&self) -> Properties {
        Lagrangian::<T>::properties(&Quadratic)
    }
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        -Quadratic.bregman(to, from, slope)
    }
}

#[test]
fn a_consistent_function_that_is_concave() {
    let theorems = [
        Law::CurvaturePositive,
        Law::ConjugateDomain,
        Law::BregmanPositive,
        Law::RelaxationIdentity, // which counts a negative gap as 0
    ];
    breaks(&Concave, Law::Monotone, &theorems);
    breaks(
        &Concave,
        Law::CurvaturePositive,
        &[Law::Monotone, theorems[1], theorems[2], theorems[3]],
    );
}

/// The norm with a gap that vanishes for small steps and is NaN for large ones.
#[derive(Debug)]
struct GaplessNorm;

impl<T: Real> Lagrangian<T> for GaplessNorm {
    fn value(&self, x: &[T]) -> f64 {
        Norm.value(x)
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        Norm.activate(x, g);
    }
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        Norm.curve(x, d, out);
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        Norm.conjugate(p)
    }
    fn properties(&self) -> Properties {
        Lagrangian::<T>::properties(&Norm)
    }
    fn bregman(&self, to: &[T], from: &[T], _slope: &[T]) -> f64 {
        let far = to.iter().zip(from).any(|(t, a)| (t.f64() - a.f64()).abs() > 1.0);
        if far { f64::NAN } else { 0.0 }
    }
}

#[test]
fn a_relaxation_that_is_no_number() {
    let also = [Law::BregmanPositive, Law::BregmanDefinition, Law::RelaxationIdentity];
    breaks(&GaplessNorm, Law::RelaxationPositive, &also);
}
