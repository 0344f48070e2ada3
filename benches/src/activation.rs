//! The outputs of layers of neurons, g = ∂L/∂x.

use crate::contestant::{Contestant, Failure, widened};
use attractor_lagrangian::{
    Additive, AnyLagrangian, Entmax, LogCosh, LogSumExp, RectifiedPower, Sparsemax,
};
use attractor_synapse::Element;
use rayon::prelude::*;

/// One Lagrangian applied to every row of a matrix; several rows share the threads.
#[derive(Debug)]
pub(crate) struct Activation<T> {
    lagrangian: AnyLagrangian,
    width: usize,
    x: Vec<T>,
    g: Vec<T>,
}

impl<T: Element> Activation<T> {
    /// The Lagrangian by its name in data; 1.5-entmax is called `entmax`, and the rectified power has n = 3.
    pub(crate) fn new(name: &str, beta: f64, x: &[T], width: usize) -> Result<Self, Failure> {
        let lagrangian = match name {
            "log-sum-exp" => LogSumExp::new(beta).map(AnyLagrangian::from),
            "log-cosh" => LogCosh::new(beta).map(AnyLagrangian::from),
            "rectified-power" => RectifiedPower::new(3).map(|l| Additive(l).into()),
            "sparsemax" => Sparsemax::new(beta).map(AnyLagrangian::from),
            "entmax" => Entmax::new(1.5, beta).map(AnyLagrangian::from),
            _ => return Err(Failure::saying(format!("no activation to time is called {name}"))),
        };
        let lagrangian = lagrangian.map_err(Failure::of)?;
        Ok(Self { lagrangian, width, x: x.to_vec(), g: vec![T::ZERO; x.len()] })
    }
}

impl<T: Element> Contestant for Activation<T> {
    fn run(&mut self) -> Result<(), Failure> {
        let l = self.lagrangian.lagrangian::<T>();
        if self.x.len() == self.width {
            l.activate(&self.x, &mut self.g); // waking threads for one row costs more than the row
        } else {
            let rows = self.x.par_chunks(self.width).zip(self.g.par_chunks_mut(self.width));
            rows.for_each(|(x, g)| l.activate(x, g));
        }
        Ok(())
    }

    fn output(&self) -> Vec<f64> {
        widened(&self.g)
    }
}
