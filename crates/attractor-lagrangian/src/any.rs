//! A Lagrangian chosen at run time, named in data: `{"log-sum-exp": {"beta": 8.0}}`.

use crate::lagrangian::forward;
use crate::*;

macro_rules! zoo {
    (
        plain { $($unit:ident $unit_name:literal,)* }
        with {
            $($variant:ident($kind:ty) $name:literal
                { $($field:ident: $type:ty = |$own:ident| $get:expr),* $(,)? } => $make:expr,)*
        }
    ) => {
        /// Any Lagrangian of the zoo, for both precisions of vectors.
        ///
        /// In data it is its name, with its parameters if it has any. What is read goes through the
        /// constructors, so a value of this type always has valid parameters; it is written as it
        /// was read.
        ///
        /// ```
        /// # #[cfg(feature = "serde")] {
        /// use attractor_lagrangian::{AnyLagrangian, Lagrangian};
        /// let softmax: AnyLagrangian = serde_json::from_str(r#"{"log-sum-exp":{"beta":8.0}}"#)?;
        /// assert_eq!(softmax.name(), "log-sum-exp");
        /// assert_eq!(serde_json::to_string(&softmax)?, r#"{"log-sum-exp":{"beta":8.0}}"#);
        /// let hidden: &dyn Lagrangian<f32> = softmax.lagrangian();
        /// assert!((hidden.value(&[1.0, 1.0]) - (1.0 + 2f64.ln() / 8.0)).abs() < 1e-15);
        /// assert!(serde_json::from_str::<AnyLagrangian>(r#"{"log-sum-exp":{"beta":-1.0}}"#).is_err());
        /// # }
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(
            feature = "serde",
            derive(serde::Serialize, serde::Deserialize),
            serde(try_from = "Spec", into = "Spec")
        )]
        #[non_exhaustive]
        pub enum AnyLagrangian {
            $(#[doc = concat!("`\"", $unit_name, "\"`")] $unit,)*
            $(#[doc = concat!("`\"", $name, "\"`")] $variant($kind),)*
        }

        impl AnyLagrangian {
            /// The names in data, each with the names of its parameters.
            pub const NAMES: &'static [(&'static str, &'static [&'static str])] = &[
                $(($unit_name, &[]),)*
                $(($name, &[$(stringify!($field)),*]),)*
            ];

            /// The name in data.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$unit => $unit_name,)*
                    $(Self::$variant(_) => $name,)*
                }
            }

            /// The Lagrangian itself, without the detour through the enum.
            pub fn lagrangian<T: Real>(&self) -> &dyn Lagrangian<T> {
                match self {
                    $(Self::$unit => &$unit,)*
                    $(Self::$variant(l) => l,)*
                }
            }
        }

        $(impl From<$unit> for AnyLagrangian {
            fn from(_: $unit) -> Self {
                Self::$unit
            }
        })*

        $(impl From<$kind> for AnyLagrangian {
            fn from(l: $kind) -> Self {
                Self::$variant(l)
            }
        })*

        /// What stands in data: names and numbers, not yet checked.
        #[cfg(feature = "serde")]
        #[derive(Clone, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        enum Spec {
            $(#[serde(rename = $unit_name)] $unit,)*
            $(#[serde(rename = $name)] $variant { $($field: $type),* },)*
        }

        #[cfg(feature = "serde")]
        impl TryFrom<Spec> for AnyLagrangian {
            type Error = ParameterError;
            fn try_from(spec: Spec) -> Result<Self, ParameterError> {
                Ok(match spec {
                    $(Spec::$unit => Self::$unit,)*
                    $(Spec::$variant { $($field),* } => Self::$variant($make?),)*
                })
            }
        }

        #[cfg(feature = "serde")]
        impl From<AnyLagrangian> for Spec {
            fn from(any: AnyLagrangian) -> Self {
                match any {
                    $(AnyLagrangian::$unit => Self::$unit,)*
                    $(AnyLagrangian::$variant(l) => {
                        $(let $field = { let $own = &l; $get };)*
                        Self::$variant { $($field),* }
                    })*
                }
            }
        }
    };
}

zoo! {
    plain {
        Quadratic "quadratic",
        Absolute "absolute",
        Norm "norm",
        Huber "huber",
    }
    with {
        LogCosh(LogCosh) "log-cosh" { beta: f64 = |l| l.beta() } => LogCosh::new(beta),
        RectifiedPower(Additive<RectifiedPower>) "rectified-power"
            { n: u32 = |l| l.0.power() } => RectifiedPower::new(n).map(Additive),
        Power(Additive<EvenPower>) "power" { n: u32 = |l| l.0.power() } => EvenPower::new(n).map(Additive),
        Exponential(Additive<Exponential>) "exponential"
            { beta: f64 = |l| l.0.beta() } => Exponential::new(beta).map(Additive),
        Softplus(Softplus) "softplus" { beta: f64 = |l| l.beta() } => Softplus::new(beta),
        Threshold(Threshold) "threshold" { theta: f64 = |l| l.theta() } => Threshold::new(theta),
        RectifiedExponential(Additive<RectifiedExponential>) "rectified-exponential"
            { beta: f64 = |l| l.0.beta() } => RectifiedExponential::new(beta).map(Additive),
        LogSumExp(LogSumExp) "log-sum-exp" { beta: f64 = |l| l.beta() } => LogSumExp::new(beta),
        GhostLogSumExp(GhostLogSumExp) "ghost-log-sum-exp"
            { beta: f64 = |l| l.beta() } => GhostLogSumExp::new(beta),
        Grouped(Grouped<Box<AnyLagrangian>>) "grouped" {
            size: usize = |l| l.size(),
            of: Box<AnyLagrangian> = |l| l.of().clone(),
        } => Grouped::new(of, size),
        Sparsemax(Sparsemax) "sparsemax" { beta: f64 = |l| l.beta() } => Sparsemax::new(beta),
        Entmax(Entmax) "entmax"
            { alpha: f64 = |l| l.alpha(), beta: f64 = |l| l.beta() } => Entmax::new(alpha, beta),
        Normmax(Normmax) "normmax"
            { gamma: f64 = |l| l.gamma(), beta: f64 = |l| l.beta() } => Normmax::new(gamma, beta),
        KSubset(KSubset) "k-subset"
            { k: usize = |l| l.k(), beta: f64 = |l| l.beta() } => KSubset::new(k, beta),
        SmoothedNorm(SmoothedNorm) "smoothed-norm"
            { epsilon: f64 = |l| l.epsilon() } => SmoothedNorm::new(epsilon),
        NNorm(NNorm) "n-norm" { n: u32 = |l| l.power() } => NNorm::new(n),
        LayerNorm(LayerNorm) "layer-norm" {
            gamma: f64 = |l| l.gamma(),
            delta: Vec<f64> = |l| l.delta().to_vec(),
            epsilon: f64 = |l| l.epsilon(),
        } => LayerNorm::new(gamma, epsilon).and_then(|l| l.with_shift(delta)),
        RmsNorm(RmsNorm) "rms-norm"
            { gamma: f64 = |l| l.gamma(), epsilon: f64 = |l| l.epsilon() } => RmsNorm::new(gamma, epsilon),
    }
}

forward!(self => self.lagrangian::<T>(); impl<T: Real> Lagrangian<T> for AnyLagrangian);
