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
