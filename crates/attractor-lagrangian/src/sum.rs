//! Sums whose additions do not wait for each other.

/// Terms that are added at the same time.
const STRANDS: usize = 4;

/// Σ of the terms in four strands, always in the same order: no addition waits for the one before it, and
/// the rounding grows with a quarter of their number.
pub fn sum(mut terms: impl Iterator<Item = f64>) -> f64 {
    let mut strands = [0.0; STRANDS];
    loop {
        for strand in &mut strands {
            let Some(term) = terms.next() else {
                return (strands[0] + strands[1]) + (strands[2] + strands[3]);
            };
            *strand += term;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn every_term_counts_once() {
        for n in 0..10 {
            assert_eq!(sum((0..n).map(f64::from)) as i32, n * (n - 1) / 2, "{n}");
        }
        assert!(sum([1.0, f64::NAN].into_iter()).is_nan());
        assert!(sum([f64::INFINITY, 1.0].into_iter()).is_infinite());
    }
}
