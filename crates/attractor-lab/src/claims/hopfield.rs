//! The capacity of Hopfield's network of 1982.

use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::{Estimate, student};
use crate::plot::Plot;
use crate::samples::random_signs;
use attractor_effective::{PackedSpins, SignEnergy, SignField};
use attractor_figure::Chart;
use attractor_synapse::Bits;
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "hopfield-0.138",
    statement: "Hopfield 1982 without self-coupling, updated asynchronously, retrieves random patterns up to a load α = K/N of \
        0.138, with a few wrong bits, and beyond it none",
    source: "Amit, Gutfreund & Sompolinsky, Phys. Rev. Lett. 55, 1530 (1985)",
    oracle: "the mean final overlap from the patterns themselves falls through 0.95 at an α in [0.13, 0.15], N ≥ 3000",
    seconds: (30.0, 300.0),
    run,
};

const THRESHOLD: f64 = 0.95;
const LOADS: [f64; 9] = [0.124, 0.130, 0.134, 0.138, 0.142, 0.146, 0.150, 0.158, 0.168];
/// Patterns that are recalled of each network.
const RECALLED: usize = 50;
const SWEEPS: usize = 500;

/// The final overlaps of one network at every load.
type Curves = Vec<Vec<f64>>;

/// What networks of one size do.
struct Size {
    spins: usize,
    networks: Vec<Curves>,
}

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let sizes: &[(usize, usize)] = setting
        .effort
        .pick(&[(500, 24), (1000, 12), (3000, 8)], &[(500, 96), (1000, 48), (3000, 24), (8000, 6)]);
    let sizes = sizes.iter().map(|&(spins, networks)| Size::measure(setting, spins, networks));
    let sizes = sizes.collect::<Result<Vec<_>, Failed>>()?;
    let parts = sizes.iter().filter(|size| size.spins >= 3000).map(|size| {
        let part = Part::new(
            format!("mean overlap 0.95, N = {}", size.spins),
            0.138,
            size.crossing(),
            0.008,
        );
        sizes.iter().fold(part, |part, size| {
            part.beside(&format!("mean, N = {}", size.spins), size.crossing().measured)
                .beside(&format!("median, N = {}", size.spins), size.pooled_crossing(None, median))
        })
    });
    let chart = Chart::new("Retrieval in Hopfield's network")
        .x_axis("load α = K/N")
        .y_axis("mean final overlap")
        .dashed("0.95", &[(LOADS[0], THRESHOLD), (LOADS[8], THRESHOLD)])
        .dashed("α = 0.138", &[(0.138, 0.4), (0.138, 1.0)]);
    let draw = |chart: Chart, size: &Size| -> Result<Chart, Failed> {
        Ok(chart.measured(&format!("N = {}", size.spins), &size.means()?))
    };
    let chart = sizes.iter().try_fold(chart, draw)?;
    let caption =
        "Each point: the mean over all recalled patterns, starting from the patterns themselves";
    let parts: Vec<_> = parts.collect();
    Ok(Finding::new(parts, chart.draw()?, caption)
        .note(format!(
            "The oracle is the band [0.13, 0.15]; the tolerance is the distance of 0.138 from its nearer end. The value 0.138 is that of N → ∞, where the overlap jumps from \
             0.967 to below 0.4; at finite N the mean falls gradually. The loads at which mean and median pass 0.95, by N: {}. \
             At the largest load ({}) the mean overlaps are {}.",
            list(&sizes, |size| format!(
                "{:.4} and {:.4} ({})",
                size.crossing().measured,
                size.pooled_crossing(None, median),
                size.spins
            )),
            LOADS[8],
            list(&sizes, |size| format!("{:.3} ({})", mean(&size.overlaps(8, None)), size.spins)),
        ))
        .with("patterns recalled per network", RECALLED)
        .with("order of updates", "cyclic, until no spin flips"))
}

fn list(sizes: &[Size], say: impl Fn(&Size) -> String) -> String {
    sizes.iter().map(say).collect::<Vec<_>>().join(", ")
}

impl Size {
    fn measure(setting: &Setting<'_>, spins: usize, networks: usize) -> Result<Self, Failed> {
        let cells = (0..networks * LOADS.len()).into_par_iter();
        let cell = |at: usize| overlaps(setting, spins, LOADS[at % LOADS.len()], at / LOADS.len());
        let found = cells.map(cell).collect::<Result<Vec<_>, Failed>>()?;
        let networks = found.chunks(LOADS.len()).map(<[Vec<f64>]>::to_vec).collect();
        Ok(Self { spins, networks })
    }

    /// All overlaps at a load, but those of one network.
    fn overlaps(&self, load: usize, without: Option<usize>) -> Vec<f64> {
        let kept = self.networks.iter().enumerate().filter(|(at, _)| Some(*at) != without);
        kept.flat_map(|(_, network)| network[load].iter().copied()).collect()
    }

    fn means(&self) -> Result<Vec<(f64, Estimate)>, Failed> {
        let of = |load: usize| {
            let means: Vec<f64> =
                self.networks.iter().map(|network| mean(&network[load])).collect();
            Ok((LOADS[load], Estimate::mean(&means)?))
        };
        (0..LOADS.len()).map(of).collect()
    }

    /// Where a statistic of the overlaps first falls through 0.95, linearly between the loads; the last load if it does not.
    fn pooled_crossing(&self, without: Option<usize>, of: fn(&[f64]) -> f64) -> f64 {
        let values: Vec<f64> =
            (0..LOADS.len()).map(|load| of(&self.overlaps(load, without))).collect();
        let below = values.iter().position(|value| *value < THRESHOLD);
        match below {
            None => LOADS[LOADS.len() - 1],
            Some(0) => LOADS[0],
            Some(at) => {
                let share = (values[at - 1] - THRESHOLD) / (values[at - 1] - values[at]);
                LOADS[at - 1] + share * (LOADS[at] - LOADS[at - 1])
            }
        }
    }

    /// The same of the mean, with the jackknife's interval over networks (Tukey 1958).
    fn crossing(&self) -> Estimate {
        let all = self.pooled_crossing(None, mean);
        let n = self.networks.len();
        let left: Vec<f64> = (0..n).map(|at| self.pooled_crossing(Some(at), mean)).collect();
        let middle = mean(&left);
        let squares: f64 = left.iter().map(|x| (x - middle).powi(2)).sum();
        let error = (squares * (n - 1) as f64 / n as f64).sqrt();
        Estimate::within(all, student(n - 1) * error)
    }
}

/// Where the first patterns of a random network end, as overlaps with themselves.
fn overlaps(
    setting: &Setting<'_>,
    spins: usize,
    load: f64,
    network: usize,
) -> Result<Vec<f64>, Failed> {
    let patterns = (load * spins as f64).round() as usize;
    let mut random = setting.random(&format!("hopfield/N={spins}"), network as u64);
    let signs = random_signs(&mut random, patterns, spins);
    let model = PackedSpins::new(SignEnergy::power(2), SignField::Difference, signs)?;
    let pattern = |at: usize| Bits::of_words(model.signs().row(at).to_vec(), spins);
    let mut walk = model.walk(pattern(0));
    let mut end = |at: usize| {
        walk.restart(pattern(at));
        for _ in 0..SWEEPS {
            if walk.sweep() == 0 {
                break;
            }
        }
        1.0 - 2.0 * f64::from(walk.distances()[at]) / spins as f64
    };
    Ok((0..RECALLED.min(patterns)).map(&mut end).collect())
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn median(x: &[f64]) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    0.5 * (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2])
}
