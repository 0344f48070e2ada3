//! Every Lagrangian of `attractor-lagrangian` keeps every law.

use attractor_lagrangian::*;
use attractor_laws::lagrangian_laws;

fn powers(n: u32) -> Additive<RectifiedPower> {
    Additive(RectifiedPower::new(n).unwrap())
}

fn even(n: u32) -> Additive<EvenPower> {
    Additive(EvenPower::new(n).unwrap())
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
