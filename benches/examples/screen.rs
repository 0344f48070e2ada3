//! What a screen saves: it and the plain read of the same memories in alternation, `screen [MEGABYTES]`.
#![expect(clippy::print_stdout, reason = "the ratios are what it is run for")]

use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Memories, Question, Screen, Screened, Screening};
use benches::{clustered, cues, memories, memories_of_signs};
use std::time::Instant;

/// The share of the weights that may be left out: what `f32` would lose as well.
const EPSILON: f64 = 6e-8;
const ROUNDS: usize = 15;

fn main() {
    let megabytes = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(256);
    println!(
        "d     N        data       beta    B  seen     read     state      plain ms  screened ms  ratio"
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
        let close = close.in_balls();
        trial(&close, "in balls", 60.0, 1);
        trial(&close, "in balls", 60.0, 4);
        drop(close);
        let signs = Screened::new(memories_of_signs(n, d), EPSILON);
        let signs = signs.unwrap_or_else(|error| panic!("{error}"));
        trial(&signs, "signs", 1.0, 1);
        trial(&signs, "signs", 1.0, 4);
    }
    println!(
        "\na run of 5 reads from a damaged memory, 4 states at once: what was found is used again"
    );
    println!("d     N        beta    screens of 5  plain ms  screened ms  ratio");
    for d in [64, 384, 768] {
        let random = Screened::new(memories::<f32>(megabytes * 1_000_000 / (4 * d), d), EPSILON);
        run(&random.unwrap_or_else(|error| panic!("{error}")), 60.0);
    }
}

/// A run: every read is that of the state which the read before has led to.
fn run(screened: &Screened<f32>, beta: f64) {
    let softmax = LogSumExp::new(beta).unwrap_or_else(|error| panic!("{error}"));
    let (xi, start) = (screened.synapses(), cues(screened.synapses(), 4));
    let (mut said, mut screens) = (Vec::new(), 0);
    let walk = |read: &mut dyn FnMut(&Question<'_, f32>, &mut Answers<f32>)| {
        let (mut state, mut answers) = (start.clone(), Answers::default());
        let begin = Instant::now();
        for _ in 0..5 {
            read(&Question::of(&softmax, &state), &mut answers);
            for (q, state) in state.chunks_exact_mut(xi.features()).enumerate() {
                let unit = answers.get(q).log_scale.exp();
                state.iter_mut().zip(answers.field(q)).for_each(|(g, f)| *g = (f * unit) as f32);
            }
        }
        begin.elapsed().as_secs_f64() * 1e3
    };
    let mut times = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        times[0] = times[0].min(walk(&mut |question, answers| xi.read(question, answers)));
        screens = 0;
        times[1] = times[1].min(walk(&mut |question, answers| {
            screened.read_certified(question, answers, &mut said);
            screens += usize::from(said.iter().any(|said| said.screen == Screen::Screened));
        }));
    }
    let ([plain, screen], n, d) = (times, xi.memories(), xi.features());
    println!(
        "{d:<5} {n:<8} {beta:<7} {screens:<13} {plain:<9.2} {screen:<12.2} {:.2}",
        plain / screen
    );
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
        screen = Answers::default(); // nothing to use again
        times[1].push(start.elapsed().as_secs_f64() * 1e3);
    }
    // the least of several: what other programs take of the machine only adds
    let [plain, screen] = times.map(|times| times.into_iter().fold(f64::INFINITY, f64::min));
    let (n, d, said) = (xi.memories(), xi.features(), said[0]);
    println!(
        "{d:<5} {n:<8} {data:<10} {beta:<7} {queries:<2} {:<8} {:<8} {:<9.1e}  {plain:<9.2} {screen:<12.2} {:.2}  {:?}",
        said.seen,
        said.read,
        said.state,
        plain / screen,
        said.screen
    );
}
