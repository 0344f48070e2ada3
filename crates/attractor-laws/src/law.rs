//! The laws by name, and how one is tried on many samples.

use crate::measure::Both;
use crate::violation::Violation;
use crate::{Sample, samples};
use attractor_lagrangian::Real;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use std::cell::RefCell;

macro_rules! laws {
    ($($variant:ident $name:ident ($($argument:ident),*) $doc:literal;)*) => {
        /// A law of Lagrangians; the functions of the same names say what each one claims.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Law {
            $(#[doc = $doc] $variant,)*
        }

        impl Law {
            /// All laws, in the order in which they are best read.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The law's name, which is its function's and its test's name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }

            /// Tries the law on one sample.
            ///
            /// # Errors
            /// The violation, if the law does not hold there.
            pub fn holds<T: Real, L: Both<T> + ?Sized>(
                self,
                l: &L,
                sample: &Sample<T>,
            ) -> Result<(), Violation> {
                match self {
                    $(Self::$variant => crate::$name::<T, L>(l, $(laws!(@ sample $argument)),*),)*
                }
            }
        }
    };
    (@ $sample:ident tile) => { $sample.tile };
    (@ $sample:ident octaves) => { $sample.octaves };
    (@ $sample:ident dt) => { $sample.dt };
    (@ $sample:ident $vector:ident) => { &$sample.$vector };
}

laws! {
    Gradient gradient(x) "`activate` is the gradient of `value`.";
    Monotone monotone(x, y) "The activation is monotone.";
    Curvature curvature(x, d, e) "`curve` is the derivative of `activate`.";
    CurvatureSymmetric curvature_symmetric(x, d, e) "The Hessian is symmetric.";
    CurvaturePositive curvature_positive(x, d) "The Hessian is positive semi-definite.";
    FenchelYoung fenchel_young(x) "L(x) + L*(g) = x·g.";
    StaleOutput stale_output(x, y) "L(x) + L*(g) = x·g after any previous output.";
    ConjugateDomain conjugate_domain(x, y, d) "L* is +∞ or satisfies Fenchel's inequality.";
    BregmanDefinition bregman_definition(y, x) "`bregman` is its definition.";
    BregmanPositive bregman_positive(y, x) "`bregman` is finite and ≥ 0.";
    Lipschitz lipschitz(x, y, d) "The declared Lipschitz constant holds.";
    BoundedActivation bounded_activation(x) "A declared bounded activation is bounded.";
    Growth growth(x) "L grows no faster than declared.";
    Homogeneity homogeneity(x, octaves) "A declared 1-homogeneous L is.";
    Separability separability(x, y) "A declared sum over groups of neurons is one.";
    ZeroModes zero_modes(x, d) "The Hessian vanishes on the declared modes.";
    Precision precision(x, d) "f32 gives what f64 gives, rounded.";
    LogForm log_form(x) "The log form has the same direction.";
    Streaming streaming(x, y, tile) "One pass in tiles gives what two reads give.";
    StreamingMerge streaming_merge(x, tile) "Tallies merge in any order.";
    StreamingGap streaming_gap(x, e, tile) "The streamed gap is `bregman`.";
    RelaxationIdentity relaxation_identity(x, y, dt) "A relaxation loses what it says.";
    RelaxationPositive relaxation_positive(x, y, dt) "A relaxation never loses less than 0.";
}

/// Cases per law unless PROPTEST_CASES says otherwise: the whole zoo in a few seconds.
const CASES: u32 = 64;

/// Tries a law on as many samples as PROPTEST_CASES says (64 if unset), and returns the smallest
/// counter-example.
///
/// # Errors
/// The violation at the shrunk sample.
pub fn check<T: Real, L: Both<T> + ?Sized>(law: Law, l: &L) -> Result<(), Violation> {
    run(law, l, Config { failure_persistence: None, ..Config::default() }).map_err(|(v, _)| v)
}

/// [`check`] as the body of a test: panics with the violation and remembers the seed beside
/// `source`, the file that the test stands in, as proptest does.
///
/// # Panics
/// If the law does not hold.
pub fn assert_law<T: Real, L: Both<T> + ?Sized>(law: Law, l: &L, source: &'static str) {
    let config = Config { source_file: Some(source), ..Config::default() };
    if let Err((violation, sample)) = run(law, l, config) {
        panic!("{} in {}: {violation}\n{sample}", std::any::type_name::<L>(), T::NAME);
    }
}

/// A law of a system as the body of a test: tries it on as many seeds as PROPTEST_CASES says (64 if
/// unset) and remembers one that fails beside `source`.
///
/// # Panics
/// If the law does not hold.
pub fn assert_descent_law(law: impl Fn(u64) -> Result<(), Violation>, source: &'static str) {
    let config = Config { source_file: Some(source), ..Config::default() };
    if let Err((violation, seed)) = attempt(config, &any::<u64>().no_shrink(), |seed| law(*seed)) {
        panic!("{violation}\nseed {seed}");
    }
}

fn run<T: Real, L: Both<T> + ?Sized>(
    law: Law,
    l: &L,
    config: Config,
) -> Result<(), (Violation, String)> {
    attempt(config, &samples::<T>(), |sample| law.holds::<T, L>(l, sample))
}

/// The violation at the smallest value that breaks the law, and that value.
fn attempt<S: Strategy>(
    mut config: Config,
    values: &S,
    law: impl Fn(&S::Value) -> Result<(), Violation>,
) -> Result<(), (Violation, String)> {
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    // the runner keeps the smallest value; the last violation seen belongs to it or to a larger one
    let seen = RefCell::new(None);
    let attempt = |value: S::Value| {
        law(&value).map_err(|violation| {
            let reason = violation.to_string();
            *seen.borrow_mut() = Some(violation);
            TestCaseError::fail(reason)
        })
    };
    match TestRunner::new(config).run(values, attempt) {
        Ok(()) => Ok(()),
        Err(TestError::Fail(_, value)) => {
            let violation = law(&value).err().or_else(|| seen.take());
            Err((violation.expect("a failing value has a violation"), format!("{value:?}")))
        }
        Err(TestError::Abort(reason)) => panic!("no values to try: {reason}"),
    }
}
