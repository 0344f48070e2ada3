//! Integrating the hidden neurons out (Krotov & Hopfield, eq. 5): the two-layer network against its
//! effective model, as the hidden neurons get faster.
//!
//! `cargo run --release -p attractor-cli --example elimination`
#![expect(clippy::print_stdout, reason = "an example talks")]

use attractor_effective::{ModernHopfield, Recall};
use attractor_lagrangian::LogSumExp;
use attractor_network::{ModernNetwork, Plan, Rk4, Strang};
use attractor_synapse::Synapses;

type Failure = Box<dyn std::error::Error>;

const CUE: [f64; 3] = [0.7, 0.2, -0.4];

fn memories() -> Result<Synapses<f64>, Failure> {
    Ok(Synapses::from_rows(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.6, -0.8]])?)
}

fn main() -> Result<(), Failure> {
    let softmax = LogSumExp::new(4.0)?;
    let network = ModernNetwork::modern(memories()?, softmax)?;
    let effective = ModernHopfield::modern(memories()?, softmax)?;

    let energy = network.energy(&network.start(&CUE)?).total().value;
    let found = effective.retrieve(&CUE, &Recall::to_rest(1e-12)?, &mut ())?.swap_remove(0);
    println!("energy of the cue    network at h = Ξg {energy:.15}");
    println!("                             effective {:.15}", found.energy_start.value);

    let mut state = network.start(&CUE)?;
    network.run(&Strang, &mut state, &Plan::to_rest(5.0, 1e-12)?, &mut ())?;
    println!("state of rest                  network {:.12?}", state.v());
    println!("                             effective {:.12?}", found.state);

    // the effective flow for one time constant, by steps too small to matter
    let limit = end(&network, 1e-5)?;
    println!("τ_h/τ_f   distance from the fastest after one τ_f");
    for tau in [0.08, 0.04, 0.02, 0.01, 0.005] {
        let v = end(&network, tau)?;
        let off = v.iter().zip(&limit).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        println!("{tau:<9} {off:.3e}");
    }
    Ok(())
}

/// v after one τ_f.
fn end(network: &ModernNetwork<f64>, tau_h: f64) -> Result<Vec<f64>, Failure> {
    let network = network.clone().with_times(1.0, tau_h)?;
    let mut state = network.start(&CUE)?;
    network.run(&Rk4, &mut state, &Plan::to_time(tau_h / 4.0, 1.0)?, &mut ())?;
    Ok(state.v().to_vec())
}
