//! The two-layer network behind model B: its right-hand side, and its way through time.

use crate::contestant::{Contestant, Failure, widened};
use attractor_dynamics::Outcome;
use attractor_lagrangian::{LogSumExp, Quadratic};
use attractor_network::{
    Adaptive, DormandPrince, Integrator, ModernNetwork, NetworkState, Plan, Rk4, Strang,
};
use attractor_synapse::{Element, Patterns, Synapses};

/// The network with what it starts from.
#[derive(Debug)]
pub(crate) struct Setting<T: Element> {
    network: ModernNetwork<T>,
    start: NetworkState<T>,
}

impl<T: Element> Setting<T> {
    /// τ_f = 1; v starts at the cue, the hidden neurons at rest.
    pub(crate) fn new(memories: &[T], cue: &[T], beta: f64, tau_h: f64) -> Result<Self, Failure> {
        let patterns = Patterns::new(memories.to_vec(), cue.len()).map_err(Failure::of)?;
        let softmax = LogSumExp::new(beta).map_err(Failure::of)?;
        let network = ModernNetwork::modern(Synapses::new(patterns), softmax)
            .and_then(|network| network.with_times(1.0, tau_h))
            .map_err(Failure::of)?;
        let start = network.start_silent(cue).map_err(Failure::of)?;
        Ok(Self { network, start })
    }
}

/// v̇ and ḣ at the start.
#[derive(Debug)]
pub(crate) struct Velocity<T: Element> {
    setting: Setting<T>,
    found: Vec<f64>,
}

impl<T: Element> Velocity<T> {
    pub(crate) fn new(setting: Setting<T>) -> Self {
        Self { setting, found: Vec::new() }
    }
}

impl<T: Element> Contestant for Velocity<T> {
    fn run(&mut self) -> Result<(), Failure> {
        let found = self.setting.network.velocity(&self.setting.start);
        self.found = found.v;
        self.found.extend(found.h);
        Ok(())
    }

    fn output(&self) -> Vec<f64> {
        self.found.clone()
    }
}

/// The state after a time.
#[derive(Debug)]
pub(crate) struct Trajectory<T: Element> {
    setting: Setting<T>,
    method: Method,
    plan: Plan,
    end: NetworkState<T>,
}

#[derive(Debug)]
enum Method {
    Adaptive(Adaptive),
    DormandPrince(DormandPrince),
    Rk4,
    Strang,
}

impl<T: Element> Trajectory<T> {
    /// An integrator by its name, with what decides on its error: the step of `rk4` and `strang`, the relative
    /// tolerance of `adaptive` and `dormand_prince`.
    pub(crate) fn new(
        setting: Setting<T>,
        name: &str,
        accuracy: f64,
        time: f64,
    ) -> Result<Self, Failure> {
        let (method, dt) = match name {
            "rk4" => (Method::Rk4, accuracy),
            "strang" => (Method::Strang, accuracy),
            "adaptive" => {
                let adaptive = Adaptive::new(accuracy, 1e-3 * accuracy).map_err(Failure::of)?;
                (Method::Adaptive(adaptive), time)
            }
            "dormand_prince" => {
                let pair = DormandPrince::new(accuracy, 1e-3 * accuracy).map_err(Failure::of)?;
                (Method::DormandPrince(pair), time)
            }
            _ => return Err(Failure::saying(format!("no integrator to time is called {name}"))),
        };
        // two records, of the start and of the end
        let plan = Plan::to_time(dt, time).and_then(|plan| plan.every(usize::MAX));
        let end = setting.start.clone();
        Ok(Self { setting, method, plan: plan.map_err(Failure::of)?, end })
    }

    fn go<I>(&mut self, integrator: &I) -> Result<(), Failure>
    where
        I: Integrator<T, Quadratic, LogSumExp, Synapses<T>>,
    {
        self.end.clone_from(&self.setting.start);
        let run = self.setting.network.run(integrator, &mut self.end, &self.plan, &mut ());
        match run.map_err(Failure::of)?.outcome {
            Outcome::Finished => Ok(()),
            other => Err(Failure::saying(format!("the trajectory ended as {}", other.name()))),
        }
    }
}

impl<T: Element> Contestant for Trajectory<T> {
    fn run(&mut self) -> Result<(), Failure> {
        match self.method {
            Method::Adaptive(adaptive) => self.go(&adaptive),
            Method::DormandPrince(pair) => self.go(&pair),
            Method::Rk4 => self.go(&Rk4),
            Method::Strang => self.go(&Strang),
        }
    }

    fn output(&self) -> Vec<f64> {
        let mut numbers = widened(self.end.v());
        numbers.extend(widened(self.end.h()));
        numbers
    }
}
