//! What is known of a memory before any cue: whether its patterns can be told apart.

/// The separation that a pattern needs at inverse temperature β to be a well-separated fixed point
/// of model B among N patterns of norm at most M: Δ ≥ 2/(βN) + β⁻¹ ln(2(N − 1)NβM²)
/// (Ramsauer et al., arXiv 2008.02217, theorem 5 [recalled: the constants are theirs]). NaN for NaN.
pub fn needed_separation(beta: f64, memories: usize, largest_norm: f64) -> f64 {
    let n = memories as f64;
    let crowd = 2.0 * (n - 1.0) * n * beta * largest_norm * largest_norm;
    let ln_crowd = if crowd.is_finite() {
        crowd.ln()
    } else {
        (2.0 * (n - 1.0) * n).ln() + beta.ln() + 2.0 * largest_norm.ln() // only a product is beyond f64
    };
    let least = 2.0 / (beta * n);
    let needed = if ln_crowd <= 0.0 { least } else { least + ln_crowd / beta };
    if needed < 0.0 { 0.0 } else { needed } // NaN stays
}

/// The smallest β ≥ 1/Δ at which a pattern with separation Δ is well separated; `None` unless Δ is
/// positive.
///
/// ```
/// use attractor_effective::{needed_separation, sufficient_beta};
/// let beta = sufficient_beta(0.5, 1000, 1.0).unwrap();
/// assert!(needed_separation(beta, 1000, 1.0) <= 0.5);
/// assert!(needed_separation(0.99 * beta, 1000, 1.0) > 0.5);
/// ```
pub fn sufficient_beta(separation: f64, memories: usize, largest_norm: f64) -> Option<f64> {
    if !(separation > 0.0) {
        return None;
    }
    if separation.is_infinite() {
        return Some(1.0); // a single memory is recalled at any temperature
    }
    let enough = |beta: f64| needed_separation(beta, memories, largest_norm) <= separation;
    let mut low = 1.0 / separation;
    if enough(low) {
        return Some(low);
    }
    let mut high = 2.0 * low;
    while !enough(high) {
        high *= 2.0;
        if !high.is_finite() {
            return None;
        }
    }
    while high / low > 1.0 + 1e-12 {
        let middle = low.sqrt() * high.sqrt();
        *(if enough(middle) { &mut high } else { &mut low }) = middle;
    }
    Some(high)
}
