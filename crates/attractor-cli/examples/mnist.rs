//! How much of 10,000 MNIST digits comes back from 1,000 damaged cues, model by model.
//!
//! `cargo run --release -p attractor-cli --example mnist -- train-images-idx3-ubyte` takes any IDX
//! file of digits (its first 10,000) and prints the table of the README; with `more` after it the second
//! one: what masks, sparse separations and rules for some spins at a time add.

#![expect(clippy::print_stdout, reason = "an example prints its table")]

use attractor_effective::{
    Couplings, Effective, Learning, ModelError, Recall, SpinRecall, SpinRetrieval, SpinRule, Spins,
};
use attractor_io::{ReadOptions, Source, read_patterns};
use attractor_lagrangian::{
    Absolute, Additive, Entmax, Exponential, Lagrangian, LogSumExp, Norm, Normmax, Quadratic,
    RectifiedPower, Sparsemax,
};
use attractor_synapse::{Nearest, Normalization, Normalize, Patterns, Synapses};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Normal};
use rand_pcg::Pcg64;
use std::error::Error;
use std::time::Instant;

const MEMORIES: usize = 10_000;
const CUES: usize = 1_000;
const SEED: u64 = 2020;
/// The range of a pixel.
const RANGE: f32 = 255.0;

type Any = Box<dyn Lagrangian<f32>>;

/// A row of the table: a model with the damaged cues in its own normalisation.
struct Entry {
    name: String,
    model: Effective<f32, Any, Any>,
    kind: Normalize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give an IDX file of digits")?;
    let pixels = first(read_patterns(&Source::from_arg(path), &ReadOptions::default())?.patterns)?;
    if std::env::args().nth(2).is_some_and(|more| more == "more") {
        return more(&pixels);
    }
    println!("| model | damage | recalled | mean steps | seconds |");
    println!("|---|---|---|---|---|");
    for entry in entries(&pixels)? {
        for damage in ["lower half", "noise"] {
            let cues = damaged(&pixels, entry.kind, damage)?;
            println!("{}", row(&entry, damage, &cues)?);
        }
    }
    Ok(())
}

/// What is known of a cue of which the lower half is gone.
fn upper_half(features: usize) -> Vec<bool> {
    let known: Vec<bool> = (0..features).map(|i| i < features / 2).collect();
    known.repeat(CUES)
}

fn more(pixels: &Patterns<f32>) -> Result<(), Box<dyn Error>> {
    println!("| model | damage | nearest | recalled | mean steps | seconds |");
    println!("|---|---|---|---|---|---|");
    masks_and_sparse(pixels)?;
    some_spins_at_a_time(pixels)
}

fn masks_and_sparse(pixels: &Patterns<f32>) -> Result<(), Box<dyn Error>> {
    let cues = damaged(pixels, Normalize::Unit, "lower half")?;
    let softmax = |beta| -> Result<Any, Box<dyn Error>> { Ok(Box::new(LogSumExp::new(beta)?)) };
    let sparse: [(&str, Any); 5] = [
        ("B, β = 32", softmax(32.0)?),
        ("B, β = 128", softmax(128.0)?),
        ("sparsemax, β = 16", Box::new(Sparsemax::new(16.0)?)),
        ("entmax 1.5, β = 32", Box::new(Entmax::new(1.5, 32.0)?)),
        ("normmax 2, β = 16", Box::new(Normmax::new(2.0, 16.0)?)),
    ];
    let known = upper_half(pixels.features());
    for (name, hidden) in sparse {
        let synapses = Synapses::new(normalised(pixels, pixels.clone(), Normalize::Unit)?);
        let visible: Any = Box::new(Quadratic);
        let model = Effective::new(visible, hidden, synapses)?;
        let how = Recall::to_rest(Recall::tolerance::<f32>())?;
        for (mask, damage) in [(false, "lower half gone"), (true, "upper half known")] {
            let start = Instant::now();
            let found = if mask {
                model.complete(cues.as_slice(), &known, &how, &mut ())?
            } else {
                model.retrieve(cues.as_slice(), &how, &mut ())?
            };
            let found: Vec<_> = found.iter().map(|f| (f.nearest, f.steps)).collect();
            tell(name, damage, &found, start);
        }
    }
    Ok(())
}

fn some_spins_at_a_time(pixels: &Patterns<f32>) -> Result<(), Box<dyn Error>> {
    let synapses = Synapses::new(normalised(pixels, pixels.clone(), Normalize::Sign)?);
    let how = SpinRecall::to_rest(SpinRule::Cyclic)?;
    let hopfield = Couplings::new(synapses.clone())?;
    spin_rows("Hopfield, cyclic", pixels, |cues, known| hopfield.retrieve(cues, known, &how))?;
    let projection = Couplings::learned(Learning::PseudoInverse, synapses.clone())?;
    let name = "Hopfield, pseudo-inverse, cyclic";
    spin_rows(name, pixels, |cues, known| projection.retrieve(cues, known, &how))?;
    let dense = Spins::new(Additive(RectifiedPower::new(20)?), synapses)?;
    let name = "A, rectified power 20, cyclic";
    spin_rows(name, pixels, |cues, known| dense.retrieve(cues, known, &how))
}

/// Cues and what is known of them to what is found.
type Found = Result<Vec<SpinRetrieval<f32>>, ModelError>;

fn spin_rows(
    name: &str,
    pixels: &Patterns<f32>,
    retrieve: impl Fn(&[f32], Option<&[bool]>) -> Found,
) -> Result<(), Box<dyn Error>> {
    let known = upper_half(pixels.features());
    for (damage, mask, label) in [
        ("lower half", None, "lower half gone"),
        ("lower half", Some(&known[..]), "upper half known"),
        ("noise", None, "25 % flipped"),
    ] {
        let cues = damaged(pixels, Normalize::Sign, damage)?;
        let start = Instant::now();
        let found = retrieve(cues.as_slice(), mask)?;
        let found: Vec<_> = found.iter().map(|f| (f.nearest, f.sweeps)).collect();
        tell(name, label, &found, start);
    }
    Ok(())
}

fn tell(name: &str, damage: &str, found: &[(Nearest, usize)], start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    let own = found.iter().enumerate().filter(|(cue, (nearest, _))| nearest.memory == *cue);
    let whole = own.clone().filter(|(_, (nearest, _))| nearest.overlap > 0.99).count();
    let share = |count: usize| count as f64 / CUES as f64;
    let steps: usize = found.iter().map(|(_, steps)| steps).sum();
    println!(
        "| {name} | {damage} | {:.3} | {:.3} | {:.1} | {seconds:.1} |",
        share(own.count()),
        share(whole),
        share(steps)
    );
}

fn first(all: Patterns<f32>) -> Result<Patterns<f32>, Box<dyn Error>> {
    let features = all.features();
    let mut data = all.into_vec();
    data.truncate(MEMORIES * features);
    Ok(Patterns::new(data, features)?)
}

fn entries(pixels: &Patterns<f32>) -> Result<Vec<Entry>, Box<dyn Error>> {
    let mut entries = Vec::new();
    let power =
        |n| -> Result<Any, Box<dyn Error>> { Ok(Box::new(Additive(RectifiedPower::new(n)?))) };
    let exponential =
        |beta| -> Result<Any, Box<dyn Error>> { Ok(Box::new(Additive(Exponential::new(beta)?))) };
    let softmax = |beta| -> Result<Any, Box<dyn Error>> { Ok(Box::new(LogSumExp::new(beta)?)) };
    let mut add = |name: &str, visible: Any, hidden: Any, kind: Normalize, euclidean: bool| {
        let synapses = Synapses::new(normalised(pixels, pixels.clone(), kind)?);
        let model = Effective::new(visible, hidden, synapses)?;
        let model = if euclidean { model.with_euclidean_bias()? } else { model };
        entries.push(Entry { name: name.to_owned(), model, kind });
        Ok::<(), Box<dyn Error>>(())
    };
    let (sign, unit) = (Normalize::Sign, Normalize::Unit);
    add("Hopfield 1982", Box::new(Absolute), Box::new(Quadratic), sign, false)?;
    add("A, rectified power 3", Box::new(Absolute), power(3)?, sign, false)?;
    add("A, rectified power 20", Box::new(Absolute), power(20)?, sign, false)?;
    add("A, exponential", Box::new(Absolute), exponential(1.0)?, sign, false)?;
    for beta in [8.0, 32.0, 128.0, 512.0] {
        add(&format!("B, β = {beta}"), Box::new(Quadratic), softmax(beta)?, unit, false)?;
    }
    add("B, β = 128, Euclidean", Box::new(Quadratic), softmax(128.0)?, unit, true)?;
    add("C, rectified power 3", Box::new(Norm), power(3)?, unit, false)?;
    add("C, rectified power 20", Box::new(Norm), power(20)?, unit, false)?;
    add("C, exponential, β = 128", Box::new(Norm), exponential(128.0)?, unit, false)?;
    Ok(entries)
}

fn normalised(
    fitted: &Patterns<f32>,
    patterns: Patterns<f32>,
    kind: Normalize,
) -> Result<Patterns<f32>, Box<dyn Error>> {
    Ok(Normalization::fit(kind, fitted).apply(patterns)?)
}

/// The first 1,000 digits damaged before they are normalised; flips come after taking signs.
fn damaged(
    pixels: &Patterns<f32>,
    kind: Normalize,
    damage: &str,
) -> Result<Patterns<f32>, Box<dyn Error>> {
    let mut rng = Pcg64::seed_from_u64(SEED);
    let features = pixels.features();
    let mut cues = pixels.as_slice()[..CUES * features].to_vec();
    if damage == "lower half" {
        cues.chunks_mut(features).for_each(|cue| cue[features / 2..].fill(0.0));
    } else if kind == Normalize::Unit {
        let noise = Normal::new(0.0, 0.5 * RANGE)?;
        cues.iter_mut().for_each(|x| *x += noise.sample(&mut rng));
    }
    let mut cues = normalised(pixels, Patterns::new(cues, features)?, kind)?.into_vec();
    if damage == "noise" && kind == Normalize::Sign {
        cues.iter_mut().filter(|_| rng.random::<f64>() < 0.25).for_each(|x| *x = -*x);
    }
    Ok(Patterns::new(cues, features)?)
}

fn row(entry: &Entry, damage: &str, cues: &Patterns<f32>) -> Result<String, Box<dyn Error>> {
    let how = Recall::to_rest(Recall::tolerance::<f32>())?;
    let start = Instant::now();
    let found = entry.model.retrieve(cues.as_slice(), &how, &mut ())?;
    let seconds = start.elapsed().as_secs_f64();
    let own = |(cue, nearest): (usize, &Nearest)| nearest.memory == cue && nearest.overlap > 0.99;
    let recalled = found.iter().map(|f| &f.nearest).enumerate().filter(|&n| own(n)).count();
    let steps: usize = found.iter().map(|f| f.steps).sum();
    let damage = match (damage, entry.kind) {
        ("noise", Normalize::Sign) => "25 % flipped",
        ("noise", _) => "noise σ = 0.5",
        _ => "lower half gone",
    };
    Ok(format!(
        "| {} | {damage} | {:.3} | {:.1} | {seconds:.1} |",
        entry.name,
        recalled as f64 / CUES as f64,
        steps as f64 / CUES as f64
    ))
}
