//! What a memory adds to the field of a spin, by its overlap, in f64 with a bound on the error.

use super::energy::{SignField, Values};
use super::whole::Whole;

/// With c the signs in which a memory differs from the state, it adds `agree`\[c\] to σ_iA_i where it has
/// the spin's sign, and takes `other`\[c\] off where it has not. Numbers of memories are whole, so that
/// σ_iA_i = Σ_c n_c·agree\[c\] − Σ_c m_ci·both\[c\], m_ci of the n_c memories at c having the other sign.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) agree: Vec<f64>,
    /// agree + other.
    pub(super) both: Vec<f64>,
    /// At least max(|agree|, |other|): what a memory can add at most.
    pub(super) size: Vec<f64>,
    /// Entries are those of c − c_min, in the unit of the nearest memory.
    pub(super) relative: bool,
    /// The largest relative error of an entry.
    pub(super) slack: f64,
    /// Every sum over the memories is a whole number that f64 holds.
    pub(super) whole: bool,
    /// `both` in 32 bits, where everything is whole and 64 of them together stay in that range.
    pub(super) short: Option<Vec<i32>>,
    /// All c, those of the largest `size` first, and the place of each c in this order, where it is not c.
    pub(super) order: Vec<u32>,
    pub(super) places: Option<Vec<u32>>,
}

impl Table {
    pub(super) fn new(values: &Values, field: SignField, memories: usize, d: usize) -> Self {
        let mut room = vec![0; values.room()];
        match values {
            Values::Whole(whole) => {
                let entries = |c| whole_entries(whole, field, c, d, &mut room);
                let (agree, other) = (0..=d).map(entries).unzip();
                Self::of(agree, other, memories)
            }
            Values::Exponential { rate, .. } => {
                let lag = usize::from(field == SignField::Difference);
                let (agree, other) = (0..=d).map(|c| exponentials(*rate, c, lag)).unzip();
                let own = Self::of(agree, other, 0);
                // the exponent is off by a rounding of at most 745
                let size = own.size.iter().map(|size| size.max(TINY)).collect();
                Self { size, relative: true, slack: 1024.0 * f64::EPSILON, ..own }.on(memories)
            }
        }
    }

    fn of(agree: Vec<f64>, other: Vec<f64>, memories: usize) -> Self {
        let both: Vec<f64> = agree.iter().zip(&other).map(|(p, q)| p + q).collect();
        let larger = |(p, q): (&f64, &f64)| p.abs().max(q.abs()) * (1.0 + 4.0 * f64::EPSILON);
        let size: Vec<f64> = agree.iter().zip(&other).map(larger).collect();
        let mut order: Vec<u32> = (0..).take(size.len()).collect();
        order.sort_by(|&a, &b| size[b as usize].total_cmp(&size[a as usize]));
        let places = places(&order);
        let slack = 4.0 * f64::EPSILON;
        let table = Self {
            agree,
            both,
            size,
            relative: false,
            slack,
            whole: false,
            short: None,
            order,
            places,
        };
        table.on(memories)
    }

    /// The same entries for so many memories.
    pub(super) fn on(self, memories: usize) -> Self {
        let largest = self.size.iter().copied().fold(0.0, f64::max);
        let integers = || self.agree.iter().chain(&self.both).all(|x| x.fract() == 0.0);
        let whole =
            2.0 * largest * (memories as f64) < 2f64.powi(53) && !self.relative && integers();
        let fit = whole && 2.0 * largest < 2f64.powi(25);
        let short = fit.then(|| self.both.iter().map(|x| *x as i32).collect());
        Self { whole, short, ..self }
    }

    /// The entry of memories that differ in c signs, where the nearest differs in `least`.
    pub(super) fn entry(&self, c: usize, least: usize) -> usize {
        if self.relative { c - least } else { c }
    }
}

/// Where each c stands in the order, unless every one stands at c.
fn places(order: &[u32]) -> Option<Vec<u32>> {
    if order.is_sorted() {
        return None;
    }
    let mut places = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(&c, place)| places[c as usize] = place);
    Some(places)
}

/// F'(h) twice, or F(h) − F(h − 2) and F(h + 2) − F(h), each rounded from what is exact. A memory at
/// h = −d agrees in no sign, and one at h = d differs in none.
fn whole_entries(
    whole: &Whole,
    field: SignField,
    c: usize,
    d: usize,
    room: &mut [u64],
) -> (f64, f64) {
    match field {
        SignField::Slope => [whole.rounded(&[(c, 1)], room); 2].into(),
        SignField::Difference => {
            let agree = if c < d { whole.rounded(&[(c, 1), (c + 1, -1)], room) } else { 0.0 };
            let other = if c > 0 { whole.rounded(&[(c - 1, 1), (c, -1)], room) } else { 0.0 };
            (agree, other)
        }
    }
}

/// Exponentials below it are 0: processors are slow at numbers near the end of the range.
const TINY: f64 = 1e-300;

/// e^{−rate·c}. In units of 2 sinh β·e^{β(h + 1)}/β the differences are e^{−2β} and 1.
fn exponentials(rate: f64, c: usize, lag: usize) -> (f64, f64) {
    let at = |c: usize| Some((-rate * c as f64).exp()).filter(|x| *x >= TINY).unwrap_or(0.0);
    (at(c + lag), at(c))
}

/// Σ_c over the memories of whole multiples of V_c that is σ_iA_i: `all`\[c\] memories differ from the state
/// in c signs, of which `differ`(c) do so in sign i.
pub(super) fn coefficients(
    field: SignField,
    all: &[u32],
    differ: impl Fn(usize) -> u32,
    a: &mut [i64],
) {
    a.fill(0);
    for (c, &all) in all.iter().enumerate().filter(|(_, all)| **all > 0) {
        let (all, differ) = (i64::from(all), i64::from(differ(c)));
        match field {
            SignField::Slope => a[c] += all - 2 * differ,
            SignField::Difference => {
                a[c] += all;
                if differ > 0 {
                    a[c - 1] -= differ;
                }
                if all > differ {
                    a[c + 1] -= all - differ;
                }
            }
        }
    }
}
