//! A dense associative memory that classifies MNIST, trained as in Krotov and Hopfield 2016
//! (arXiv 1606.01164): the pixels are clamped, and each class neuron is updated once from −1.
//!
//! `cargo run --release -p attractor-cli --example classifier -- train-images-idx3-ubyte
//! train-labels-idx1-ubyte` trains on the first 8,000 digits of the file and prints the errors on
//! the 2,000 after them; `validate` after the files trains on 7,000 and prints the errors on 1,000
//! of the 8,000, by which the plan was chosen. The first takes about three minutes, the second eight.

#![expect(clippy::print_stdout, reason = "an example prints its table")]

mod classifier;
mod digits;
mod loss;
mod memories;
mod plan;

use classifier::Classifier;
use digits::{Digits, nearest_neighbour};
use plan::Plan;
use rand::SeedableRng;
use rand_pcg::Pcg64;
use std::error::Error;
use std::time::Instant;

const TRAIN: usize = 8_000;
const VALIDATE: usize = 1_000;
const TEST: usize = 2_000;
const SEEDS: [u64; 3] = [1, 2, 3];

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (images, labels, validate) = match &words[..] {
        [images, labels] => (images, labels, false),
        [images, labels, mode] if mode == "validate" => (images, labels, true),
        _ => {
            return Err("give IDX files of digits and of labels, then `validate` or nothing".into());
        }
    };
    // the test digits are not even read before the plan is chosen
    let (plans, train, test) = if validate {
        (plan::considered(), TRAIN - VALIDATE, VALIDATE)
    } else {
        (plan::chosen(), TRAIN, TEST)
    };
    let digits = Digits::read(images, labels, train + test)?;
    table(&plans, &digits.part(0..train), &digits.part(train..train + test))
}

/// The errors of each plan, in percent, and of the nearest neighbour.
fn table(plans: &[(&str, Plan)], train: &Digits, test: &Digits) -> Result<(), Box<dyn Error>> {
    println!("| classifier | errors, % | mean | range | seconds |");
    println!("|---|---|---|---|---|");
    for (name, plan) in plans {
        let start = Instant::now();
        let errors = SEEDS
            .iter()
            .map(|&seed| Ok(error(plan, train, test, seed)?))
            .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        println!("{}", row(name, &errors, start));
    }
    let start = Instant::now();
    println!("{}", row("nearest neighbour", &[nearest_neighbour(train, test)], start));
    Ok(())
}

fn error(
    plan: &Plan,
    train: &Digits,
    test: &Digits,
    seed: u64,
) -> Result<f64, rand_distr::NormalError> {
    let mut random = Pcg64::seed_from_u64(seed);
    let mut classifier = Classifier::new(*plan, train.features(), &mut random)?;
    classifier.train(train, &mut random);
    Ok(classifier.error(test))
}

fn row(name: &str, errors: &[f64], start: Instant) -> String {
    let seconds = start.elapsed().as_secs_f64();
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
    let most = errors.iter().copied().fold(0.0, f64::max);
    let each: Vec<_> = errors.iter().map(|e| format!("{e:.2}")).collect();
    format!("| {name} | {} | {mean:.2} | {:.2} | {seconds:.1} |", each.join(", "), most - least)
}
