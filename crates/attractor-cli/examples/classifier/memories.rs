//! The energy of pixels and class neurons, and its slopes.
//!
//! A memory ξ_μ spans the d pixels v and the ten class neurons c, and E = −Σ_μ F(ξ_μ·(v, c)) with
//! F(x) = x₊ⁿ/n (Krotov and Hopfield 2016). With every class neuron at −1 the overlap of memory μ
//! is h_μ; class neuron α at +1 instead adds 2 ξ_μα to it, and so lowers the energy by
//! Δ_α = Σ_μ F(h_μ + 2 ξ_μα) − F(h_μ).

use attractor_synapse::Element;
use std::array::from_fn;

pub(crate) const CLASSES: usize = 10;
/// A sum runs as so many partial sums, which a core adds side by side.
const LANES: usize = 8;

/// Some of the memories. The energy is a sum over memories: they have their own part of each Δ.
pub(crate) struct Memories<T> {
    /// The d pixels of each memory in turn; then, for each class in turn, ξ_μα of every memory.
    pub(crate) xi: Vec<T>,
    features: usize,
    power: u32,
    /// h of each digit (rows) and memory; then the slope of the loss by it.
    h: Vec<T>,
    /// F′ of one digit: with every class neuron at −1, and with one of them at +1.
    rest: Vec<T>,
    turned: Vec<T>,
}

impl<T: Element> Memories<T> {
    pub(crate) fn new(xi: Vec<T>, features: usize, power: u32) -> Self {
        let zeros = vec![T::ZERO; xi.len() / (features + CLASSES)];
        Self { xi, features, power, h: Vec::new(), rest: zeros.clone(), turned: zeros }
    }

    /// The part of these memories in Δ, of each digit and class.
    pub(crate) fn differences(&mut self, pixels: &[T]) -> Vec<[T; CLASSES]> {
        self.overlaps(pixels);
        let n = self.rest.len();
        let (classes, power) = (&self.xi[n * self.features..], self.power);
        let mut lowered = |h: &[T]| {
            activation(h.iter().copied(), power, &mut self.rest);
            let rest = dot(h, &self.rest);
            from_fn(|class| {
                let xi = &classes[class * n..][..n];
                activation(turned(h, xi), power, &mut self.turned);
                // F(x) = x F′(x)/n
                let by_xi = dot(xi, &self.turned);
                (dot(h, &self.turned) + by_xi + by_xi - rest) / T::of(f64::from(power))
            })
        };
        self.h.chunks_exact(n).map(&mut lowered).collect()
    }

    fn overlaps(&mut self, pixels: &[T]) {
        let n = self.rest.len();
        let (memories, classes) = self.xi.split_at(n * self.features);
        self.h.resize(n * pixels.len() / self.features, T::ZERO);
        T::scores(pixels, memories, self.features, &mut self.h);
        for h in self.h.chunks_exact_mut(n) {
            for xi in classes.chunks_exact(n) {
                h.iter_mut().zip(xi).for_each(|(h, xi)| *h -= *xi);
            }
        }
    }

    /// The slope of the loss by every ξ, given that by each Δ: what follows
    /// [`differences`](Self::differences) of the same digits, whose h it uses up.
    pub(crate) fn slope(&mut self, pixels: &[T], by_differences: &[[T; CLASSES]], out: &mut [T]) {
        let n = self.rest.len();
        let (by_pixels, by_classes) = out.split_at_mut(n * self.features);
        by_classes.fill(T::ZERO);
        let mut by_h = vec![T::ZERO; n];
        for (digit, slope) in by_differences.iter().enumerate() {
            self.slope_of_digit(digit, slope, &mut by_h, by_classes);
        }
        T::weighted(&self.h, pixels, self.features, by_pixels);
    }

    /// By h it is Σ_α ∂Δ_α (F′(h + 2 ξ_α) − F′(h)); ξ_α is in h with −1, and twice in h + 2 ξ_α.
    fn slope_of_digit(
        &mut self,
        digit: usize,
        slope: &[T; CLASSES],
        by_h: &mut [T],
        by_classes: &mut [T],
    ) {
        let n = by_h.len();
        let h = &mut self.h[digit * n..][..n];
        let classes = self.xi[n * self.features..].chunks_exact(n);
        let sum = slope.iter().fold(T::ZERO, |sum, slope| sum + *slope);
        activation(h.iter().copied(), self.power, &mut self.rest);
        by_h.iter_mut().zip(&self.rest).for_each(|(by_h, rest)| *by_h = -sum * *rest);
        for ((xi, out), slope) in classes.zip(by_classes.chunks_exact_mut(n)).zip(slope) {
            activation(turned(h, xi), self.power, &mut self.turned);
            for ((out, by_h), turned) in out.iter_mut().zip(&mut *by_h).zip(&self.turned) {
                let by_turned = *slope * *turned;
                *by_h += by_turned;
                *out += by_turned + by_turned;
            }
        }
        h.copy_from_slice(by_h);
        for out in by_classes.chunks_exact_mut(n) {
            out.iter_mut().zip(&*by_h).for_each(|(out, by_h)| *out -= *by_h);
        }
    }
}

/// The overlaps with one class neuron turned to +1.
fn turned<T: Element>(h: &[T], xi: &[T]) -> impl Iterator<Item = T> + Clone {
    h.iter().zip(xi).map(|(h, xi)| *h + *xi + *xi)
}

/// F′(x) = x₊ⁿ⁻¹. The powers are taken in passes over `out`, each of which runs in vectors.
fn activation<T: Element>(x: impl Iterator<Item = T> + Clone, power: u32, out: &mut [T]) {
    out.iter_mut().zip(x.clone()).for_each(|(out, x)| *out = x.max(T::ZERO));
    for _ in 2..power {
        // where x₊ ≠ x the power is 0 already
        out.iter_mut().zip(x.clone()).for_each(|(out, x)| *out *= x);
    }
}

fn dot<T: Element>(a: &[T], b: &[T]) -> T {
    let mut sums = [T::ZERO; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        sums = from_fn(|lane| sums[lane] + a[lane] * b[lane]);
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| *a * *b);
    rest.chain(sums).fold(T::ZERO, |sum, x| sum + x)
}
