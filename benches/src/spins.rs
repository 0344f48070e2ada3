//! One step of model A on packed memories, all spins at once.

use crate::contestant::{Contestant, Failure, widened};
use attractor_effective::{PackedSpins, SignEnergy, SignField, SignScratch};
use attractor_lagrangian::{Exponential, RectifiedPower};
use attractor_synapse::{Bits, Patterns, Signs};

/// σ ← sign(Ξᵀ F'(Ξσ)), always from the same cue.
#[derive(Debug)]
pub(crate) struct Spins {
    spins: PackedSpins,
    scratch: SignScratch,
    cue: Bits,
    state: Bits,
    early: bool,
}

impl Spins {
    /// F by its name in data, with n or β, on memories of ±1 in rows; `early` stops as soon as every sign is certain.
    pub(crate) fn new(
        (name, parameter): (&str, f64),
        xi: &[f32],
        cue: &[f32],
        early: bool,
    ) -> Result<Self, Failure> {
        let energy = energy(name, parameter)?;
        let patterns = Patterns::new(xi.to_vec(), cue.len()).map_err(Failure::of)?;
        let signs = Signs::new(&patterns).map_err(Failure::of)?;
        let spins = PackedSpins::new(energy, SignField::Slope, signs).map_err(Failure::of)?;
        let cue = Bits::new(cue).map_err(Failure::of)?;
        Ok(Self { scratch: spins.scratch(), state: cue.clone(), spins, cue, early })
    }
}

fn energy(name: &str, parameter: f64) -> Result<SignEnergy, Failure> {
    match name {
        // a power that is not whole, or out of range, is refused as another number than was asked for
        "rectified-power" if f64::from(parameter as u32).total_cmp(&parameter).is_eq() => {
            RectifiedPower::new(parameter as u32).map(SignEnergy::from).map_err(Failure::of)
        }
        "exponential" => Exponential::new(parameter).map(SignEnergy::from).map_err(Failure::of),
        _ => Err(Failure::saying(format!("no energy of spins to time is {name} of {parameter}"))),
    }
}

impl Contestant for Spins {
    fn run(&mut self) -> Result<(), Failure> {
        self.state.clone_from(&self.cue);
        if self.early {
            self.spins.step(&mut self.state, &mut self.scratch);
        } else {
            self.spins.full_step(&mut self.state, &mut self.scratch);
        }
        Ok(())
    }

    fn output(&self) -> Vec<f64> {
        widened(&self.state.to_vec::<f32>())
    }
}
