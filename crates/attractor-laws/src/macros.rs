//! One line makes every law a test.

/// Makes a module of tests, one for each [`Law`](crate::Law), in f32 and f64.
///
/// The expression builds the Lagrangian and is evaluated inside the module, which sees what its
/// parent sees. With a third argument, `f32` or `f64`, only that one is tested.
///
/// ```
/// attractor_laws::lagrangian_laws!(softmax, attractor_lagrangian::LogSumExp::new(2.0).unwrap());
/// ```
#[macro_export]
macro_rules! lagrangian_laws {
    ($name:ident, $make:expr, $t:ident $(,)?) => {
        mod $name {
            #[allow(unused_imports, reason = "the expression may need none of them")]
            use super::*;
            $crate::lagrangian_laws! { @tests $t $make }
        }
    };
    ($name:ident, $make:expr $(,)?) => {
        mod $name {
            mod in_f32 {
                #[allow(unused_imports, reason = "the expression may need none of them")]
                use super::super::*;
                $crate::lagrangian_laws! { @tests f32 $make }
            }
            mod in_f64 {
                #[allow(unused_imports, reason = "the expression may need none of them")]
                use super::super::*;
                $crate::lagrangian_laws! { @tests f64 $make }
            }
        }
    };
    (@tests $t:ident $make:expr) => {
        $crate::lagrangian_laws! { @each $t ($make)
            gradient Gradient, monotone Monotone, curvature Curvature,
            curvature_symmetric CurvatureSymmetric, curvature_positive CurvaturePositive,
            fenchel_young FenchelYoung, stale_output StaleOutput,
            conjugate_domain ConjugateDomain, bregman_definition BregmanDefinition,
            bregman_positive BregmanPositive, lipschitz Lipschitz,
            bounded_activation BoundedActivation, growth Growth, homogeneity Homogeneity,
            separability Separability, zero_modes ZeroModes, precision Precision,
            log_form LogForm, streaming Streaming, streaming_merge StreamingMerge,
            streaming_gap StreamingGap, relaxation_identity RelaxationIdentity,
            relaxation_positive RelaxationPositive,
        }
    };
    (@each $t:ident $make:tt $($law:ident $variant:ident,)*) => {
        $(
            #[test]
            fn $law() {
                $crate::assert_law::<$t, _>($crate::Law::$variant, &$make, ::core::file!());
            }
        )*
        const _: () = ::core::assert!(
            [$($crate::Law::$variant),*].len() == $crate::Law::ALL.len(),
            "a law has no test",
        );
    };
}

/// Makes a module of tests, one for each law of a descending system
/// ([`System`](attractor_dynamics::System)).
///
/// Of a `u64` seed two expressions make the system and a state of all its queries; both are evaluated
/// inside the module, afresh as often as a law needs, so the same seed must give the same. A third,
/// `nan = …`, makes a state that holds a number that is none, and adds the test that it is reported.
/// [`currents`](crate::currents) draws numbers from the seed.
///
/// ```
/// # use attractor_dynamics::*;
/// # struct Halving;
/// # impl System for Halving {
/// #     type State = Vec<[f64; 2]>;
/// #     fn queries(&self, state: &Self::State) -> usize { state.len() }
/// #     fn look(&self, state: &mut Self::State, active: &[usize], looks: &mut [Look]) {
/// #         for &q in active {
/// #             let [x, last] = state[q];
/// #             let certificate = Certificate::of_terms(&[(last - x) * (last + x)], 1e-15 * last * last, Proof::Full);
/// #             looks[q] = Look { energy: Energy::of_terms(&[x * x]), certificate, residual: x.abs() };
/// #         }
/// #     }
/// #     fn advance(&self, state: &mut Self::State, active: &[usize]) {
/// #         for &q in active { state[q] = [state[q][0] / 2.0, state[q][0]]; }
/// #     }
/// #     fn guarantee(&self) -> Guarantee { Guarantee::Unconditional }
/// # }
/// # fn state(seed: u64) -> Vec<[f64; 2]> { attractor_laws::currents(seed, 3).iter().map(|x| [*x, *x]).collect() }
/// attractor_laws::descent_laws!(halving, |seed| (Halving, state(seed)), nan = vec![[f64::NAN; 2]]);
/// ```
#[macro_export]
macro_rules! descent_laws {
    ($name:ident, |$seed:pat_param| ($system:expr, $state:expr $(,)?) $(, nan = $nan:expr)? $(,)?) => {
        mod $name {
            #[allow(unused_imports, reason = "the expressions may need none of them")]
            use super::*;
            $crate::descent_laws! { @each $seed, ($system) ($state)
                certificate_positive, energy_descends, energy_identity, look_repeats, run_repeats,
                queries_independent, rest_is_fixed,
            }
            $($crate::descent_laws! { @each $seed, ($system) ($nan) nan_reported, })?
        }
    };
    (@each $seed:pat_param, ($system:expr) ($state:expr) $($law:ident,)*) => {
        $(
            #[test]
            fn $law() {
                #[allow(unused_variables, reason = "a system or a state may need no seed")]
                let law = |$seed: u64| $crate::$law(&$system, &|| $state);
                $crate::assert_descent_law(law, ::core::file!());
            }
        )*
    };
}
