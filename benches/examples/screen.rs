//! What a screen saves: it and the plain read of the same memories in alternation, `screen [MEGABYTES]`.
#![expect(clippy::print_stdout, reason = "the ratios are what it is run for")]

use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Memories, Question, Screened, Screening, Synapses};
use benches::{clustered, memories, normals};
use std::time::Instant;

/// The share of the weights that may be left out: what `f32` would lose as well.
const EPSILON: f64 = 6e-8;
const ROUNDS: usize = 15;

fn main() {
    let megabytes = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(256);
    println!(
        "d     N        data       beta    B  read      state      plain ms  screened ms  ratio"
    );
    for d in [64, 384, 768] {
        let n = megabytes * 1_000_000 / (4 * d);
        let random = Screened::new(memories::<f32>(n, d), EPSILON);
        let random = random.unwrap_or_else(|error| panic!("{error}"));
        trial(&random, "random", 60.0, 1);
        trial(&random, "random", 60.0, 4);
        trial(&random, "random", 8.0, 1);
        trial(&random, "random", 8.0, 4);
        trial(&random, "random", 60.0, 64);
        drop(random);
        let close = Screened::new(clustered::<f32>(n, d, 1000, 0.2), EPSILON);
        let close = close.unwrap_or_else(|error| panic!("{error}"));
        trial(&close, "clustered", 60.0, 1);
        trial(&close, "clustered", 60.0, 4);
        trial(&close, "clustered", 8.0, 1);
    }
}

/// Damaged memories as cues.
fn cues(xi: &Synapses<f32>, queries: usize) -> Vec<f32> {
    let (n, d) = (xi.memories(), xi.features());
    let noise = normals::<f32>(5, queries, d);
    let rows = (0..queries).flat_map(|q| xi.patterns().row((q * 7919 + 4321) % n));
    rows.zip(noise).map(|(x, noise)| x + 0.3 * noise).collect()
}

fn trial(screened: &Screened<f32>, data: &str, beta: f64, queries: usize) {
    let (xi, cues) = (screened.synapses(), cues(screened.synapses(), queries));
    let softmax = LogSumExp::new(beta).unwrap_or_else(|error| panic!("{error}"));
    let question = Question::of(&softmax, &cues);
    let (mut plain, mut screen) = (Answers::default(), Answers::default());
    let mut said: Vec<Screening> = Vec::new();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let start = Instant::now();
        xi.read(&question, &mut plain);
        times[0].push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        screened.read_certified(&question, &mut screen, &mut said);
        times[1].push(start.elapsed().as_secs_f64() * 1e3);
    }
    // the least of several: what other programs take of the machine only adds
    let [plain, screen] = times.map(|times| times.into_iter().fold(f64::INFINITY, f64::min));
    let (n, d, said) = (xi.memories(), xi.features(), said[0]);
    println!(
        "{d:<5} {n:<8} {data:<10} {beta:<7} {queries:<2} {:<9} {:<9.1e}  {plain:<9.2} {screen:<12.2} {:.2}  {:?}",
        said.read,
        said.state,
        plain / screen,
        said.screen
    );
}
