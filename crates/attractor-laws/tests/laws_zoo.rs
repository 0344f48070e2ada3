//! Every Lagrangian of `attractor-lagrangian` keeps every law.

use attractor_lagrangian::*;
use attractor_laws::lagrangian_laws;

fn powers(n: u32) -> Additive<RectifiedPower> {
    Additive(RectifiedPower::new(n).unwrap())
}

fn even(n: u32) -> Additive<EvenPower> {
    Additive(EvenPower::new(n).unwrap())
}

/// Heads of log-sum-exp for any number of neurons: groups of 2, 3 or 5 where they fit.
#[derive(Debug)]
struct Heads(f64);

impl Heads {
    fn of(&self, n: usize) -> Grouped<LogSumExp> {
        Grouped::new(LogSumExp::new(self.0).unwrap(), group(n)).unwrap()
    }
}

fn group(n: usize) -> usize {
    [5, 3, 2].into_iter().find(|size| n.is_multiple_of(*size)).unwrap_or(n)
}

impl<T: Real> Lagrangian<T> for Heads {
    fn value(&self, x: &[T]) -> f64 {
        self.of(x.len()).value(x)
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        self.of(x.len()).activate(x, g);
    }
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.of(x.len()).curve(x, d, out);
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        self.of(p.len()).conjugate(p)
    }
    fn properties(&self) -> Properties {
        // the size of a group depends on the number of neurons here, so none is declared
        Properties { group: None, ..Lagrangian::<T>::properties(&self.of(1)) }
    }
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        self.of(to.len()).bregman(to, from, slope)
    }
}

lagrangian_laws!(quadratic, Quadratic);
lagrangian_laws!(absolute, Absolute);
lagrangian_laws!(norm, Norm);
lagrangian_laws!(log_cosh_flat, LogCosh::new(1e-3).unwrap());
lagrangian_laws!(log_cosh, LogCosh::new(1.0).unwrap());
lagrangian_laws!(log_cosh_steep, LogCosh::new(1e3).unwrap());
lagrangian_laws!(log_cosh_all_but_sign, LogCosh::new(1e6).unwrap());
lagrangian_laws!(huber, Huber);
lagrangian_laws!(softplus_flat, Softplus::new(1e-3).unwrap());
lagrangian_laws!(softplus, Softplus::new(1.0).unwrap());
lagrangian_laws!(softplus_steep, Softplus::new(1e3).unwrap());
lagrangian_laws!(softplus_all_but_rectifier, Softplus::new(1e6).unwrap());
lagrangian_laws!(threshold_at_0, Threshold::new(0.0).unwrap());
lagrangian_laws!(threshold, Threshold::new(-0.75).unwrap());
lagrangian_laws!(log_sum_exp_flat, LogSumExp::new(1e-3).unwrap());
lagrangian_laws!(log_sum_exp, LogSumExp::new(1.0).unwrap());
lagrangian_laws!(log_sum_exp_steep, LogSumExp::new(1e3).unwrap());
lagrangian_laws!(log_sum_exp_all_but_max, LogSumExp::new(1e6).unwrap());
lagrangian_laws!(ghost_flat, GhostLogSumExp::new(1e-3).unwrap());
lagrangian_laws!(ghost, GhostLogSumExp::new(1.0).unwrap());
lagrangian_laws!(ghost_steep, GhostLogSumExp::new(1e3).unwrap());
lagrangian_laws!(ghost_all_but_max, GhostLogSumExp::new(1e6).unwrap());
lagrangian_laws!(sparsemax_flat, Sparsemax::new(1e-3).unwrap());
lagrangian_laws!(sparsemax, Sparsemax::new(1.0).unwrap());
lagrangian_laws!(sparsemax_steep, Sparsemax::new(1e3).unwrap());
lagrangian_laws!(sparsemax_all_but_max, Sparsemax::new(1e6).unwrap());
lagrangian_laws!(entmax_barely_sparse, Entmax::new(1.01, 1.0).unwrap());
lagrangian_laws!(entmax_1_25, Entmax::new(1.25, 1.0).unwrap());
lagrangian_laws!(entmax_1_5, Entmax::new(1.5, 1.0).unwrap());
lagrangian_laws!(entmax_1_5_steep, Entmax::new(1.5, 1e3).unwrap());
lagrangian_laws!(entmax_3, Entmax::new(3.0, 1.0).unwrap());
lagrangian_laws!(normmax_1_5, Normmax::new(1.5, 1.0).unwrap());
lagrangian_laws!(normmax_2, Normmax::new(2.0, 1.0).unwrap());
lagrangian_laws!(normmax_2_steep, Normmax::new(2.0, 1e3).unwrap());
lagrangian_laws!(normmax_3, Normmax::new(3.0, 1.0).unwrap());
lagrangian_laws!(one_of_all, KSubset::new(1, 1.0).unwrap());
lagrangian_laws!(two_of_all, KSubset::new(2, 1e3).unwrap());
lagrangian_laws!(five_of_all, KSubset::new(5, 1.0).unwrap());
lagrangian_laws!(heads, Heads(1.0));
lagrangian_laws!(heads_steep, Heads(1e3));
lagrangian_laws!(smoothed_norm_barely, SmoothedNorm::new(1e-12).unwrap());
lagrangian_laws!(smoothed_norm, SmoothedNorm::new(1.0).unwrap());
lagrangian_laws!(n_norm_2, NNorm::new(2).unwrap());
lagrangian_laws!(n_norm_3, NNorm::new(3).unwrap());
lagrangian_laws!(n_norm_20, NNorm::new(20).unwrap());
lagrangian_laws!(layer_norm, LayerNorm::new(1.5, 1e-5).unwrap());
lagrangian_laws!(
    layer_norm_shifted,
    LayerNorm::new(0.5, 1.0).unwrap().with_shift(vec![-0.75]).unwrap()
);
lagrangian_laws!(layer_norm_with_kink, LayerNorm::new(2.0, 0.0).unwrap());
lagrangian_laws!(rms_norm, RmsNorm::new(1.5, 1e-5).unwrap());
lagrangian_laws!(rms_norm_with_kink, RmsNorm::new(2.0, 0.0).unwrap());
lagrangian_laws!(rectified_square, powers(2));
lagrangian_laws!(rectified_cube, powers(3));
lagrangian_laws!(rectified_power_20, powers(20));
lagrangian_laws!(square, even(2));
lagrangian_laws!(fourth_power, even(4));
lagrangian_laws!(exponential, Additive(Exponential::new(1.0).unwrap()));
lagrangian_laws!(exponential_flat, Additive(Exponential::new(0.01).unwrap()));
lagrangian_laws!(rectified_exponential, Additive(RectifiedExponential::new(1.0).unwrap()));
lagrangian_laws!(rectified_exponential_flat, Additive(RectifiedExponential::new(0.01).unwrap()));
lagrangian_laws!(chosen_at_run_time, Box::new(Norm) as Box<dyn Lagrangian<f64>>, f64);
