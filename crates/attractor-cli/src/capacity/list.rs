//! Lists of numbers on the command line.

use std::str::FromStr;

/// `64,128`, `10..200:10` (steps) or `10..1000x12` (so many values by equal factors); parts are joined by commas.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List(pub(crate) Vec<f64>);

/// More values than anybody waits for.
const MOST: usize = 10_000;

impl FromStr for List {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut values = Vec::new();
        for part in text.split(',') {
            values.extend(values_of(part.trim())?);
            if values.len() > MOST {
                return Err(format!("more than {MOST} values"));
            }
        }
        Ok(Self(values))
    }
}

impl List {
    /// The values as counts, if they are.
    pub(crate) fn counts(&self) -> Result<Vec<usize>, f64> {
        let count = |x: &f64| {
            let whole = *x >= 1.0 && *x <= 2f64.powi(52) && x.fract().abs() <= 0.0;
            if whole { Ok(*x as usize) } else { Err(*x) }
        };
        self.0.iter().map(count).collect()
    }
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    number.ok_or_else(|| format!("{text:?} is not a number"))
}

fn values_of(part: &str) -> Result<Vec<f64>, String> {
    let Some((low, rest)) = part.split_once("..") else { return Ok(vec![number(part)?]) };
    let low = number(low)?;
    if let Some((high, step)) = rest.split_once(':') {
        return by_steps(low, number(high)?, number(step)?);
    }
    match rest.split_once('x') {
        Some((high, count)) => by_factors(low, number(high)?, count),
        None => Err(format!("{part}: say LO..HI:STEP or LO..HIxCOUNT")),
    }
}

fn by_steps(low: f64, high: f64, step: f64) -> Result<Vec<f64>, String> {
    let steps = (high - low) / step;
    if !(step > 0.0 && steps >= 0.0 && steps < MOST as f64) {
        return Err(format!("{low}..{high}:{step} is no range of at most {MOST} values"));
    }
    // twelve digits: 0.3, not 0.30000000000000004
    let at = |k: usize| ((low + k as f64 * step) * 1e12).round() / 1e12;
    Ok((0..=(steps + 1e-9) as usize).map(at).collect())
}

/// Counts where both ends are: values are rounded to whole numbers then.
fn by_factors(low: f64, high: f64, count: &str) -> Result<Vec<f64>, String> {
    let count = count.trim().parse().ok().filter(|n: &usize| (2..=MOST).contains(n));
    let count = count.ok_or("COUNT is from 2 on")?;
    if !(low > 0.0 && high > low) {
        return Err(format!("{low}..{high}: equal factors need 0 < LO < HI"));
    }
    let whole = low.fract().abs() + high.fract().abs() <= 0.0 && high - low >= count as f64;
    let at = |k: usize| low * (high / low).powf(k as f64 / (count - 1) as f64);
    let mut values: Vec<f64> =
        (0..count).map(|k| if whole { at(k).round() } else { at(k) }).collect();
    values.dedup();
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_numbers_steps_and_factors() {
        let list = |text: &str| text.parse::<List>().unwrap().0;
        assert_eq!(list("64, 128"), [64.0, 128.0]);
        assert_eq!(list("0..0.3:0.1,0.5"), [0.0, 0.1, 0.2, 0.3, 0.5]);
        assert_eq!(list("10..1000x3"), [10.0, 100.0, 1000.0]);
        assert_eq!(list("1..2x3")[1].to_bits(), 2f64.sqrt().to_bits());
        for bad in ["", "a", "1..2", "3..1:1", "1..9:0", "0..9x3", "1..9x1", "0..1e9:1", "1,,2"] {
            assert!(bad.parse::<List>().is_err(), "{bad}");
        }
        assert_eq!(List(vec![3.0]).counts(), Ok(vec![3]));
        assert_eq!(List(vec![2.5]).counts(), Err(2.5));
    }
}
