//! The command line.

use crate::capacity::CapacityArgs;
use crate::separation::Separation;
use crate::source;
use crate::trace::integrators;
use attractor_io::Limit;
use attractor_synapse::{Normalize, Precision};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Store patterns, recall them from damaged cues, and see why.
#[derive(Debug, Parser)]
#[command(name = "attractor", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Worker threads (default: one per core); the results do not depend on it
    #[arg(long, global = true, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Reads more, or less, than usual: file, stream, elements, header, members, pixels, inflated, ratio or memory, such
    /// as pixels=512M; may be given several times
    #[arg(long = "limit", global = true, value_name = "NAME=VALUE")]
    pub(crate) limits: Vec<Limit>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Store, damage and recall the embedded digits with every model, and draw a page about it
    Demo(DemoArgs),
    /// Put patterns into a memory file
    Store(StoreArgs),
    /// Recall the patterns of a memory file from damaged cues
    Recall(RecallArgs),
    /// Take patterns out of a memory file; the others keep their ids
    Forget(ForgetArgs),
    /// Follow the two-layer network in time from one cue
    Trace(TraceArgs),
    /// Compare every head of a transformer with model B, or run one attention layer
    Attention(AttentionArgs),
    /// Measure the claims of the field against their oracles: expected, measured, interval, verdict
    Reproduce(ReproduceArgs),
    /// Measure how much memories hold: recall against load, noise and beta, basins, spurious states, beside theory
    Capacity(Box<CapacityArgs>),
    /// Say what a memory file holds
    Inspect(InspectArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The precision in which vectors are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dtype {
    F32,
    F64,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The page to write
    #[arg(short, long, value_name = "FILE", default_value = "attractor-demo.html")]
    pub(crate) output: PathBuf,
    /// Replace the page if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// The seed of the damage: the same seed gives the same bytes
    #[arg(long, default_value_t = 1982)]
    pub(crate) seed: u64,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// Patterns: npy, npz, csv (also gzipped), IDX, PNG or a folder of PNGs, safetensors; `-` reads
    /// standard input
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<String>,
    /// The memory file to write
    #[arg(short, long, value_name = "MEM")]
    pub(crate) output: PathBuf,
    /// What to do to the patterns, and later to every cue [default: none]
    #[arg(long, value_name = "none|center|unit|sign")]
    pub(crate) normalize: Option<Normalize>,
    /// One label per pattern: IDX, npy, or text with one per line
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Option<String>,
    /// Add to an existing memory file, with the normalisation it has
    #[arg(long, conflicts_with_all = ["normalize", "precision", "force"])]
    pub(crate) append: bool,
    /// With --append: how long to wait for another process that changes the file
    #[arg(long, requires = "append", value_name = "SECONDS", default_value = "10", value_parser = source::seconds,
        allow_negative_numbers = true)]
    pub(crate) wait: Duration,
    /// The precision in the file, bits for patterns of ±1 only [default: that of --dtype]
    #[arg(long, value_name = "f64|f32|bf16|int8|bits")]
    pub(crate) precision: Option<Precision>,
    /// The array to take from an npz or safetensors file (default: all that are two-dimensional)
    #[arg(long, value_name = "NAME")]
    pub(crate) array: Option<String>,
    /// The precision to work in
    #[arg(long, value_enum, default_value = "f32")]
    pub(crate) dtype: Dtype,
    /// Replace the memory file if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ForgetArgs {
    /// The memory file, which is replaced as a whole
    #[arg(value_name = "MEM")]
    pub(crate) memory: PathBuf,
    /// The ids of the patterns: their places, counted from 0, when they were stored; ids are not used again
    #[arg(long = "id", value_name = "ID", required = true, value_delimiter = ',')]
    pub(crate) ids: Vec<u64>,
    /// How long to wait for another process that changes the file
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = source::seconds,
        allow_negative_numbers = true)]
    pub(crate) wait: Duration,
}

/// The models by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    /// Hopfield 1982 with self-coupling
    Hopfield,
    /// Model A: spins
    Dense,
    /// Model B: attention
    Modern,
    /// Model C: states on the sphere
    Spherical,
    /// Log-sum-ReLU: the mean of the memories within √(2/β), exact where they are far enough apart; for
    /// recall only
    Epanechnikov,
}

/// β: a number, or chosen from the separation of the memories.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Beta {
    Auto,
    Value(f64),
}

impl std::str::FromStr for Beta {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse::<f64>()) {
            ("auto", _) => Ok(Self::Auto),
            (_, Ok(beta)) if beta > 0.0 && beta.is_finite() => Ok(Self::Value(beta)),
            _ => Err("beta must be a positive finite number, or auto".to_owned()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProofArg {
    /// A proven lower bound of the decrease, free
    Visible,
    /// All of the decrease, for one more product per read
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bias {
    None,
    /// −½‖ξ‖² per memory: overlaps become distances
    Euclidean,
}

/// The memories and the cues that a command reads.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// The memory file
    #[arg(value_name = "MEM")]
    pub(crate) memory: String,
    /// The damaged cues, in any format that `store` reads; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) cue: String,
    /// The array to take from an npz or safetensors file
    #[arg(long, value_name = "NAME")]
    pub(crate) array: Option<String>,
    /// The precision to work in
    #[arg(long, value_enum, default_value = "f32")]
    pub(crate) dtype: Dtype,
    /// Map the memory file into memory instead of reading it: opens at once and takes no memory of its own where the
    /// file has the precision worked in; nobody may write into the file meanwhile (to replace it is safe)
    #[arg(long)]
    pub(crate) map: bool,
}

/// Which pair of Lagrangians a command works with.
#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    /// The model
    #[arg(long, value_enum, default_value = "modern")]
    pub(crate) model: Model,
    /// The hidden Lagrangian by name, or as data: '{"entmax": {"alpha": 1.5, "beta": 8}}' (default:
    /// log-sum-exp for modern, rectified-power for dense, power for hopfield, exponential for
    /// spherical)
    #[arg(long, value_name = "NAME")]
    pub(crate) separation: Option<Separation>,
    /// Inverse temperature of the separation, or `auto` from how far the memories are apart
    /// [default: 1]
    #[arg(long, value_name = "B|auto", allow_negative_numbers = true)]
    pub(crate) beta: Option<Beta>,
    /// The power n of the separation [default: 3; of `power`: 2]
    #[arg(long, value_name = "N")]
    pub(crate) power: Option<u32>,
    /// The hidden bias
    #[arg(long, value_enum, default_value = "none")]
    pub(crate) bias: Bias,
}

/// Where results go.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Write the recalled states: npy, csv or png by extension; `-` writes npy to standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Draw cues, recalled states, nearest memories and energies as SVG
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) figure: Option<PathBuf>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Replace outputs that exist
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RecallArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) choice: ModelArgs,
    /// Take exactly N steps
    #[arg(long, value_name = "N", conflicts_with_all = ["settle", "max_steps"])]
    pub(crate) steps: Option<usize>,
    /// Step until each cue is at rest (the default)
    #[arg(long)]
    pub(crate) settle: bool,
    /// The most steps to take with --settle
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) max_steps: usize,
    /// The residual that counts as rest [default: 1e-6 in f32, 1e-10 in f64; 0 for epanechnikov]
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) tolerance: Option<f64>,
    /// What the certificates account for
    #[arg(long, value_enum, default_value = "visible")]
    pub(crate) proof: ProofArg,
    /// How many memories to name per cue
    #[arg(long, value_name = "K", default_value_t = 3)]
    pub(crate) top: usize,
    /// Say more of every state, for a few reads more: what the labels of its memories vote for, and what
    /// is proved of model modern with log-sum-exp: how wrong the answer and how far rest can be
    #[arg(long)]
    pub(crate) explain: bool,
    /// What the memories are paired with, one row for each: -o then holds Σ p·value instead of the state
    #[arg(long, value_name = "FILE", requires = "output")]
    pub(crate) values: Option<String>,
    /// For --model epanechnikov: choose β so that every cue within D of a memory gives that memory, to the
    /// bit, in one step
    #[arg(long, value_name = "D", conflicts_with = "beta", allow_negative_numbers = true)]
    pub(crate) within: Option<f64>,
    /// For --model epanechnikov: ε, the floor under the sum in its energy; above 0, a cue that is near no
    /// memory stays where it is instead of being an error [default: 0]
    #[arg(long, value_name = "E", allow_negative_numbers = true)]
    pub(crate) floor: Option<f64>,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
}

/// How spins are updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rule {
    /// All at once, with self-coupling: the model's map, whose energy never rises
    Synchronous,
    /// One after the other by the energy difference: the energy falls at every flip
    Cyclic,
    /// The same in an order drawn anew for each sweep (--seed)
    Random,
    /// The steepest flip first: d times the work
    Greedy,
    /// All at once without self-coupling: nothing is proved, and cycles are named
    Simultaneous,
    /// Drawn at a temperature (--temperature, --seed): nothing is proved, and it needs --steps
    Glauber,
}

/// How couplings are learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LearningArg {
    /// Outer products of the patterns over their length
    Hebbian,
    /// The projection on the span of the patterns
    PseudoInverse,
    /// Storkey's rule, pattern by pattern
    Storkey,
}

/// Options of the spin models.
#[derive(Debug, Args)]
pub(crate) struct RuleArgs {
    /// How spins are updated, in the models hopfield and dense; a step is then a sweep
    #[arg(long, value_enum, default_value = "synchronous")]
    pub(crate) rule: Rule,
    /// How the couplings of --model hopfield are learned, for the rules that flip some spins at a time
    /// [default: hebbian, without the factor 1/d]
    #[arg(long, value_enum)]
    pub(crate) learning: Option<LearningArg>,
    /// Which memories take part: 1 or 0 for each; the others are skipped, as if they were not stored
    #[arg(long, value_name = "FILE")]
    pub(crate) memory_mask: Option<String>,
    /// The temperature of --rule glauber, in the unit of the energy [default: 1]
    #[arg(long, value_name = "T", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) temperature: Option<f64>,
    /// The seed of the rules random and glauber [default: 0]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Which numbers of the cues are known and stay: 1 or 0 each, one row for all cues or one for each
    #[arg(long, value_name = "FILE")]
    pub(crate) mask: Option<String>,
}

/// What the hidden neurons start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Start {
    /// From the overlaps with the cue: h = Ξg + b
    Overlaps,
    /// Silent: h = 0
    Zero,
}

/// A time, a step or a time constant.
fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|x: &f64| *x > 0.0 && x.is_finite());
    number.ok_or_else(|| "it must be a positive finite number".to_owned())
}

/// A time that may be 0.
pub(crate) fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|x: &f64| *x >= 0.0 && *x < 1e9);
    number.ok_or_else(|| "it must be a number of at least 0".to_owned())
}

// what `--output` and `--figure` hold is this command's own
#[derive(Debug, Args)]
#[command(
    mut_arg("output", |arg| arg.help("Write one row per record, v and then h: npy, csv or png by extension; `-` writes npy to standard output")),
    mut_arg("figure", |arg| arg.help("Draw the energy, its parts and the activity of the hidden neurons over time as SVG")),
    mut_arg("json", |arg| arg.help("Print one JSON object instead of the summary")),
)]
pub(crate) struct TraceArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The row of the cue file to start from, counted from 0
    #[arg(long, value_name = "K", default_value_t = 0)]
    pub(crate) query: usize,
    #[command(flatten)]
    pub(crate) choice: ModelArgs,
    /// The time constant of the feature neurons
    #[arg(long, value_name = "T", default_value = "1", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) tau_f: f64,
    /// The time constant of the hidden neurons, in the same unit
    #[arg(long, value_name = "T", default_value = "0.1", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) tau_h: f64,
    /// The step, in the unit of the time constants; the largest one where the error is estimated
    #[arg(long, value_name = "T", default_value = "0.1", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) dt: f64,
    /// The time to run, in the unit of the time constants [default: 20 tau_f]
    #[arg(long, value_name = "T", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) t_end: Option<f64>,
    /// How steps are made; with strang, lie, adaptive and dormand-prince the energy falls at any step size
    #[arg(long, value_name = "NAME", default_value = "strang", value_parser = integrators::names())]
    pub(crate) integrator: String,
    /// The error of a step of adaptive or dormand-prince, relative to the currents of a layer [default: 1e-3]
    #[arg(long, value_name = "R", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) tolerance: Option<f64>,
    /// What the hidden neurons start from
    #[arg(long, value_enum, default_value = "overlaps")]
    pub(crate) hidden: Start,
    /// Record every K-th step, besides the first and the last state
    #[arg(long, value_name = "K", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) every: u32,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The memory file
    #[arg(value_name = "FILE")]
    pub(crate) memory: String,
    /// Say which conditions hold at this inverse temperature
    #[arg(long, value_name = "B|auto", allow_negative_numbers = true)]
    pub(crate) beta: Option<Beta>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AttentionArgs {
    /// The folder of a BERT encoder (config.json, *.safetensors, tokenizer.json or vocab.txt); or the safetensors
    /// file of one layer: torch.nn.MultiheadAttention, a Hopfield layer, or linear layers q_proj, k_proj, v_proj, o_proj
    #[arg(value_name = "MODEL_DIR|LAYER.safetensors")]
    pub(crate) model: String,
    /// The precision to work in [default: f64 for an encoder, f32 for a layer]
    #[arg(long, value_enum)]
    pub(crate) dtype: Option<Dtype>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Replace outputs that exist
    #[arg(long)]
    pub(crate) force: bool,
    /// Encoder: the text to read, cut into tokens between `CLS` and `SEP` [default: a sentence about memory]
    #[arg(long, help_heading = "A whole encoder")]
    pub(crate) text: Option<String>,
    /// Encoder: draw, for every head, how many memories share its attention and where its queries settle, as SVG
    #[arg(long, value_name = "FILE.svg", help_heading = "A whole encoder")]
    pub(crate) figure: Option<PathBuf>,
    /// Layer: what asks, one row each [default: what asks in a pooling layer]
    #[arg(long, value_name = "FILE", help_heading = "One layer")]
    pub(crate) query: Option<String>,
    /// Layer: what is asked, one row each [default: the memories of a look-up layer, or the queries]
    #[arg(long, value_name = "FILE", help_heading = "One layer")]
    pub(crate) keys: Option<String>,
    /// Layer: what is answered, one row for each key [default: the keys]
    #[arg(long, value_name = "FILE", help_heading = "One layer")]
    pub(crate) values: Option<String>,
    /// Layer: the number of heads of the queries
    #[arg(long, value_name = "H", help_heading = "One layer")]
    pub(crate) heads: Option<usize>,
    /// Layer: which keys are ignored: 1 or 0 for each, one row for all queries or one for each
    #[arg(long, value_name = "FILE", help_heading = "One layer")]
    pub(crate) ignore: Option<String>,
    /// Layer: query i sees the keys 0 to i
    #[arg(long, help_heading = "One layer")]
    pub(crate) causal: bool,
    /// Layer: inverse temperature of all heads, or of each [default: 1/sqrt(d)]
    #[arg(
        long,
        value_name = "B,…",
        value_delimiter = ',',
        allow_negative_numbers = true,
        help_heading = "One layer"
    )]
    pub(crate) beta: Vec<f64>,
    /// Layer: how many softmaxes [default: 1]
    #[arg(long, value_name = "N", help_heading = "One layer")]
    pub(crate) steps: Option<usize>,
    /// Layer: what the names of its tensors begin with [default: the only layer in the file]
    #[arg(long, value_name = "PREFIX", help_heading = "One layer")]
    pub(crate) layer: Option<String>,
    /// Layer: where the answers go, one row for each query: npy, csv or png by extension; `-` writes npy to standard
    /// output
    #[arg(short, long, value_name = "FILE", help_heading = "One layer")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ReproduceArgs {
    /// The claims by name (default: all of them)
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Fewer sizes and wider intervals: all claims in a few minutes on two cores
    #[arg(long)]
    pub(crate) quick: bool,
    /// The seed of all random numbers: the same seed gives the same numbers for any number of threads
    #[arg(long, default_value_t = 1982)]
    pub(crate) seed: u64,
    /// The folder of a BERT encoder (config.json, *.safetensors, tokenizer.json or vocab.txt), for the claim
    /// `attention`, which is skipped without one
    #[arg(long, value_name = "MODEL_DIR")]
    pub(crate) model: Option<String>,
    /// Write the results as JSON; `-` writes them to standard output
    #[arg(short, long, value_name = "FILE.json")]
    pub(crate) output: Option<PathBuf>,
    /// Write one HTML page with the numbers and a figure for each claim
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Replace outputs that exist
    #[arg(long)]
    pub(crate) force: bool,
}
