//! What a screen costs at worst: it and the plain read in alternation at every sharpness from where all memories matter
//! to where one does, `fallback [MEGABYTES] [ROUNDS]`.
#![expect(clippy::print_stdout, reason = "the ratios are what it is run for")]

use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Memories, Question, Screen, Screened, Screening};
use benches::{clustered, cues, memories};
use std::time::Instant;

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse().ok());
    let megabytes: usize = args.next().flatten().unwrap_or(64);
    let rounds: usize = args.next().flatten().unwrap_or(9);
    println!("screened / plain, at each β; * fell back");
    for d in [64, 384, 784] {
        let n = megabytes * 1_000_000 / (4 * d);
        for (data, xi) in
            [("random", memories::<f32>(n, d)), ("clustered", clustered(n, d, 1000, 0.2))]
        {
            let screened = Screened::new(xi, 6e-8).unwrap_or_else(|error| panic!("{error}"));
            for queries in [1, 4, 8] {
                sweep(&screened, data, queries, rounds);
            }
        }
    }
}

fn sweep(screened: &Screened<f32>, data: &str, queries: usize, rounds: usize) {
    let (xi, mut worst) = (screened.synapses(), 0.0f64);
    let cues = cues(xi, queries);
    print!("{} × {:<8} {data:<10} B = {queries}:", xi.features(), xi.memories());
    for beta in (0..14).map(|i| 4.0 * 1.5f64.powi(i)) {
        let (ratio, screen) = trial(screened, &cues, beta, rounds);
        worst = worst.max(ratio);
        let mark = if screen == Screen::Screened { "" } else { "*" };
        print!(" {beta:.0}:{ratio:.2}{mark}");
    }
    println!("  worst {worst:.2}");
}

/// The least times of both, screened over plain, and how the first query was answered.
fn trial(screened: &Screened<f32>, cues: &[f32], beta: f64, rounds: usize) -> (f64, Screen) {
    let softmax = LogSumExp::new(beta).unwrap_or_else(|error| panic!("{error}"));
    let question = Question::of(&softmax, cues);
    let (mut plain, mut screen) = (Answers::default(), Answers::default());
    let (mut said, mut screened_at): (Vec<Screening>, _) = (Vec::new(), Screen::Cheap);
    let mut least = [f64::INFINITY; 2];
    let mut time = |which: usize, work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        least[which] = least[which].min(start.elapsed().as_secs_f64());
    };
    for _ in 0..rounds {
        time(0, &mut || screened.synapses().read(&question, &mut plain));
        time(1, &mut || screened.read_certified(&question, &mut screen, &mut said));
        screened_at = said[0].screen;
        if screened_at == Screen::Screened {
            screen = Answers::default(); // nothing to use again
        }
    }
    (least[1] / least[0], screened_at)
}
