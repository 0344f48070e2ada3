//! The command line of `attractor capacity`.

use super::list::List;
use crate::args::{Dtype, LearningArg, Model, Rule};
use crate::separation::Separation;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What damages a cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DamageArg {
    /// A share of the signs is flipped
    Flips,
    /// Normal numbers are added; the noise is their standard deviation, in root mean squares of a pattern
    Gaussian,
}

/// What random patterns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PatternsArg {
    /// Independent signs ±1
    Signs,
    /// Uniform on the unit sphere
    Sphere,
}

/// Where states start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StartArg {
    /// At damaged memories
    Memories,
    /// Anywhere: what is found are the spurious states
    Anywhere,
}

/// An axis that can be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AxisArg {
    Memories,
    Noise,
    Beta,
    Lesion,
    Temperature,
}

#[derive(Debug, Args)]
pub(crate) struct CapacityArgs {
    /// Patterns to draw networks from, a memory file or anything that `store` reads (default: random ones)
    #[arg(value_name = "FILE")]
    pub(crate) patterns_file: Option<String>,
    /// The model
    #[arg(long, value_enum, default_value = "dense")]
    pub(crate) model: Model,
    /// The hidden Lagrangian, as for `recall`
    #[arg(long, value_name = "NAME")]
    pub(crate) separation: Option<Separation>,
    /// The power n of the separation [default: 3; of `power`: 2]
    #[arg(long, value_name = "N")]
    pub(crate) power: Option<u32>,
    /// How spins are updated [default: cyclic for the models hopfield and dense]
    #[arg(long, value_enum)]
    pub(crate) rule: Option<Rule>,
    /// How the couplings of --model hopfield are learned [default: the memories themselves are read]
    #[arg(long, value_enum)]
    pub(crate) learning: Option<LearningArg>,
    /// Random patterns [default: signs for spins, sphere for the others]
    #[arg(long, value_enum, conflicts_with = "patterns_file")]
    pub(crate) patterns: Option<PatternsArg>,

    /// Sizes of the network: 64,128 or LO..HI:STEP or LO..HIxCOUNT (equal factors) [default: 64]
    #[arg(long, value_name = "LIST", help_heading = "Axes", conflicts_with = "patterns_file")]
    pub(crate) features: Option<List>,
    /// Numbers of memories [default: around where theory expects the end of recall]
    #[arg(long, value_name = "LIST", help_heading = "Axes")]
    pub(crate) memories: Option<List>,
    /// Damage of the cues, in the unit of --damage
    #[arg(long, value_name = "LIST", default_value = "0", help_heading = "Axes")]
    pub(crate) noise: List,
    /// Inverse temperatures of the separation
    #[arg(long, value_name = "LIST", help_heading = "Axes")]
    pub(crate) beta: Option<List>,
    /// Shares of the synapses that are cut
    #[arg(long, value_name = "LIST", default_value = "0", help_heading = "Axes")]
    pub(crate) lesion: List,
    /// Temperatures of --rule glauber, in the unit of the energy
    #[arg(long, value_name = "LIST", help_heading = "Axes")]
    pub(crate) temperature: Option<List>,
    /// Search this axis by bisection for where recall ends, instead of walking along it; over the other axes
    /// that gives basins (--find noise), capacities and their exponents (--find memories --features 32,64,128)
    #[arg(long, value_enum, help_heading = "Axes")]
    pub(crate) find: Option<AxisArg>,
    /// The probability of recall that --find looks for
    #[arg(long, value_name = "P", default_value_t = 0.5, help_heading = "Axes")]
    pub(crate) probability: f64,
    /// How narrow --find becomes: a share of the value, or of the range of an axis that has one
    #[arg(long, value_name = "R", default_value_t = 0.02, help_heading = "Axes")]
    pub(crate) narrow: f64,

    /// What damage is
    #[arg(long, value_enum, default_value = "flips")]
    pub(crate) damage: DamageArg,
    /// Where states start
    #[arg(long, value_enum, default_value = "memories")]
    pub(crate) start: StartArg,
    /// Take exactly N steps, or sweeps over the spins
    #[arg(long, value_name = "N", conflicts_with_all = ["max_steps", "tolerance"])]
    pub(crate) steps: Option<usize>,
    /// The most steps to rest
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) max_steps: usize,
    /// The residual that counts as rest of states that are not spins [default: 1e-6 in f32, 1e-10 in f64]
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) tolerance: Option<f64>,
    /// The overlap from which on a memory counts as recalled
    #[arg(long, value_name = "M", default_value_t = 0.99)]
    pub(crate) recalled: f64,
    /// Networks per point, each with memories of its own
    #[arg(long, value_name = "K", default_value_t = 40)]
    pub(crate) networks: u32,
    /// Cues per network, of different memories
    #[arg(long, value_name = "K", default_value_t = 10)]
    pub(crate) cues: u32,
    /// The seed: the same seed gives the same bytes, for any number of threads and interruptions
    #[arg(long, default_value_t = 1982)]
    pub(crate) seed: u64,
    /// The precision of states that are not made of bits
    #[arg(long, value_enum, default_value = "f32")]
    pub(crate) dtype: Dtype,

    /// Write the result as JSON; `-` writes it to standard output
    #[arg(short, long, value_name = "FILE.json", help_heading = "Outputs")]
    pub(crate) output: Option<PathBuf>,
    /// Draw measurement and theory as SVG
    #[arg(long, value_name = "FILE.svg", help_heading = "Outputs")]
    pub(crate) figure: Option<PathBuf>,
    /// Print one JSON object instead of the table
    #[arg(long, help_heading = "Outputs")]
    pub(crate) json: bool,
    /// Replace outputs that exist
    #[arg(long, help_heading = "Outputs")]
    pub(crate) force: bool,
    /// Keep what was measured in this file during the run [default: that of -o with .checkpoint added]
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Seconds between two checkpoints, at least
    #[arg(long, value_name = "S", default_value_t = 2.0, value_parser = crate::args::not_negative, help_heading = "Outputs")]
    pub(crate) save_every: f64,
    /// Go on from the checkpoint; where there is none, begin
    #[arg(long, help_heading = "Outputs", conflicts_with = "force")]
    pub(crate) resume: bool,
}
