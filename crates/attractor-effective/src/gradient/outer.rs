//! The gradient with respect to the memories, in a few numbers.

/// An N × d matrix as a sum of outer products a bᵀ: a few numbers for each step instead of N·d.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outer {
    pub(super) terms: Vec<(Vec<f64>, Vec<f64>)>,
}

impl Outer {
    /// Row μ, d numbers.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, memory: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.terms.first().map_or(0, |(_, b)| b.len())];
        self.add_row(memory, 1.0, &mut row);
        row
    }

    /// Adds the matrix times `factor` to N × d numbers, row by row: what a step of gradient descent does.
    ///
    /// # Panics
    /// If there are not N·d numbers.
    #[track_caller]
    pub fn add_to(&self, factor: f64, matrix: &mut [f64]) {
        let Some((a, b)) = self.terms.first() else { return };
        let (n, d) = (a.len(), b.len());
        assert_eq!(matrix.len(), n * d, "{} numbers for {n} memories of {d}", matrix.len());
        for (memory, row) in matrix.chunks_exact_mut(d).enumerate() {
            self.add_row(memory, factor, row);
        }
    }

    fn add_row(&self, memory: usize, factor: f64, row: &mut [f64]) {
        for (a, b) in &self.terms {
            let factor = factor * a[memory];
            row.iter_mut().zip(b).for_each(|(x, b)| *x += factor * b);
        }
    }

    pub(super) fn push(&mut self, a: Vec<f64>, b: Vec<f64>) {
        self.terms.push((a, b));
    }
}
