//! A sum of one Lagrangian over groups of neurons: heads of attention, Potts spins.

use crate::{Lagrangian, ParameterError, Properties, Real};

/// L(x) = Σ_k L₁(x_k), where x_k are consecutive groups of equal size. With log-sum-exp every group
/// is a softmax of its own: a head of attention, or a Potts spin with `size` states.
///
/// ```
/// use attractor_lagrangian::{Grouped, Lagrangian, LogSumExp};
/// let heads = Grouped::new(LogSumExp::new(1.0)?, 2)?;
/// let mut p = [0.0f64; 4];
/// heads.activate(&[3.0, 3.0, 0.0, 800.0], &mut p);
/// assert_eq!(p, [0.5, 0.5, 0.0, 1.0]);
/// # Ok::<(), attractor_lagrangian::ParameterError>(())
/// ```
///
/// # Panics
/// All methods, if the number of neurons is not a multiple of the group size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grouped<L> {
    of: L,
    size: usize,
}

impl<L> Grouped<L> {
    /// One L₁ for each `size` consecutive neurons.
    ///
    /// # Errors
    /// [`ParameterError::EmptyGroup`] if `size` is 0.
    pub fn new(of: L, size: usize) -> Result<Self, ParameterError> {
        if size > 0 { Ok(Self { of, size }) } else { Err(ParameterError::EmptyGroup) }
    }

    /// The Lagrangian of one group.
    pub fn of(&self) -> &L {
        &self.of
    }

    /// Neurons per group.
    pub fn size(&self) -> usize {
        self.size
    }

    #[track_caller]
    fn groups<'a, T>(&self, x: &'a [T]) -> std::slice::ChunksExact<'a, T> {
        self.check(x.len());
        x.chunks_exact(self.size)
    }

    #[track_caller]
    fn groups_mut<'a, T>(&self, x: &'a mut [T]) -> std::slice::ChunksExactMut<'a, T> {
        self.check(x.len());
        x.chunks_exact_mut(self.size)
    }

    #[track_caller]
    fn check(&self, n: usize) {
        assert_eq!(n % self.size, 0, "{n} neurons are no multiple of groups of {}", self.size);
    }
}

impl<T: Real, L: Lagrangian<T>> Lagrangian<T> for Grouped<L> {
    fn value(&self, x: &[T]) -> f64 {
        self.groups(x).map(|x| self.of.value(x)).sum()
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        self.groups(x).zip(self.groups_mut(g)).for_each(|(x, g)| self.of.activate(x, g));
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        for ((x, d), out) in self.groups(x).zip(self.groups(d)).zip(self.groups_mut(out)) {
            self.of.curve(x, d, out);
        }
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        self.groups(p).map(|p| self.of.conjugate(p)).sum()
    }

    /// Those of L₁ but for the group: norms of Hessians of different groups do not add up, and each zero mode of L₁
    /// in every group is one of the sum.
    fn properties(&self) -> Properties {
        let of = self.of.properties();
        Properties { group: of.group.or(Some(self.size)), ..of }
    }

    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let pairs = self.groups(to).zip(self.groups(from)).zip(self.groups(slope));
        pairs.map(|((to, from), slope)| self.of.bregman(to, from, slope)).sum()
    }
}
