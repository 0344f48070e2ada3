//! What is asked of the ten class neurons, given z_α = β Δ_α.

use crate::memories::CLASSES;
use attractor_lagrangian::Real;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss {
    /// Σ_α (c_α − t_α)^2m with the class neuron c = tanh z: the loss of the paper.
    Power(i32),
    /// −ln softmax(z) of the label. Its slope does not vanish where tanh saturates.
    CrossEntropy,
}

impl Loss {
    /// The loss of one digit, and its slope by each z.
    pub(crate) fn of<T: Real>(self, z: [T; CLASSES], label: usize) -> (f64, [T; CLASSES]) {
        let z = z.map(Real::f64);
        let (loss, slope) = match self {
            Self::Power(m) => power(z, label, m),
            Self::CrossEntropy => cross_entropy(z, label),
        };
        (loss, slope.map(T::of))
    }
}

fn power(z: [f64; CLASSES], label: usize, m: i32) -> (f64, [f64; CLASSES]) {
    let mut loss = 0.0;
    let mut slope = z.map(f64::tanh);
    for (class, c) in slope.iter_mut().enumerate() {
        let off = *c - if class == label { 1.0 } else { -1.0 };
        loss += off.powi(2 * m);
        *c = f64::from(2 * m) * off.powi(2 * m - 1) * (1.0 - *c * *c);
    }
    (loss, slope)
}

fn cross_entropy(z: [f64; CLASSES], label: usize) -> (f64, [f64; CLASSES]) {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut slope = z.map(|z| (z - top).exp());
    let sum: f64 = slope.iter().sum();
    slope.iter_mut().for_each(|p| *p /= sum);
    slope[label] -= 1.0;
    (sum.ln() + top - z[label], slope)
}
