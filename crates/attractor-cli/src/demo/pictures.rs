//! Damaged and repaired digits.

use super::damage::{Damage, SHOWN};
use super::digits::{Digits, SIDE};
use super::lineup::Contender;
use super::trial::{is_recalled, recall};
use crate::failure::Failure;
use attractor_effective::Retrieval;
use attractor_figure::{ImageGrid, Svg};
use attractor_synapse::Patterns;

/// Which of the ten memories of a digit is shown.
const SHOWN_OF_CLASS: usize = 0;
/// The digits in the rows of the gallery, one for each damage of [`SHOWN`].
const GALLERY: [usize; 5] = [3, 5, 2, 8, 7];

/// Every damage of one digit in a row, with what each model makes of it.
pub(crate) fn overview(digits: &Digits, lineup: &[Contender], seed: u64) -> Result<Svg, Failure> {
    let names = lineup.iter().map(|contender| contender.name);
    let columns: Vec<&str> = ["stored", "cue"].into_iter().chain(names).collect();
    let mut grid = ImageGrid::new(SIDE, SIDE).columns(&columns).cell(62);
    for (damage, class) in SHOWN.into_iter().zip(GALLERY) {
        let memory = class_member(digits, class);
        let cue = cue(digits, memory, damage, seed)?;
        let mut images = vec![digits.pixels.row(memory).to_vec(), cue.row(0).to_vec()];
        let mut captions = vec![String::new(), String::new()];
        for contender in lineup {
            let found = recall(contender, &cue)?.swap_remove(0);
            captions.push(verdict(memory, &found).to_owned());
            images.push(found.state);
        }
        grid = row(grid, damage, &images, &captions);
    }
    Ok(grid.draw()?)
}

/// Cue, recalled state and nearest memory of one model.
pub(crate) fn gallery(digits: &Digits, contender: &Contender, seed: u64) -> Result<Svg, Failure> {
    let mut grid =
        ImageGrid::new(SIDE, SIDE).columns(&["stored", "cue", "recalled", "nearest"]).cell(62);
    for (damage, class) in SHOWN.into_iter().zip(GALLERY) {
        let memory = class_member(digits, class);
        let cue = cue(digits, memory, damage, seed)?;
        let found = recall(contender, &cue)?.swap_remove(0);
        let nearest = found.nearest.memory;
        let label = digits.labels[nearest].to_string();
        let overlap = format!("{:.3}", found.nearest.overlap);
        let images = [
            contender.memory(memory).to_vec(),
            contender.prepare(&cue)?.into_vec(),
            found.state.clone(),
            contender.memory(nearest).to_vec(),
        ];
        let captions = [class.to_string(), steps(found.steps), overlap, label];
        grid = row(grid, damage, &images, &captions);
    }
    Ok(grid.draw()?)
}

/// The damaged picture of one memory, the same that counts in the rates.
fn cue(
    digits: &Digits,
    memory: usize,
    damage: Damage,
    seed: u64,
) -> Result<Patterns<f64>, Failure> {
    let cues = damage.apply(&digits.pixels, seed)?;
    Patterns::from_rows(&[cues.row(memory)]).map_err(|e| Failure::input(e.to_string()))
}

fn row(grid: ImageGrid, damage: Damage, images: &[Vec<f64>], captions: &[String]) -> ImageGrid {
    let images: Vec<&[f64]> = images.iter().map(Vec::as_slice).collect();
    let captions: Vec<&str> = captions.iter().map(String::as_str).collect();
    grid.row(&damage.words(), &images).captions(&captions)
}

/// The memory that stands for a digit.
pub(crate) fn class_member(digits: &Digits, class: usize) -> usize {
    class * digits.len() / 10 + SHOWN_OF_CLASS
}

fn verdict(memory: usize, found: &Retrieval<f64>) -> &'static str {
    if is_recalled(memory, found) { "recalled" } else { "lost" }
}

fn steps(count: usize) -> String {
    if count == 1 { "1 step".to_owned() } else { format!("{count} steps") }
}
